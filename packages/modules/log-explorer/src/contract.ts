// What the log says of itself over HTTP. Pages prove none of it by this: they read the public files and check those.
import { endpoint } from '@veche/module-kit/endpoint.ts';
import { z } from 'zod';
import type { Standing } from './domain/standing.ts';

const logId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const index = z.int().min(0);
const instant = z.iso.datetime();
const unixSeconds = z.int().min(0);

const witness = z.object({
  name: z.string().meta({ description: 'As the policy names it.' }),
  cosigned: z
    .object({ size: index, time: unixSeconds })
    .nullable()
    .meta({ description: 'The largest size it has cosigned, and when by its own clock.' }),
});

/** How the log stands for everybody. */
const LOG_STATES = ['running', 'unwitnessed', 'stopped', 'forked'] as const satisfies readonly Standing[];

export const getLog = endpoint({
  id: 'log.getLog',
  method: 'GET',
  path: '/api/v1/log',
  who: 'anyone',
  summary: 'How the public log stands, and who cosigns it',
  description:
    'A few seconds old at most. Nothing here is proof: check the files below /log/v1/, as c2sp.org/tlog-tiles.',
  reply: z.object({
    origin: z.string(),
    now: instant.meta({ description: 'By the clock of the service.' }),
    demo: z.boolean(),
    state: z.enum(LOG_STATES).meta({
      description:
        'unwitnessed: a policy is in force and its quorum is late. stopped: nothing is being logged just now. forked: a witness holds another history, and nothing is logged until that is cleared up.',
    }),
    policy: z
      .string()
      .nullable()
      .meta({ description: 'c2sp.org/tlog-policy; null: no witnesses are asked.' }),
    head: z.object({ size: index, at: instant }).nullable(),
    witnessed: z.object({ size: index, quorumTime: unixSeconds }).nullable(),
    witnesses: z.array(witness),
  }),
  refusals: {},
});

export const getStanding = endpoint({
  id: 'log.getStanding',
  method: 'GET',
  path: '/api/v1/log/standing',
  who: 'anyone',
  summary: 'How the public log stands, in one word',
  reply: z.object({
    state: z.enum(LOG_STATES),
    size: index,
    hasWitnesses: z.boolean().meta({ description: 'Whether a witness policy is in force.' }),
  }),
  refusals: {},
});

export const getGrowth = endpoint({
  id: 'log.getGrowth',
  method: 'GET',
  path: '/api/v1/log/growth',
  who: 'anyone',
  summary: 'How many entries the log took in, hour by hour or day by day',
  query: z.strictObject({ by: z.enum(['hour', 'day']).default('hour') }),
  reply: z.object({
    stepSeconds: z.int(),
    bars: z
      .array(z.object({ at: unixSeconds, entries: index }))
      .meta({ description: 'The last 48 hours or 60 days in UTC, oldest first, quiet ones included.' }),
  }),
  refusals: {},
});

