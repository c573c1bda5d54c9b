// Persons who may be one and the same: written once in full and once by initials, once with a tax number and once
// without. Only a proposal: two of one name are often father and son, and a person decides.
import { foldCompanyName, foldPersonName } from '../domain/company-name.ts';
import type { PersonKind } from '../domain/register.ts';
import type { LocalDay } from './local-day.ts';

export type PersonOnRegister = {
  readonly id: string;
  readonly kind: PersonKind;
  readonly name: string;
  readonly taxNumber: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly birthDay: LocalDay | null;
  /** Ids of what they hold. */
  readonly premisesIds: readonly string[];
};

export type DuplicateReason = 'same-name' | 'initials' | 'same-premises';

export type Duplicate = {
  /** In the order of their names; two or more. */
  readonly ids: readonly string[];
  readonly reason: DuplicateReason;
};

/** Tax numbers, birth days or kinds that differ: two persons, whatever their names. */
const contradict = (a: PersonOnRegister, b: PersonOnRegister): boolean =>
  a.kind !== b.kind ||
  (a.taxNumber !== null && b.taxNumber !== null && a.taxNumber !== b.taxNumber) ||
  (a.birthDay !== null && b.birthDay !== null && a.birthDay !== b.birthDay);

const nameKey = ({ kind, name }: PersonOnRegister): string =>
  `${kind} ${kind === 'natural' ? foldPersonName(name) : foldCompanyName(name)}`;

/** `natural иванов и п`: surname and initials; null for what is no surname with further names. */
function initialsKey({ kind, name }: PersonOnRegister): string | null {
  const [surname, ...rest] = foldPersonName(name).split(' ');
  if (kind !== 'natural' || !surname || rest.length === 0) return null;
  return `${kind} ${surname} ${rest.map((word) => word[0]).join(' ')}`;
}

const hasInitials = ({ name }: PersonOnRegister): boolean =>
  foldPersonName(name)
    .split(' ')
    .slice(1)
    .every((word) => word.length === 1);

/** Pairs that may be one person, each pair once; namesakes whose tax numbers or birth days differ are left out. */
export function findDuplicates(persons: readonly PersonOnRegister[]): Duplicate[] {
  const found = new Map<string, Duplicate>();
  const pair = (a: PersonOnRegister, b: PersonOnRegister, reason: DuplicateReason): void => {
    const ids = [a.id, b.id].sort();
    const key = ids.join(' ');
    if (a.id === b.id || found.has(key) || contradict(a, b)) return;
    found.set(key, { ids, reason });
  };
  for (const group of Map.groupBy(persons, nameKey).values())
    for (const [i, a] of group.entries())
      for (const b of group.slice(i + 1))
        pair(a, b, a.premisesIds.some((id) => b.premisesIds.includes(id)) ? 'same-premises' : 'same-name');
  const byInitials = Map.groupBy(
    persons.filter((person) => initialsKey(person) !== null),
    (person) => initialsKey(person)!,
  );
  for (const group of byInitials.values())
    for (const short of group.filter(hasInitials))
      for (const full of group) if (!hasInitials(full)) pair(short, full, 'initials');
  const nameOf = new Map(persons.map(({ id, name }) => [id, name]));
  return [...found.values()].sort((a, b) =>
    nameOf.get(a.ids[0]!)!.localeCompare(nameOf.get(b.ids[0]!)!, 'ru'),
  );
}
