// The clock of a demonstration that runs in several processes: each tells the time that any of them was moved to.
import { openDemoClock } from '@veche/api/demo/clock.ts';
import { describe, expect, it } from 'vitest';
import { afterwards } from '../support/afterwards.ts';
import { freshDatabase } from '../support/database.ts';

const DAY = 86_400;

describe('the clock of a demonstration', () => {
  it('is moved in every process once it is moved in one, and never back', async () => {
    const { sql } = await freshDatabase();
    await sql`INSERT INTO people.demo DEFAULT VALUES ON CONFLICT DO NOTHING`;
    const [one, other] = await Promise.all([openDemoClock(sql), openDemoClock(sql)]);
    afterwards(one.close);
    afterwards(other.close);
    const before = other.now().getTime();
    await one.advance(11 * DAY);
    await expect
      .poll(() => other.now().getTime() - before, { timeout: 10_000 })
      .toBeGreaterThan(11 * DAY * 1_000);
    await sql`UPDATE people.demo SET offset_ms = 0`;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(one.now().getTime() - before).toBeGreaterThan(11 * DAY * 1_000);
  });
});
