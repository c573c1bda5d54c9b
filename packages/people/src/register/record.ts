// The acts of the titles desk: an event on a title, two persons who are one, who acts for whom. Each is one transaction:
// whoever is new in it is added with it, and a refusal leaves nothing behind.
import type { Locale } from '@veche/core/locale.ts';
import { isRefusal, refuse, type Refusal } from '@veche/core/refusal.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import type { House } from '@veche/module-kit/module.ts';
import type { BodyOf, RefusalOf } from '@veche/module-kit/endpoint.ts';
import { findEmail, findPhone } from '../domain/contact.ts';
import { parseShare } from '../domain/share.ts';
import { parseTaxNumber } from '../domain/tax-number.ts';
import type * as contract from './contract.ts';
import type { GivenPerson } from './contract.ts';
import { passMarks } from './mark-desk.ts';
import {
  findPersonOf,
  insertPerson,
  insertRepresentation,
  mergePerson,
  revokeRepresentation,
  updateBirthDay,
  withPerson,
} from './person-store.ts';
import { personNames } from '../store.ts';
import type { LocalDay } from './local-day.ts';
import { checkGrant } from './representation.ts';
import { NO_DOCUMENT, type TitleDocument } from './title-document.ts';
import type { TitleVersion } from './titles.ts';
import { decideEvent, type Correction, type Recipient, type TitleEvent } from './title-event.ts';
import {
  findPremises,
  insertEvent,
  lockPremises,
  lockTitles,
  readKnownVersions,
  readVersions,
} from './title-store.ts';

type EventBody = BodyOf<typeof contract.recordEvent>;
type PersonRefusal = Refusal<
  'person-not-known' | 'contact-taken' | 'contact-not-read' | 'tax-number-not-read'
>;
type Desk = {
  readonly buildingId: string;
  readonly personId: string;
  readonly locale: Locale;
  readonly now: Date;
};

/** A refusal as a way out of a transaction, which is rolled back with it. */
class Turned extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(`refused: ${refusal.refused}`);
    this.name = 'Turned';
    this.refusal = refusal;
  }
}

const orTurn = <T>(value: T): Exclude<T, Refusal> => {
  if (isRefusal(value)) throw new Turned(value);
  return value as Exclude<T, Refusal>;
};

/** All of it, or nothing and why. */
async function whole<T>(house: House, act: (tx: Tx) => Promise<T>): Promise<T | Refusal> {
  try {
    return await house.db.transaction(act);
  } catch (error) {
    if (error instanceof Turned) return error.refusal;
    throw error;
  }
}

/** The id of somebody known in the building, or of somebody added now. */
async function takePerson(tx: Tx, desk: Desk, given: GivenPerson): Promise<string | PersonRefusal> {
  if ('id' in given)
    return (await findPersonOf(tx, desk.buildingId, given.id))?.id ?? refuse('person-not-known');
  const email = given.email === '' ? null : findEmail(given.email);
  const phone = given.phone === '' ? null : findPhone(given.phone);
  if ((given.email !== '' && !email) || (given.phone !== '' && !phone)) return refuse('contact-not-read');
  const taxNumber = given.taxNumber === '' ? null : parseTaxNumber(given.taxNumber);
  if (isRefusal(taxNumber)) return refuse('tax-number-not-read');
  const { name, kind, birthDay } = given;
  const added = await insertPerson(
    tx,
    { name, kind, email, phone, taxNumber: taxNumber as string | null, birthDay },
    desk.locale,
    desk.now,
  );
  return added ?? refuse('contact-taken');
}

const paper = (given: Omit<TitleDocument, 'text'>): TitleDocument => ({ ...given, text: '' });

function readShare(text: string) {
  const read = parseShare(text);
  return isRefusal(read) ? refuse('share-not-read', { got: text }) : read.share;
}

async function readRecipient(
  tx: Tx,
  desk: Desk,
  given: Extract<EventBody, { kind: 'acquired' }>['to'],
): Promise<Recipient> {
  const jointWith: string[] = [];
  const personId = given.person === null ? null : orTurn(await takePerson(tx, desk, given.person));
  for (const other of given.jointWith) jointWith.push(orTurn(await takePerson(tx, desk, other)));
  return {
    personId,
    jointWith: [...new Set(jointWith)].filter((id) => id !== personId),
    share: orTurn(readShare(given.share)),
    room: given.room,
  };
}

