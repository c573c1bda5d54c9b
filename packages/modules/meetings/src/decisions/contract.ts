// The house's register of decisions over HTTP.
import { LOCALES } from '@veche/core/locale.ts';
import { endpoint } from '@veche/module-kit/endpoint.ts';
import { z } from 'zod';
import { DECIDED_HOW, DECISION_LINKS } from '../domain/decision-book.ts';

const inBuilding = z.object({ building: z.uuid() });
const number = z.int().min(1).max(1_000_000);
const link = z.object({
  id: z.uuid(),
  number,
  kind: z.enum(DECISION_LINKS),
  reason: z.string(),
});

const decision = z.object({
  number: number.meta({ description: 'Through all meetings of the building; given once.' }),
  meeting: z.string(),
  item: z.string(),
  itemNumber: z.int(),
  text: z.string(),
  verdict: z.string(),
  how: z.enum(DECIDED_HOW).meta({
    description: 'What decided it: the vote it was put to, one that a rule grants after it, the chair.',
  }),
  earlier: number.nullable().meta({ description: 'The same question in the vote before.' }),
  later: number.nullable().meta({ description: 'The same question in the vote that followed.' }),
  standing: z.enum(['in-force', 'amended', 'repealed', 'not-taken', 'undecided']).meta({
    description: '`undecided`: not taken, and by its rule a further vote or the chair may still decide.',
  }),
  decidedAt: z.iso.datetime(),
  /** What it does to earlier decisions. */
  acts: z.array(link),
  /** What later ones do to it. */
  actedOnBy: z.array(link),
});

const register = z.object({
  timeZone: z.string(),
  decisions: z.array(decision).meta({ description: 'The newest first.' }),
  may: z.object({ link: z.boolean() }),
});

export const listDecisions = endpoint({
  id: 'meetings.listDecisions',
  method: 'GET',
  path: '/api/v1/buildings/:building/decisions',
  who: 'meetings.see-decisions',
  summary: 'The house’s register of decisions: what was decided, and what a later decision repeals or amends',
  params: inBuilding,
  query: z.strictObject({ lang: z.enum(LOCALES).optional(), words: z.string().trim().max(200).optional() }),
  reply: register,
  refusals: { 'not-found': 404 },
});

export const linkDecisions = endpoint({
  id: 'meetings.linkDecisions',
  method: 'POST',
  path: '/api/v1/buildings/:building/decisions/links',
  who: 'meetings.close',
  summary: 'Record that a decision repeals or amends an earlier one, and why',
  params: inBuilding,
  query: z.strictObject({ lang: z.enum(LOCALES).optional() }),
  body: z.strictObject({
    from: number.meta({ description: 'The later decision.' }),
    to: number,
    kind: z.enum(DECISION_LINKS),
    reason: z.string().trim().min(3).max(1000),
  }),
  reply: register,
  status: 201,
  refusals: {
    'not-found': 404,
    'no-such-decision': 422,
    'not-a-later-decision': 422,
    'not-passed': 422,
    'already-linked': 409,
  },
});

export const unlinkDecisions = endpoint({
  id: 'meetings.unlinkDecisions',
  method: 'DELETE',
  path: '/api/v1/buildings/:building/decisions/links/:link',
  who: 'meetings.close',
  summary: 'Withdraw what was recorded by mistake; it stays in the history',
  params: inBuilding.extend({ link: z.uuid() }),
  query: z.strictObject({ lang: z.enum(LOCALES).optional() }),
  reply: register,
  refusals: { 'not-found': 404 },
});
