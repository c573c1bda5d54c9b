import { encodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { makeCommitment } from '@veche/ledger/commitment.ts';
import { encodeEntry, signEntry } from '@veche/ledger/entry.ts';
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import { array, assert, boolean, constantFrom, integer, property, record, subarray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ballotFates } from './ballot-fates.ts';
import type { BoxEntry } from './close.ts';

const seed = new Uint8Array(32).fill(7);
const filler = encodeBase64(new Uint8Array(32));

/** Leaves are told apart by nothing here: one signature serves a voter. */
const leaves = new Map<string, string>();
function leafOf(voter: string): string {
  const known = leaves.get(voter);
  if (known !== undefined) return known;
  const draft = {
    kind: 'ballot',
    meeting: 'm',
    voter,
    nonce: encodeBase64(new Uint8Array(16)),
    ballot: filler,
  } as const;
  const leaf = encodeEntry(signEntry(draft, seed));
  leaves.set(voter, leaf);
  return leaf;
}

const ballot = (index: number, voter: string, entitlements: readonly string[]): BoxEntry => ({
  idem: `i${index}`,
  index,
  leaf: leafOf(voter),
  payload: encodeCanonical({ meeting: 'm', voter, entitlements: entitlements.toSorted(), choices: {} }),
  salt: filler,
});

function passing(index: number, amendments: readonly object[]): BoxEntry {
  const payload = encodeCanonical({ meeting: 'm', amendments });
  const commitment = encodeBase64(makeCommitment(new Uint8Array(32), encodeUtf8(payload)));
  const draft = { kind: 'roll.amended', meeting: 'm', amendments: commitment } as const;
  return { idem: `i${index}`, index, leaf: encodeEntry(signEntry(draft, seed)), payload, salt: filler };
}

const fatesOf = (box: readonly BoxEntry[], closingSize: number | null = null, revote?: 'never') =>
  ballotFates({ box, closingSize, rules: [revote ? { revote } : {}] }).map(({ index, fate, by }) => [
    index,
    fate,
    by,
  ]);

describe('a ballot', () => {
  it('that was followed by another for all its shares is replaced, and the record that counts is named', () => {
    const box = [ballot(3, 'v1', ['e1']), ballot(5, 'v2', ['e2']), ballot(9, 'v1', ['e1'])];
    expect(fatesOf(box)).toEqual([
      [3, 'replaced', 9],
      [5, 'counted', null],
      [9, 'counted', null],
    ]);
  });

  it('that was replaced for some of its shares still counts for the others', () => {
    const box = [ballot(3, 'v1', ['e1', 'e5']), ballot(9, 'v1', ['e5'])];
    expect(fatesOf(box)).toEqual([
      [3, 'partly', 9],
      [9, 'counted', null],
    ]);
  });

  it('that came after the closing checkpoint is late and replaces none', () => {
    const box = [ballot(3, 'v1', ['e1']), ballot(9, 'v1', ['e1'])];
    expect(fatesOf(box, 9)).toEqual([
      [3, 'counted', null],
      [9, 'late', null],
    ]);
  });

  it('for a share that is sold is lost where the notice says so, and the record of the sale is named', () => {
    const box = [
      ballot(3, 'v1', ['e1', 'e5']),
      ballot(4, 'v2', ['e2']),
      passing(5, [{ entitlement: 'e1', to: '', why: 'transfer' }]),
      passing(6, [{ entitlement: 'e2', to: '', why: 'transfer' }]),
    ];
    const fates = ballotFates({ box, closingSize: null, rules: [{}], sale: 'void' });
    expect(fates.map(({ fate, by, counted }) => [fate, by, counted])).toEqual([
      ['partly', 5, ['e5']],
      ['void', 6, []],
    ]);
  });

  it('for a share of which a part is sold counts on for that part, until whoever bought it votes', () => {
    const part = { entitlement: 'e9', share: '1/3' };
    const sold = [
      ballot(3, 'v1', ['e1']),
      passing(5, [{ entitlement: 'e1', to: 'v9', why: 'transfer', part }]),
    ];
    const fate = (box: readonly BoxEntry[]) =>
      ballotFates({ box, closingSize: null, rules: [{}], sale: 'follows-title' }).map((one) => one.fate);
    expect(fate([...sold, ballot(7, 'v1', ['e1'])])).toEqual(['partly', 'counted']);
    expect(fate([...sold, ballot(7, 'v1', ['e1']), ballot(8, 'v9', ['e9'])])).toEqual([
      'replaced',
      'counted',
      'counted',
    ]);
  });

  it('that changes a vote where no rule lets it be changed does not count, and the first one stands', () => {
    const box = [ballot(3, 'v1', ['e1']), ballot(9, 'v1', ['e1'])];
    expect(fatesOf(box, null, 'never')).toEqual([
      [3, 'counted', null],
      [9, 'not-first', 3],
    ]);
    // Where another item lets it, both count for something.
    expect(
      ballotFates({ box, closingSize: null, rules: [{}, { revote: 'never' }] }).map(({ fate }) => fate),
    ).toEqual(['counted', 'counted']);
  });

  it('counts, is replaced or is late, never two of these, whoever voted how often: each share has one that counts', () => {
    const votes = array(
      record({
        entitlements: subarray(['e1', 'e2', 'e3'], { minLength: 1 }),
        gap: integer({ min: 1, max: 4 }),
      }),
      { maxLength: 12 },
    );
    assert(
      property(
        votes,
        integer({ min: 0, max: 40 }),
        boolean(),
        constantFrom('never', undefined),
        (cast, end, asked, revote) => {
          let index = 0;
          const box = cast.map(({ entitlements, gap }) => ballot((index += gap), 'v1', entitlements));
          const closingSize = asked ? end : null;
          const fates = ballotFates({ box, closingSize, rules: [revote ? { revote } : {}] });
          const isLate = (one: { index: number }) => closingSize !== null && one.index >= closingSize;
          expect(fates.map(({ fate }) => fate === 'late')).toEqual(fates.map(isLate));
          for (const entitlement of ['e1', 'e2', 'e3']) {
            const inTime = fates.filter((one) => !isLate(one) && one.entitlements.includes(entitlement));
            const counting = revote === 'never' ? inTime[0] : inTime.at(-1);
            expect(['counted', 'partly', undefined]).toContain(counting?.fate);
            const instead = inTime.map(({ by }) => fates.find((one) => one.index === by)?.fate);
            expect(instead).not.toContain('late');
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
