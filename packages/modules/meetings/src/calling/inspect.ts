// Gathers what the checks before the notice and before the close look at: draft or notice, register, documents, rivals.
import { equals, formatRational, multiply, one, rational, sum, type Rational } from '@veche/core/rational.ts';
import type { Locale } from '@veche/core/locale.ts';
import { decodeBase64, encodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { makeCommitment } from '@veche/ledger/commitment.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import type { House } from '@veche/module-kit/module.ts';
import { findMarks } from '@veche/people/register/mark-store.ts';
import { asOf } from '@veche/people/register/titles.ts';
import { findHoldings, getBuilding, type Building, type Holding } from '@veche/people/store.ts';
import type { DecisionRule } from '@veche/rules/decision-rule.ts';
import { needsConfirmation } from '@veche/rules/presets.ts';
import { dayIn } from '../domain/instant.ts';
import { countVoiceless, STATED_KINDS, type StatedMark } from '../domain/marks.ts';
import {
  checkBeforeCall,
  checkBeforeClose,
  isSame,
  type Finding,
  type MarkMeasure,
  type RegisterMeasure,
} from '../domain/preflight.ts';
import { isConfirmedBy, isWithdrawn } from '../rules/confirmed.ts';
import { findInstalled } from '../rules/installed.ts';
import { findConfirmations, listWords } from '../rules/store.ts';
import { findEntry, noticeOf, readMilestones, type MeetingKey, type MeetingRow } from '../store.ts';
import { listHolidays } from './holidays.ts';
import { operatorOf, standingAt } from './standing-view.ts';
import { listMaterials, listOverrides, listRunning, type MaterialRow, type OverrideRow } from './store.ts';

/** The rule of an id that is in force in the building at a moment. */
export const rulesAt =
  (timeZone: string, now: Date) =>
  (id: string): DecisionRule | null =>
    findInstalled(id, dayIn(timeZone, now))?.rule ?? null;

/** Years whose holidays a calendar that begins now may show. */
export const yearsFrom = (timeZone: string, now: Date): number[] => {
  const year = Number(dayIn(timeZone, now).slice(0, 4));
  return [year, year + 1];
};

export type Inspection = {
  readonly findings: readonly Finding[];
  readonly materials: readonly MaterialRow[];
};

/** What stands against calling the draft now. */
export async function inspectDraft(
  tx: Tx,
  row: MeetingRow,
  building: Building,
  { now, locale, operator }: { readonly now: Date; readonly locale: Locale; readonly operator: string },
): Promise<Inspection> {
  const key = { buildingId: row.buildingId, id: row.id };
  // Of the day of the opening, as far as is known now: what is to end before it is not asked about.
  const moment = { at: row.draft.opensAt === null ? now : new Date(row.draft.opensAt), known: now };
  const [holdings, stated, materials, others, holidays, confirmations] = await Promise.all([
    findHoldings(tx, key.buildingId, asOf(now)),
    findMarks(tx, key.buildingId, moment),
    listMaterials(tx, key),
    listRunning(tx, key),
    listHolidays(building.regime, yearsFrom(building.timeZone, now), locale),
    findConfirmations(tx, key.buildingId),
  ]);
  const findings = checkBeforeCall({
    regime: building.regime,
    draft: row.draft,
    building,
    register: measure(holdings),
    marks: measureMarks(holdings, stated),
    annexes: new Set(materials.map(({ item }) => item ?? 0)),
    others,
    findRule: rulesAt(building.timeZone, now),
    binds: standingAt(operator, row, building, now).binding,
    isUnanswered: (rule) => wantsWord(rule, building.timeZone, now) && !isConfirmedBy(rule, confirmations),
    holidays,
    now,
  });
  return { findings, materials };
}

/** What stands against closing an open meeting; a risk that was taken for the notice needs no second word. */
export async function inspectOpen(house: House, row: MeetingRow, now: Date): Promise<Inspection> {
  const { db } = house;
  const key = { buildingId: row.buildingId, id: row.id };
  const notice = noticeOf(row);
  const [building, holdings, materials, others, isNoticeWhole, words] = await Promise.all([
    getBuilding(db, key.buildingId),
    findHoldings(db, key.buildingId, asOf(now)),
    listMaterials(db, key),
    listRunning(db, key),
    isAsLogged(house, key, row),
    listWords(db, key.buildingId),
  ]);
  const findings = checkBeforeClose({
    draft: { ...row.draft, items: notice.items.map((item) => ({ ...item, ruleId: item.rule.id })) },
    isNoticeWhole,
    brokenAnnexes: await findBroken(house, row, materials),
    building: notice.building,
    rollAreaCm2: row.rollWeight ?? '0',
    register: measure(holdings),
    rules: notice.items.map(({ rule }) => rule),
    binds: standingAt(operatorOf(house), row, building, now).binding,
    isWithdrawn: (rule) => isWithdrawn(rule, words, row.calledAt!),
    others,
  });
  return { findings, materials };
}

/** Whether the rule of the day may bind only on the word of a person of the building. */
const wantsWord = ({ id }: DecisionRule, timeZone: string, now: Date): boolean => {
  const preset = findInstalled(id, dayIn(timeZone, now));
  return preset !== null && needsConfirmation(preset);
};

/** Whether somebody has taken the finding upon himself. */
export const findOverride = (taken: readonly OverrideRow[], finding: Finding): OverrideRow | null =>
  taken.findLast((row) => isSame(row, finding)) ?? null;

/** How many findings keep the meeting from being closed. */
export async function countOpenFindings(house: House, row: MeetingRow, now: Date): Promise<number> {
  const [{ findings }, taken] = await Promise.all([
    inspectOpen(house, row, now),
    listOverrides(house.db, { buildingId: row.buildingId, id: row.id }),
  ]);
  return findings.filter(
    (found) =>
      found.severity === 'stop' || (found.severity === 'risk' && findOverride(taken, found) === null),
  ).length;
}

/** The notice of the row is the one that its entry in the log commits to. */
async function isAsLogged(house: House, key: MeetingKey, row: MeetingRow): Promise<boolean> {
  const idem = (await readMilestones(house.db, key)).get('meeting.called');
  if (idem === undefined || row.notice === null || row.noticeSalt === null) return false;
  const [logged] = await house.ledger.read([idem]);
  const kept = await findEntry(house.db, key, idem);
  // An entry that the log has not shown yet was handed over by us a moment ago.
  if (!logged) return kept?.payload === row.notice;
  const commitment = makeCommitment(decodeBase64(row.noticeSalt, 32), encodeUtf8(row.notice));
  return (JSON.parse(logged.leaf) as { notice?: unknown }).notice === encodeBase64(commitment);
}

async function findBroken(
  house: House,
  row: MeetingRow,
  materials: readonly MaterialRow[],
): Promise<(number | null)[]> {
  const notice = noticeOf(row);
  const broken: (number | null)[] = [];
  for (const announced of notice.materials ?? []) {
    const kept = materials.find(
      ({ sha256: digest, name }) => digest === announced.sha256 && name === announced.name,
    );
    const bytes = kept && (await house.files.get(kept.file));
    if (!bytes || encodeBase64(sha256(bytes)) !== announced.sha256)
      broken.push(notice.items.find(({ id }) => id === announced.item)?.number ?? null);
  }
  return broken;
}

function measure(holdings: readonly Holding[]): RegisterMeasure {
  const shares = new Map<string, Rational[]>();
  for (const { premisesId, share, areaCm2 } of holdings)
    if (areaCm2 > 0) shares.set(premisesId, [...(shares.get(premisesId) ?? []), share]);
  return {
    areaCm2: formatRational(sum(holdings.map(({ areaCm2, share }) => multiply(rational(areaCm2), share)))),
    premises: shares.size,
    entrances: entrancesOf(holdings),
    unevenPremises: [...shares.values()].filter((parts) => !equals(sum(parts), one)).length,
    unknownShares: holdings.filter(({ personId }) => personId === null).length,
  };
}

/** Who holds nothing on the day of the check is no matter of this meeting, whatever was said of him. */
function measureMarks(holdings: readonly Holding[], stated: readonly StatedMark[]): MarkMeasure {
  const voting = holdings.filter(({ areaCm2 }) => areaCm2 > 0);
  const isHere = ({ personId, premisesId }: StatedMark): boolean =>
    voting.some(
      (holding) =>
        holding.holders.includes(personId) && (premisesId === null || premisesId === holding.premisesId),
    );
  const here = stated.filter(isHere);
  return {
    stated: Object.fromEntries(
      STATED_KINDS.map((kind) => [kind, here.filter((mark) => mark.kind === kind).length]),
    ) as MarkMeasure['stated'],
    voiceless: countVoiceless(voting, here),
  };
}

/** Entrances of the register, in the order of their numbers. */
export const entrancesOf = (holdings: readonly Holding[]): readonly string[] =>
  [...new Set(holdings.flatMap(({ entrance }) => entrance || []))].sort((a, b) =>
    a.localeCompare(b, 'ru', { numeric: true }),
  );
