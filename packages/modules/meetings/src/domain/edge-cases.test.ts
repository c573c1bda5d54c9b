// Cases in which a naive system counts wrongly, each held the way the house holds a meeting: register, roll, signed
// ballots, sealed box, count. Every one of them is recounted by the auditor's own code, to the same bytes.
import { rational, type Rational } from '@veche/core/rational.ts';
import { encodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { checkCommitment, makeCommitment } from '@veche/ledger/commitment.ts';
import { encodeEntry, signEntry } from '@veche/ledger/entry.ts';
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import { parseRollRecord, type Choice, type NoticeItem } from '@veche/ledger/meeting.ts';
import { recountMeeting } from '@veche/ledger/recount.ts';
import { nameEntrance, type DecisionRule } from '@veche/rules/decision-rule.ts';
import { findPreset } from '@veche/rules/presets.ts';
import { describe, expect, it } from 'vitest';
import { ballotIdem, encodeBallot } from './ballot.ts';
import { isShownTwice } from './calendar.ts';
import { castBallot, readBallot } from './cast.ts';
import { countBox, openBallots, type BoxEntry } from './close.ts';
import { exampleNotice } from './example.ts';
import { limitOf } from './house-limits.ts';
import { makeRoll, publishedRecord, type Holding } from './roll.ts';
import { instantOf, wallTimeOf } from './zoned-time.ts';

const MEETING = 'a1b2c3d4e5f6a1b2c3d4e5f6';
const ruleOf = (id: string): DecisionRule => findPreset(id, '2026-11-22')!.rule;

/** Repeats, and never gives the same bytes twice within a test. */
function seeded(): (length: number) => Uint8Array<ArrayBuffer> {
  let state = 1;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return state & 255;
    });
}

/** A title of the register: 50 m² of a flat in entrance 1 unless said otherwise. */
const held = (
  number: string,
  personId: string | null,
  change: Partial<Pick<Holding, 'areaCm2' | 'entrance' | 'kind'>> & { share?: Rational } = {},
): Holding => ({
  premisesId: `premises ${number}`,
  number,
  kind: 'flat',
  entrance: '1',
  areaCm2: 500_000,
  personId,
  share: rational(1),
  ...change,
});

type Vote = {
  readonly by: string;
  readonly choices: Readonly<Record<string, Choice>>;
  /** Numbers of the premises it is cast for; all of the person's unless said. */
  readonly for?: readonly string[];
};

/** From the register to the result: one item per rule, `item-1` first; votes in the order of the log. */
function hold(rules: readonly DecisionRule[], register: readonly Holding[], votes: readonly Vote[]) {
  const items = rules.map((rule, i): NoticeItem => ({
    id: `item-${i + 1}`,
    number: i + 1,
    text: `Question ${i + 1}`,
    explanation: '',
    rule,
  }));
  const { entries } = makeRoll(register, seeded());
  const roll = entries.map(publishedRecord);
  roll.forEach(parseRollRecord);
  const effective = new Map<string, string>();
  const box = votes.map((vote, position): BoxEntry => {
    const mine = entries.filter(({ personId }) => personId === vote.by);
    const entitlements = mine
      .filter(({ premisesNumber }) => vote.for?.includes(premisesNumber) ?? true)
      .map(({ entitlement }) => entitlement);
    const voter = mine[0]!.voter;
    const payload = encodeBallot({ meeting: MEETING, voter, entitlements, choices: vote.choices });
    const salt = new Uint8Array(32).fill(position + 1);
    const leaf = encodeEntry(
      signEntry(
        {
          kind: 'ballot',
          meeting: MEETING,
          voter,
          nonce: encodeBase64(new Uint8Array(16).fill(position)),
          ballot: encodeBase64(makeCommitment(salt, encodeUtf8(payload))),
        },
        new Uint8Array(32).fill(position + 1),
      ),
    );
    const idem = ballotIdem(leaf);
    for (const entitlement of entitlements) effective.set(entitlement, idem);
    return { idem, index: 10 + position, leaf, payload, salt: encodeBase64(salt) };
  });
  const { result, text } = countBox({ meeting: MEETING, items, roll, box, effective, closingSize: null });
  const { inTime: ballots } = openBallots(box, null);
  expect(encodeCanonical(recountMeeting({ meeting: MEETING, items, roll, ballots }))).toBe(text);
  return { result, entries, box, item: result.items[0]! };
}

const says = (by: string, choice: Choice, only?: readonly string[]): Vote => ({
  by,
  choices: { 'item-1': choice },
  ...(only ? { for: only } : {}),
});

