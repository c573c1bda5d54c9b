// What became of this device's own votes in a meeting that is being checked: looked up in the very lines the audit reads.
// Says nothing by itself: only a bundle that passes the audit proves that what it holds was counted.
import { encodeCanonical } from '@veche/ledger/jcs.ts';

/** A record whose receipt was checked on this device. */
export type OwnRecord = {
  readonly meeting: string;
  readonly voter: string;
  readonly index: number;
  /** The signed entry, canonical JSON. */
  readonly entry: string;
};

/** `by`: the record that is counted for the voter; null when the bundle holds none. */
export type OwnRecordFate = {
  readonly index: number;
  readonly fate: 'counted' | 'replaced' | 'absent';
  readonly by: number | null;
};

/** Follows the lines of a bundle as they pass by; its fates are complete once all have passed. */
export function followOwnRecords(own: readonly OwnRecord[]) {
  let meeting: string | null = null;
  const votersOfMine = new Set(own.map(({ voter }) => voter));
  const recorded = new Map<number, string>();
  const last = new Map<string, number>();

  const look = (text: string): void => {
    const line = JSON.parse(text) as Record<string, unknown>;
    if (line['t'] === 'bundle') meeting = line['meeting'] as string;
    if (line['t'] !== 'entry' || (line['entry'] as { kind?: unknown }).kind !== 'ballot') return;
    const { voter } = line['payload'] as { voter: string };
    if (!votersOfMine.has(voter)) return;
    const index = line['index'] as number;
    recorded.set(index, encodeCanonical(line['entry']));
    last.set(voter, index);
  };

  return {
    async *follow(lines: AsyncIterable<string>): AsyncGenerator<string> {
      for await (const text of lines) {
        try {
          if (own.length > 0) look(text);
        } catch {
          // A line that cannot be read is for the audit to name.
        }
        yield text;
      }
    },
    /** By rising index. */
    fates: (): OwnRecordFate[] =>
      own
        .filter((record) => record.meeting === meeting)
        .toSorted((one, other) => one.index - other.index)
        .map(({ index, entry, voter }) => {
          const by = last.get(voter) ?? null;
          const fate = recorded.get(index) !== entry ? 'absent' : by === index ? 'counted' : 'replaced';
          return { index, fate, by };
        }),
  };
}
