// What the laws of several countries ask of a count, each with numbers that can be redone on paper.
import { describe, expect, it } from 'vitest';
import type { Ballot, Choice, CountedItem, RollRecord } from './ballot-box.ts';
import { countMeeting, type ItemResult } from './count.ts';
import { nameEntrance, type DecisionRule } from './decision-rule.ts';
import { findPreset } from './presets.ts';

const preset = (id: string): DecisionRule => findPreset(id, '2026-11-22')!.rule;

type Flat = Partial<RollRecord> & { area: number; owner: string; says?: Choice | 'blank' };
/** One item; each flat is a line of the roll, of its owner alone unless `unit` and `share` say otherwise. */
function vote(rule: DecisionRule, flats: readonly Flat[], item: Partial<CountedItem> = {}): ItemResult {
  const roll = flats.map(({ area, owner, unit, share, entrance, marks }, i): RollRecord => ({
    entitlement: `e${i}`,
    voter: owner,
    unit: unit ?? `u${i}`,
    entrance: entrance ?? '1',
    areaCm2: area,
    share: share ?? '1',
    ...(marks ? { marks } : {}),
  }));
  const ballots = flats.flatMap(({ owner, says }, i): Ballot[] =>
    says === undefined
      ? []
      : [{ voter: owner, entitlements: [`e${i}`], choices: says === 'blank' ? {} : { i1: says } }],
  );
  return countMeeting({ meeting: 'm', items: [{ id: 'i1', number: 1, rule, ...item }], roll, ballots })
    .items[0]!;
}

describe('co-owners of one premises', () => {
  const shared = (a?: Choice | 'blank', b?: Choice | 'blank', rest: Partial<Flat>[] = [{}, {}]): Flat[] => [
    { area: 600, owner: 'ann', unit: 'u', share: '2/3', ...(a ? { says: a } : {}), ...rest[0] },
    { area: 600, owner: 'bob', unit: 'u', share: '1/3', ...(b ? { says: b } : {}), ...rest[1] },
    { area: 400, owner: 'cid' },
  ];
  const by = (coOwners: NonNullable<DecisionRule['coOwners']>): DecisionRule => ({
    ...preset('ru.half-all'),
    coOwners,
  });

  it('vote each the own fraction in Russia', () => {
    expect(vote(preset('ru.half-all'), shared('for', 'against')).sums.area).toMatchObject({
      for: '400',
      against: '200',
    });
  });
  it('are one voice and one head in Germany: one who came speaks for the flat', () => {
    const { sums } = vote(by('one-voice'), shared('for'));
    expect(sums.area).toMatchObject({ for: '600', participants: '600' });
    expect(sums.head).toMatchObject({ all: '2', for: '1' });
  });
  it('spoil their one voice when they differ', () => {
    expect(vote(by('one-voice'), shared('for', 'against')).sums.area).toMatchObject({
      for: '0',
      spoiled: '600',
    });
  });
  it('leave a blank item to each other', () => {
    expect(vote(by('one-voice'), shared('for', 'blank')).sums.area).toMatchObject({
      for: '600',
      unmarked: '0',
    });
  });
  it('follow the majority in interest where the law says so, and nobody where there is none', () => {
    expect(vote(by('majority-in-interest'), shared('for', 'against')).sums.area.for).toBe('600');
    const halves = shared('for', 'against', [{ share: '1/2' }, { share: '1/2' }]);
    expect(vote(by('majority-in-interest'), halves).sums.area).toMatchObject({ for: '0', spoiled: '600' });
  });
  it('speak through the one they named, and through nobody else', () => {
    const named = shared('for', 'against', [{}, { marks: ['representative'] }]);
    expect(vote(by('representative'), named).sums.area).toMatchObject({ for: '0', against: '600' });
    expect(vote(by('representative'), shared('for')).sums.area.participants).toBe('0');
  });
});

