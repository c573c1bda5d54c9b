import { describe, expect, it } from 'vitest';
import { dayIn } from './local-day.ts';
import { checkGrant, endOf, whoActs, type Principal, type Representation } from './representation.ts';
import { NO_DOCUMENT, readDocument } from './title-document.ts';

const given = (more: Partial<Representation>): Representation => ({
  id: 'r1',
  principalId: 'anna',
  agentId: 'boris',
  basis: 'attorney',
  premisesIds: null,
  document: readDocument('Доверенность № 16АА 1234567 от 10.01.2026'),
  from: '2026-01-10',
  until: null,
  revokedOn: null,
  ...more,
});
const adult: Principal = { id: 'anna', kind: 'natural', birthDay: '1980-05-05' };
const at = (day: string, premisesId = 'flat') => ({ premisesId, day });
const agentsOf = ({ agents }: ReturnType<typeof whoActs>) => agents.map(({ agentId }) => agentId);

describe('a minor', () => {
  const child: Principal = { id: 'anna', kind: 'natural', birthDay: '2008-03-29' };
  const mother = given({ agentId: 'mother', basis: 'parent', from: '2020-01-01' });

  it('votes through a parent until the day of full age, and alone from that day on, in the middle of a vote', () => {
    expect(whoActs(child, [mother], at('2026-03-28'))).toMatchObject({ self: false, why: 'minor' });
    expect(agentsOf(whoActs(child, [mother], at('2026-03-28')))).toEqual(['mother']);
    expect(whoActs(child, [mother], at('2026-03-29'))).toEqual({ self: true, agents: [], why: null });
  });

  it('comes of age at midnight of the building’s own time zone, on a daylight-saving night too', () => {
    // In Berlin the clocks go forward on 29 March 2026; the day begins at 23:00 UTC of the 28th.
    const before = dayIn(new Date('2026-03-28T22:59:59Z'), 'Europe/Berlin');
    const after = dayIn(new Date('2026-03-28T23:00:00Z'), 'Europe/Berlin');
    expect(whoActs(child, [mother], at(before)).self).toBe(false);
    expect(whoActs(child, [mother], at(after)).self).toBe(true);
    // At that moment it is morning in Vladivostok, and still the 28th in Kaliningrad.
    expect(dayIn(new Date('2026-03-28T21:59:59Z'), 'Asia/Vladivostok')).toBe('2026-03-29');
    expect(dayIn(new Date('2026-03-28T21:59:59Z'), 'Europe/Kaliningrad')).toBe('2026-03-28');
  });

  it('gives nobody a power of attorney, and has no parent any more at full age', () => {
    expect(agentsOf(whoActs(child, [given({})], at('2026-02-01')))).toEqual([]);
    const late = { ...mother, from: '2026-03-29' };
    expect(checkGrant(late, child)).toEqual({ refused: 'already-of-age', facts: { day: '2026-03-29' } });
    expect(checkGrant(mother, { ...child, birthDay: null })?.refused).toBe('birth-day-missing');
    expect(checkGrant({ ...mother, document: NO_DOCUMENT }, child)?.refused).toBe('document-missing');
  });

  it('born on 29 February comes of age on 1 March', () => {
    const leap: Principal = { ...child, birthDay: '2008-02-29' };
    expect(whoActs(leap, [mother], at('2026-02-28')).self).toBe(false);
    expect(whoActs(leap, [mother], at('2026-03-01')).self).toBe(true);
  });
});