describe('an entitlement', () => {
  it('is one share of one premises in the hands of one holder, and nothing else casts', () => {
    const house = [
      held('1', 'anna', { share: rational(1, 4) }),
      held('1', 'anna', { share: rational(1, 4) }),
      held('1', 'boris', { share: rational(1, 2) }),
      held('2', 'anna'),
    ];
    const { entries, item } = hold([ruleOf('ru.half-all')], house, [says('anna', 'for', ['1'])]);
    // Two titles of one owner in one flat are two, each on its own paper; one ballot lists both.
    expect(
      entries
        .map(({ premisesNumber, share, personId }) => `${premisesNumber} ${share} ${personId}`)
        .toSorted(),
    ).toEqual(['1 1/2 boris', '1 1/4 anna', '1 1/4 anna', '2 1 anna']);
    expect(new Set(entries.map(({ entitlement }) => entitlement)).size).toBe(4);
    expect(item.sums.area).toMatchObject({ for: '250000', participants: '250000', all: '1000000' });
    expect(item.sums.unit).toMatchObject({ for: '1/2', all: '2' });
  });
});

describe('a person with several premises', () => {
  const house = [
    held('1', 'anna'),
    held('2', 'anna'),
    held('P1', 'anna', { kind: 'parking', areaCm2: 125_000 }),
    held('3', 'boris', { areaCm2: 300_000 }),
    held('4', 'vera', { areaCm2: 300_000 }),
  ];

  it('casts one ballot, and the weights of all premises are summed', () => {
    const { result, item } = hold([ruleOf('ru.half-all')], house, [says('anna', 'for')]);
    expect(result.ballots).toEqual({ logged: 1, effective: 1, superseded: 0 });
    expect(item.sums.area).toMatchObject({ for: '1125000', all: '1725000' });
    expect(item.verdict).toBe('passed');
  });

  it('is one head in the quorum of a Swiss meeting, however much of the house it is', () => {
    const { item } = hold([ruleOf('ch.simple')], house, [says('anna', 'for')]);
    expect(item.quorum.map(({ weight, have, of, holds }) => [weight, have, of, holds])).toEqual([
      ['head', '1', '3', false],
      ['share', '15/23', '1', true],
    ]);
    expect(item.verdict).toBe('no-quorum');
  });

  it('is one voice where heads are counted, as in Germany', () => {
    const { item } = hold([ruleOf('de.simple')], house, [
      says('anna', 'for'),
      says('boris', 'against'),
      says('vera', 'against'),
    ]);
    expect(item.sums.head).toMatchObject({ for: '1', against: '2' });
    expect(item.verdict).toBe('failed');
  });

  it('may vote differently with each premises, and speaks as a head by the last word', () => {
    const { item } = hold([ruleOf('ru.half-all')], house, [
      says('anna', 'for', ['1', '2']),
      says('anna', 'against', ['P1']),
    ]);
    expect(item.sums.area).toMatchObject({ for: '1000000', against: '125000' });
    expect(item.sums.head).toMatchObject({ participants: '1', for: '0', against: '1' });
  });
});

describe('a vote that is sent again', () => {
  const house = [held('1', 'anna'), held('2', 'boris')];
  const twice = [says('anna', 'for'), says('boris', 'for'), says('anna', 'against')];

  it('takes the place of the first, and the first stays in the box for everybody to see', () => {
    const { result, box, item } = hold([ruleOf('ru.half-all')], house, twice);
    expect(result.ballots).toEqual({ logged: 3, effective: 2, superseded: 1 });
    expect(item.sums.area).toMatchObject({ for: '500000', against: '500000' });
    expect(openBallots(box, null).inTime.map(({ choices }) => choices['item-1'])).toEqual([
      'for',
      'for',
      'against',
    ]);
  });

  it('counts until everybody was heard in Austria as it does until the close elsewhere: the last one', () => {
    expect(ruleOf('at.any').revote).toBe('until-all-heard');
    expect(hold([ruleOf('at.any')], house, twice).item.sums.area.against).toBe('500000');
  });

  it('does not count where a ballot binds from the moment it is sent, and no such meeting is held here', () => {
    const rule = { ...ruleOf('ru.half-all'), revote: 'never' as const };
    const { result, item } = hold([rule], house, twice);
    expect(item.sums.area).toMatchObject({ for: '1000000', against: '0' });
    expect(result.ballots).toEqual({ logged: 3, effective: 2, superseded: 1 });
    expect(limitOf(rule)).toBe('irrevocable');
  });

  it('leaves one decision per share and item, whatever was sent before', () => {
    const rules = [ruleOf('ru.participants'), ruleOf('ru.half-all')];
    const votes = Array.from({ length: 9 }, (_, i): Vote => ({
      by: i % 2 === 0 ? 'anna' : 'boris',
      choices: {
        'item-1': i % 3 === 0 ? 'for' : 'against',
        ...(i % 4 === 0 ? { 'item-2': 'for' as const } : {}),
      },
    }));
    for (const { sums } of hold(rules, house, votes).result.items)
      expect(sums.unit).toMatchObject({ all: '2', participants: '2' });
  });
});

