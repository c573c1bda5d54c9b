// What the decision rules say over HTTP: the library for everyone, who in a building answers for a rule, and the closed box
// replayed under another one.
import { LOCALES } from '@veche/core/locale.ts';
import { endpoint } from '@veche/module-kit/endpoint.ts';
import { z } from 'zod';
import { countedItem, fraction } from './shapes.ts';

const uuid = z.uuid();
const lang = z.strictObject({ lang: z.enum(LOCALES).optional() });
const confidence = z.enum(['confirmed', 'secondary', 'unconfirmed']);
const sentences = z.array(z.string());

const ruleId = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/);
const listedRule = z.object({
  id: z.string(),
  version: z.int().nullable(),
  regime: z.string(),
  name: z.string(),
  legalRef: z.string(),
  confidence,
  needsConfirmation: z.boolean(),
  lacks: z
    .enum(['plurality', 'documents', 'method'])
    .nullable()
    .meta({ description: 'Why the law gives no numbers to count by; null where it does.' }),
});
const regime = z.object({
  id: z.string(),
  name: z.string(),
  restriction: z.string().nullable().meta({
    description: 'Who alone may hold electronic votes that bind; null: no such law is known.',
  }),
});

export const listRuleLibrary = endpoint({
  id: 'meetings.listRuleLibrary',
  method: 'GET',
  path: '/api/v1/rule-library',
  who: 'anyone',
  summary: 'The decision rules of the library, country by country, with their source and how sure it is',
  description:
    'One line for each rule, of the version in force today. What a rule asks stands under `/api/v1/rule-library/:rule`.',
  query: z.strictObject({
    words: z.string().trim().max(100).default('').meta({
      description: 'All of them stand in what is said of the rule, its articles and conditions included.',
    }),
    regime: z.string().max(64).default(''),
    confidence: confidence.optional(),
    lang: z.enum(LOCALES).optional(),
  }),
  reply: z.object({
    regimes: z.array(regime),
    rules: z.array(listedRule),
    all: z.int().meta({ description: 'How many rules there are, asked for or not.' }),
  }),
  refusals: {},
});

export const getLibraryRule = endpoint({
  id: 'meetings.getLibraryRule',
  method: 'GET',
  path: '/api/v1/rule-library/:rule',
  who: 'anyone',
  summary: 'One decision rule in words: what it asks, what follows, and every version of it',
  params: z.object({ rule: ruleId }),
  query: lang,
  reply: z.object({
    id: z.string(),
    regime,
    versions: z
      .array(
        listedRule.extend({
          inForce: z.boolean().meta({ description: 'Whether this is the version of today.' }),
          explanation: z.string(),
          note: z.string().nullable(),
          doubts: z.array(z.string()).meta({ description: 'Places of the rule that no source confirms.' }),
          effectiveFrom: z.iso.date().nullable(),
          effectiveTo: z.iso.date().nullable(),
          dates: z
            .enum(['in-force', 'read'])
            .nullable()
            .meta({ description: '`read`: the text was read as of that day, and may be older.' }),
          needs: sentences.meta({ description: 'Each is a way to pass.' }),
          quorum: sentences,
          after: sentences,
          besides: sentences,
        }),
      )
      .min(1)
      .meta({ description: 'The newest first.' }),
  }),
  refusals: { 'unknown-preset': 404 },
});

const confirmation = z.object({
  id: z.string(),
  rule: z.string(),
  version: z.int(),
  by: z.string().meta({ description: 'The name of the person who answers for it.' }),
  at: z.iso.datetime(),
  basis: z.string(),
  current: z.boolean().meta({ description: 'Whether the rule of the library is still the one confirmed.' }),
});

export const listConfirmations = endpoint({
  id: 'meetings.listConfirmations',
  method: 'GET',
  path: '/api/v1/buildings/:building/rule-confirmations',
  who: 'meetings.vote',
  summary: 'Who in the building answers for which decision rule that no source confirms',
  params: z.object({ building: uuid }),
  query: lang,
  reply: z.object({ may: z.object({ confirm: z.boolean() }), confirmations: z.array(confirmation) }),
  refusals: { 'not-found': 404 },
});

export const confirmRule = endpoint({
  id: 'meetings.confirmRule',
  method: 'POST',
  path: '/api/v1/buildings/:building/rule-confirmations',
  who: 'meetings.confirm-rules',
  summary: 'Answer for a decision rule in the building, by name, as it stands in the library today',
  params: z.object({ building: uuid }),
  body: z.strictObject({
    rule: z.string().max(64),
    version: z.int().meta({ description: 'The version that was read.' }),
    basis: z
      .string()
      .trim()
      .min(10)
      .max(1000)
      .meta({ description: 'What the person relies on: the text that was read, the advice that was given.' }),
  }),
  reply: z.object({ id: z.string() }),
  status: 201,
  refusals: {
    'not-found': 404,
    'unknown-preset': 404,
    'needs-no-confirmation': 409,
    'already-confirmed': 409,
  },
});

export const withdrawConfirmation = endpoint({
  id: 'meetings.withdrawConfirmation',
  method: 'DELETE',
  path: '/api/v1/buildings/:building/rule-confirmations/:confirmation',
  who: 'meetings.confirm-rules',
  summary: 'No longer answer for a decision rule; meetings called on it stand',
  params: z.object({ building: uuid, confirmation: z.string().regex(/^[0-9a-f]{24}$/) }),
  reply: z.null(),
  status: 204,
  refusals: { 'not-found': 404 },
});

export const replayMeeting = endpoint({
  id: 'meetings.replay',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/replay',
  who: 'meetings.replay',
  summary: 'Count the closed box again under another rule or over another base, beside what was decided',
  description: 'A question of “what if”: nothing of it is published or signed, and it changes no result.',
  params: z.object({ building: uuid, meeting: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) }),
  query: z.strictObject({
    rule: z.string().max(64).optional().meta({ description: 'Instead of the rule of every item.' }),
    areaCm2: z.coerce
      .number()
      .int()
      .positive()
      .optional()
      .meta({ description: 'Instead of the whole roll.' }),
    lang: z.enum(LOCALES).optional(),
  }),
  reply: z.object({
    areaCm2: fraction.meta({ description: 'The area of the roll, which was counted from.' }),
    rules: z.array(z.object({ id: z.string(), name: z.string() })).meta({ description: 'To choose from.' }),
    items: z.array(
      z.object({
        item: z.string(),
        number: z.int(),
        text: z.string(),
        asPinned: z.object({ rule: z.string(), arithmetic: sentences, ...countedItem.shape }),
        replayed: z.object({ rule: z.string(), arithmetic: sentences, ...countedItem.shape }),
        differs: z.boolean(),
      }),
    ),
  }),
  refusals: { 'not-found': 404, 'not-closed': 409, 'unknown-preset': 404, 'base-too-small': 422 },
});
