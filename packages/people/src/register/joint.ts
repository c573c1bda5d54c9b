// Spouses and others who hold a share undivided: one acts for all and the consent of the others is presumed, until one of
// them objects. An objection freezes the share from the day on, and only who made it may take it back.
import { isRefusal, refuse, type Refusal } from '@veche/core/refusal.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import type { House } from '@veche/module-kit/module.ts';
import { and, arrayOverlaps, desc, eq } from 'drizzle-orm';
import { registerEvents, titles } from '../schema.ts';
import { findBuilding } from '../store.ts';
import { dayIn } from './local-day.ts';
import { NO_DOCUMENT } from './title-document.ts';
import { decideEvent, type TitleEvent } from './title-event.ts';
import { insertEvent, lockPremises, readVersions } from './title-store.ts';
import { isHeld, type TitleVersion } from './titles.ts';

export type ObjectionRefusal = Refusal<'not-found' | 'not-joint' | 'not-yours' | 'nothing-changes'>;

/** Who objected last to others acting for a share, or had it written down; null when nobody did. */
export async function findObjector(
  tx: Tx,
  buildingId: string,
  { premisesId, personId }: { readonly premisesId: string; readonly personId: string },
): Promise<string | null> {
  const versions = await tx
    .select({ id: titles.id })
    .from(titles)
    .where(
      and(
        eq(titles.buildingId, buildingId),
        eq(titles.premisesId, premisesId),
        eq(titles.personId, personId),
        eq(titles.freeze, 'objection'),
      ),
    );
  if (versions.length === 0) return null;
  const [event] = await tx
    .select({ recordedBy: registerEvents.recordedBy })
    .from(registerEvents)
    .where(
      and(
        eq(registerEvents.buildingId, buildingId),
        eq(registerEvents.premisesId, premisesId),
        eq(registerEvents.kind, 'frozen'),
        arrayOverlaps(
          registerEvents.opened,
          versions.map(({ id }) => id),
        ),
      ),
    )
    .orderBy(desc(registerEvents.recordedAt), desc(registerEvents.id))
    .limit(1);
  return event?.recordedBy ?? null;
}

/**
 * Records that one of those who hold a share undivided objects to the others casting it, or no longer does; all of them
 * are told. What was cast before stands.
 */
export async function recordObjection(
  house: House,
  given: {
    readonly buildingId: string;
    readonly titleId: string;
    readonly personId: string;
    readonly now: Date;
  },
  act: 'object' | 'withdraw',
): Promise<ObjectionRefusal | null> {
  const { buildingId, titleId, personId, now } = given;
  return house.db.transaction(async (tx) => {
    const building = await findBuilding(tx, buildingId);
    const premisesId = building && (await findPremisesOf(tx, buildingId, titleId));
    const premises = premisesId && (await lockPremises(tx, buildingId, premisesId));
    if (!building || !premises) return refuse('not-found');
    const versions = (await readVersions(tx, buildingId, premises.id)).filter(
      ({ supersededAt }) => supersededAt === null,
    );
    const day = dayIn(now, building.timeZone);
    const title = versions.find((version) => version.id === titleId && isHeld(version, day));
    const holders = title ? holdersOf(title) : [];
    // To everybody else there is no such title.
    if (!title || !holders.includes(personId)) return refuse('not-found');
    if (title.jointWith.length === 0) return refuse('not-joint');
    if (act === 'withdraw') {
      if (title.freeze !== 'objection' || title.personId === null) return refuse('nothing-changes');
      const objector = await findObjector(tx, buildingId, {
        premisesId: premises.id,
        personId: title.personId,
      });
      if (objector !== personId) return refuse('not-yours');
    } else if (title.freeze !== null) return refuse('nothing-changes');
    const event: TitleEvent =
      act === 'object'
        ? { kind: 'frozen', day, titleId, reason: 'objection' }
        : { kind: 'released', day, titleId };
    const change = decideEvent(premises.id, versions, event);
    if (isRefusal(change)) return refuse('nothing-changes');
    await insertEvent(tx, {
      buildingId,
      premisesId: premises.id,
      kind: event.kind,
      day,
      document: NO_DOCUMENT,
      note: '',
      change,
      recordedBy: personId,
      now,
      random: house.random,
    });
    await house.notices.send(
      tx,
      holders.map((holder) => ({
        personId: holder,
        template: act === 'object' ? 'people.objection' : 'people.objection-withdrawn',
        buildingId,
        values: { premises: premises.number, own: holder === personId ? 'yes' : 'no' },
      })),
    );
    return null;
  });
}

const holdersOf = ({ personId, jointWith }: TitleVersion): string[] =>
  [personId, ...jointWith].filter((id) => id !== null);

async function findPremisesOf(tx: Tx, buildingId: string, titleId: string): Promise<string | null> {
  const [row] = await tx
    .select({ premisesId: titles.premisesId })
    .from(titles)
    .where(and(eq(titles.buildingId, buildingId), eq(titles.id, titleId)));
  return row?.premisesId ?? null;
}
