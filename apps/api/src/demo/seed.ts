// Fills a demonstration: see the functions' comments.
import type { OpenHouse } from '../house.ts';

export async function seedDemo(open: OpenHouse): Promise<void> {
  void open;
}
