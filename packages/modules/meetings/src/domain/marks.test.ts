// Marks through the whole path: register -> roll -> sealed record -> count of the house -> recount of the auditor.
import { rational } from '@veche/core/rational.ts';
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import { parseRollRecord } from '@veche/ledger/meeting.ts';
import { recountMeeting } from '@veche/ledger/recount.ts';
import { countMeeting } from '@veche/rules/count.ts';
import type { DecisionRule } from '@veche/rules/decision-rule.ts';
import { builtIn } from '@veche/rules/presets.ts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  askedBy,
  countVoiceless,
  kindsAskedBy,
  markHoldings,
  STATED_KINDS,
  type StatedMark,
} from './marks.ts';
import { measureRestrictions } from './restrictions.ts';
import { makeRoll, publishedRecord, type Holding } from './roll.ts';

const rule = (id: string): DecisionRule => builtIn.versions(id)[0]!.rule;

/** Repeats, and never gives the same bytes twice within a test. */
function seeded(): (length: number) => Uint8Array {
  let state = 1;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return state & 255;
    });
}

type Held = Holding & { readonly holders: readonly string[] };
const held = (premisesId: string, holders: readonly string[], num = 1, den = 1): Held => ({
  premisesId,
  number: premisesId,
  kind: 'flat',
  entrance: '1',
  areaCm2: 600_000,
  personId: holders[0] ?? null,
  holders,
  share: rational(num, den),
});
const said = (kind: StatedMark['kind'], personId: string, premisesId: string | null = null): StatedMark => ({
  kind,
  personId,
  premisesId,
});
const asked = (ids: readonly string[], parties: readonly string[] = []) =>
  askedBy(ids.map((id, i) => ({ id: `item-${i + 1}`, rules: [rule(id)], parties })));
const marksOf = (holdings: readonly Held[], stated: readonly StatedMark[], of: ReturnType<typeof asked>) =>
  markHoldings(holdings, stated, of).map(({ marks }) => marks.join(' '));

describe('what rules ask about those who vote', () => {
  it.each([
    ['ru.half-all', []],
    ['es.ordinary.1', ['debtor', 'representative']],
    ['de.simple', ['conflict']],
    ['at.any', ['conflict']],
    ['pl.share', ['representative']],
    ['nsw.special', ['original-owner']],
    ['ucioa.default', ['association-owned']],
  ])('by %s: %j', (id, kinds) => expect([...kindsAskedBy(rule(id))].sort()).toEqual(kinds));
});