describe('weight', () => {
  it('of whoever holds more than all others is cut to theirs (France, article 22)', () => {
    const { sums, adjusted } = vote(preset('fr.24'), [
      { area: 700, owner: 'big', says: 'for' },
      { area: 200, owner: 'a', says: 'against' },
      { area: 100, owner: 'b', says: 'against' },
    ]);
    expect(sums.area).toMatchObject({ all: '600', for: '300', against: '300' });
    expect(sums.head.all).toBe('3');
    expect(adjusted).toEqual([
      {
        why: 'sum-of-others',
        entitlements: 1,
        area: { before: '700', after: '300' },
        unit: { before: '1', after: '1' },
      },
    ]);
  });
  it('of an only owner is not cut: there are no others', () => {
    expect(vote(preset('fr.24'), [{ area: 700, owner: 'big', says: 'for' }]).verdict).toBe('passed');
  });
  it('of the original owner is cut by two thirds when they hold half of a scheme of more than two lots', () => {
    const scheme = (own: number): Flat[] => [
      { area: own, owner: 'dev', says: 'against', marks: ['original-owner'] },
      { area: 300, owner: 'a', says: 'for' },
      { area: 300, owner: 'b', says: 'for' },
    ];
    // 600 of 1200 is half: 200 against of 800 cast is a quarter.
    expect(vote(preset('nsw.special'), scheme(600))).toMatchObject({ verdict: 'passed' });
    expect(vote(preset('nsw.special'), scheme(600)).tests[0]![0]).toMatchObject({ have: '1/4', margin: '0' });
    // 599 is less than half: nothing is cut.
    expect(vote(preset('nsw.special'), scheme(599)).verdict).toBe('failed');
    expect(vote(preset('nsw.special'), scheme(599)).adjusted).toBeUndefined();
  });
  it('of debtors leaves the vote and both bases in Spain', () => {
    const { sums, tests } = vote(preset('es.ordinary.2'), [
      { area: 500, owner: 'owes', says: 'against', marks: ['debtor'] },
      { area: 300, owner: 'a', says: 'for' },
      { area: 200, owner: 'b' },
    ]);
    expect(sums.area).toMatchObject({ all: '500', against: '0', for: '300', participants: '300' });
    expect(sums.head.all).toBe('2');
    expect(tests[0]!.every(({ holds }) => holds)).toBe(true);
  });
  it('of a party to the contract is out on that item alone (Germany)', () => {
    const flats: Flat[] = [
      { area: 500, owner: 'firm', says: 'for', marks: ['conflict:i1'] },
      { area: 300, owner: 'a', says: 'against' },
    ];
    expect(vote(preset('de.simple'), flats).sums.head).toMatchObject({ all: '1', for: '0', against: '1' });
    const other = flats.map((flat) => ({ ...flat, ...(flat.marks ? { marks: ['conflict:i2'] } : {}) }));
    expect(vote(preset('de.simple'), other).sums.head).toMatchObject({ all: '2', for: '1' });
  });
  it('of units that the association owns stays in the base and is not cast (UCIOA)', () => {
    const { sums } = vote(preset('ucioa.default'), [
      { area: 1, owner: 'club', says: 'for', marks: ['association-owned'] },
      { area: 1, owner: 'a', says: 'against' },
    ]);
    expect(sums.unit).toMatchObject({ all: '2', for: '0', against: '1' });
  });
});

describe('bases', () => {
  const three: Flat[] = [
    { area: 500, owner: 'a', says: 'for' },
    { area: 300, owner: 'b', says: 'blank' },
    { area: 200, owner: 'c', says: 'spoiled' },
  ];
  it.each([
    [{}, '1000'],
    [{ blank: 'out-of-base' as const }, '700'],
    [{ spoiled: 'out-of-base' as const }, '800'],
    [{ blank: 'out-of-base' as const, spoiled: 'out-of-base' as const }, '500'],
  ])('blank and spoiled marks have switches of their own: %o', (switches, of) => {
    expect(vote({ ...preset('ru.participants'), ...switches }, three).tests[0]![0]!.of).toBe(of);
  });

  it('one entrance is measured on its own, on both sides', () => {
    const rule = nameEntrance(preset('ru.cl45.many-entrances'), '2');
    const house = (here: Choice): Flat[] => [
      { area: 600, owner: 'a', says: 'for' },
      { area: 100, owner: 'b', entrance: '2', says: here },
      { area: 40, owner: 'c', entrance: '2' },
    ];
    const { tests, quorum, verdict, entrances } = vote(rule, house('for'));
    expect(tests[0]![1]).toMatchObject({ base: 'entrance:2', have: '100', of: '100', holds: true });
    expect(quorum[1]).toMatchObject({
      base: 'entrance:2',
      have: '100',
      of: '140',
      need: '280/3',
      holds: true,
    });
    expect(entrances!['2']!.area.all).toBe('140');
    expect(verdict).toBe('passed');
    expect(vote(rule, house('against')).verdict).toBe('failed');
  });

  it('two owners at least make a Swiss meeting, however small the house', () => {
    const { quorum, verdict } = vote(preset('ch.simple'), [
      { area: 500, owner: 'a', says: 'for' },
      { area: 400, owner: 'b' },
    ]);
    expect(quorum[0]).toMatchObject({ have: '1', min: 2, need: '2', holds: false });
    expect(verdict).toBe('no-quorum');
  });

  it('a quarter of the persons or a quarter of the entitlement is a quorum in New South Wales', () => {
    const { quorum, verdict } = vote(preset('nsw.ordinary'), [
      { area: 900, owner: 'a', says: 'for' },
      ...['b', 'c', 'd', 'e'].map((owner) => ({ area: 25, owner })),
    ]);
    expect(quorum.map(({ holds }) => holds)).toEqual([false, true]);
    expect(verdict).toBe('passed');
  });
});

