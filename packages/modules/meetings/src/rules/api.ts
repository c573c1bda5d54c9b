// The endpoints of decision rules: each handler finds, asks the rules, stores, and answers.
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import { refuse } from '@veche/core/refusal.ts';
import { encodeHex } from '@veche/ledger/bytes.ts';
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import type { House } from '@veche/module-kit/module.ts';
import { route, type Route } from '@veche/module-kit/route.ts';
import { findBuilding, personNames } from '@veche/people/store.ts';
import { entrancesOf, type DecisionRule } from '@veche/rules/decision-rule.ts';
import type { ItemResult } from '@veche/rules/count.ts';
import { explainItem } from '@veche/rules/explain.ts';
import { builtIn, needsConfirmation, type Preset } from '@veche/rules/presets.ts';
import { listRestrictions } from '@veche/rules/standing.ts';
import { layBox, resultOf } from '../closing/box.ts';
import { withBoxThread } from '../closing/box-thread.ts';
import { arithmeticLines } from '../domain/arithmetic.ts';
import { dayIn } from '../domain/instant.ts';
import { formatDay } from '../domain/figures.ts';
import { layCarried } from '../follow-ups/joined.ts';
import { mayDo } from '../permissions.ts';
import { findMeeting, noticeOf, pageRoll } from '../store.ts';
import { isSameRule } from './confirmed.ts';
import * as contract from './contract.ts';
import { countedView } from './counted-view.ts';
import { findInstalled, installedRules } from './installed.ts';
import { ruleWords, type RuleWords } from './rule-words.ts';
import { searchRules } from './search-rules.ts';
import { findConfirmations, insertConfirmation, withdrawConfirmation } from './store.ts';

/** Those whose names the messages have; a country that came by file is another one. */
const KNOWN_REGIMES: ReadonlySet<string> = new Set(builtIn.presets.map(({ regime }) => regime));

export function ruleRoutes(house: House): readonly Route[] {
  const { db } = house;

  return [
    route(contract.listRuleLibrary, async ({ query, locale, translate, now }) => {
      const { presets } = installedRules();
      const regimes = [...new Set(presets.map(({ regime }) => regime))];
      const current = [...new Set(presets.map(({ id }) => id))].map((id) => currentOf(id, now));
      const shown = searchRules(current, query, (preset) => [
        ...Object.values(preset.texts[locale]),
        preset.notes?.[locale] ?? '',
        ...wordsOf(preset, translate).needs,
      ]);
      return {
        regimes: regimes.map((id) => regimeView(id, locale, translate)),
        rules: shown.map((preset) => listedView(preset, locale)),
        all: current.length,
      };
    }),

    route(contract.getLibraryRule, async ({ params, locale, translate, now }) => {
      const versions = installedRules()
        .presets.filter(({ id }) => id === params.rule)
        .sort((a, b) => (b.rule?.version ?? 0) - (a.rule?.version ?? 0));
      const [newest] = versions;
      if (!newest) return refuse('unknown-preset');
      const inForce = currentOf(newest.id, now);
      return {
        id: newest.id,
        regime: regimeView(newest.regime, locale, translate),
        versions: versions.map((preset) => {
          const { needs, quorum, after, besides } = wordsOf(preset, translate);
          return {
            ...listedView(preset, locale),
            inForce: preset === inForce,
            explanation: preset.texts[locale].explanation,
            note: preset.notes?.[locale] ?? null,
            doubts: [...preset.doubts],
            effectiveFrom: preset.rule?.effectiveFrom ?? null,
            effectiveTo: preset.rule?.effectiveTo ?? null,
            dates: preset.dates,
            needs: [...needs],
            quorum: [...quorum],
            after: [...after],
            besides: [...besides],
          };
        }),
      };
    }),

    route(contract.listConfirmations, async ({ params, caller, now }) => {
      const building = await findBuilding(db, params.building);
      if (!building) return refuse('not-found');
      const rows = await findConfirmations(db, building.id);
      const names = await personNames(
        db,
        rows.map(({ confirmedBy }) => confirmedBy),
      );
      const day = dayIn(building.timeZone, now);
      return {
        may: { confirm: mayDo(caller, 'meetings.confirm-rules') },
        confirmations: rows.map((row) => {
          const rule = findInstalled(row.rule, day)?.rule;
          return {
            id: row.id,
            rule: row.rule,
            version: row.version,
            by: names.get(row.confirmedBy) ?? '',
            at: row.confirmedAt.toISOString(),
            basis: row.basis,
            current: rule !== undefined && isSameRule(rule, row),
          };
        }),
      };
    }),

    route(contract.confirmRule, async ({ params, body, caller, now }) => {
      const building = await findBuilding(db, params.building);
      if (!building) return refuse('not-found');
      const preset = findInstalled(body.rule, dayIn(building.timeZone, now));
      if (preset?.rule.version !== body.version) return refuse('unknown-preset');
      if (!needsConfirmation(preset)) return refuse('needs-no-confirmation');
      const id = encodeHex(house.random(12));
      return db.transaction(async (tx) => {
        const before = await findConfirmations(tx, building.id, [preset.id]);
        if (before.some((row) => isSameRule(preset.rule, row))) return refuse('already-confirmed');
        await insertConfirmation(tx, {
          buildingId: building.id,
          id,
          rule: preset.id,
          version: preset.rule.version,
          text: encodeCanonical(preset.rule),
          basis: body.basis,
          confirmedBy: caller.personId,
          confirmedAt: now,
        });
        return { id };
      });
    }),

    route(contract.withdrawConfirmation, async ({ params, caller, now }) => {
      const withdrawn = await withdrawConfirmation(
        db,
        params.building,
        params.confirmation,
        caller.personId,
        now,
      );
      return withdrawn ? null : refuse('not-found');
    }),

    route(contract.replayMeeting, async ({ params, query, locale, translate, now }) => {
      const key = { buildingId: params.building, id: params.meeting };
      const [row, building] = await Promise.all([findMeeting(db, key), findBuilding(db, params.building)]);
      if (!row || !building || row.state === 'draft') return refuse('not-found');
      if (row.state !== 'closed') return refuse('not-closed');
      const choices = installedRules().presets.filter(
        ({ rule }) => rule !== null && entrancesOf(rule).length === 0,
      );
      const other =
        query.rule === undefined ? undefined : findInstalled(query.rule, dayIn(building.timeZone, now))?.rule;
      if (query.rule !== undefined && (!other || entrancesOf(other).length > 0))
        return refuse('unknown-preset');

      const { items, sale } = noticeOf(row);
      const result = resultOf(row);
      const took = result.items.reduce(
        (most, item) => Math.max(most, ceilOf(item.sums.area.participants)),
        0,
      );
      if (query.areaCm2 !== undefined && query.areaCm2 < took) return refuse('base-too-small');
      const replayed = await withBoxThread(async (thread) => {
        await layBox(house, key, thread);
        await thread.lay('roll', pageRoll(db, key));
        await layCarried(house, row, thread);
        return thread.ask('replay', {
          meeting: key.id,
          items,
          closingSize: row.closing?.size ?? null,
          sale,
          options: {
            ...(other ? { rule: other } : {}),
            ...(query.areaCm2 === undefined ? {} : { denominatorCm2: query.areaCm2 }),
          },
        });
      });
      const view = (item: ItemResult, rule: DecisionRule) => ({
        ...countedView(item),
        rule: translate(`rule.${rule.id}.name`),
        arithmetic: arithmeticLines(explainItem(item, rule), locale, translate),
      });
      return {
        areaCm2: result.roll.area,
        rules: choices.map(({ id, texts }) => ({ id, name: texts[locale].name })),
        items: replayed.map((one, position) => {
          const { number, text, rule } = items[position]!;
          return {
            item: one.item,
            number,
            text,
            asPinned: view(one.asPinned, rule),
            replayed: view(one.replayed, other ?? rule),
            differs: one.differences.length > 0,
          };
        }),
      };
    }),
  ];
}

