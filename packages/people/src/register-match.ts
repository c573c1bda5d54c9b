// Decides what a new register changes: which of its persons are known already, who gets which contact, and which titles
// stay, close and open. Pure: the store carries out what is decided here.
import { formatRational } from '@veche/core/rational.ts';
import { foldCompanyName, foldPersonName } from './domain/company-name.ts';
import { foldPremisesNumber } from './domain/register-import.ts';
import type { PersonDraft, PersonKind, Register } from './domain/register.ts';
import type { LocalDay } from './register/local-day.ts';

export type KnownPerson = {
  readonly id: string;
  readonly kind: PersonKind;
  readonly name: string;
  readonly taxNumber: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  /**
   * Holds nothing outside this building, alone or with somebody, and acts for nobody there. Only such a person is changed by its register: otherwise the chair of one
   * house could rename an owner of another, or take over their sign-in by giving them a new contact.
   */
  readonly ours: boolean;
  /** Folded numbers of the premises the person holds in this building now. */
  readonly premises: readonly string[];
};

export type PersonRecord = {
  readonly id: string;
  readonly kind: PersonKind;
  readonly name: string;
  readonly taxNumber: string | null;
  readonly email: string | null;
  readonly phone: string | null;
};

export type PersonChanges = {
  /** The person behind each ref of the register. */
  readonly idOf: ReadonlyMap<string, string>;
  readonly created: readonly PersonRecord[];
  readonly changed: readonly PersonRecord[];
};

const nameKey = ({ kind, name }: { kind: PersonKind; name: string }): string =>
  `${kind} ${kind === 'natural' ? foldPersonName(name) : foldCompanyName(name)}`;

/**
 * Finds the persons of a register among the known ones: by tax number, then by contact and name, then by name and
 * premises, then by contact alone; each known person at most once. A contact stays with one person: where the file gives
 * it to two, the one who has it keeps it, else the first one gets it.
 * @param known - everyone with a tax number or contact of the register, and every owner of the building.
 */
export function matchPersons(
  register: Register,
  known: readonly KnownPerson[],
  newId: () => string,
): PersonChanges {
  const premisesOf = new Map<string, Set<string>>();
  for (const { person, premisesNumber } of register.titles) {
    if (person === null) continue;
    const held = premisesOf.get(person) ?? new Set();
    premisesOf.set(person, held.add(foldPremisesNumber(premisesNumber)));
  }
  const matches = new Map<string, KnownPerson>();
  const claimed = new Set<string>();
  const claim = (
    keysOf: (person: KnownPerson) => string[],
    keysOfDraft: (draft: PersonDraft) => string[],
  ): void => {
    const index = new Map<string, KnownPerson>();
    for (const person of known) for (const key of keysOf(person)) if (!index.has(key)) index.set(key, person);
    for (const draft of register.persons) {
      if (matches.has(draft.ref)) continue;
      const found = keysOfDraft(draft)
        .map((key) => index.get(key))
        .find((person) => person && !claimed.has(person.id) && !contradicts(person, draft));
      if (!found) continue;
      matches.set(draft.ref, found);
      claimed.add(found.id);
    }
  };
  const contacts = ({ email, phone }: { email?: string | null; phone?: string | null }): string[] =>
    [email, phone].filter((contact) => contact !== null && contact !== undefined);
  const taxNumbers = ({ taxNumber }: { taxNumber?: string | null }): string[] =>
    taxNumber ? [taxNumber] : [];
  const withName = (person: KnownPerson | PersonDraft, keys: Iterable<string>): string[] =>
    [...keys].map((key) => `${nameKey(person)} ${key}`);
  claim(taxNumbers, taxNumbers);
  claim(
    (person) => withName(person, contacts(person)),
    (draft) => withName(draft, contacts(draft)),
  );
  claim(
    (person) => withName(person, person.premises),
    (draft) => withName(draft, premisesOf.get(draft.ref) ?? []),
  );
  claim(
    (person) => contacts(person).map((contact) => `${person.kind} ${contact}`),
    (draft) => contacts(draft).map((contact) => `${draft.kind} ${contact}`),
  );

  const idOf = new Map(register.persons.map(({ ref }) => [ref, matches.get(ref)?.id ?? newId()]));
  const wanted = register.persons
    .filter(({ ref }) => matches.get(ref)?.ours ?? true)
    .map((draft) => ({ draft, before: matches.get(draft.ref) ?? null, id: idOf.get(draft.ref)! }));
  const changing = new Set(wanted.map(({ id }) => id));
  const give = (field: 'taxNumber' | 'email' | 'phone'): Map<string, string | null> =>
    giveEachToOne(
      known
        .filter(({ id }) => !changing.has(id))
        .map((person) => person[field])
        .filter((value) => value !== null),
      wanted.map(({ id, draft, before }) => ({
        id,
        before: before?.[field] ?? null,
        wanted: draft[field] ?? before?.[field] ?? null,
      })),
    );
  const given = { taxNumber: give('taxNumber'), email: give('email'), phone: give('phone') };
  const records = wanted.map(({ id, draft, before }) => ({
    before,
    record: {
      id,
      kind: draft.kind,
      name: draft.name,
      taxNumber: given.taxNumber.get(id) ?? null,
      email: given.email.get(id) ?? null,
      phone: given.phone.get(id) ?? null,
    },
  }));
  return {
    idOf,
    created: records.filter(({ before }) => !before).map(({ record }) => record),
    changed: records
      .filter(({ before, record }) => before && !sameRecord(before, record))
      .map(({ record }) => record),
  };
}