export const listMeetingEntries = endpoint({
  id: 'log.listMeetingEntries',
  method: 'GET',
  path: '/api/v1/log/meetings/:meeting/entries',
  who: 'anyone',
  summary: 'The entries of the log that name a meeting',
  params: z.object({ meeting: logId }),
  query: z.strictObject({
    from: z.coerce
      .number()
      .int()
      .min(0)
      .default(0)
      .meta({ description: 'The first index that is looked at.' }),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  reply: z.object({
    entries: z.array(
      z.object({ index, leaf: z.string().meta({ description: 'Canonical JSON, byte for byte.' }) }),
    ),
    next: index.nullable().meta({ description: 'From where to go on; null: that was all there is now.' }),
    behind: index.meta({
      description: 'Entries at the end of the log that were not searched yet; 0 but under load.',
    }),
  }),
  refusals: {},
});

export const listRegistrars = endpoint({
  id: 'log.listRegistrars',
  method: 'GET',
  path: '/api/v1/log/registrars',
  who: 'anyone',
  summary: 'The entries of the log that name the registrar’s keys',
  description:
    'Where to look: each names the key that signs from there on, and is signed by the one before. Entry 0 is the first.',
  reply: z.object({ indexes: z.array(index) }),
  refusals: {},
});

export const findEntry = endpoint({
  id: 'log.findEntry',
  method: 'GET',
  path: '/api/v1/log/entries',
  who: 'anyone',
  summary: 'Find the entry whose leaf has a certain hash',
  query: z.strictObject({
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .meta({ description: 'SHA-256(00 || leaf) as 64 hex digits.' }),
  }),
  reply: z.object({ index }),
  refusals: { 'not-found': 404 },
});

/** What an operator must do something about; see domain/alarms.ts. */
const alarm = z.object({
  code: z.string(),
  urgent: z.boolean(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
});

export const getOperations = endpoint({
  id: 'log.getOperations',
  method: 'GET',
  path: '/api/v1/operator/log',
  who: 'log.operate',
  summary: 'Everything about how the log does, for those who run it',
  description:
    'Figures of requests are of the process that answers; everything about the log is of the whole installation.',
  reply: z.object({
    now: instant,
    origin: z.string(),
    state: z.enum(['running', 'starting', 'failing', 'forked', 'absent']),
    fault: z.string().nullable(),
    epoch: z.int(),
    head: z.object({ size: index, at: instant, ageSeconds: z.int() }).nullable(),
    witnessed: z.object({ size: index, quorumTime: unixSeconds, ageSeconds: z.int() }).nullable(),
    policy: z.string().nullable(),
    waiting: z.int(),
    staged: z.int(),
    witnesses: z.array(
      witness.extend({
        lagEntries: z.int(),
        ageSeconds: z.int().nullable(),
        lastReply: z.string().nullable(),
        lastAt: instant.nullable(),
        failures: z.int(),
        badCosignatures: z.int(),
      }),
    ),
    forks: z.array(
      z.object({
        id: z.int(),
        foundAt: instant,
        witness: z.string(),
        kind: z.enum(['larger', 'fork']),
        ourSize: index,
        theirSize: index.nullable(),
        ourNote: z.string(),
        theirNote: z.string().nullable(),
        clearedAt: instant.nullable(),
        clearedWhy: z.string().nullable(),
      }),
    ),
    disk: z.object({ freeBytes: z.int(), totalBytes: z.int() }).nullable(),
    memoryBytes: z.int(),
    mirror: z
      .object({
        size: index,
        lagEntries: z.int(),
        copied: z
          .boolean()
          .meta({ description: 'Whether it was ever as new as the public log since this process began.' }),
        ageSeconds: z.int().meta({ description: 'Since it last was, or since this process began to copy.' }),
        failures: z.int().meta({ description: 'Rounds of copying in a row that failed.' }),
      })
      .nullable()
      .meta({ description: 'The second copy of the log; null: the process that answers keeps none.' }),
    queues: z
      .array(
        z.object({
          name: z.string(),
          waiting: z.int().meta({ description: 'What is due, and what waits for its next try.' }),
          overdueSeconds: z.int().meta({ description: 'For how long the oldest of it has been due.' }),
          failed: z.int().meta({ description: 'Given up within the last day.' }),
        }),
      )
      .nullable()
      .meta({ description: 'Messages by channel and runs by job; null: they could not be read.' }),
    since: instant,
    problems: z.array(
      z.object({ code: z.string(), kind: z.enum(['refusal', 'reject', 'failure']), count: z.int() }),
    ),
    minutes: z.array(
      z.object({ at: instant, requests: z.int(), problems: z.int(), failures: z.int(), slowestMs: z.int() }),
    ),
    growth: z.array(z.object({ at: unixSeconds, entries: index })),
    alarms: z.array(alarm),
  }),
  refusals: {},
});