/** Rounded up; areas in cm² are far below what a number holds exactly. */
const ceilOf = (fraction: string): number => {
  const [num = '0', den = '1'] = fraction.split('/');
  return Number((BigInt(num) + BigInt(den) - 1n) / BigInt(den));
};

/** The version of today, by the calendar of nobody's building; else the newest. */
function currentOf(id: string, now: Date): Preset {
  const library = installedRules();
  return (
    findInstalled(id, dayIn('UTC', now)) ??
    library.versions(id)[0] ??
    library.presets.find((preset) => preset.id === id)!
  );
}

const NO_WORDS: RuleWords = { needs: [], quorum: [], after: [], besides: [] };
const wordsOf = ({ rule }: Preset, translate: Translate): RuleWords =>
  rule === null ? NO_WORDS : ruleWords(rule, translate, (id) => translate(`rule.${id}.name`));

const listedView = (preset: Preset, locale: Locale) => ({
  id: preset.id,
  version: preset.rule?.version ?? null,
  regime: preset.regime,
  name: preset.texts[locale].name,
  legalRef: preset.legalRef,
  confidence: preset.confidence,
  needsConfirmation: needsConfirmation(preset),
  lacks: preset.lacks,
});

const regimeView = (id: string, locale: Locale, translate: Translate) => ({
  id,
  name: KNOWN_REGIMES.has(id) ? translate(`regime.${id}`) : `${translate('regime.other')} (${id})`,
  restriction: restrictionText(id, locale, translate),
});

/** Who alone may hold votes that bind, in a sentence; null where no such law is known. */
function restrictionText(regime: string, locale: Locale, translate: Translate): string | null {
  const [restriction] = listRestrictions(regime);
  if (!restriction) return null;
  const operators = restriction.bindingElectronicVoteAllowedBy.map((one) => translate(`operator.${one}`));
  return translate('restriction', {
    since: formatDay(new Date(`${restriction.since}T12:00:00Z`), locale, 'UTC'),
    law: restriction.legalRef,
    operators: new Intl.ListFormat(locale, { type: 'disjunction' }).format(operators),
  });
}