async function readEvent(tx: Tx, desk: Desk, body: EventBody): Promise<TitleEvent> {
  switch (body.kind) {
    case 'acquired':
      return {
        kind: body.kind,
        day: body.day,
        to: await readRecipient(tx, desk, body.to),
        document: paper(body.document),
      };
    case 'corrected': {
      const corrections: Correction[] = [];
      for (const { title, person, share, document, ...rest } of body.corrections)
        corrections.push({
          titleId: title,
          ...(rest.room === undefined ? {} : { room: rest.room }),
          ...(rest.heldFrom === undefined ? {} : { heldFrom: rest.heldFrom }),
          ...(share === undefined ? {} : { share: orTurn(readShare(share)) }),
          ...(document === undefined ? {} : { document: paper(document) }),
          ...(person === undefined
            ? {}
            : { personId: person === null ? null : orTurn(await takePerson(tx, desk, person)) }),
        });
      return { kind: body.kind, corrections };
    }
    case 'frozen':
      return { kind: body.kind, day: body.day, titleId: body.title, reason: body.reason };
    case 'usufruct-set':
      return {
        kind: body.kind,
        day: body.day,
        titleId: body.title,
        personId: orTurn(await takePerson(tx, desk, body.person)),
      };
    case 'released':
    case 'arrested':
    case 'arrest-lifted':
    case 'usufruct-ended':
      return { kind: body.kind, day: body.day, titleId: body.title };
    default: {
      const to: Recipient[] = [];
      for (const one of body.to) to.push(await readRecipient(tx, desk, one));
      return { kind: body.kind, day: body.day, titleId: body.title, to, document: paper(body.document) };
    }
  }
}

export async function recordEvent(
  house: House,
  desk: Desk,
  premisesId: string,
  body: EventBody,
): Promise<{ id: string } | Refusal<RefusalOf<typeof contract.recordEvent>>> {
  const done = await whole(house, async (tx) => {
    const premises = await lockPremises(tx, desk.buildingId, premisesId);
    if (!premises) throw new Turned(refuse('not-found'));
    const event = await readEvent(tx, desk, body);
    const versions = await readVersions(tx, desk.buildingId, premisesId);
    const known = versions.filter(({ supersededAt }) => supersededAt === null);
    const change = orTurn(decideEvent(premisesId, known, event));
    const closed = known.filter(({ id }) => change.closed.includes(id));
    await tellHolders(tx, house, desk, [...closed, ...change.opened], premises.number);
    const id = await insertEvent(tx, {
      buildingId: desk.buildingId,
      premisesId,
      kind: event.kind,
      day: 'day' in event ? event.day : null,
      document: 'document' in event ? event.document : NO_DOCUMENT,
      note: body.note,
      change,
      recordedBy: desk.personId,
      now: desk.now,
      random: house.random,
    });
    await house.events.emit(tx, 'title.changed', { buildingId: desk.buildingId, premisesId });
    return { id };
  });
  return done as { id: string } | Refusal<RefusalOf<typeof contract.recordEvent>>;
}

/** Nobody's share changes unseen: whoever held it and whoever holds it is told, lest somebody sells what is not his. */
async function tellHolders(
  tx: Tx,
  house: House,
  desk: Desk,
  versions: readonly Pick<TitleVersion, 'personId' | 'jointWith'>[],
  premises: string,
): Promise<void> {
  const ids = versions.flatMap(({ personId, jointWith }) => [personId, ...jointWith]);
  await house.notices.send(
    tx,
    [...new Set(ids)]
      .filter((id) => id !== null)
      .map((personId) => ({
        personId,
        template: 'people.title-changed',
        values: { premises },
        buildingId: desk.buildingId,
      })),
  );
}