describe('what follows', () => {
  it('is who pays: all when two thirds of the cast and half of the shares are for (Germany)', () => {
    const house = (shares: readonly number[]): Flat[] =>
      shares.map((area, i) => ({ area, owner: `o${i}`, says: i < 3 ? 'for' : 'against' }));
    expect(vote(preset('de.structural-tier'), house([200, 200, 200, 100]))).toMatchObject({
      verdict: 'passed',
      effect: 'costs-on-all',
    });
    expect(vote(preset('de.structural-tier'), house([200, 200, 200, 601]))).toMatchObject({
      verdict: 'passed',
      effect: 'costs-on-yes-voters',
    });
    expect(
      vote(preset('de.structural-tier'), [{ area: 1, owner: 'a', says: 'against' }]).effect,
    ).toBeUndefined();
  });

  it('is a second vote at once in France when a third of all votes was for, and no third vote', () => {
    const flats: Flat[] = [
      { area: 340, owner: 'a', says: 'for' },
      { area: 330, owner: 'b', says: 'against' },
      { area: 330, owner: 'c' },
    ];
    expect(vote(preset('fr.25'), flats).fallback).toMatchObject({
      kind: 'second-vote',
      rule: 'fr.24',
      due: true,
    });
    expect(vote(preset('fr.25'), flats, { round: 1 }).fallback!.due).toBe(false);
    const fewer = [{ ...flats[0]!, area: 300 }, ...flats.slice(1)];
    expect(vote(preset('fr.25'), fewer).fallback!.due).toBe(false);
  });

  it('is half an hour and a second call in Spain, and silence that is assent after thirty days', () => {
    const flats: Flat[] = [
      { area: 300, owner: 'a', says: 'for' },
      { area: 400, owner: 'b' },
      { area: 300, owner: '' },
    ];
    expect(vote(preset('es.ordinary.1'), flats)).toMatchObject({
      verdict: 'no-quorum',
      fallback: { kind: 'second-call', rule: 'es.ordinary.2', due: true },
    });
    expect(vote(preset('es.3-5'), flats).fallback).toMatchObject({ kind: 'silent-assent', due: true });
    const { sums, verdict } = vote(preset('es.3-5.silent'), flats);
    // Whoever is not known was not called.
    expect(sums.area).toMatchObject({ for: '700', participants: '700' });
    expect(verdict).toBe('passed');
  });

  it('is a court in Austria when the votes are equal', () => {
    const half: Flat[] = [
      { area: 500, owner: 'a', says: 'for' },
      { area: 500, owner: 'b', says: 'against' },
    ];
    expect(vote(preset('at.any'), half)).toMatchObject({ verdict: 'failed', tie: 'court' });
    expect(vote(preset('ru.half-all'), half).tie).toBeUndefined();
    expect(vote({ ...preset('ru.half-all'), tie: 'chair-casts' }, half).tie).toBe('chair-casts');
  });

  it('passes in Austria with 34 % of all for and 16 % against, though half stayed silent', () => {
    const { verdict, fallback } = vote(preset('at.any'), [
      { area: 340, owner: 'a', says: 'for' },
      { area: 160, owner: 'b', says: 'against' },
      { area: 500, owner: 'c' },
    ]);
    expect(verdict).toBe('passed');
    expect(fallback!.due).toBe(false);
  });

  it('passes in New South Wales with 30 for, 10 against, 60 abstaining, and not with 11 against', () => {
    const house = (against: number): Flat[] => [
      { area: 300, owner: 'a', says: 'for' },
      { area: against, owner: 'b', says: 'against' },
      { area: 600, owner: 'c', says: 'abstain' },
    ];
    expect(vote(preset('nsw.special'), house(100)).verdict).toBe('passed');
    expect(vote(preset('nsw.special'), house(110)).verdict).toBe('failed');
    expect(vote(preset('nsw.unanimous'), house(1)).verdict).toBe('failed');
  });
});

describe('a ballot that may not be replaced', () => {
  it('counts as it was first sent, and the later one is superseded (California)', () => {
    const rule = { ...preset('ru.half-all'), revote: 'never' as const };
    const roll: RollRecord[] = [
      { entitlement: 'e', voter: 'a', unit: 'u', entrance: '1', areaCm2: 100, share: '1' },
    ];
    const ballots: Ballot[] = (['for', 'against'] as const).map((choice) => ({
      voter: 'a',
      entitlements: ['e'],
      choices: { i1: choice },
    }));
    const result = countMeeting({ meeting: 'm', items: [{ id: 'i1', number: 1, rule }], roll, ballots });
    expect(result.items[0]!.sums.area.for).toBe('100');
    expect(result.ballots).toEqual({ logged: 2, effective: 1, superseded: 1 });
  });
});
