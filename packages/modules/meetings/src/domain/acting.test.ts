// Who may cast what: the rows of the requirement about children, firms, public bodies, spouses, several flats and the dead.
import type { ActingRegister, HeldTitle } from '@veche/people/register/acting-store.ts';
import type { Representation } from '@veche/people/register/representation.ts';
import type { Role } from '@veche/module-kit/who.ts';
import { describe, expect, it } from 'vitest';
import { createActors, holdersOf, type ActingLine } from './acting.ts';

const DAY = '2026-03-05';
const document = { kind: null, number: '1', date: null, text: '' } as const;

const line = (owner: string, flat: string): ActingLine => ({
  entitlement: `e-${flat}`,
  voter: `v-${owner}`,
  personId: owner,
  premisesId: flat,
});
const paper = (
  agentId: string,
  principalId: string,
  basis: Representation['basis'],
  change: Partial<Representation> = {},
): Representation => ({
  id: `${agentId} for ${principalId}`,
  principalId,
  agentId,
  basis,
  premisesIds: null,
  document,
  from: '2026-01-01',
  until: null,
  revokedOn: null,
  ...change,
});
const title = (personId: string, premisesId: string, change: Partial<HeldTitle> = {}): HeldTitle => ({
  id: `title of ${premisesId}`,
  premisesId,
  personId,
  jointWith: [],
  freeze: null,
  heldFrom: null,
  heldTo: null,
  ...change,
});
const house = (lines: ActingLine[], register: Partial<ActingRegister> = {}) => {
  const actors = createActors(lines, { persons: [], representations: [], titles: [], ...register });
  const by = (personId: string, roles: readonly Role[] = []) => ({ personId, roles });
  return {
    actors,
    /** What the person may do for the owner: the basis of each share, or why not; null: nothing to do with it. */
    asks: (personId: string, owner: string, day = DAY, roles: readonly Role[] = []) => {
      const standing = actors.find(by(personId, roles), `v-${owner}`, day);
      return standing && Object.fromEntries([...standing.castable, ...standing.barred]);
    },
    ownersOf: (personId: string, day = DAY) => actors.list(by(personId), day).map(({ voter }) => voter),
  };
};

describe('an owner', () => {
  it('casts what is theirs, a neighbour nothing of it', () => {
    const { asks, ownersOf } = house([line('anna', 'f1'), line('boris', 'f2')]);
    expect(asks('anna', 'anna')).toEqual({ 'e-f1': null });
    expect(asks('boris', 'anna')).toBeNull();
    expect(asks('stranger', 'anna')).toBeNull();
    expect(ownersOf('boris')).toEqual(['v-boris']);
    expect(ownersOf('stranger')).toEqual([]);
  });

  it('of several flats has them all in one ballot', () => {
    const { asks, ownersOf } = house([line('anna', 'f1'), line('anna', 'f2'), line('anna', 'p1')]);
    expect(asks('anna', 'anna')).toEqual({ 'e-f1': null, 'e-f2': null, 'e-p1': null });
    expect(ownersOf('anna')).toEqual(['v-anna']);
  });

  it('who gave a power of attorney may still vote in person', () => {
    const { asks } = house([line('anna', 'f1')], { representations: [paper('lev', 'anna', 'attorney')] });
    expect(asks('anna', 'anna')).toEqual({ 'e-f1': null });
    expect(asks('lev', 'anna')).toEqual({ 'e-f1': 'attorney' });
  });

  it('who turned out to be one with another acts under the name that is left', () => {
    const { asks } = house([line('old', 'f1')], {
      persons: [{ id: 'old', kind: 'natural', birthDay: null, mergedInto: 'new' }],
      representations: [paper('lev', 'new', 'attorney')],
    });
    expect(asks('new', 'old')).toEqual({ 'e-f1': null });
    expect(asks('lev', 'old')).toEqual({ 'e-f1': 'attorney' });
    expect(asks('old', 'old')).toBeNull();
  });
});

describe('a minor', () => {
  const child = { id: 'child', kind: 'natural', birthDay: '2008-03-05', mergedInto: null } as const;
  const family = house([line('child', 'f1')], {
    persons: [child],
    representations: [paper('mother', 'child', 'parent'), paper('father', 'child', 'parent')],
  });

  it('does not vote, and either parent votes for the child', () => {
    expect(family.asks('child', 'child', '2026-03-04')).toEqual({ 'e-f1': 'minor' });
    expect(family.asks('mother', 'child', '2026-03-04')).toEqual({ 'e-f1': 'parent' });
    expect(family.asks('father', 'child', '2026-03-04')).toEqual({ 'e-f1': 'parent' });
  });

  it('who comes of age during the vote votes alone from that very day', () => {
    expect(family.asks('child', 'child', '2026-03-05')).toEqual({ 'e-f1': null });
    expect(family.asks('mother', 'child', '2026-03-05')).toEqual({ 'e-f1': 'ended' });
  });

  it('gives no power of attorney, and acts for nobody', () => {
    const { asks } = house([line('child', 'f1'), line('anna', 'f2')], {
      persons: [child],
      representations: [paper('lev', 'child', 'attorney'), paper('child', 'anna', 'attorney')],
    });
    expect(asks('lev', 'child', '2026-03-04')).toEqual({ 'e-f1': 'minor' });
    expect(asks('child', 'anna', '2026-03-04')).toEqual({ 'e-f2': 'minor' });
  });
});

