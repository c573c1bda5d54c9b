// The acts of the marks desk: something is stated of an owner, ended, corrected, withdrawn. Each is one transaction, and the
// owner is told: nobody loses a vote, or gets one, unseen.
import { isRefusal, refuse, type Refusal } from '@veche/core/refusal.ts';
import type { BodyOf, RefusalOf } from '@veche/module-kit/endpoint.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import type { House } from '@veche/module-kit/module.ts';
import { findBuilding } from '../store.ts';
import type * as contract from './contract.ts';
import { changeMark, stateMark, type Mark, type MarkAct, type MarkChange } from './mark.ts';
import { insertMark, readMarks, type RecordedMark } from './mark-store.ts';
import { findPersonOf } from './person-store.ts';
import { findPremises, lockTitles, readKnownVersions } from './title-store.ts';
import type { TitleVersion } from './titles.ts';

type Desk = { readonly buildingId: string; readonly personId: string; readonly now: Date };

const isKnownNow = ({ supersededAt }: RecordedMark): boolean => supersededAt === null;

/** Whether the person holds, held or will hold something there. */
const isHolder = (
  versions: readonly TitleVersion[],
  { personId, premisesId }: Pick<Mark, 'personId' | 'premisesId'>,
): boolean =>
  versions.some(
    (title) =>
      (title.personId === personId || title.jointWith.includes(personId)) &&
      (premisesId === null || title.premisesId === premisesId),
  );

/** Records that something is so of an owner from a day on. */
export async function recordMark(
  house: House,
  desk: Desk,
  body: BodyOf<typeof contract.stateMark>,
): Promise<{ id: string } | Refusal<RefusalOf<typeof contract.stateMark>>> {
  const { buildingId } = desk;
  return house.db.transaction(async (tx) => {
    if (!(await findBuilding(tx, buildingId))) return refuse('not-found');
    await lockTitles(tx, buildingId);
    const { person, premises: premisesId, note, ...said } = body;
    if (!(await findPersonOf(tx, buildingId, person))) return refuse('person-not-known');
    if (premisesId !== null && !(await findPremises(tx, buildingId, premisesId))) return refuse('not-found');
    const mark: Mark = { ...said, personId: person, premisesId };
    if (!isHolder(await readKnownVersions(tx, buildingId), mark)) return refuse('holds-nothing-there');
    const known = (await readMarks(tx, buildingId)).filter(isKnownNow);
    const stated = stateMark(known, mark);
    if (isRefusal(stated)) return stated;
    return { id: await write(tx, house, desk, { mark: null, act: 'stated', said: stated, note }) };
  });
}

/** Records what became of a mark. */
export async function recordMarkChange(
  house: House,
  desk: Desk,
  mark: string,
  body: BodyOf<typeof contract.changeMark>,
): Promise<null | Refusal<RefusalOf<typeof contract.changeMark>>> {
  const { buildingId } = desk;
  return house.db.transaction(async (tx) => {
    if (!(await findBuilding(tx, buildingId))) return refuse('not-found');
    await lockTitles(tx, buildingId);
    const known = (await readMarks(tx, buildingId)).filter(isKnownNow);
    if (!known.some((version) => version.mark === mark)) return refuse('not-found');
    const said = changeMark(known, mark, changeFrom(body));
    if (isRefusal(said)) return said;
    await write(tx, house, desk, { mark, act: body.act, said, note: body.note });
    return null;
  });
}

function changeFrom(body: BodyOf<typeof contract.changeMark>): MarkChange {
  if (body.act !== 'corrected') return body;
  const { document, from, until } = body;
  return {
    act: 'corrected',
    ...(document === undefined ? {} : { document }),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
  };
}

async function write(
  tx: Tx,
  house: House,
  desk: Desk,
  given: {
    readonly mark: string | null;
    readonly act: MarkAct;
    readonly said: Mark;
    readonly note: string;
  },
): Promise<string> {
  const { buildingId, now } = desk;
  const id = await insertMark(tx, {
    ...given,
    buildingId,
    recordedBy: desk.personId,
    now,
    random: house.random,
  });
  await house.notices.send(tx, [
    {
      personId: given.said.personId,
      template: 'people.mark-recorded',
      values: { kind: given.said.kind.replaceAll('-', '_'), act: given.act },
      buildingId,
    },
  ]);
  return id;
}

/** Passes the marks of one person to another who is the same; what was known before stays known as it was. */
export async function passMarks(
  tx: Tx,
  house: House,
  desk: Desk,
  given: { readonly from: string; readonly into: string; readonly note: string },
): Promise<void> {
  for (const version of (await readMarks(tx, desk.buildingId)).filter(isKnownNow)) {
    if (version.personId !== given.from || version.act === 'withdrawn') continue;
    await insertMark(tx, {
      buildingId: desk.buildingId,
      mark: version.mark,
      act: 'merged',
      said: { ...version, personId: given.into },
      note: given.note,
      recordedBy: desk.personId,
      now: desk.now,
      random: house.random,
    });
  }
}
