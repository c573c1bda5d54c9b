import { one } from '@veche/core/rational.ts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PersonDraft, Register } from './domain/register.ts';
import {
  compareTitles,
  matchPersons,
  sortKeyOf,
  type KnownPerson,
  type KnownTitle,
  type TitleRecord,
} from './register-match.ts';

const draft = (ref: string, name: string, more: Partial<PersonDraft> = {}): PersonDraft => ({
  ref,
  kind: 'natural',
  name,
  ...more,
});
const known = (id: string, name: string, more: Partial<KnownPerson> = {}): KnownPerson => ({
  id,
  kind: 'natural',
  name,
  taxNumber: null,
  email: null,
  phone: null,
  ours: true,
  premises: [],
  ...more,
});
const register = (persons: PersonDraft[], held: Record<string, string> = {}): Register => ({
  premises: [],
  persons,
  titles: Object.entries(held).map(([person, premisesNumber]) => ({
    person,
    premisesNumber,
    share: one,
    document: '',
    validFrom: null,
    row: 2,
  })),
});
const match = (given: Register, people: KnownPerson[]) => {
  let made = 0;
  return matchPersons(given, people, () => `new${++made}`);
};

describe('persons of a new register', () => {
  it('are found by tax number whatever their name and contact', () => {
    const { idOf, changed } = match(
      register([draft('p1', 'Ольга Новая', { taxNumber: '1', email: 'new@x.ru' })]),
      [known('k', 'Ольга Старая', { taxNumber: '1', email: 'old@x.ru' })],
    );
    expect(idOf.get('p1')).toBe('k');
    expect(changed).toEqual([
      { id: 'k', kind: 'natural', name: 'Ольга Новая', taxNumber: '1', email: 'new@x.ru', phone: null },
    ]);
  });
  it('are found by name and premises, and keep the contact that the file is silent about', () => {
    const { idOf, changed, created } = match(register([draft('p1', 'ИВАНОВ И.')], { p1: '12 А' }), [
      known('k', 'Иванов И.', { email: 'i@x.ru', premises: ['12а'] }),
    ]);
    expect(idOf.get('p1')).toBe('k');
    expect(created).toEqual([]);
    expect(changed).toMatchObject([{ name: 'ИВАНОВ И.', email: 'i@x.ru' }]);
  });
  it('with another tax number are other persons, even with the same contact', () => {
    const { idOf, created } = match(register([draft('p1', 'Иванов', { taxNumber: '2', email: 'i@x.ru' })]), [
      known('k', 'Иванов', { taxNumber: '1', email: 'i@x.ru' }),
    ]);
    expect(idOf.get('p1')).toBe('new1');
    expect(created).toMatchObject([{ email: null, taxNumber: '2' }]);
  });
  it('who share a contact stay two persons, and the one who had it keeps it', () => {
    const { idOf, created } = match(
      register([draft('p1', 'Иванова', { phone: '+7' }), draft('p2', 'Иванов', { phone: '+7' })]),
      [known('k', 'Иванов', { phone: '+7' })],
    );
    expect(idOf.get('p2')).toBe('k');
    expect(created).toMatchObject([{ name: 'Иванова', phone: null }]);
  });
  it('who hold something in another building are neither renamed nor given another contact', () => {
    const { idOf, changed } = match(
      register([draft('p1', 'Чужое имя', { taxNumber: '1', email: 'thief@x.ru' })]),
      [known('k', 'Иванов', { taxNumber: '1', email: 'i@x.ru', ours: false })],
    );
    expect(idOf.get('p1')).toBe('k');
    expect(changed).toEqual([]);
  });
  it('of one company and its director under one mailbox are not mixed up', () => {
    const { idOf } = match(register([draft('p1', 'ООО «Свет»', { kind: 'legal', email: 'd@x.ru' })]), [
      known('k', 'Директор', { email: 'd@x.ru' }),
    ]);
    expect(idOf.get('p1')).toBe('new1');
  });
  it('never leave one contact with two persons', () => {
    const contact = fc.constantFrom('a', 'b', 'c');
    const name = fc.constantFrom('А', 'Б', 'В');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ name, email: contact, ours: fc.boolean() }), {
          selector: ({ email }) => email,
        }),
        fc.array(fc.record({ name, email: fc.option(contact) }), { maxLength: 5 }),
        (before, after) => {
          const people = before.map(({ name, ...more }, i) => known(`k${i}`, name, more));
          const { created, changed, idOf } = match(
            register(
              after.map(({ name, email }, i) => draft(`p${i}`, name, email === null ? {} : { email })),
            ),
            people,
          );
          const end = new Map(people.map(({ id, email }) => [id, email]));
          for (const { id, email } of [...created, ...changed]) end.set(id, email);
          const held = [...end.values()].filter((email) => email !== null);
          expect(new Set(held).size).toBe(held.length);
          expect(new Set(idOf.values()).size).toBe(idOf.size);
        },
      ),
    );
  });
});