describe('a ward', () => {
  it('votes through the guardian', () => {
    const { asks } = house([line('anna', 'f1')], { representations: [paper('guard', 'anna', 'guardian')] });
    expect(asks('anna', 'anna')).toEqual({ 'e-f1': 'ward' });
    expect(asks('guard', 'anna')).toEqual({ 'e-f1': 'guardian' });
  });
});

describe('a legal entity', () => {
  const firm = { id: 'firm', kind: 'legal', birthDay: null, mergedInto: null } as const;

  it('votes by its head or by a power of attorney, and never by the account of the firm', () => {
    const { asks } = house([line('firm', 'o1')], {
      persons: [firm],
      representations: [paper('head', 'firm', 'head'), paper('lawyer', 'firm', 'attorney')],
    });
    expect(asks('firm', 'firm')).toEqual({ 'e-o1': 'organisation' });
    expect(asks('head', 'firm')).toEqual({ 'e-o1': 'head' });
    expect(asks('lawyer', 'firm')).toEqual({ 'e-o1': 'attorney' });
  });

  it('acts for no owner by its own account, whatever paper it has', () => {
    const { asks } = house([line('anna', 'f1')], {
      persons: [firm],
      representations: [paper('firm', 'anna', 'attorney')],
    });
    expect(asks('firm', 'anna')).toEqual({ 'e-f1': 'organisation' });
  });
});

describe('a municipality', () => {
  const city = { id: 'city', kind: 'public', birthDay: null, mergedInto: null } as const;
  const flats = Array.from({ length: 40 }, (_, i) => `f${i + 1}`);
  const lines = flats.map((flat) => line('city', flat));

  it('has all its premises in one list before its officer', () => {
    const { asks, ownersOf } = house(lines, {
      persons: [city],
      representations: [paper('clerk', 'city', 'officer')],
    });
    expect(Object.keys(asks('clerk', 'city')!)).toHaveLength(40);
    expect(ownersOf('clerk')).toEqual(['v-city']);
  });

  it('may name one officer for some premises and another for the rest', () => {
    const { asks } = house(lines, {
      persons: [city],
      representations: [
        paper('clerk', 'city', 'officer', { premisesIds: flats.slice(0, 30) }),
        paper('deputy', 'city', 'officer', { premisesIds: flats.slice(30) }),
      ],
    });
    expect(Object.keys(asks('clerk', 'city')!)).toHaveLength(30);
    expect(asks('deputy', 'city')).not.toHaveProperty('e-f1');
    expect(asks('deputy', 'city')).toHaveProperty('e-f40', 'officer');
  });

  it.each(['chair', 'commission', 'auditor', 'operator'] as const)(
    'does not vote by an officer who is %s here: two parts of one body have separate accounts',
    (role) => {
      const { asks } = house([line('city', 'f1')], {
        persons: [city],
        representations: [paper('clerk', 'city', 'officer')],
      });
      expect(asks('clerk', 'city', DAY, ['representative', role])).toEqual({ 'e-f1': 'office' });
      expect(asks('clerk', 'city', DAY, ['representative'])).toEqual({ 'e-f1': 'officer' });
      expect(asks('city', 'city', DAY, [role])).toEqual({ 'e-f1': 'organisation' });
    },
  );

  it('is no reason for a chair not to vote for a child of their own', () => {
    const { asks } = house([line('child', 'f1')], {
      persons: [{ id: 'child', kind: 'natural', birthDay: '2015-01-01', mergedInto: null }],
      representations: [paper('chair', 'child', 'parent')],
    });
    expect(asks('chair', 'child', DAY, ['chair'])).toEqual({ 'e-f1': 'parent' });
  });
});

