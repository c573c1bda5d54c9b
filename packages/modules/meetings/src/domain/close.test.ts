import { encodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { makeCommitment } from '@veche/ledger/commitment.ts';
import { encodeEntry, signEntry } from '@veche/ledger/entry.ts';
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import type { Amendment } from '@veche/ledger/meeting.ts';
import { rootOf } from '@veche/ledger/tree.ts';
import { describe, expect, it } from 'vitest';
import { ballotIdem, encodeBallot } from './ballot.ts';
import { CloseFault, countBox, sealBox, type BoxEntry } from './close.ts';
import { exampleBallots, exampleNotice, exampleResult, exampleRoll } from './example.ts';

const salt = new Uint8Array(32).fill(3);
const box: BoxEntry[] = exampleBallots.map((ballot, position) => {
  const payload = encodeBallot({ meeting: exampleNotice.meeting, ...ballot });
  const leaf = encodeEntry(
    signEntry(
      {
        kind: 'ballot',
        meeting: exampleNotice.meeting,
        voter: ballot.voter,
        nonce: encodeBase64(new Uint8Array(16).fill(position)),
        ballot: encodeBase64(makeCommitment(salt, encodeUtf8(payload))),
      },
      new Uint8Array(32).fill(position + 1),
    ),
  );
  return { idem: ballotIdem(leaf), index: 10 + position, leaf, payload, salt: encodeBase64(salt) };
});
const effective = new Map([
  ['e1', box[1]!.idem],
  ['e5', box[1]!.idem],
  ['e2', box[2]!.idem],
]);
const input = {
  meeting: exampleNotice.meeting,
  items: exampleNotice.items,
  roll: exampleRoll,
  box,
  effective,
  closingSize: null,
};
const faultOf = (act: () => unknown): string => {
  try {
    act();
    return 'none';
  } catch (error) {
    return error instanceof CloseFault ? error.code : String(error);
  }
};

describe('closing', () => {
  it('counts what the log says', () => {
    expect(countBox(input).result).toEqual(exampleResult);
  });

  it('counts only what is under the closing checkpoint, and tells how much is not', () => {
    const early = countBox({ ...input, closingSize: 12 }).result;
    expect(early.ballots).toEqual({ logged: 3, effective: 2, superseded: 0, late: 1 });
    // The voter’s last ballot came late: the one before it stands.
    expect(early.items[0]!.sums.area.against).not.toBe('0');
    const all = countBox({ ...input, closingSize: 13 }).result;
    expect(all).toEqual({ ...exampleResult, ballots: { ...exampleResult.ballots, late: 0 } });
  });

  it('does not publish over a database that says otherwise', () => {
    const stale = new Map([...effective, ['e2', box[0]!.idem]]);
    expect(faultOf(() => countBox({ ...input, effective: stale }))).toBe('effective-ballots-differ');
    const missing = new Map([...effective].slice(1));
    expect(faultOf(() => countBox({ ...input, effective: missing }))).toBe('effective-ballots-differ');
  });

  it('does not count a ballot whose payload is gone or was changed', () => {
    const [first, ...rest] = box;
    expect(faultOf(() => countBox({ ...input, box: [{ ...first!, payload: null }, ...rest] }))).toBe(
      'payload-missing',
    );
    const changed = { ...first!, payload: first!.payload!.replace('"against"', '"for"') };
    expect(() => countBox({ ...input, box: [changed, ...rest] })).toThrow(/commitment/);
  });

  it('seals the leaves in log order and no other', () => {
    expect(sealBox(box)).toEqual({
      root: encodeBase64(rootOf(box.map(({ leaf }) => encodeUtf8(leaf)))),
      size: 3,
    });
    expect(faultOf(() => sealBox([box[1]!, box[0]!]))).toBe('order');
  });

  describe('shares that passed during the vote', () => {
    const amendments = (index: number, ...list: readonly Amendment[]): BoxEntry => {
      const payload = encodeCanonical({ meeting: exampleNotice.meeting, amendments: list });
      const leaf = encodeEntry(
        signEntry(
          {
            kind: 'roll.amended',
            meeting: exampleNotice.meeting,
            amendments: encodeBase64(makeCommitment(salt, encodeUtf8(payload))),
          },
          new Uint8Array(32).fill(9),
        ),
      );
      return { idem: ballotIdem(leaf), index, leaf, payload, salt: encodeBase64(salt) };
    };
    const half = { entitlement: 'e2b', share: '1/6' } as const;
    const passed = amendments(
      13,
      { entitlement: 'e5', to: 'v9', why: 'transfer' },
      { entitlement: 'e2', to: 'v1', why: 'transfer', part: half },
    );
    const amended = { ...input, box: [...box, passed] };

    it('take their votes along, and the database must have done the same', () => {
      const follows = new Map([...effective, ['e2b', box[2]!.idem]]);
      const { result } = countBox({ ...amended, effective: follows, sale: 'follows-title' });
      expect(result.items[0]!.sums.area).toEqual(exampleResult.items[0]!.sums.area);
      expect(result.roll).toMatchObject({ size: 6, heads: exampleResult.roll.heads + 1 });
      expect(faultOf(() => countBox({ ...amended, sale: 'follows-title' }))).toBe('effective-ballots-differ');
    });

    it('have no vote any more where they are void, and the database must have forgotten it', () => {
      const nobody = amendments(13, { entitlement: 'e5', to: '', why: 'transfer' });
      const voided = { ...input, box: [...box, nobody], sale: 'void' as const };
      const left = new Map([...effective].filter(([entitlement]) => entitlement !== 'e5'));
      const { result } = countBox({ ...voided, effective: left });
      expect(result.items[0]!.sums.area.for).toBe('2329000/3');
      expect(faultOf(() => countBox(voided))).toBe('effective-ballots-differ');
    });

    it('are not counted over a payload that was changed', () => {
      const changed = { ...passed, payload: passed.payload!.replace('v9', 'v3') };
      expect(() => countBox({ ...amended, box: [...box, changed], sale: 'follows-title' })).toThrow(
        /commitment/,
      );
    });
  });
});
