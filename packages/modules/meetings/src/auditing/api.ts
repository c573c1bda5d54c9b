// The auditor's desk: one answer put together from the box, the notice, the register and what people answered for.
// Names are given only after the look is written down.
import { refuse } from '@veche/core/refusal.ts';
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import type { House } from '@veche/module-kit/module.ts';
import { route, type Route } from '@veche/module-kit/route.ts';
import { insertLook } from '@veche/people/register/title-store.ts';
import { personNames } from '@veche/people/store.ts';
import { listOverrides } from '../calling/store.ts';
import { layBox, resultOf } from '../closing/box.ts';
import { withBoxThread } from '../closing/box-thread.ts';
import { titleOfFinding } from '../domain/accepted.ts';
import { mayDo } from '../permissions.ts';
import { isSameRule } from '../rules/confirmed.ts';
import { installedRules } from '../rules/installed.ts';
import { findConfirmations } from '../rules/store.ts';
import { findMeeting, noticeOf } from '../store.ts';
import * as contract from './contract.ts';
import { readCastTimes, readShares } from './store.ts';

const BALLOTS_PER_PAGE = 100;

export function auditingRoutes(house: House): readonly Route[] {
  const { db } = house;
  return [
    route(contract.getAuditDesk, async ({ params, query, caller, now, locale, translate }) => {
      const key = { buildingId: params.building, id: params.meeting };
      const row = await findMeeting(db, key);
      if (!row || row.state === 'draft') return refuse('not-found');
      if (row.state !== 'closed') return refuse('not-closed');
      const notice = noticeOf(row);
      const result = resultOf(row);
      const rules = notice.items.map(({ rule }) => rule);
      const seesNames = mayDo(caller, 'meetings.see-annexes');

      const input = { closingSize: row.closing?.size ?? null, rules, sale: notice.sale };
      const [setAside, taken, confirmations] = await Promise.all([
        withBoxThread(async (thread) => {
          await layBox(house, key, thread);
          return thread.ask('setAside', input);
        }),
        listOverrides(db, key),
        findConfirmations(
          db,
          key.buildingId,
          rules.map(({ id }) => id),
        ),
      ]);
      const after = query.after ?? -1;
      const left = setAside.filter(({ index }) => index > after);
      const page = left.slice(0, BALLOTS_PER_PAGE);
      const [times, shares] = await Promise.all([
        readCastTimes(
          db,
          key,
          page.map(({ idem }) => idem),
        ),
        seesNames
          ? readShares(
              db,
              key,
              page.flatMap(({ entitlements }) => entitlements),
            )
          : null,
      ]);
      if (shares !== null && shares.size > 0)
        await insertLook(
          db,
          {
            buildingId: key.buildingId,
            personId: caller.personId,
            place: 'ballots',
            premisesIds: [...new Set([...shares.values()].map(({ premisesId }) => premisesId))],
            why: notice.title,
          },
          now,
        );
      const names = await personNames(db, [
        ...new Set([
          ...taken.map(({ takenBy }) => takenBy),
          ...confirmations.map(({ confirmedBy }) => confirmedBy),
          ...[...(shares?.values() ?? [])].flatMap(({ personId, nowPersonId }) =>
            [personId, nowPersonId].filter((id) => id !== null),
          ),
        ]),
      ]);

      return {
        ballots: { ...result.ballots, late: result.ballots.late ?? null },
        setAside: page.map(({ idem, index, voter, entitlements, fate, by }) => {
          const own = entitlements.flatMap((one) => shares?.get(one) ?? []);
          // Of a share that passed, whoever cast this ballot.
          const owner = own
            .map((one) => (one.voter === voter ? one.personId : one.nowPersonId))
            .find(Boolean);
          return {
            index,
            receivedAt: times.get(idem)!.toISOString(),
            why: fate as Exclude<typeof fate, 'counted'>,
            by,
            voter,
            entitlements: entitlements.length,
            owner:
              shares === null
                ? null
                : {
                    name: names.get(owner ?? '') ?? null,
                    premises: [
                      ...new Set(
                        own.map(({ kind, number }) => translate('annex.premises', { kind, number })),
                      ),
                    ],
                  },
          };
        }),
        next: page.length < left.length ? page.at(-1)!.index : null,
        leftOut: result.items.flatMap(({ number, adjusted }) =>
          (adjusted ?? []).map(({ why, entitlements, area }) => ({
            number,
            why: translate(`adjusted.${why}`),
            entitlements,
            before: area.before,
            after: area.after,
          })),
        ),
        rules: notice.items.map(({ number, text, rule, ruleTexts }) => {
          // The words that the owners were given, where the notice has them in this language.
          const words = ruleTexts?.[locale];
          const known = installedRules()
            .versions(rule.id)
            .find((preset) => preset.rule.version === rule.version);
          return {
            number,
            text,
            rule: rule.id,
            version: rule.version,
            regime: rule.regime,
            effectiveFrom: rule.effectiveFrom,
            legalRef: rule.legalRef,
            confidence: rule.confidence,
            name: words?.name ?? translate(`rule.${rule.id}.name`),
            explanation: words?.explanation ?? translate(`rule.${rule.id}.explanation`),
            isInLibrary:
              known !== undefined &&
              isSameRule(rule, {
                rule: rule.id,
                version: known.rule.version,
                text: encodeCanonical(known.rule),
              }),
            answered: confirmations
              .filter((one) => isSameRule(rule, one))
              .map((one) => ({
                by: names.get(one.confirmedBy) ?? '',
                at: one.confirmedAt.toISOString(),
                basis: one.basis,
              })),
          };
        }),
        accepted: taken.map(({ stage, code, item, reason, takenBy, takenAt }) => ({
          stage,
          code,
          item,
          title: titleOfFinding(code, translate),
          reason,
          by: names.get(takenBy) ?? null,
          at: takenAt.toISOString(),
        })),
        seesNames,
      };
    }),
  ];
}
