// What follows the count, over HTTP: minutes in every form, their editions and annexes.
import { LOCALES } from '@veche/core/locale.ts';
import { endpoint } from '@veche/module-kit/endpoint.ts';
import { z } from 'zod';
import { whichMinutes } from '../contract.ts';
import { CHALLENGES, DEADLINES, PAPER_STEPS } from '../domain/deadlines.ts';
import { ANNEX_KINDS, PROFILES, SIGNATORY_ROLES } from '../domain/minutes-model.ts';
import { MINUTES_STATES } from '../domain/minutes-state.ts';
import { signerReport } from '../domain/signer-report.ts';

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

const day = z.iso.date();

const closingBoard = z.object({
  state: z.enum(MINUTES_STATES),
  closedOn: day.meta({ description: 'On the building’s calendar.' }),
  today: day,
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
  signatures: z
    .array(
      z.object({
        id: z.uuid(),
        edition: z.int(),
        role: z.enum(SIGNATORY_ROLES),
        fileName: z.string(),
        sha256: z.string(),
        uploadedAt: instant,
        withdrawnAt: instant.nullable(),
        signers: z.array(signerReport),
      }),
    )
    .meta({ description: 'Of all editions, those that were withdrawn too.' }),
  accepted: z
    .array(
      z.object({
        stage: z.enum(['call', 'close']),
        code: z.string(),
        item: z.int().nullable(),
        title: z.string(),
        reason: z.string(),
      }),
    )
    .meta({ description: 'What was found before the notice and before the close, and let stand.' }),
  steps: z.array(z.object({ step: z.enum(PAPER_STEPS), doneOn: day, note: z.string() })),
  deadlines: z.array(
    z.object({
      what: z.enum(DEADLINES),
      day: day.meta({ description: 'The last day.' }),
      provisional: z.boolean().meta({ description: 'Counted from a day that has not come yet.' }),
      legalRef: z.string(),
      confidence: z.enum(['confirmed', 'secondary', 'unconfirmed']),
      doneOn: day.nullable(),
    }),
  ),
  may: z.object({ close: z.boolean(), seeAnnexes: z.boolean() }),
});

export const getClosing = endpoint({
  id: 'meetings.getClosing',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/closing',
  who: 'meetings.see-closing',
  summary:
    'How far a closed meeting’s papers are: minutes, annexes, signatures, and what the law wants by when',
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
  refusals: {
    'not-found': 404,
    'not-closed': 409,
    'too-many-editions': 409,
    'drawn-up-meanwhile': 409,
    'already-signed': 409,
  },
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

export const addSignature = endpoint({
  id: 'meetings.addSignature',
  method: 'POST',
  path: '/api/v1/buildings/:building/meetings/:meeting/minutes/signatures',
  who: 'meetings.close',
  summary: 'Add a detached signature (CAdES, PKCS #7) of the newest edition of the minutes',
  description:
    'It is read and kept. Of another file or broken it is refused; by an algorithm that we do not have it is kept and said ' +
    'not to be checked.',
  params: inMeeting,
  query: z.strictObject({
    lang: z.enum(LOCALES).optional(),
    edition: z.coerce.number().int().min(1),
    role: z.enum(SIGNATORY_ROLES),
    fileName: z.string().trim().min(1).max(200),
  }),
  body: { binary: ['application/octet-stream', 'application/pkcs7-signature'], maxBytes: 256 * 1024 },
  reply: closingBoard,
  status: 201,
  refusals: {
    'not-found': 404,
    'not-closed': 409,
    'not-newest-edition': 409,
    'not-a-signature': 422,
    'signature-of-other-file': 422,
    'signature-broken': 422,
    'too-many-signatures': 409,
  },
});

const oneSignature = inMeeting.extend({ signature: z.uuid() });

export const withdrawSignature = endpoint({
  id: 'meetings.withdrawSignature',
  method: 'DELETE',
  path: '/api/v1/buildings/:building/meetings/:meeting/minutes/signatures/:signature',
  who: 'meetings.close',
  summary: 'Withdraw a signature: it stays to be seen, and counts for nothing',
  params: oneSignature,
  query: lang,
  reply: closingBoard,
  refusals: { 'not-found': 404, 'not-closed': 409 },
});

export const getSignature = endpoint({
  id: 'meetings.getSignature',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/minutes/signatures/:signature',
  who: 'meetings.see-closing',
  summary: 'A signature as it was uploaded',
  params: oneSignature,
  query: lang,
  reply: { file: 'application/pkcs7-signature' },
  refusals: { 'not-found': 404, 'not-closed': 409 },
});

export const markStep = endpoint({
  id: 'meetings.markStep',
  method: 'PUT',
  path: '/api/v1/buildings/:building/meetings/:meeting/closing/steps/:step',
  who: 'meetings.close',
  summary: 'Say that something was done with the papers, and on which day',
  params: inMeeting.extend({ step: z.enum(PAPER_STEPS) }),
  query: lang,
  body: z.strictObject({ doneOn: day, note: z.string().trim().max(500).default('') }),
  reply: closingBoard,
  refusals: { 'not-found': 404, 'not-closed': 409, 'day-ahead': 422, 'day-before-close': 422 },
});

export const getChallenge = endpoint({
  id: 'meetings.getChallenge',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/challenge',
  who: 'anyone',
  summary: 'How an owner may challenge the decisions of a closed meeting, and by when',
  params: inMeeting,
  query: lang,
  reply: z.object({
    how: z.array(z.string()).meta({ description: 'In words, for each law by which was voted.' }),
    terms: z.array(
      z.object({
        what: z.enum(CHALLENGES),
        day: day.meta({ description: 'The last day, on the building’s calendar.' }),
        provisional: z.boolean().meta({ description: 'Counted from a day that has not come yet.' }),
        legalRef: z.string(),
        confidence: z.enum(['confirmed', 'secondary', 'unconfirmed']),
      }),
    ),
  }),
  refusals: { 'not-found': 404, 'not-closed': 409 },
});

export const getChallengeCalendar = endpoint({
  id: 'meetings.getChallengeCalendar',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/challenge.ics',
  who: 'anyone',
  summary: 'The last days of a challenge for a calendar (RFC 5545)',
  params: inMeeting,
  query: lang,
  reply: { file: 'text/calendar; charset=utf-8' },
  refusals: { 'not-found': 404, 'not-closed': 409 },
});

export const getPackage = endpoint({
  id: 'meetings.getPackage',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/package.zip',
  who: 'meetings.see-annexes',
  summary:
    'The package for the housing inspection: minutes, signatures, annexes, cover letter and their SHA-256',
  params: inMeeting,
  query: lang,
  reply: { file: 'application/zip' },
  refusals: { 'not-found': 404, 'not-closed': 409 },
});