describe('a power of attorney', () => {
  it('that names no end lasts one year', () => {
    expect(endOf(given({}), adult)).toBe('2027-01-10');
    expect(agentsOf(whoActs(adult, [given({})], at('2027-01-09')))).toEqual(['boris']);
    expect(agentsOf(whoActs(adult, [given({})], at('2027-01-10')))).toEqual([]);
    expect(endOf(given({ from: '2024-02-29' }), adult)).toBe('2025-02-28');
    expect(endOf(given({ until: '2029-01-01' }), adult)).toBe('2029-01-01');
  });

  it('holds for the premises it names and for no other, and the owner may still act', () => {
    const limited = given({ premisesIds: ['garage'] });
    expect(whoActs(adult, [limited], at('2026-02-01', 'garage'))).toMatchObject({ self: true });
    expect(agentsOf(whoActs(adult, [limited], at('2026-02-01', 'garage')))).toEqual(['boris']);
    expect(agentsOf(whoActs(adult, [limited], at('2026-02-01', 'flat')))).toEqual([]);
  });

  it('ends on the day it is taken back', () => {
    const revoked = given({ revokedOn: '2026-02-15' });
    expect(agentsOf(whoActs(adult, [revoked], at('2026-02-14')))).toEqual(['boris']);
    expect(agentsOf(whoActs(adult, [revoked], at('2026-02-15')))).toEqual([]);
  });

  it('is refused to oneself, without a paper, and with an end before its beginning', () => {
    expect(checkGrant(given({ agentId: 'anna' }), adult)?.refused).toBe('same-person');
    expect(checkGrant(given({ document: NO_DOCUMENT }), adult)?.refused).toBe('document-missing');
    expect(checkGrant(given({ until: '2026-01-10' }), adult)?.refused).toBe('ends-before-it-begins');
    expect(checkGrant(given({}), adult)).toBeNull();
  });
});

describe('an organisation', () => {
  const firm: Principal = { id: 'anna', kind: 'legal', birthDay: null };
  const city: Principal = { id: 'anna', kind: 'public', birthDay: null };

  it('acts through its head without a paper, or by a power of attorney; its mailbox alone decides nothing', () => {
    const head = given({ agentId: 'head', basis: 'head', document: NO_DOCUMENT });
    expect(checkGrant(head, firm)).toBeNull();
    expect(whoActs(firm, [head], at('2026-02-01'))).toMatchObject({ self: false, why: 'organisation' });
    expect(agentsOf(whoActs(firm, [head, given({ id: 'r2', agentId: 'lawyer' })], at('2026-02-01')))).toEqual(
      ['head', 'lawyer'],
    );
    expect(checkGrant(given({ basis: 'parent' }), firm)?.refused).toBe('basis-not-of-kind');
    expect(checkGrant(given({ basis: 'head' }), adult)?.refused).toBe('basis-not-of-kind');
  });

  it('that is a public body has several officers, each for their own premises of many', () => {
    const officers = [
      given({ id: 'r1', agentId: 'first', basis: 'officer', premisesIds: ['1', '2'] }),
      given({ id: 'r2', agentId: 'second', basis: 'officer', premisesIds: ['2', '3'] }),
    ];
    expect(['1', '2', '3', '4'].map((id) => agentsOf(whoActs(city, officers, at('2026-02-01', id))))).toEqual(
      [['first'], ['first', 'second'], ['second'], []],
    );
  });
});

describe('whoever cannot act alone', () => {
  it('a ward acts through the guardian named by an act', () => {
    const guardian = given({ agentId: 'guardian', basis: 'guardian' });
    expect(whoActs(adult, [guardian], at('2026-02-01'))).toMatchObject({ self: false, why: 'ward' });
    expect(agentsOf(whoActs(adult, [guardian], at('2026-02-01')))).toEqual(['guardian']);
  });

  it('a dead owner’s share is cast by the administrator of the estate alone, a disputed one by nobody', () => {
    const all = [given({}), given({ id: 'r2', agentId: 'notary', basis: 'estate' })];
    const frozen = (freeze: 'death' | 'objection') => whoActs(adult, all, { ...at('2026-02-01'), freeze });
    expect(frozen('death')).toMatchObject({ self: false, why: 'frozen' });
    expect(agentsOf(frozen('death'))).toEqual(['notary']);
    expect(agentsOf(frozen('objection'))).toEqual([]);
    expect(agentsOf(whoActs(adult, all, at('2026-02-01')))).toEqual(['boris']);
  });
});