/** Corrects every title of the one to the other, in one event of the building. */
export async function mergePersons(
  house: House,
  desk: Desk,
  body: BodyOf<typeof contract.mergePersons>,
): Promise<null | Refusal<RefusalOf<typeof contract.mergePersons>>> {
  const { buildingId } = desk;
  const { from, into, note } = body;
  const done = await whole(house, async (tx) => {
    if (from === into) throw new Turned(refuse('same-person'));
    const [old, kept] = [await findPersonOf(tx, buildingId, from), await findPersonOf(tx, buildingId, into)];
    if (!old || !kept) throw new Turned(refuse('not-found'));
    // Who belongs to another house too is no matter of this register alone.
    if (!old.onlyHere || !kept.onlyHere) throw new Turned(refuse('person-elsewhere'));
    const differ = (a: string | null, b: string | null): boolean => a !== null && b !== null && a !== b;
    if (
      old.kind !== kept.kind ||
      differ(old.taxNumber, kept.taxNumber) ||
      differ(old.birthDay, kept.birthDay)
    )
      throw new Turned(refuse('persons-differ'));
    await lockTitles(tx, buildingId);
    // By the contacts that are about to pass to the other, while they are still there.
    await house.notices.send(tx, [{ personId: from, template: 'people.contact-changed', buildingId }]);
    const held = (await readKnownVersions(tx, buildingId)).filter(
      ({ personId, jointWith, usufructuaryId }) =>
        personId === from || usufructuaryId === from || jointWith.includes(from),
    );
    await insertEvent(tx, {
      buildingId,
      premisesId: null,
      kind: 'merged',
      day: null,
      document: NO_DOCUMENT,
      note,
      change: {
        closed: held.map(({ id }) => id),
        opened: held.map((version) => withPerson(version, from, into)),
      },
      recordedBy: desk.personId,
      now: desk.now,
      random: house.random,
    });
    await passMarks(tx, house, desk, { from, into, note });
    await mergePerson(tx, from, into);
    return null;
  });
  return done as null | Refusal<RefusalOf<typeof contract.mergePersons>>;
}

export async function grantRepresentation(
  house: House,
  desk: Desk,
  body: BodyOf<typeof contract.grantRepresentation>,
): Promise<{ id: string } | Refusal<RefusalOf<typeof contract.grantRepresentation>>> {
  const { buildingId } = desk;
  const done = await whole(house, async (tx) => {
    const principal = await findPersonOf(tx, buildingId, body.principal);
    if (!principal) throw new Turned(refuse('not-found'));
    for (const premisesId of body.premises ?? [])
      if (!(await findPremises(tx, buildingId, premisesId))) throw new Turned(refuse('not-found'));
    const birthDay = principal.birthDay ?? body.birthDay;
    if (principal.birthDay === null && body.birthDay !== null && principal.onlyHere)
      await updateBirthDay(tx, principal.id, body.birthDay);
    const given = {
      principalId: principal.id,
      agentId: orTurn(await takePerson(tx, desk, body.agent)),
      basis: body.basis,
      premisesIds: body.premises,
      document: paper(body.document),
      from: body.from,
      until: body.until,
    };
    const refused = checkGrant(given, { ...principal, birthDay });
    if (refused) throw new Turned(refused);
    const id = await insertRepresentation(tx, buildingId, given, desk.personId, desk.now);
    await tellParties(tx, house, buildingId, given, 'people.representation-granted', {
      until: given.until ?? 'none',
    });
    return { id };
  });
  return done as { id: string } | Refusal<RefusalOf<typeof contract.grantRepresentation>>;
}

/** Records that a representation is taken back; who acted and who was acted for are told. */
export async function takeBackRepresentation(
  house: House,
  given: { buildingId: string; id: string; on: LocalDay; by: string },
  now: Date,
): Promise<null | Refusal<'not-found'>> {
  return house.db.transaction(async (tx) => {
    const parties = await revokeRepresentation(tx, given, now);
    if (!parties) return refuse('not-found');
    await tellParties(tx, house, given.buildingId, parties, 'people.representation-revoked', {
      day: given.on,
    });
    return null;
  });
}

/** Nobody acts for an owner unseen, lest somebody writes down a paper that never was. */
async function tellParties(
  tx: Tx,
  house: House,
  buildingId: string,
  { principalId, agentId }: { readonly principalId: string; readonly agentId: string },
  template: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const names = await personNames(tx, [principalId, agentId]);
  await house.notices.send(
    tx,
    [principalId, agentId].map((personId) => ({
      personId,
      template,
      buildingId,
      values: {
        ...values,
        owner: names.get(principalId) ?? '',
        agent: names.get(agentId) ?? '',
      },
    })),
  );
}