/** Persons who lose or change a contact they had: they are told by the old one, lest somebody else signs in for them. */
export function findReplaced(known: readonly KnownPerson[], changed: readonly PersonRecord[]): string[] {
  const before = new Map(known.map((person) => [person.id, person]));
  return changed
    .filter(({ id, email, phone }) => {
      const old = before.get(id);
      return (
        old && ((old.email !== null && old.email !== email) || (old.phone !== null && old.phone !== phone))
      );
    })
    .map(({ id }) => id);
}

const contradicts = (person: KnownPerson, draft: PersonDraft): boolean =>
  person.taxNumber !== null && draft.taxNumber !== undefined && person.taxNumber !== draft.taxNumber;

const sameRecord = (a: PersonRecord, b: PersonRecord): boolean =>
  a.kind === b.kind &&
  a.name === b.name &&
  a.taxNumber === b.taxNumber &&
  a.email === b.email &&
  a.phone === b.phone;

/** Gives each value to one person: who keeps a value first, then in the order given; who gets none keeps the old if free. */
function giveEachToOne(
  held: readonly string[],
  claims: readonly { id: string; before: string | null; wanted: string | null }[],
): Map<string, string | null> {
  const taken = new Set(held);
  const given = new Map<string, string | null>();
  const settle = (id: string, value: string | null): void => {
    given.set(id, value);
    if (value !== null) taken.add(value);
  };
  for (const { id, before, wanted } of claims) if (before !== null && before === wanted) settle(id, before);
  for (const { id, before, wanted } of claims) {
    if (given.has(id)) continue;
    const value = [wanted, before].find((one) => one !== null && !taken.has(one));
    settle(id, value ?? null);
  }
  return given;
}

export type TitleRecord = {
  readonly premisesId: string;
  readonly personId: string | null;
  /** `n` or `n/d` in lowest terms. */
  readonly share: string;
  readonly document: string;
  readonly validFrom: string | null;
};

/** The titles of a register with the ids of its premises and persons. */
export const titleRecords = (
  register: Register,
  premisesIdOf: ReadonlyMap<string, string>,
  personIdOf: ReadonlyMap<string, string>,
): TitleRecord[] =>
  register.titles.map(({ premisesNumber, person, share, document, validFrom }) => ({
    premisesId: premisesIdOf.get(foldPremisesNumber(premisesNumber))!,
    personId: person === null ? null : personIdOf.get(person)!,
    share: formatRational(share),
    document,
    validFrom,
  }));

const titleKey = ({ premisesId, personId, share, document, validFrom }: TitleRecord): string =>
  JSON.stringify([premisesId, personId, share, document, validFrom]);
const holderKey = ({ premisesId, personId, share }: TitleRecord): string =>
  JSON.stringify([premisesId, personId, share]);

export type OpenedTitle = TitleRecord & {
  /** Id of the title of the same owner and share in whose place it comes; null: there was none. */
  readonly follows: string | null;
};

/** A title that the register holds now or from a later day on. */
export type KnownTitle = TitleRecord & {
  readonly id: string;
  /** The first day on which it is no longer held, by what was recorded ahead of it; null: no such day is known. */
  readonly heldTo: LocalDay | null;
};

/**
 * What turns the known titles into the wanted ones: titles that say the same stay as they are, one for one. One that
 * differs from a known one in its paper alone stays too where the wanted one names no paper, and follows it otherwise.
 * A file tells of one day, so what begins later, by a deed of next week, stays as long as those do in whose place it comes.
 * @param day - of which the wanted titles tell
 */
export function compareTitles(
  known: readonly KnownTitle[],
  wanted: readonly TitleRecord[],
  day: LocalDay,
): { closed: string[]; opened: OpenedTitle[] } {
  const spare = new Set(known.map(({ id }) => id));
  const take = (
    keyOf: (title: TitleRecord) => string,
    among: readonly KnownTitle[],
    from: readonly TitleRecord[],
  ) => {
    const byKey = Map.groupBy(
      among.filter(({ id }) => spare.has(id)),
      keyOf,
    );
    return from.map((title) => {
      const found = byKey.get(keyOf(title))?.shift() ?? null;
      if (found) spare.delete(found.id);
      return found?.id ?? null;
    });
  };
  const isAhead = ({ validFrom }: KnownTitle): boolean => validFrom !== null && validFrom > day;
  const same = take(titleKey, known, wanted);
  const rest = wanted.filter((_, i) => same[i] === null);
  const followed = take(
    holderKey,
    known.filter((title) => !isAhead(title)),
    rest,
  );
  const gone = new Set(spare);
  for (const title of known.filter(isAhead).sort((a, b) => (a.validFrom! < b.validFrom! ? -1 : 1))) {
    const before = known.filter(
      ({ premisesId, heldTo }) => premisesId === title.premisesId && heldTo === title.validFrom,
    );
    if (before.length > 0 && before.every(({ id }) => !gone.has(id))) gone.delete(title.id);
  }
  const opened: OpenedTitle[] = [];
  const closed = [...gone];
  rest.forEach((title, i) => {
    const follows = followed[i] ?? null;
    if (follows !== null && title.document === '' && title.validFrom === null) return;
    if (follows !== null) closed.push(follows);
    opened.push({ ...title, follows });
  });
  return { closed, opened };
}

/** Orders numbers as people do: `2` before `10`, `10` before `10а`. At most 64 characters decide. */
export const sortKeyOf = (number: string): string =>
  foldPremisesNumber(number)
    .replace(/\d+/g, (digits) => digits.padStart(8, '0'))
    .slice(0, 64);