describe('the roll', () => {
  const holdings = [held('1', ['anna']), held('2', ['anna'], 1, 3), held('2', ['boris'], 2, 3)];

  it('bears what the agenda asks and nothing else: a debt is nobody’s business where no rule looks at it', () => {
    const stated = [said('debtor', 'anna'), said('original-owner', 'boris')];
    expect(marksOf(holdings, stated, asked(['ru.half-all']))).toEqual(['', '', '']);
    expect(marksOf(holdings, stated, asked(['es.1-3']))).toEqual(['debtor', 'debtor', '']);
    expect(marksOf(holdings, stated, asked(['nsw.special']))).toEqual(['', '', 'original-owner']);
  });

  it('bears a debt of one premises on that premises alone', () => {
    expect(marksOf(holdings, [said('debtor', 'anna', '2')], asked(['es.1-3']))).toEqual(['', 'debtor', '']);
  });

  it('bears a conflict on the item whose own matter it is, and only where its rule takes the vote', () => {
    expect(marksOf(holdings, [], asked(['ru.half-all', 'de.simple'], ['boris']))).toEqual([
      '',
      '',
      'conflict:item-2',
    ]);
  });

  it('says of an undivided share what is said of any who hold it, a frozen one too', () => {
    const joint = [{ ...held('1', ['anna', 'boris']), personId: null }];
    expect(marksOf(joint, [said('debtor', 'boris')], asked(['es.1-3']))).toEqual(['debtor']);
  });

  it('lets one speak for co-owners: whoever was named, nobody where two were, and the owner of it all without a word', () => {
    const named = (...persons: string[]) => persons.map((person) => said('representative', person, '2'));
    const by = asked(['pl.share']);
    expect(marksOf(holdings, [], by)).toEqual(['', '', '']);
    expect(marksOf(holdings, named('boris'), by)).toEqual(['', '', 'representative']);
    expect(marksOf(holdings, named('anna', 'boris'), by)).toEqual(['', '', '']);
    // Somebody who sold meanwhile speaks for nobody.
    expect(marksOf(holdings, named('vera'), by)).toEqual(['', '', '']);
    expect(countVoiceless(holdings, [])).toBe(1);
    expect(countVoiceless(holdings, named('boris'))).toBe(0);
    const twice = [held('3', ['anna'], 1, 2), held('3', ['anna'], 1, 2)];
    expect(marksOf(twice, [], by)).toEqual(['representative', 'representative']);
    const withGap = [held('3', ['anna'], 1, 2)];
    expect([marksOf(withGap, [], by), countVoiceless(withGap, [])]).toEqual([[''], 1]);
  });

  it('has the bytes it always had where nothing is said of anybody', () => {
    const { entries } = makeRoll(markHoldings(holdings, [], asked(['ru.half-all'])), seeded());
    expect(entries.map(publishedRecord).some((record) => 'marks' in record)).toBe(false);
    expect(makeRoll(holdings, seeded()).entries.map(publishedRecord)).toEqual(entries.map(publishedRecord));
    // What the database gives back is an empty list.
    expect(publishedRecord({ ...entries[0]!, marks: [] })).toEqual(publishedRecord(entries[0]!));
  });
});

describe('an owner', () => {
  const items = (ids: readonly string[]) => ids.map((id, i) => ({ id: `item-${i + 1}`, rule: rule(id) }));
  const restrictionsFor = (
    person: string,
    ids: readonly string[],
    holdings: readonly Held[],
    stated: readonly StatedMark[],
    parties: readonly string[] = [],
  ) => {
    const { entries } = makeRoll(markHoldings(holdings, stated, asked(ids, parties)), seeded());
    const mine = new Set(entries.flatMap((entry) => (entry.personId === person ? [entry.entitlement] : [])));
    return measureRestrictions(
      items(ids),
      entries,
    )(mine).map(
      ({ item, why, leavesNothing, area }) =>
        `${item} ${why} ${area.before}->${area.after}${leavesNothing ? ' nothing' : ''}`,
    );
  };
  const holdings = [held('1', ['anna']), held('2', ['boris'], 1, 3), held('2', ['vera'], 2, 3)];

  it('is told item by item that the vote is taken, and why', () => {
    const ids = ['ru.half-all', 'es.1-3'];
    expect(restrictionsFor('anna', ids, holdings, [said('debtor', 'anna')])).toEqual([
      'item-2 debtor 600000->0 nothing',
    ]);
    expect(restrictionsFor('anna', ids, holdings, [])).toEqual([]);
    expect(restrictionsFor('anna', ['de.simple'], holdings, [], ['anna'])).toEqual([
      'item-1 conflict 600000->0 nothing',
    ]);
  });

  it('is told that another speaks for the premises, and keeps what is held elsewhere', () => {
    const more = [...holdings, held('3', ['boris'])];
    const stated = [said('representative', 'vera', '2')];
    expect(restrictionsFor('boris', ['es.1-3'], more, stated)).toEqual(['item-1 other-speaks 200000->0']);
    expect(restrictionsFor('vera', ['es.1-3'], more, stated)).toEqual([]);
  });

  it('is told how far the weight is cut: the developer by two thirds, the largest to what the others hold', () => {
    const large = [held('1', ['anna']), held('2', ['anna']), held('3', ['boris'])];
    expect(restrictionsFor('anna', ['nsw.special'], large, [said('original-owner', 'anna')])).toEqual([
      'item-1 original-owner 1200000->400000',
    ]);
    expect(restrictionsFor('anna', ['fr.24'], large, [])).toEqual(['item-1 sum-of-others 1200000->600000']);
  });
});

