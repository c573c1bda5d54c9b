// What a meeting looks like from outside: the public shapes of the contract, made from rows.
// Knows who took part and never how; running results are nowhere in it.
import type { Translate } from '@veche/core/messages.ts';
import { isJoined, type Notice } from '@veche/ledger/meeting.ts';
import type { Caller } from '@veche/module-kit/who.ts';
import type { House } from '@veche/module-kit/module.ts';
import { personNames, type Building } from '@veche/people/store.ts';
import type { Law } from './calling/law.ts';
import { operatorOf, standingView } from './calling/standing-view.ts';
import { listMaterials, listOverrides, type OverrideRow } from './calling/store.ts';
import type { DecisionRule } from '@veche/rules/decision-rule.ts';
import type { z } from 'zod';
import { findInstalled, installedRules } from './rules/installed.ts';
import type { decisionRule } from './rules/shapes.ts';
import { acceptedRisks } from './domain/accepted.ts';
import { itemId } from './domain/call.ts';
import type { Convener, MeetingKind, SalePolicy } from './domain/agenda-choices.ts';
import { dayIn } from './domain/instant.ts';
import { findLibraryItem } from './domain/library.ts';
import { countPassings } from './sales/store.ts';
import { measureTurnout, stepSeconds, type Turnout } from './domain/turnout.ts';
import { isMember, mayDo } from './permissions.ts';
import {
  countParticipants,
  MILESTONES,
  noticeOf,
  readMilestones,
  readTurnoutParts,
  readTurnoutSteps,
  type MeetingKey,
  type MeetingRow,
} from './store.ts';

/** Turnout may be so old; many look at it at once. */
const TURNOUT_KEPT_MS = 2_000;
const KEPT = 500;

/** A rule as the contract types it: without `readonly`, though nobody writes to it. */
type RuleView = z.output<typeof decisionRule>;

type ItemView = {
  id: string;
  number: number;
  text: string;
  explanation: string;
  rule: RuleView;
  ruleName: string;
  ruleExplanation: string;
  clause: string | null;
  competence: string | null;
  entrance: string | null;
  parties: { id: string; name: string }[];
};

export type MeetingView = {
  id: string;
  buildingId: string;
  address: string;
  city: string;
  timeZone: string;
  title: string;
  form: MeetingRow['form'];
  openness: MeetingRow['openness'];
  state: MeetingRow['state'];
  opensAt: string | null;
  closesAt: string | null;
  calledAt: string | null;
  closedAt: string | null;
  kind: MeetingKind | null;
  convener: Convener | null;
  sale: SalePolicy | null;
  follows: { meeting: string; kind: NonNullable<Notice['follows']>['kind']; joined: boolean } | null;
  passed: number;
  gathering: { at: string; place: string } | null;
  materialsPlace: string | null;
  materials: { id: string; item: number | null; name: string; type: string; bytes: number; sha256: string }[];
  accepted: { code: string; item: number | null; title: string; reason: string }[];
  standing: { binding: boolean; why: string };
  items: ItemView[];
  turnout: Turnout | null;
  log: { kind: string; index: number }[];
  awaitsWitnesses: boolean;
  closing: { size: number; quorumAt: string; witnesses: { name: string; at: string }[] } | null;
  may: {
    edit: boolean;
    vote: boolean;
    close: boolean;
    seeMissing: boolean;
    seeDeliveries: boolean;
    takeBundle: boolean;
    replay: boolean;
    seeClosing: boolean;
  };
};

export type Views = {
  /** @param hasVote - whether the caller stands on the roll */
  meeting(
    row: MeetingRow,
    building: Building,
    reader: { caller: Caller | null; hasVote: boolean; now: Date; translate: Translate },
  ): Promise<MeetingView>;
  turnout(row: MeetingRow, now: Date): Promise<Turnout | null>;
};

