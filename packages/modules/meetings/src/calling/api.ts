// The endpoints of calling: each handler finds, asks the domain, stores, and answers.
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import { refuse } from '@veche/core/refusal.ts';
import { encodeHex } from '@veche/ledger/bytes.ts';
import type { House } from '@veche/module-kit/module.ts';
import { route, type Route } from '@veche/module-kit/route.ts';
import { asOf } from '@veche/people/register/titles.ts';
import { findBuilding, findHoldings, personNames } from '@veche/people/store.ts';
import { quantityOfArea } from '@veche/rules/explain.ts';
import { FORMS } from '../contract.ts';
import { dayIn } from '../domain/instant.ts';
import { formatQuantity } from '../domain/figures.ts';
import { workingDays } from '../domain/calendar.ts';
import { listLibrary } from '../domain/library.ts';
import { isSame, type Fact, type Finding } from '../domain/preflight.ts';
import { earliestOpening, findTerm, listTerms } from '../domain/terms.ts';
import { isMember, mayDo } from '../permissions.ts';
import { findMeeting, lockMeeting, type MeetingKey } from '../store.ts';
import * as contract from './contract.ts';
import { listHolidays } from './holidays.ts';
import { entrancesOf, findOverride, inspectDraft, inspectOpen, rulesAt, yearsFrom } from './inspect.ts';
import { attach } from './materials.ts';
import { changeLaw, findLaw, lawView } from './law.ts';
import { operatorOf, standingView } from './standing-view.ts';
import { deleteMaterial, findMaterial, insertOverrides, listOverrides, type OverrideRow } from './store.ts';

