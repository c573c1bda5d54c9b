// Answers marked but not yet cast: kept on this device, so that a reload, a sign-in or a flat battery loses none.
// Where the browser keeps nothing, marks last as long as the page.
import type { Choice } from '@veche/ledger/meeting.ts';

export type Marks = Record<string, Choice>;
/** What of the browser's storage is used. */
export type MarkStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const CHOICES: readonly unknown[] = ['for', 'against', 'abstain'] satisfies Choice[];
const keyOf = (meeting: string, voter: string): string => `veche-marks ${meeting} ${voter}`;

/** The marks kept for these items; null when there are none. Whatever else lies there is passed over. */
export function findMarks(
  storage: MarkStorage,
  meeting: string,
  voter: string,
  items: readonly string[],
): Marks | null {
  try {
    const kept: unknown = JSON.parse(storage.getItem(keyOf(meeting, voter)) ?? 'null');
    if (typeof kept !== 'object' || kept === null) return null;
    return Object.fromEntries(
      Object.entries(kept).filter(([item, choice]) => items.includes(item) && CHOICES.includes(choice)),
    ) as Marks;
  } catch {
    return null;
  }
}

export function keepMarks(storage: MarkStorage, meeting: string, voter: string, marks: Marks): void {
  try {
    storage.setItem(keyOf(meeting, voter), JSON.stringify(marks));
  } catch {
    // Storage that is full or forbidden: the marks are still on the page.
  }
}

export function forgetMarks(storage: MarkStorage, meeting: string, voter: string): void {
  try {
    storage.removeItem(keyOf(meeting, voter));
  } catch {
    // Nothing was kept there.
  }
}
