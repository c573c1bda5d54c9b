// What became of this device's own votes in a meeting that is being checked: looked up in the very lines the audit reads.
// Says nothing by itself: only a bundle that passes the audit proves that what it holds was counted.
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import type { Amendment, AmendmentsPayload, Notice } from '@veche/ledger/meeting.ts';

/** A record whose receipt was checked on this device. */
export type OwnRecord = {
  readonly meeting: string;
  readonly voter: string;
  readonly index: number;
  /** The signed entry, canonical JSON. */
  readonly entry: string;
};

/**
 * `counted`: for all that it was cast for or for a part, where somebody else has cast the rest since. `passed`: its shares
 * passed to somebody else during the vote, who has cast them since, or they are void. `by`: the last record for anything it
 * was cast for; null when the bundle holds none.
 */
export type OwnRecordFate = {
  readonly index: number;
  readonly fate: 'counted' | 'replaced' | 'passed' | 'absent';
  readonly by: number | null;
};

/** Follows the lines of a bundle as they pass by; its fates are complete once all have passed. */
export function followOwnRecords(own: readonly OwnRecord[]) {
  let meeting: string | null = null;
  const votersOfMine = new Set(own.map(({ voter }) => voter));
  const recorded = new Map<number, string>();
  /** What each record was cast for: one owner's shares may be voted in parts, by several who act for the owner. */
  const castFor = new Map<number, readonly string[]>();
  /** By entitlement, whoever cast it: a share may have another owner by then. */
  const last = new Map<string, { readonly index: number; readonly isMine: boolean }>();
  let sale: unknown;

  const passOn = ({ entitlement, part }: Pick<Amendment, 'entitlement' | 'part'>): void => {
    const became = part?.entitlement ?? entitlement;
    const vote = last.get(entitlement);
    if (sale === 'void') last.delete(became);
    else if (vote) last.set(became, vote);
    if (part)
      for (const [index, shares] of castFor)
        if (shares.includes(entitlement)) castFor.set(index, [...shares, became]);
  };

  const look = (text: string): void => {
    const line = JSON.parse(text) as Record<string, unknown>;
    if (line['t'] === 'bundle') meeting = line['meeting'] as string;
    if (line['t'] !== 'entry') return;
    const { kind } = line['entry'] as { kind?: unknown };
    if (kind === 'meeting.called') sale = (line['payload'] as Pick<Notice, 'sale'>).sale;
    if (kind === 'roll.amended') (line['payload'] as AmendmentsPayload).amendments.forEach(passOn);
    if (kind !== 'ballot') return;
    const { voter, entitlements } = line['payload'] as { voter: string; entitlements: readonly string[] };
    const isMine = votersOfMine.has(voter);
    const index = line['index'] as number;
    for (const entitlement of entitlements) last.set(entitlement, { index, isMine });
    if (!isMine) return;
    recorded.set(index, encodeCanonical(line['entry']));
    castFor.set(index, entitlements);
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
        .map(({ index, entry }) => {
          const latest = (castFor.get(index) ?? []).flatMap((entitlement) => last.get(entitlement) ?? []);
          const places = latest.map((vote) => vote.index);
          const isCounted = places.includes(index);
          const lost = latest.some(({ isMine }) => isMine) ? 'replaced' : 'passed';
          const fate = recorded.get(index) !== entry ? 'absent' : isCounted ? 'counted' : lost;
          return { index, fate, by: isCounted ? index : places.length === 0 ? null : Math.max(...places) };
        }),
  };
}