export function createViews(house: House): Views {
  const turnouts = new Map<string, { at: number; settled: boolean; found: Promise<Turnout> }>();
  /** Where milestones stand never changes once they are logged. */
  const places = new Map<string, { kind: string; index: number }[]>();

  const turnout: Views['turnout'] = async (row, now) => {
    if (row.openedAt === null) return null;
    const key = keyOf(row);
    const known = turnouts.get(key.id);
    // Only what was read while closed can no longer change: the last votes come after the last look before the close.
    const settled = row.state === 'closed';
    const age = known ? now.getTime() - known.at : Infinity;
    if (known && (settled ? known.settled : age >= 0 && age < TURNOUT_KEPT_MS)) return known.found;
    const found = readTurnout(house, row, now);
    keep(turnouts, key.id, { at: now.getTime(), settled, found });
    found.catch(() => turnouts.delete(key.id));
    return found;
  };

  const logOf = async (row: MeetingRow): Promise<{ kind: string; index: number }[]> => {
    if (row.calledAt === null) return [];
    const known = places.get(row.id);
    const milestones = await readMilestones(house.db, keyOf(row));
    if (known && known.length === milestones.size) return known;
    const logged = new Map(
      (await house.ledger.read([...milestones.values()])).map(({ idem, index }) => [idem, index]),
    );
    const log = MILESTONES.flatMap((kind) => {
      const index = logged.get(milestones.get(kind) ?? '');
      return index === undefined ? [] : [{ kind, index }];
    });
    keep(places, row.id, log);
    return log;
  };

  return {
    turnout,
    meeting: async (row, building, { caller, hasVote, now, translate }) => ({
      id: row.id,
      buildingId: row.buildingId,
      address: building.address,
      city: building.city,
      timeZone: building.timeZone,
      title: row.title,
      form: row.form,
      openness: row.openness,
      state: row.state,
      opensAt: row.opensAt?.toISOString() ?? null,
      closesAt: row.closesAt?.toISOString() ?? null,
      calledAt: row.calledAt?.toISOString() ?? null,
      closedAt: row.closedAt?.toISOString() ?? null,
      ...choicesOf(row),
      passed: row.openedAt === null ? 0 : await countPassings(house.db, keyOf(row)),
      accepted: acceptedIn(row, await listOverrides(house.db, keyOf(row)), translate),
      materials: (await listMaterials(house.db, keyOf(row))).map(
        ({ id, item, name, type, bytes, sha256 }) => ({ id, item, name, type, bytes, sha256 }),
      ),
      standing: standingView(operatorOf(house), row, building, now, translate),
      items: itemsOf(row, building, now, translate, await namePartiesOf(house, row)),
      turnout: await turnout(row, now),
      log: await logOf(row),
      awaitsWitnesses: awaitsWitnesses(row),
      closing: row.closing && {
        size: row.closing.size,
        quorumAt: instantOf(row.closing.quorumTime),
        witnesses: row.closing.witnesses.map(({ name, time }) => ({ name, at: instantOf(time) })),
      },
      may: {
        edit: row.state === 'draft' && mayDo(caller, 'meetings.call'),
        vote: row.state === 'open' && hasVote && !isVotingOver(row, now),
        close: row.state === 'open' && isVotingOver(row, now) && mayDo(caller, 'meetings.close'),
        seeDeliveries: row.calledAt !== null && mayDo(caller, 'meetings.see-deliveries'),
        seeMissing: row.openedAt !== null && mayDo(caller, 'meetings.see-missing'),
        seeClosing: row.state === 'closed' && mayDo(caller, 'meetings.see-closing'),
        takeBundle: row.state === 'closed' && (row.openness === 'public' || isMember(caller)),
        replay: row.state === 'closed' && mayDo(caller, 'meetings.replay'),
      },
    }),
  };
}

export const keyOf = (row: { buildingId: string; id: string }): MeetingKey => ({
  buildingId: row.buildingId,
  id: row.id,
});

/** Whether the announced end of a called meeting has passed; a draft has only wishes. */
export const isVotingOver = (row: MeetingRow, now: Date): boolean =>
  row.state !== 'draft' && row.closesAt !== null && now >= row.closesAt;

/** At two places a closing waits for witnesses: for the checkpoint to close by, and for them to have seen the outcome. */
const awaitsWitnesses = ({ state, policy, closing, minutesFile }: MeetingRow): boolean =>
  state === 'closing' && policy !== null && (closing === null || minutesFile !== null);

const instantOf = (unixSeconds: number): string => new Date(unixSeconds * 1000).toISOString();

