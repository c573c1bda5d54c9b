// What follows the count, over HTTP: minutes in every form, their editions and annexes.
import { LOCALES } from '@veche/core/locale.ts';
import { endpoint } from '@veche/module-kit/endpoint.ts';
import { z } from 'zod';
import { whichMinutes } from '../contract.ts';
import { ANNEX_KINDS, PROFILES, SIGNATORY_ROLES } from '../domain/minutes-model.ts';

const inMeeting = z.object({ building: z.uuid(), meeting: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) });
const lang = z.strictObject({ lang: z.enum(LOCALES).optional() });
const instant = z.iso.datetime();
const name = z.string().trim().min(1).max(200);

const particulars = z.object({
  profile: z.enum(PROFILES),
  initiator: name.nullable(),
  storage: name.nullable(),
  signatories: z.array(z.object({ role: z.enum(SIGNATORY_ROLES), name: name.nullable() })).max(20),
  heard: z.record(z.string().max(64), z.array(name).max(20)),
});

const closingBoard = z.object({
  editions: z.array(
    z.object({
      edition: z.int(),
      profile: z.enum(PROFILES),
      language: z.enum(LOCALES),
      drawnUpAt: instant,
      index: z
        .int()
        .nullable()
        .meta({ description: 'Its record in the public log; null while it waits for one.' }),
      forms: z.array(z.enum(['pdf', 'xml', 'json'])),
      particulars,
    }),
  ),
  annexes: z.array(
    z.object({
      number: z.int(),
      kind: z.enum(ANNEX_KINDS),
      title: z.string(),
      fileName: z.string(),
      sha256: z.string(),
      bytes: z.int(),
      personal: z.boolean(),
    }),
  ),
});

export const getClosing = endpoint({
  id: 'meetings.getClosing',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/closing',
  who: 'meetings.see-closing',
  summary: 'How far a closed meeting’s papers are: editions of the minutes and annexes',
  params: inMeeting,
  query: lang,
  reply: closingBoard,
  refusals: { 'not-found': 404, 'not-closed': 409 },
});

export const drawUpMinutes = endpoint({
  id: 'meetings.drawUpMinutes',
  method: 'POST',
  path: '/api/v1/buildings/:building/meetings/:meeting/minutes',
  who: 'meetings.close',
  summary: 'Draw the minutes up anew, with the names of those who called, spoke and sign',
  description:
    'What was counted cannot be changed by it. The earlier edition stays, and the public log names both.',
  params: inMeeting,
  query: lang,
  body: z.strictObject({
    profile: z.enum(PROFILES).default('ru-266'),
    initiator: name.nullable().default(null),
    storage: name.nullable().default(null),
    signatories: z
      .array(z.strictObject({ role: z.enum(SIGNATORY_ROLES), name: name.nullable().default(null) }))
      .min(1)
      .max(20),
    heard: z.record(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/), z.array(name).max(20)).default({}),
  }),
  reply: closingBoard,
  refusals: { 'not-found': 404, 'not-closed': 409, 'too-many-editions': 409, 'drawn-up-meanwhile': 409 },
});

const form = <const Type extends string>(type: Type, file: string, id: string, summary: string) =>
  endpoint({
    id,
    method: 'GET',
    path: `/api/v1/buildings/:building/meetings/:meeting/${file}`,
    who: 'anyone',
    summary,
    description: 'Strangers get the first edition, which names nobody.',
    params: inMeeting,
    query: whichMinutes,
    reply: { file: type },
    refusals: { 'not-found': 404, 'not-closed': 409 },
  });

export const getMinutesXml = form(
  'application/xml',
  'minutes.xml',
  'meetings.getMinutesXml',
  'The minutes as XML, by docs/formats/minutes-1.xsd',
);
export const getMinutesJson = form(
  'application/json',
  'minutes.json',
  'meetings.getMinutesJson',
  'The minutes as JSON, by docs/formats/minutes-1.schema.json',
);

export const getAnnex = endpoint({
  id: 'meetings.getAnnex',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/annexes/:annex',
  who: 'meetings.see-annexes',
  summary: 'An annex of the minutes as a file; the lists of owners hold personal data',
  params: inMeeting.extend({ annex: z.string().regex(/^[1-9][0-9]?$/) }),
  query: lang,
  reply: { file: 'application/octet-stream' },
  refusals: { 'not-found': 404, 'not-closed': 409 },
});
