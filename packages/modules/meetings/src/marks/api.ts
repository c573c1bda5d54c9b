// The endpoint of one's own restrictions, and of those of an owner whom one acts for. Shows a person nothing about anybody
// else: that another speaks for the premises, never who; that an item is one's own matter, never whose else.
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import { isRefusal, refuse } from '@veche/core/refusal.ts';
import type { NoticeItem } from '@veche/ledger/meeting.ts';
import type { House } from '@veche/module-kit/module.ts';
import { route, type Route } from '@veche/module-kit/route.ts';
import { readActingRegister } from '@veche/people/register/acting-store.ts';
import { findMarks, type RecordedMark } from '@veche/people/register/mark-store.ts';
import { asOf, type RegisterMoment } from '@veche/people/register/titles.ts';
import { quantityOfArea } from '@veche/rules/explain.ts';
import type { Casting } from '../casting.ts';
import { createActors, type Actors } from '../domain/acting.ts';
import { formatQuantity } from '../domain/figures.ts';
import { dayIn } from '../domain/instant.ts';
import { isRestricting } from '../domain/restriction-reasons.ts';
import { measureRestrictions, type Restrict, type Restriction } from '../domain/restrictions.ts';
import { makeRoll, RollFault, type RollEntry } from '../domain/roll.ts';
import { findMeeting, noticeOf, readRoll, type MeetingKey, type MeetingRow } from '../store.ts';
import * as contract from './contract.ts';
import { findMarkedHoldings } from './marked-holdings.ts';

/** A roll is frozen: what it does to whom is measured once. The meeting asked about longest ago goes first. */
const KEPT_ROLLS = 4;

type Measured = { readonly entries: readonly RollEntry[]; readonly restrict: Restrict };
const measure = (items: readonly NoticeItem[], entries: readonly RollEntry[]): Measured => ({
  entries,
  restrict: measureRestrictions(items, entries),
});

/** @param casting - knows who acts for whom in an open meeting */
export function markRoutes(house: House, casting: Pick<Casting, 'findFacts'>): readonly Route[] {
  const { db } = house;
  const rolls = new Map<string, Promise<Measured>>();

  const takenOf = (row: MeetingRow, items: readonly NoticeItem[]): Promise<Measured> => {
    const name = `${row.buildingId}/${row.id}`;
    const known =
      rolls.get(name) ??
      readRoll(db, { buildingId: row.buildingId, id: row.id }).then((entries) => measure(items, entries));
    rolls.delete(name);
    rolls.set(name, known);
    known.catch(() => rolls.delete(name));
    for (const oldest of rolls.keys()) {
      if (rolls.size <= KEPT_ROLLS) break;
      rolls.delete(oldest);
    }
    return known;
  };

  /** As the roll would be taken now; null while the register cannot make one. */
  const previewOf = async (
    row: MeetingRow,
    items: readonly NoticeItem[],
    moment: RegisterMoment,
  ): Promise<Measured | null> => {
    try {
      return measure(items, makeRoll(await findMarkedHoldings(db, row, moment), house.random).entries);
    } catch (error) {
      if (error instanceof RollFault) return null;
      throw error;
    }
  };

  /** Who acts for whom: on a roll that is taken as casting knows it, before that as the register stands. */
  const actorsOf = async (
    key: MeetingKey,
    roll: readonly RollEntry[],
    isTaken: boolean,
  ): Promise<Actors | null> => {
    if (!isTaken) return createActors(roll, await readActingRegister(db, key.buildingId));
    const facts = await casting.findFacts(key);
    return facts === null || isRefusal(facts) ? null : facts.actors;
  };

  return [
    route(contract.getMyRestrictions, async ({ params, query, caller, now, locale, translate }) => {
      const key = { buildingId: params.building, id: params.meeting };
      const row = await findMeeting(db, key);
      if (!row || row.state === 'draft') return refuse('not-found');
      const { items, timeZone } = noticeOf(row);
      const isTaken = row.openedAt !== null;
      const none = { asOf: isTaken ? ('roll' as const) : ('register' as const), restrictions: [] };
      if (!items.some(({ rule }) => isRestricting(rule))) return none;
      const moment = isTaken ? { at: row.opensAt!, known: row.openedAt! } : asOf(now);
      const measured = await (isTaken ? takenOf(row, items) : previewOf(row, items, moment));
      const actors = measured && (await actorsOf(key, measured.entries, isTaken));
      if (measured === null || actors === null) return none;
      const standings = actors.list(caller, dayIn(timeZone, now));
      const chosen =
        query.voter === undefined
          ? (standings.find(({ ownerId }) => ownerId === caller.personId) ?? standings[0])
          : standings.find(({ voter }) => voter === query.voter);
      const mine = measured.entries.filter(({ voter }) => voter !== '' && voter === chosen?.voter);
      const found = measured.restrict(new Set(mine.map(({ entitlement }) => entitlement)));
      if (found.length === 0) return none;
      const marks = (await findMarks(db, row.buildingId, moment)).filter(
        ({ personId }) => personId === mine[0]!.personId,
      );
      return {
        ...none,
        restrictions: found.map((one) => shown(one, mine, marks, locale, translate)),
      };
    }),
  ];
}

function shown(
  { item, why, entitlements, leavesNothing, area }: Restriction,
  mine: readonly RollEntry[],
  marks: readonly RecordedMark[],
  locale: Locale,
  translate: Translate,
) {
  const touched = mine.filter(({ entitlement }) => entitlements.includes(entitlement));
  const write = (cm2: string): string => formatQuantity(quantityOfArea(cm2), 'm2', locale, translate);
  const mark = marks.find(
    ({ kind, premisesId }) =>
      kind === why && (premisesId === null || touched.some((one) => one.premisesId === premisesId)),
  );
  return {
    item,
    why,
    text: translate(`own-vote.${why}`, { before: write(area.before), after: write(area.after) }),
    basis: mark ? paperOf(mark, locale, translate) : null,
    premises: [...new Set(touched.map(({ premisesNumber }) => premisesNumber))],
    leavesNothing,
    area,
  };
}

/** `decision of a court No. 2-114/2026 of 1 Feb 2026`. */
function paperOf({ document }: RecordedMark, locale: Locale, translate: Translate): string {
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  return translate('own-vote.paper', {
    kind: (document.kind ?? 'other').replaceAll('-', '_'),
    number: document.number || 'none',
    day: document.date === null ? 'none' : day.format(new Date(`${document.date}T00:00:00Z`)),
  });
}