/** What was chosen for the whole meeting: as the notice has it once called, before that as drafted. */
function choicesOf(row: MeetingRow) {
  const notice = row.notice === null ? null : noticeOf(row);
  const { kind, convener, sale, gathering, materialsPlace } = notice ?? row.draft;
  return {
    kind: kind ?? null,
    convener: convener ?? null,
    sale: sale ?? null,
    gathering: gathering ?? null,
    materialsPlace: materialsPlace ?? null,
    follows: notice?.follows
      ? { meeting: notice.follows.meeting, kind: notice.follows.kind, joined: isJoined(notice) }
      : null,
  };
}

/** What was taken by somebody, for every reader: before the call nothing was. */
function acceptedIn(
  row: MeetingRow,
  taken: readonly OverrideRow[],
  translate: Translate,
): MeetingView['accepted'] {
  if (row.notice === null) return [];
  return acceptedRisks(noticeOf(row), taken, translate).map(({ stage: _stage, ...risk }) => risk);
}

/** Whose own matter the items of a draft are; of a called meeting nobody is named here. */
const namePartiesOf = (house: House, { notice, draft }: MeetingRow): Promise<Map<string, string>> =>
  notice === null
    ? personNames(
        house.db,
        draft.items.flatMap(({ parties }) => parties ?? []),
      )
    : Promise.resolve(new Map());

/** The agenda: pinned in the notice once called, before that by the rules of today. */
function itemsOf(
  row: MeetingRow,
  building: Building,
  now: Date,
  translate: Translate,
  names: ReadonlyMap<string, string>,
): ItemView[] {
  if (row.notice !== null)
    return noticeOf(row).items.map((item) => ({
      ...item,
      clause: item.clause ?? null,
      competence: competenceOf(item.clause, building, now),
      entrance: null,
      parties: [],
      rule: item.rule as RuleView,
      ...ruleTexts(item.rule, translate),
    }));
  return row.draft.items.flatMap((item, position) => {
    const rule = findInstalled(item.ruleId, dayIn(building.timeZone, now))?.rule;
    if (!rule) return [];
    return [
      {
        id: itemId(position + 1),
        number: position + 1,
        text: item.text,
        explanation: item.explanation,
        clause: item.clause ?? null,
        competence: competenceOf(item.clause, building, now),
        entrance: item.entrance ?? null,
        parties: (item.parties ?? []).map((id) => ({ id, name: names.get(id) ?? '' })),
        rule: rule as RuleView,
        ...ruleTexts(rule, translate),
      },
    ];
  });
}

const competenceOf = (clause: string | undefined, building: Building, now: Date): string | null =>
  (clause === undefined ? null : findLibraryItem(clause, dayIn(building.timeZone, now)))?.legalRef ?? null;

export function ruleTexts(
  rule: DecisionRule,
  translate: Translate,
): { ruleName: string; ruleExplanation: string } {
  return {
    ruleName: translate(`rule.${rule.id}.name`),
    ruleExplanation: translate(`rule.${rule.id}.explanation`),
  };
}

/** The rules an item may have today under a law, the weakest demand first. */
export const rulesOfToday = ({ regime, timeZone }: Law, now: Date, translate: Translate) =>
  installedRules()
    .list(regime, dayIn(timeZone, now))
    .map(({ rule }) => {
      const { ruleName, ruleExplanation } = ruleTexts(rule, translate);
      return { rule: rule as RuleView, name: ruleName, explanation: ruleExplanation };
    });

async function readTurnout(house: House, row: MeetingRow, now: Date): Promise<Turnout> {
  const key = keyOf(row);
  const opensAt = row.opensAt!;
  const closesAt = row.closesAt!;
  const [parts, steps, headsParticipants] = await Promise.all([
    readTurnoutParts(house.db, key),
    readTurnoutSteps(house.db, key, opensAt, stepSeconds(opensAt, closesAt)),
    countParticipants(house.db, key),
  ]);
  return measureTurnout({
    parts,
    steps,
    headsAll: row.rollHeads ?? 0,
    headsParticipants,
    opensAt,
    closesAt,
    now,
  });
}

function keep<Value>(map: Map<string, Value>, name: string, value: Value): void {
  map.delete(name);
  map.set(name, value);
  for (const oldest of map.keys()) {
    if (map.size <= KEPT) break;
    map.delete(oldest);
  }
}
