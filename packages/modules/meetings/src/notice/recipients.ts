// To whom a notice of a meeting goes: its roll once it is taken, until then the owners of the day.
import type { Tx } from '@veche/module-kit/database.ts';
import { readChannels, readSentAbout, type SentMessage } from '@veche/people/message-proofs.ts';
import { findCounterparts } from '@veche/people/register/acting-store.ts';
import { asOf, type Freeze } from '@veche/people/register/titles.ts';
import { findHoldings, personNames } from '@veche/people/store.ts';
import { readRoll, type MeetingKey, type MeetingRow } from '../store.ts';
import { judgeStanding, kindOf, type Contacts, type Kind, type Standing } from './standing.ts';
import { listHandDeliveries, type HandDelivery } from './store.ts';

export type Recipient = {
  readonly personId: string;
  readonly name: string;
  readonly entrances: readonly string[];
  readonly premises: readonly string[];
  readonly contacts: Contacts;
  /** Why nobody may cast a title of theirs today; null: nothing of the kind. */
  readonly freeze: Freeze | null;
  /** Who acts in the owner's place, by law or act: what reached one of them has reached the owner. */
  readonly inPlace: readonly { readonly personId: string; readonly name: string }[];
};

/** Premises, or a share of one, of which no owner is known. */
export type UnknownOwner = { readonly premises: string; readonly entrance: string };

// Made once: to compare by locale without one costs a hundred times as much, and a large building is sorted by it.
const compareNumbers = new Intl.Collator('ru', { numeric: true }).compare;
const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort(compareNumbers);
/** Where each value comes among all of them; the empty one, and what is not there, before everything. */
function ranksOf(values: readonly string[]): (value: string | undefined) => number {
  const ranks = new Map(distinct(values).map((value, rank) => [value, rank]));
  return (value = '') => ranks.get(value) ?? -1;
}

type Place = { readonly personId: string | null; readonly entrance: string; readonly premises: string };

/** Places of the roll or of today's register, and whose titles are frozen today: the two must not be taken for one. */
async function readPlaces(
  tx: Tx,
  key: MeetingKey,
  row: MeetingRow,
  now: Date,
): Promise<{ readonly places: readonly Place[]; readonly frozen: ReadonlyMap<string, Freeze> }> {
  const [holdings, roll] = await Promise.all([
    findHoldings(tx, key.buildingId, asOf(now)),
    row.openedAt === null ? null : readRoll(tx, key),
  ]);
  const frozen = new Map(
    holdings.flatMap(({ personId, freeze }): [string, Freeze][] =>
      personId !== null && freeze !== null ? [[personId, freeze]] : [],
    ),
  );
  const places = roll
    ? roll.map(({ personId, entrance, premisesNumber: premises }) => ({ personId, entrance, premises }))
    : holdings.map(({ personId, entrance, number: premises }) => ({ personId, entrance, premises }));
  return { places, frozen };
}

/** In the order of entrances and premises. */
export async function listRecipients(
  tx: Tx,
  key: MeetingKey,
  row: MeetingRow,
  now: Date,
): Promise<{ readonly known: Recipient[]; readonly unknown: UnknownOwner[] }> {
  const { places, frozen } = await readPlaces(tx, key, row, now);
  const byPerson = Map.groupBy(
    places.filter(({ personId }) => personId !== null),
    ({ personId }) => personId!,
  );
  const ids = [...byPerson.keys()];
  const { buildingId } = key;
  const agents = await findCounterparts(tx, { buildingId, persons: ids, now }, 'agents');
  const inPlaceOf = (personId: string): string[] =>
    (agents.get(personId) ?? []).flatMap(({ id, inPlace }) => (inPlace ? [id] : []));
  const everybody = [...new Set([...ids, ...ids.flatMap(inPlaceOf)])];
  const [names, contacts] = await Promise.all([personNames(tx, everybody), readChannels(tx, everybody)]);
  const known = ids.map((personId): Recipient => {
    const own = byPerson.get(personId)!;
    const inPlace = inPlaceOf(personId);
    return {
      personId,
      name: names.get(personId) ?? '',
      entrances: distinct(own.map(({ entrance }) => entrance)),
      premises: distinct(own.map(({ premises }) => premises)),
      contacts: bestOf([personId, ...inPlace].flatMap((id) => contacts.get(id) ?? [])),
      freeze: frozen.get(personId) ?? null,
      inPlace: inPlace.map((id) => ({ personId: id, name: names.get(id) ?? '' })),
    };
  });
  const unknown = new Map(
    places
      .filter(({ personId }) => personId === null)
      .map(({ premises, entrance }) => [premises, { premises, entrance }]),
  );
  const entranceRank = ranksOf(places.map(({ entrance }) => entrance));
  const premisesRank = ranksOf(places.map(({ premises }) => premises));
  return {
    known: known.sort(
      (a, b) =>
        entranceRank(a.entrances[0]) - entranceRank(b.entrances[0]) ||
        premisesRank(a.premises[0]) - premisesRank(b.premises[0]) ||
        (a.personId < b.personId ? -1 : 1),
    ),
    unknown: [...unknown.values()].sort((a, b) => compareNumbers(a.premises, b.premises)),
  };
}

/** By which ways somebody can be reached when any of several may be. */
function bestOf(all: readonly Contacts[]): Contacts {
  const best = (channel: keyof Contacts) =>
    (['good', 'dead'] as const).find((state) => all.some((one) => one[channel] === state)) ?? 'none';
  return { email: best('email'), sms: best('sms') };
}

/** Everything that was sent and done by hand for a meeting. */
export type Told = {
  readonly sent: readonly (SentMessage & { readonly kind: Kind })[];
  /** Without what was withdrawn. */
  readonly byHand: readonly HandDelivery[];
  standingOf(recipient: Recipient, kind: Kind): Standing;
};

export async function readTold(tx: Tx, key: MeetingKey): Promise<Told> {
  const [all, hands] = await Promise.all([readSentAbout(tx, key.id), listHandDeliveries(tx, key)]);
  const sent = all.flatMap((message) => {
    const kind = kindOf(message.template);
    return kind ? [{ ...message, kind }] : [];
  });
  const byHand = hands.filter(({ withdrawnAt }) => withdrawnAt === null);
  const nameOf = (personId: string | null, kind: Kind): string => `${kind}/${personId}`;
  const messages = Map.groupBy(sent, ({ personId, kind }) => nameOf(personId, kind));
  const papers = Map.groupBy(byHand, ({ personId, kind }) => nameOf(personId, kind));
  return {
    sent,
    byHand,
    standingOf: ({ personId, contacts, inPlace }, kind) => {
      const persons = [personId, ...inPlace.map((one) => one.personId)];
      return judgeStanding(
        persons.flatMap((id) => messages.get(nameOf(id, kind)) ?? []),
        persons
          .flatMap((id) => papers.get(nameOf(id, kind)) ?? [])
          .flatMap(({ channel, happenedAt }) => (channel === 'poster' ? [] : [{ channel, happenedAt }])),
        contacts,
      );
    },
  };
}