export function callingRoutes(house: House): readonly Route[] {
  const { db } = house;
  const keyFrom = (params: { building: string; meeting: string }): MeetingKey => ({
    buildingId: params.building,
    id: params.meeting,
  });

  return [
    route(contract.listLibrary, async ({ query, now, translate }) => {
      const law = await findLaw(db, query.building);
      if (!law) return refuse('not-found');
      const { regime, timeZone } = law;
      const day = dayIn(timeZone, now);
      const findRule = rulesAt(timeZone, now);
      return {
        items: listLibrary(regime, day).map((item) => ({
          id: item.id,
          clause: item.clause ?? null,
          title: translate(`library.${item.id}.title`),
          wording: translate(`library.${item.id}.wording`),
          legalRef: item.legalRef,
          rules: item.rules.filter((id) => findRule(id) !== null),
          threshold: item.threshold,
          subject: item.subject,
          annex: item.annex,
        })),
      };
    }),

    route(contract.getLaw, async ({ params, caller, translate }) => {
      const building = await findBuilding(db, params.building);
      return building ? lawView(db, building, caller, translate) : refuse('not-found');
    }),

    route(contract.setLaw, ({ params, body }) => changeLaw(db, params.building, body.regime)),

    route(contract.getCallingCalendar, async ({ params, query, now, locale, translate }) => {
      const building = await findBuilding(db, params.building);
      if (!building) return refuse('not-found');
      const { regime, timeZone } = building;
      const holidays = await listHolidays(regime, yearsFrom(timeZone, now), locale);
      const notice = findTerm(regime, 'notice', query.form);
      return {
        today: dayIn(timeZone, now),
        earliest: notice && earliestOpening(notice, now, timeZone, workingDays(holidays)),
        terms: listTerms(regime)
          .filter(({ forms }) => forms === undefined || forms.includes(query.form))
          .map((term) => ({
            act: term.act,
            text: translate(`term.${term.act}`, {
              days: term.days,
              mostDays: term.mostDays ?? 0,
              from: term.from,
            }),
            legalRef: term.legalRef,
            confidence: term.confidence,
            counting: term.counting,
            days: term.days,
            mostDays: term.mostDays ?? null,
            from: term.from,
            force: term.force,
          })),
        holidays,
        entrances: [...entrancesOf(await findHoldings(db, building.id, asOf(now)))],
        standings: FORMS.map((form) => ({
          form,
          ...standingView(operatorOf(house), { form, opensAt: null }, building, now, translate),
        })),
      };
    }),

    route(contract.getPreflight, async ({ params, now, locale, translate }) => {
      const key = keyFrom(params);
      const [row, building] = await Promise.all([findMeeting(db, key), findBuilding(db, key.buildingId)]);
      if (!row || !building) return refuse('not-found');
      const stage = STAGES[row.state];
      if (stage === null) return { stage, findings: [] };
      const [{ findings }, taken] = await Promise.all([
        stage === 'call'
          ? inspectDraft(db, row, building, { now, locale, operator: operatorOf(house) })
          : inspectOpen(house, row, now),
        listOverrides(db, key),
      ]);
      const names = await personNames(db, [...new Set(taken.map(({ takenBy }) => takenBy))]);
      const write = wordsFor(locale, translate);
      return {
        stage,
        findings: findings.map((found) => ({
          ...write(found),
          taken: takenView(findOverride(taken, found), names),
        })),
      };
    }),

    route(contract.takeRisk, async ({ params, body, caller, now }) => {
      const key = keyFrom(params);
      const [row, building] = await Promise.all([findMeeting(db, key), findBuilding(db, key.buildingId)]);
      if (!row || !building) return refuse('not-found');
      if (row.state !== 'open') return refuse('not-open');
      const { findings } = await inspectOpen(house, row, now);
      if (!findings.some((found) => found.severity === 'risk' && isSame(found, body)))
        return refuse('nothing-to-accept');
      await insertOverrides(db, [
        {
          buildingId: key.buildingId,
          meeting: key.id,
          id: encodeHex(house.random(12)),
          stage: 'close',
          code: body.code,
          item: body.item,
          reason: body.reason,
          takenBy: caller.personId,
          takenAt: now,
        },
      ]);
      return null;
    }),

    route(contract.uploadMaterial, async ({ params, query, body, caller, now }) =>
      attach(house, keyFrom(params), {
        name: query.fileName,
        item: query.item ?? null,
        bytes: body,
        personId: caller.personId,
        now,
      }),
    ),

    route(contract.deleteMaterial, async ({ params }) => {
      const key = keyFrom(params);
      return db.transaction(async (tx) => {
        const row = await lockMeeting(tx, key);
        if (!row) return refuse('not-found');
        if (row.state !== 'draft') return refuse('already-called');
        return (await deleteMaterial(tx, key, params.material)) ? null : refuse('not-found');
      });
    }),

    route(contract.getMaterial, async ({ params, caller }) => {
      const key = keyFrom(params);
      const [row, material] = await Promise.all([
        findMeeting(db, key),
        findMaterial(db, key, params.material),
      ]);
      if (!row || !material || (row.state === 'draft' && !mayDo(caller, 'meetings.call')))
        return refuse('not-found');
      if (!isMember(caller)) return refuse('members-only');
      const content = await house.files.get(material.file);
      if (!content) return refuse('not-found');
      // Always a download, never shown under this origin: what is inside is a stranger's.
      return {
        content,
        type: material.type,
        fileName: material.name,
        headers: { 'x-content-type-options': 'nosniff' },
      };
    }),
  ];
}

/** At which check a meeting is, by its state. */
const STAGES = { draft: 'call', called: null, open: 'close', closing: null, closed: null } as const;

function takenView(row: OverrideRow | null, names: ReadonlyMap<string, string>) {
  return row && { reason: row.reason, by: names.get(row.takenBy) ?? '', at: row.takenAt.toISOString() };
}

/** A finding in the reader's words. */
function wordsFor(locale: Locale, translate: Translate) {
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeZone: 'UTC' });
  const write = (fact: Fact): string | number =>
    typeof fact !== 'object'
      ? fact
      : 'day' in fact
        ? day.format(new Date(`${fact.day}T00:00:00Z`))
        : formatQuantity(quantityOfArea(fact.areaCm2), 'm2', locale, translate);
  return ({ code, severity, item, step, facts }: Finding) => {
    const values = Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, write(fact)]));
    const rule = typeof facts['rule'] === 'string' ? facts['rule'] : null;
    // People know a rule by its name.
    if (rule !== null) values['rule'] = translate(`rule.${rule}.name`);
    const say = (part: string) => translate(`finding.${code}.${part}`, values);
    return {
      code,
      severity,
      item,
      step,
      rule,
      title: say('title'),
      why: say('why'),
      mend: say('mend'),
    };
  };
}