describe('an equal vote', () => {
  const house = [held('1', 'anna'), held('2', 'boris')];
  const tied = [says('anna', 'for'), says('boris', 'against')];

  it('does not pass, and nobody decides it unless the law says who', () => {
    for (const id of ['ru.participants', 'ru.half-all', 'de.simple', 'fr.24', 'be.absolute', 'ch.simple']) {
      const { item } = hold([ruleOf(id)], house, tied);
      expect(item.verdict, id).toBe('failed');
      expect(item.tie, id).toBeUndefined();
    }
  });

  it('goes to a court in Austria', () => {
    expect(hold([ruleOf('at.any')], house, tied).item).toMatchObject({ verdict: 'failed', tie: 'court' });
  });
});

describe('an item of a ballot', () => {
  it('that is left unmarked takes nothing from the other items of the same ballot', () => {
    const { result } = hold(
      [ruleOf('ru.participants'), ruleOf('ru.participants')],
      [held('1', 'anna')],
      [{ by: 'anna', choices: { 'item-2': 'for' } }],
    );
    expect(result.items.map(({ sums }) => [sums.area.for, sums.area.unmarked])).toEqual([
      ['0', '500000'],
      ['500000', '0'],
    ]);
    expect(result.items.map(({ verdict }) => verdict)).toEqual(['failed', 'passed']);
  });

  it('that the notice does not have is counted nowhere: no vote moves over to another wording by itself', () => {
    const vote = { by: 'anna', choices: { 'item-2': 'for' as const } };
    expect(() => hold([ruleOf('ru.half-all')], [held('1', 'anna')], [vote])).toThrow('unknown-item');
  });

  it('that is worded otherwise after the notice no longer fits what the log was told', () => {
    const salt = new Uint8Array(32).fill(5);
    const told = makeCommitment(salt, encodeUtf8(encodeCanonical(exampleNotice)));
    const reworded = {
      ...exampleNotice,
      items: exampleNotice.items.map((item) => ({ ...item, text: item.text.replace('Сдать', 'Продать') })),
    };
    const withdrawn = { ...exampleNotice, items: exampleNotice.items.slice(1) };
    for (const changed of [reworded, withdrawn])
      expect(() => checkCommitment(told, salt, encodeUtf8(encodeCanonical(changed)))).toThrow(/commitment/);
  });
});

describe('premises of every kind', () => {
  it('count with the area and the share of their own: a parking place is no flat and is not left out', () => {
    const place = (person: string) =>
      held('P', person, { kind: 'parking', areaCm2: 300_000, share: rational(1, 20), entrance: '' });
    const rest = held('P', null, { kind: 'parking', areaCm2: 300_000, share: rational(9, 10), entrance: '' });
    const house = [held('1', 'anna'), place('anna'), place('boris'), rest];
    const { item, result } = hold([ruleOf('ru.half-all')], house, [
      says('anna', 'for'),
      says('boris', 'for'),
    ]);
    expect(result.roll).toMatchObject({ size: 4, area: '800000', units: 2 });
    expect(item.sums.area).toMatchObject({ for: '530000', all: '800000' });
  });

  it('stay in every base when nobody knows the owner, whatever they are used for', () => {
    const house = [
      held('1', 'anna'),
      held('office', null, { kind: 'nonresidential', areaCm2: 400_000 }),
      held('2', null, { areaCm2: 100_001 }),
    ];
    const { item } = hold([ruleOf('ru.half-all')], house, [says('anna', 'for')]);
    expect(item.sums.area).toMatchObject({ all: '1000001', for: '500000' });
    expect(item.sums.head.all).toBe('3');
    expect(item.verdict).toBe('no-quorum');
  });

  it('whose shares leave a gap are whole in the base, and what nobody holds is on no side', () => {
    const house = [
      held('1', 'anna', { share: rational(1, 3) }),
      held('1', 'boris', { share: rational(1, 3) }),
      held('2', 'vera', { areaCm2: 100_000 }),
    ];
    const { item } = hold([ruleOf('ru.half-all')], house, [says('anna', 'for'), says('vera', 'for')]);
    expect(item.sums.area).toMatchObject({ all: '600000', for: '800000/3', participants: '800000/3' });
    expect(item.verdict).toBe('no-quorum');
  });
});