describe('titles of a new register', () => {
  const title = (share: string, personId: string | null = null): TitleRecord => ({
    premisesId: 'f1',
    personId,
    share,
    document: '',
    validFrom: null,
  });
  const TODAY = '2026-03-02';
  const inRegister = (id: string, record: TitleRecord, heldTo: string | null = null): KnownTitle => ({
    ...record,
    id,
    heldTo,
  });
  it('that say the same stay, one for one; the others close and open', () => {
    expect(
      compareTitles(
        [inRegister('t1', title('1/3')), inRegister('t2', title('1/3')), inRegister('t3', title('1/3', 'a'))],
        [title('1/3'), title('1/3', 'a'), title('1/3', 'b')],
        TODAY,
      ),
    ).toEqual({ closed: ['t2'], opened: [{ ...title('1/3', 'b'), follows: null }] });
  });
  it('that bring another paper follow the one of the same owner and share; without a paper that one stays', () => {
    const old = inRegister('t1', { ...title('1/3', 'a'), document: '№ 1', validFrom: '2020-01-01' });
    const newer = { ...title('1/3', 'a'), document: '№ 2' };
    expect(compareTitles([old], [newer], TODAY)).toEqual({
      closed: ['t1'],
      opened: [{ ...newer, follows: 't1' }],
    });
    expect(compareTitles([old], [title('1/3', 'a')], TODAY)).toEqual({ closed: [], opened: [] });
    const other = { ...title('1/2', 'a'), document: '№ 2' };
    expect(compareTitles([old], [other], TODAY)).toEqual({
      closed: ['t1'],
      opened: [{ ...other, follows: null }],
    });
  });
  it('of an unchanged register change nothing', () => {
    expect(compareTitles([inRegister('t', title('1'))], [title('1')], TODAY)).toEqual({
      closed: [],
      opened: [],
    });
  });

  describe('and a sale that is recorded ahead', () => {
    const seller = inRegister('seller', title('1', 'anna'), '2026-03-09');
    const buyer = inRegister('buyer', { ...title('1', 'boris'), validFrom: '2026-03-09', document: '№ 5' });
    const compare = (...wanted: TitleRecord[]) => compareTitles([seller, buyer], wanted, TODAY);

    it('stays as it is when the file says of today what is so today', () => {
      expect(compare(title('1', 'anna'))).toEqual({ closed: [], opened: [] });
    });
    it('stays when the file brings another paper of the seller', () => {
      const paper = { ...title('1', 'anna'), document: '№ 2' };
      expect(compare(paper)).toEqual({ closed: ['seller'], opened: [{ ...paper, follows: 'seller' }] });
    });
    it('goes when the file has the buyer already, or anybody else, in the place of the seller', () => {
      for (const owner of ['boris', 'vera']) {
        const { closed, opened } = compare(title('1', owner));
        expect(closed.toSorted()).toEqual(['buyer', 'seller']);
        expect(opened).toEqual([{ ...title('1', owner), follows: null }]);
      }
    });
    it('and sold on goes with it, or stays with it', () => {
      const first = { ...buyer, heldTo: '2026-04-01' };
      const second = inRegister('second', { ...title('1', 'vera'), validFrom: '2026-04-01' });
      const all = [seller, first, second];
      expect(compareTitles(all, [title('1', 'anna')], TODAY).closed).toEqual([]);
      expect(compareTitles(all, [title('1', 'gleb')], TODAY).closed.toSorted()).toEqual([
        'buyer',
        'second',
        'seller',
      ]);
    });
  });
});

it('numbers are ordered as people count', () => {
  const numbers = ['10', '2', '10а', 'н-2', 'Н-10', '1'];
  expect(numbers.sort((a, b) => (sortKeyOf(a) < sortKeyOf(b) ? -1 : 1))).toEqual([
    '1',
    '2',
    '10',
    '10а',
    'н-2',
    'Н-10',
  ]);
});
