// The auditor's desk over HTTP: which ballots do not count and why, by which rules was counted and who answers for them,
// which risks somebody took. Says who a ballot is of to those alone who may see the lists with names.
import { LOCALES } from '@veche/core/locale.ts';
import { endpoint } from '@veche/module-kit/endpoint.ts';
import { z } from 'zod';
import { FATES } from '../domain/ballot-fates.ts';
import { fraction } from '../rules/shapes.ts';

const instant = z.iso.datetime();

const setAside = z.object({
  index: z.int().meta({ description: 'Its record in the public log.' }),
  receivedAt: instant.meta({ description: 'By the clock of the server.' }),
  why: z.enum(FATES).exclude(['counted']),
  by: z.int().nullable().meta({ description: 'The record that counts instead of it.' }),
  voter: z.string().meta({ description: 'The pseudonym under which the bundle has it.' }),
  entitlements: z.int(),
  owner: z
    .object({ name: z.string().nullable(), premises: z.array(z.string()) })
    .nullable()
    .meta({ description: 'Null for readers who may not see the lists with names.' }),
});

const pinnedRule = z.object({
  number: z.int().meta({ description: 'Of the item.' }),
  text: z.string(),
  rule: z.string(),
  version: z.int(),
  regime: z.string(),
  effectiveFrom: z.iso.date(),
  legalRef: z.string(),
  confidence: z.enum(['confirmed', 'secondary', 'unconfirmed']),
  name: z.string().meta({ description: 'In the words that the notice pinned.' }),
  explanation: z.string(),
  isInLibrary: z
    .boolean()
    .meta({ description: 'Whether the library of today still has this very rule under this version.' }),
  answered: z
    .array(z.object({ by: z.string(), at: instant, basis: z.string() }))
    .meta({ description: 'Who in the building answers for it.' }),
});

export const getAuditDesk = endpoint({
  id: 'meetings.getAuditDesk',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/audit',
  who: 'meetings.see-closing',
  summary:
    'What an auditor asks of a closed meeting: ballots that do not count, pinned rules, accepted risks',
  description:
    'With names it is a look at people’s data and is written down. A ballot that was refused when it was sent is not here: ' +
    'its device was told why at once, it has no receipt, and nothing of it was kept.',
  params: z.object({ building: z.uuid(), meeting: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) }),
  query: z.strictObject({
    after: z.coerce.number().int().min(0).optional().meta({ description: '`next` of the page before.' }),
    lang: z.enum(LOCALES).optional(),
  }),
  reply: z.object({
    ballots: z.object({
      logged: z.int(),
      effective: z.int(),
      superseded: z.int(),
      late: z.int().nullable(),
    }),
    setAside: z.array(setAside),
    next: z.int().nullable(),
    leftOut: z
      .array(
        z.object({
          number: z.int(),
          why: z.string().meta({ description: 'In a sentence.' }),
          entitlements: z.int(),
          before: fraction,
          after: fraction,
        }),
      )
      .meta({ description: 'Votes that a rule takes away or makes less, item by item.' }),
    rules: z.array(pinnedRule),
    accepted: z.array(
      z.object({
        stage: z.enum(['call', 'close']),
        code: z.string(),
        item: z.int().nullable(),
        title: z.string(),
        reason: z.string(),
        by: z.string().nullable(),
        at: instant.nullable(),
      }),
    ),
    seesNames: z.boolean(),
  }),
  refusals: { 'not-found': 404, 'not-closed': 409 },
});