describe('spouses with a joint title', () => {
  const joint = (change: Partial<HeldTitle> = {}) => title('anna', 'f1', { jointWith: ['boris'], ...change });
  const pair = (titles: HeldTitle[]) => house([line('anna', 'f1'), line('anna', 'f2')], { titles });

  it('either votes for both, by the one entitlement that they have', () => {
    const { asks, ownersOf } = pair([joint()]);
    expect(asks('anna', 'anna')).toEqual({ 'e-f1': null, 'e-f2': null });
    expect(asks('boris', 'anna')).toEqual({ 'e-f1': 'joint' });
    expect(ownersOf('boris')).toEqual(['v-anna']);
  });

  it('each is told of a vote that the other casts for both', () => {
    const { actors } = pair([joint()]);
    const standing = actors.find({ personId: 'boris', roles: [] }, 'v-anna', DAY)!;
    expect(holdersOf(standing, 'e-f1')).toEqual(['anna', 'boris']);
  });

  it('an objection freezes the share for both from its day on, and nothing else', () => {
    const { asks } = pair([joint({ heldTo: DAY }), joint({ heldFrom: DAY, freeze: 'objection' })]);
    expect(asks('boris', 'anna', '2026-03-04')).toEqual({ 'e-f1': 'joint' });
    expect(asks('boris', 'anna')).toEqual({ 'e-f1': 'objection' });
    expect(asks('anna', 'anna')).toEqual({ 'e-f1': 'objection', 'e-f2': null });
  });

  it('an objection that is taken back lets either vote again', () => {
    const { asks } = pair([
      joint({ heldTo: '2026-03-04' }),
      joint({ heldFrom: '2026-03-04', heldTo: DAY, freeze: 'objection' }),
      joint({ heldFrom: DAY }),
    ]);
    expect(asks('boris', 'anna')).toEqual({ 'e-f1': 'joint' });
  });
});

describe('the death of the owner', () => {
  const dead = title('anna', 'f1', { freeze: 'death' });

  it('leaves the account without a vote, and the powers of attorney with it', () => {
    const { asks } = house([line('anna', 'f1')], {
      titles: [dead],
      representations: [paper('lev', 'anna', 'attorney')],
    });
    expect(asks('anna', 'anna')).toEqual({ 'e-f1': 'death' });
    expect(asks('lev', 'anna')).toEqual({ 'e-f1': 'death' });
  });

  it('lets the administrator of the estate vote until the heirs are known', () => {
    const { asks } = house([line('anna', 'f1')], {
      titles: [dead],
      representations: [paper('notary', 'anna', 'estate')],
    });
    expect(asks('notary', 'anna')).toEqual({ 'e-f1': 'estate' });
  });

  it('keeps the account without a vote when the share has passed to the heirs', () => {
    const { asks } = house([line('anna', 'f1')], {
      titles: [
        title('anna', 'f1', { heldTo: '2026-03-01' }),
        title('anna', 'f1', { heldFrom: '2026-03-01', heldTo: '2026-03-04', freeze: 'death' }),
      ],
    });
    expect(asks('anna', 'anna')).toEqual({ 'e-f1': 'death' });
  });

  it('of a dispute too nobody votes', () => {
    const { asks } = house([line('anna', 'f1')], { titles: [title('anna', 'f1', { freeze: 'dispute' })] });
    expect(asks('anna', 'anna')).toEqual({ 'e-f1': 'dispute' });
  });
});

describe('a paper', () => {
  it('holds from its first day to the day before its end, one year where it names none', () => {
    const { asks } = house([line('anna', 'f1')], {
      representations: [paper('lev', 'anna', 'attorney', { from: DAY })],
    });
    expect(asks('lev', 'anna', '2026-03-04')).toEqual({ 'e-f1': 'unbegun' });
    expect(asks('lev', 'anna', DAY)).toEqual({ 'e-f1': 'attorney' });
    expect(asks('lev', 'anna', '2027-03-04')).toEqual({ 'e-f1': 'attorney' });
    expect(asks('lev', 'anna', '2027-03-05')).toEqual({ 'e-f1': 'ended' });
  });

  it('that is taken back during the vote holds no more from that day on', () => {
    const { asks } = house([line('anna', 'f1')], {
      representations: [paper('lev', 'anna', 'attorney', { revokedOn: DAY })],
    });
    expect(asks('lev', 'anna', '2026-03-04')).toEqual({ 'e-f1': 'attorney' });
    expect(asks('lev', 'anna', DAY)).toEqual({ 'e-f1': 'ended' });
  });

  it('for one of two flats is for that one', () => {
    const { asks } = house([line('anna', 'f1'), line('anna', 'f2')], {
      representations: [paper('lev', 'anna', 'attorney', { premisesIds: ['f2'] })],
    });
    expect(asks('lev', 'anna')).toEqual({ 'e-f2': 'attorney' });
  });

  it('of several owners makes a list, the agent’s own votes first', () => {
    const { ownersOf } = house([line('anna', 'f1'), line('boris', 'f2'), line('lev', 'f3')], {
      representations: [paper('lev', 'anna', 'attorney'), paper('lev', 'boris', 'attorney')],
    });
    expect(ownersOf('lev')).toEqual(['v-lev', 'v-anna', 'v-boris']);
  });
});