describe('a house in which one owner has most of the shares', () => {
  const house = [held('1', 'anna', { areaCm2: 1_100_000 }), held('2', 'boris'), held('3', 'vera')];
  const votes = [says('anna', 'for'), says('boris', 'against'), says('vera', 'against')];

  it('decides by shares in Poland, and by heads once the owners have demanded it', () => {
    expect(hold([ruleOf('pl.share')], house, votes).item.verdict).toBe('passed');
    const { item } = hold([ruleOf('pl.head')], house, votes);
    expect(item.tests[0]![0]).toMatchObject({ weight: 'head', have: '1', of: '3', holds: false });
    expect(item.verdict).toBe('failed');
  });

  it('cuts that owner to the others together in France, and to nothing less', () => {
    const { item } = hold([ruleOf('fr.24')], house, votes);
    expect(item.sums.area).toMatchObject({ for: '1000000', against: '1000000' });
    expect(item.verdict).toBe('failed');
  });
});

describe('a flat that is to become an office (clause 4.5)', () => {
  const named = nameEntrance(ruleOf('ru.cl45.many-entrances'), '2');
  /** Entrance 2 has 300 m², entrance 1 has 700. */
  const house = [
    held('1', 'anna', { areaCm2: 7_000_000 }),
    held('2', 'boris', { areaCm2: 2_000_000, entrance: '2' }),
    held('3', 'vera', { areaCm2: 999_999, entrance: '2' }),
    held('4', 'gleb', { areaCm2: 1, entrance: '2' }),
  ];

  it('needs more than two thirds of its entrance to take part: exactly two thirds are too few', () => {
    const { item } = hold([named], house, [says('anna', 'for'), says('boris', 'for')]);
    expect(item.quorum.map(({ base, holds }) => [base, holds])).toEqual([
      ['all', true],
      ['entrance:2', false],
    ]);
    expect(item.verdict).toBe('no-quorum');
    const more = hold([named], house, [says('anna', 'for'), says('boris', 'for'), says('gleb', 'for')]);
    expect(more.item.verdict).toBe('passed');
  });

  it('fails when its entrance is against, however many of the house are for', () => {
    const { item } = hold([named], house, [
      says('anna', 'for'),
      says('boris', 'against'),
      says('gleb', 'for'),
    ]);
    expect(item.tests[0]!.map(({ base, holds }) => [base, holds])).toEqual([
      ['participants', true],
      ['entrance:2', false],
    ]);
    expect(item.verdict).toBe('failed');
  });

  it('needs more than two thirds of the whole house where there is one entrance', () => {
    const rule = ruleOf('ru.cl45.one-entrance');
    const single = [held('1', 'anna', { areaCm2: 200 }), held('2', 'boris', { areaCm2: 100 })];
    expect(hold([rule], single, [says('anna', 'for')]).item.verdict).toBe('no-quorum');
    expect(hold([rule], single, [says('anna', 'for'), says('boris', 'against')]).item.verdict).toBe('passed');
  });
});

describe('a vote that ends in the night in which clocks are set back', () => {
  const [{ leaf, payload, salt }] = hold([ruleOf('ru.half-all')], [held('1', 'anna')], [says('anna', 'for')])
    .box as [BoxEntry];
  const ballot = readBallot({ entry: leaf, payload: payload!, salt: salt! });
  if ('refused' in ballot) throw new Error(ballot.refused);
  /** What becomes of the ballot at that moment, when the voting ends at `closesAt`. */
  const at = (now: string, closesAt: Date): string => {
    const outcome = castBallot(
      {
        id: MEETING,
        opensAt: new Date('2026-10-15T06:00:00Z'),
        closesAt,
        items: new Set(['item-1']),
      },
      { voter: ballot.ballot.voter, entitlements: new Set(ballot.ballot.entitlements) },
      new Set([ballot.entry.by]),
      ballot,
      new Date(now),
    );
    return 'refused' in outcome ? outcome.refused : 'taken';
  };

  it('ends once, at the instant of the notice, and not the first time that the clocks of the building show it', () => {
    // Half past two comes at 00:30 and at 01:30 in Greenwich.
    const second = new Date('2026-10-25T01:30:00Z');
    expect(wallTimeOf(second, 'Europe/Berlin')).toBe('2026-10-25T02:30');
    expect(at('2026-10-25T00:45:00Z', second)).toBe('taken');
    expect(at('2026-10-25T01:29:59Z', second)).toBe('taken');
    expect(at('2026-10-25T01:30:00Z', second)).toBe('meeting-closed');
  });

  it('is announced with a warning, and taken for the first of the two where only the clock time is given', () => {
    const first = instantOf('2026-10-25T02:30', 'Europe/Berlin')!;
    expect(isShownTwice(first, 'Europe/Berlin')).toBe(true);
    expect(at('2026-10-25T00:29:59Z', first)).toBe('taken');
    expect(at('2026-10-25T00:30:00Z', first)).toBe('meeting-closed');
  });
});
