import { compare, formatRational, parseRational, rational, sum, zero } from '@veche/core/rational.ts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passLines, transfersOf, type HeldLine } from './sale.ts';

const balance = (...changes: [name: string | null, share: string][]) =>
  new Map(changes.map(([name, share]) => [name, parseRational(share)]));
const told = (transfers: ReturnType<typeof transfersOf>): string[] =>
  transfers.map(({ from, to, share }) => `${from} ${to} ${formatRational(share)}`);
const line = (entitlement: string, holder: string | null, share = '1', voter?: string): HeldLine => ({
  entitlement,
  share: parseRational(share),
  voter: voter ?? (holder === null ? '' : `v-${holder}`),
  holder,
});
let made = 0;
const names = { voterOf: (person: string) => `v-${person}`, newLine: () => `new${++made}` };
const passed = (rule: 'follows-title' | 'void', lines: HeldLine[], ...changes: [string | null, string][]) => {
  made = 0;
  return passLines(rule, lines, transfersOf(balance(...changes)), names, (person) => person === 'wrong');
};
const amendments = (...given: Parameters<typeof passed>) =>
  passed(...given).flatMap(({ line: touched }) => touched?.amendment ?? []);

describe('what the register says that everybody holds more or less', () => {
  it('is a transfer from who has less to who has more', () => {
    expect(told(transfersOf(balance(['anna', '-1'], ['boris', '1'])))).toEqual(['anna boris 1']);
    expect(told(transfersOf(balance(['anna', '-1/2'], [null, '1/2'])))).toEqual(['anna null 1/2']);
  });
  it('goes to who got just as much, where there are several', () => {
    expect(
      told(transfersOf(balance(['anna', '-1/3'], ['vera', '-2/3'], ['boris', '2/3'], ['gleb', '1/3']))),
    ).toEqual(['anna gleb 1/3', 'vera boris 2/3']);
  });
  it('is shared out among heirs', () => {
    expect(told(transfersOf(balance(['anna', '-1'], ['boris', '1/2'], ['gleb', '1/2'])))).toEqual([
      'anna boris 1/2',
      'anna gleb 1/2',
    ]);
  });
});

describe('a share that passes during the vote', () => {
  it('is cast by its new holder, under a name of his own in this meeting', () => {
    expect(amendments('follows-title', [line('e1', 'anna')], ['anna', '-1'], ['boris', '1'])).toEqual([
      { entitlement: 'e1', to: 'v-boris', why: 'transfer' },
    ]);
  });
  it('is cast by nobody where the notice makes it void, or where nobody knows who has it', () => {
    expect(amendments('void', [line('e1', 'anna')], ['anna', '-1'], ['boris', '1'])).toEqual([
      { entitlement: 'e1', to: '', why: 'transfer' },
    ]);
    expect(amendments('follows-title', [line('e1', 'anna')], ['anna', '-1'], [null, '1'])).toEqual([
      { entitlement: 'e1', to: '', why: 'transfer' },
    ]);
  });
  it('comes apart where only part of it passed', () => {
    const [one] = passed('follows-title', [line('e1', 'anna', '1/2')], ['anna', '-1/6'], ['boris', '1/6']);
    expect(one!.line!.amendment).toEqual({
      entitlement: 'e1',
      to: 'v-boris',
      why: 'transfer',
      part: { entitlement: 'new1', share: '1/6' },
    });
    expect(one!.line!.rest).toEqual(rational(1, 3));
  });
  it('is the line of just that share, of several that somebody has', () => {
    const lines = [line('e1', 'anna', '1/2'), line('e2', 'anna', '1/3')];
    expect(amendments('follows-title', lines, ['anna', '-1/3'], ['boris', '1/3'])).toEqual([
      { entitlement: 'e2', to: 'v-boris', why: 'transfer' },
    ]);
  });
  it('that was frozen or of an unknown owner at the opening is the one nobody could cast', () => {
    const lines = [line('e1', null, '1/2'), line('e2', 'vera', '1/2')];
    expect(amendments('follows-title', lines, ['anna', '-1/2'], ['boris', '1/2'])).toEqual([
      { entitlement: 'e1', to: 'v-boris', why: 'transfer' },
    ]);
    expect(amendments('void', lines, ['anna', '-1/2'], ['boris', '1/2'])).toEqual([]);
  });
  it('is told as a correction where the register was wrong about who had it', () => {
    expect(amendments('follows-title', [line('e1', 'wrong')], ['wrong', '-1'], ['boris', '1'])).toEqual([
      { entitlement: 'e1', to: 'v-boris', why: 'correction' },
    ]);
  });
  it('that the roll does not have changes nothing, and is kept all the same', () => {
    expect(passed('follows-title', [line('e2', 'vera')], ['anna', '-1'], ['boris', '1'])).toEqual([
      { from: 'anna', to: 'boris', share: rational(1), line: null },
    ]);
  });

  it('leaves the whole of the premises whole, whatever passes', () => {
    const person = fc.constantFrom('anna', 'boris', 'vera', null);
    const change = fc.tuple(person, person, fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(
        fc.array(person, { minLength: 1, maxLength: 4 }),
        fc.array(change, { minLength: 1, maxLength: 5 }),
        fc.constantFrom('follows-title', 'void'),
        (owners, changes, rule) => {
          const lines = owners.map((owner, i) =>
            line(`e${i}`, owner, formatRational(rational(1, owners.length))),
          );
          const net = new Map<string | null, number>();
          for (const [from, to, part] of changes) {
            net.set(from, (net.get(from) ?? 0) - part);
            net.set(to, (net.get(to) ?? 0) + part);
          }
          const transfers = transfersOf(
            new Map(
              [...net].filter(([, part]) => part !== 0).map(([name, part]) => [name, rational(part, 60)]),
            ),
          );
          expect(transfers.every(({ share }) => compare(share, zero) > 0)).toBe(true);
          const shares = new Map(lines.map(({ entitlement, share }) => [entitlement, share]));
          for (const { share, line: touched } of passLines(rule, lines, transfers, names, () => false)) {
            if (!touched) continue;
            if (touched.rest) shares.set(touched.entitlement, touched.rest);
            shares.set(touched.became, share);
          }
          expect(formatRational(sum(shares.values()))).toBe('1');
          expect([...shares.values()].every((share) => compare(share, zero) > 0)).toBe(true);
        },
      ),
    );
  });
});