describe('a meeting with marks', () => {
  it('is counted the same by the house and by the auditor, and as every owner was told', () => {
    const rules = [
      'es.ordinary.1',
      'es.3-5',
      'de.simple',
      'at.any',
      'pl.share',
      'nsw.special',
      'ucioa.default',
      'fr.26',
    ];
    const person = fc.constantFrom('anna', 'boris', 'vera', 'gleb');
    const meeting = fc.record({
      ids: fc.array(fc.constantFrom(...rules), { minLength: 1, maxLength: 4 }),
      parties: fc.subarray(['anna', 'boris']),
      units: fc.array(
        fc.record({
          areaCm2: fc.integer({ min: 1, max: 2_000_000 }),
          parts: fc.array(fc.tuple(fc.option(person, { freq: 5 }), fc.integer({ min: 1, max: 5 })), {
            minLength: 1,
            maxLength: 3,
          }),
        }),
        { minLength: 1, maxLength: 7 },
      ),
      stated: fc.array(
        fc.record({
          kind: fc.constantFrom(...STATED_KINDS),
          personId: person,
          premisesId: fc.option(fc.integer({ min: 0, max: 6 }).map((n) => `u${n}`)),
        }),
        { maxLength: 8 },
      ),
      votes: fc.array(
        fc.tuple(
          person,
          fc.array(fc.constantFrom('for' as const, 'against' as const, 'abstain' as const, null), {
            minLength: 4,
            maxLength: 4,
          }),
        ),
        { maxLength: 8 },
      ),
    });
    fc.assert(
      fc.property(meeting, ({ ids, parties, units, stated, votes }) => {
        const items = ids.map((id, i) => ({
          id: `item-${i + 1}`,
          number: i + 1,
          text: `Вопрос ${i + 1}`,
          explanation: '',
          rule: rule(id),
        }));
        const holdings = units.flatMap(({ areaCm2, parts }, u) => {
          const whole = parts.reduce((all, [, part]) => all + part, 0);
          return parts.map(([owner, part]) => ({
            ...held(`u${u}`, owner === null ? [] : [owner], part, whole),
            areaCm2,
          }));
        });
        const { entries } = makeRoll(markHoldings(holdings, stated, asked(ids, parties)), seeded());
        const roll = entries.map((entry) => {
          const record = publishedRecord(entry);
          expect(parseRollRecord(JSON.parse(encodeCanonical(record)))).toEqual(record);
          return record;
        });
        const ballots = votes.flatMap(([owner, marks]) => {
          const mine = entries.filter(({ personId }) => personId === owner);
          if (mine.length === 0) return [];
          const choices = Object.fromEntries(
            items.flatMap(({ id }, i) => (marks[i] ? [[id, marks[i]] as const] : [])),
          );
          return [
            {
              meeting: 'm1',
              voter: mine[0]!.voter,
              entitlements: mine.map(({ entitlement }) => entitlement).sort(),
              choices,
            },
          ];
        });
        const input = { meeting: 'm1', items, roll, ballots };
        const counted = countMeeting(input);
        expect(encodeCanonical(recountMeeting(input))).toBe(encodeCanonical(counted));

        // Where an owner was told that the vote is taken, the opposite vote changes nothing.
        const restrict = measureRestrictions(items, roll);
        const turned = ballots.map((ballot) => {
          const taken = restrict(new Set(ballot.entitlements)).filter(({ leavesNothing }) => leavesNothing);
          const choices = Object.entries(ballot.choices).map(([item, choice]): [string, string] =>
            taken.some((one) => one.item === item) && choice !== 'abstain'
              ? [item, choice === 'for' ? 'against' : 'for']
              : [item, choice],
          );
          return { ...ballot, choices: Object.fromEntries(choices) as typeof ballot.choices };
        });
        expect(encodeCanonical(countMeeting({ ...input, ballots: turned }))).toBe(encodeCanonical(counted));
      }),
      { numRuns: 150 },
    );
  });
});
