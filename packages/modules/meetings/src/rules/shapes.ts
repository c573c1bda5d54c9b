// The shapes of decision rules and of what is counted by them, as the contracts of meetings show them.
import { z } from 'zod';
import { OUTCOMES } from '../domain/outcomes.ts';

const comparator = z.enum(['>', '>=', '<=', '<', '==']);
const weight = z.enum(['area', 'share', 'head', 'unit']);
const side = z.enum(['for', 'against']);
const entranceBase = z.templateLiteral(['entrance:', z.string()]);
const base = z.union([z.enum(['all', 'participants', 'cast', 'expressed']), entranceBase]);
const inBase = z.enum(['in-base', 'out-of-base']);
const part = { num: z.int(), den: z.int() };
const threshold = { weight, cmp: comparator, ...part };
const test = z.object({ ...threshold, side, base });
const effect = z.enum(['costs-on-all', 'costs-on-yes-voters', 'valid-three-years']);
const fallbackKind = z.enum(['second-vote', 'second-call', 'silent-assent', 'ask-absent', 'court']);

export const fraction = z
  .string()
  .regex(/^(0|-?[1-9][0-9]*)(\/[1-9][0-9]*)?$/)
  .meta({ description: 'An exact fraction in lowest terms; areas in cm².', example: '543000/7' });

export const decisionRule = z
  .object({
    id: z.string(),
    version: z.int(),
    regime: z.string(),
    effectiveFrom: z.string(),
    effectiveTo: z.string().optional(),
    legalRef: z.string(),
    confidence: z.enum(['confirmed', 'secondary', 'unconfirmed']),
    tests: z.array(z.array(test)),
    quorum: z.array(z.object({ ...threshold, min: z.int().optional(), entrance: z.string().optional() })),
    quorumScope: z.enum(['meeting', 'item']),
    abstain: inBase,
    coOwners: z.enum(['fractional', 'one-voice', 'majority-in-interest', 'representative']).optional(),
    tie: z.enum(['fails', 'chair-casts', 'court']).optional(),
    secrecy: z.enum(['named', 'secret']).optional(),
    blank: inBase.optional(),
    spoiled: inBase.optional(),
    revote: z.enum(['never', 'until-close', 'until-all-heard']).optional(),
    quorumMode: z.enum(['all', 'any']).optional(),
    quorumAt: z.enum(['opening', 'each-vote', 'close']).optional(),
    silent: z.enum(['for']).optional(),
    fallback: z
      .object({
        kind: fallbackKind,
        on: z.array(z.enum(['failed', 'no-quorum'])),
        trigger: z.array(test),
        rule: z.string().optional(),
        minDelay: z.string().optional(),
        maxDelay: z.string().optional(),
        form: z.enum(['absentee']).optional(),
        maxDepth: z.literal(1),
      })
      .optional(),
    tier: z.array(z.object({ effect, tests: z.array(z.array(test)) })).optional(),
    weightPolicy: z
      .object({
        cap: z.enum(['sum-of-others']).optional(),
        reduce: z
          .object({
            who: z.enum(['original-owner']),
            ...part,
            holding: z.object(part).optional(),
            unitsAbove: z.int().optional(),
          })
          .optional(),
        exclude: z.array(z.enum(['conflict', 'debtor', 'association-owned'])).optional(),
        excludeFromBase: z.boolean(),
      })
      .optional(),
  })
  .meta({ id: 'DecisionRule' });

const outcome = {
  ...threshold,
  have: fraction,
  of: fraction,
  need: fraction,
  margin: fraction,
  holds: z.boolean(),
};
const testOutcome = z.object({ ...outcome, side, base });
const sums = z.object({
  all: fraction,
  participants: fraction,
  for: fraction,
  against: fraction,
  abstain: fraction,
  unmarked: fraction,
  spoiled: fraction.optional(),
});
const weightSums = z.object({ area: sums, head: sums, unit: sums });
const change = z.object({ before: fraction, after: fraction });

/** What an item was counted to: see section 5 of the ledger's SPEC. */
export const countedItem = z.object({
  verdict: z.enum(['passed', 'failed', 'no-quorum']),
  outcome: z.enum(OUTCOMES).meta({
    description: 'What the item has come to: where it did not pass, who or what may still decide it.',
  }),
  sums: weightSums,
  entrances: z.record(z.string(), weightSums).optional(),
  adjusted: z
    .array(
      z.object({
        why: z.enum(['conflict', 'debtor', 'association-owned', 'original-owner', 'sum-of-others']),
        entitlements: z.int(),
        area: change,
        unit: change,
      }),
    )
    .optional(),
  quorum: z.array(
    z.object({
      ...outcome,
      side: z.literal('participants'),
      base: z.union([z.literal('all'), entranceBase]),
      min: z.int().optional(),
    }),
  ),
  tests: z.array(z.array(testOutcome)),
  tiers: z.array(z.object({ effect, tests: z.array(z.array(testOutcome)), holds: z.boolean() })).optional(),
  effect: effect.optional(),
  tie: z.enum(['chair-casts', 'court']).optional(),
  castingVote: z.enum(['for', 'against']).optional(),
  fallback: z
    .object({
      kind: fallbackKind,
      rule: z.string().optional(),
      trigger: z.array(testOutcome),
      due: z.boolean(),
    })
    .optional(),
});
