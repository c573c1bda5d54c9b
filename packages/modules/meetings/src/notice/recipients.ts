// To whom a notice of a meeting goes: its roll once it is taken, until then the owners of the day.
import type { Tx } from '@veche/module-kit/database.ts';
import { readChannels, readSentAbout, type SentMessage } from '@veche/people/message-proofs.ts';
import { asOf } from '@veche/people/register/titles.ts';
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
};

/** Premises, or a share of one, of which no owner is known. */
export type UnknownOwner = { readonly premises: string; readonly entrance: string };

const compareNumbers = (a: string, b: string): number => a.localeCompare(b, 'ru', { numeric: true });
const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort(compareNumbers);

type Place = { readonly personId: string | null; readonly entrance: string; readonly premises: string };

async function readPlaces(tx: Tx, key: MeetingKey, row: MeetingRow, now: Date): Promise<Place[]> {
  if (row.openedAt !== null)
    return (await readRoll(tx, key)).map(({ personId, entrance, premisesNumber }) => ({
      personId,
      entrance,
      premises: premisesNumber,
    }));
  return (await findHoldings(tx, key.buildingId, asOf(now))).map(({ personId, entrance, number }) => ({
    personId,
    entrance,
    premises: number,
  }));
}

/** In the order of entrances and premises. */
export async function listRecipients(
  tx: Tx,
  key: MeetingKey,
  row: MeetingRow,
  now: Date,
): Promise<{ readonly known: Recipient[]; readonly unknown: UnknownOwner[] }> {
  const places = await readPlaces(tx, key, row, now);
  const byPerson = Map.groupBy(
    places.filter(({ personId }) => personId !== null),
    ({ personId }) => personId!,
  );
  const ids = [...byPerson.keys()];
  const [names, contacts] = await Promise.all([personNames(tx, ids), readChannels(tx, ids)]);
  const known = ids.map((personId): Recipient => {
    const own = byPerson.get(personId)!;
    return {
      personId,
      name: names.get(personId) ?? '',
      entrances: distinct(own.map(({ entrance }) => entrance)),
      premises: distinct(own.map(({ premises }) => premises)),
      contacts: contacts.get(personId) ?? { email: 'none', sms: 'none' },
    };
  });
  const unknown = new Map(
    places
      .filter(({ personId }) => personId === null)
      .map(({ premises, entrance }) => [premises, { premises, entrance }]),
  );
  return {
    known: known.sort(
      (a, b) =>
        compareNumbers(a.entrances[0] ?? '', b.entrances[0] ?? '') ||
        compareNumbers(a.premises[0] ?? '', b.premises[0] ?? '') ||
        (a.personId < b.personId ? -1 : 1),
    ),
    unknown: [...unknown.values()].sort((a, b) => compareNumbers(a.premises, b.premises)),
  };
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
    standingOf: ({ personId, contacts }, kind) =>
      judgeStanding(
        messages.get(nameOf(personId, kind)) ?? [],
        (papers.get(nameOf(personId, kind)) ?? []).flatMap(({ channel, happenedAt }) =>
          channel === 'poster' ? [] : [{ channel, happenedAt }],
        ),
        contacts,
      ),
  };
}
