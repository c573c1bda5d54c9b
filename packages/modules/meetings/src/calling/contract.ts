// What calling a meeting says over HTTP: the library, the calendar of terms, findings, and the documents of a meeting.
import { LOCALES } from '@veche/core/locale.ts';
import { endpoint } from '@veche/module-kit/endpoint.ts';
import { z } from 'zod';
import { FORMS } from '../contract.ts';

const uuid = z.uuid();
const meetingId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const inMeeting = z.object({ building: uuid, meeting: meetingId });
const lang = z.strictObject({ lang: z.enum(LOCALES).optional() });
const day = z.iso.date();
const mark = z.enum(['confirmed', 'secondary', 'unconfirmed']);
const itemNumber = z.int().min(1).max(60).nullable().meta({ description: 'Null: the whole meeting.' });

export const listLibrary = endpoint({
  id: 'meetings.listLibrary',
  method: 'GET',
  path: '/api/v1/library',
  who: 'anyone',
  summary: 'What the law lets a meeting decide, clause by clause, with the rule each clause asks for',
  query: lang.extend({
    building: uuid
      .optional()
      .meta({ description: 'By the law of this building; without it by Russian law.' }),
  }),
  reply: z.object({
    items: z.array(
      z.object({
        id: z.string(),
        clause: z.string().nullable(),
        title: z.string(),
        wording: z.string().meta({ description: 'To begin from; blanks stand in brackets. May be empty.' }),
        legalRef: z.string(),
        rules: z.array(z.string()).meta({ description: 'Ids of the rules that satisfy the clause.' }),
        threshold: mark.meta({ description: 'How sure the majority is.' }),
        subject: mark.meta({ description: 'How sure it is what the clause is about.' }),
        annex: z.boolean().meta({ description: 'Owners cannot judge it without a document.' }),
      }),
    ),
  }),
  refusals: { 'not-found': 404 },
});

const regime = z.string().max(16).meta({ description: 'As the ids of its rules begin.', example: 'de' });

export const getLaw = endpoint({
  id: 'meetings.getLaw',
  method: 'GET',
  path: '/api/v1/buildings/:building/law',
  who: 'anyone',
  summary: 'By which body of law meetings of a building are held',
  params: z.object({ building: uuid }),
  query: lang,
  reply: z.object({
    regime,
    name: z.string(),
    /** What it may be changed to; empty for whoever may not change it. */
    choices: z.array(z.object({ regime, name: z.string() })),
    /** Meetings that were called and are not over: while there are any, it stays. */
    running: z.int(),
  }),
  refusals: { 'not-found': 404 },
});

export const setLaw = endpoint({
  id: 'meetings.setLaw',
  method: 'PUT',
  path: '/api/v1/buildings/:building/law',
  who: 'meetings.set-law',
  summary: 'Hold the meetings of a building by another body of law from now on',
  description:
    'Rules, terms, the library, the calendar, the profile of the minutes and what binds follow it. Refused while a meeting is called or open.',
  params: z.object({ building: uuid }),
  body: z.strictObject({ regime }),
  reply: z.null(),
  status: 204,
  refusals: { 'not-found': 404, 'unknown-law': 422, 'meeting-running': 409 },
});

export const getCallingCalendar = endpoint({
  id: 'meetings.getCallingCalendar',
  method: 'GET',
  path: '/api/v1/buildings/:building/calling-calendar',
  who: 'meetings.call',
  summary:
    'The terms of the law for a meeting that is called now: earliest opening, length of the vote, holidays',
  params: z.object({ building: uuid }),
  query: z.strictObject({ form: z.enum(FORMS).default('absentee'), lang: z.enum(LOCALES).optional() }),
  reply: z.object({
    today: day.meta({ description: 'By the calendar of the building.' }),
    earliest: day
      .nullable()
      .meta({ description: 'The first lawful day of the opening; null: no term is known.' }),
    terms: z.array(
      z.object({
        act: z.string(),
        text: z.string(),
        legalRef: z.string(),
        confidence: mark,
        counting: mark.meta({ description: 'How sure it is which days count.' }),
        days: z.int(),
        mostDays: z.int().nullable(),
        from: z.enum(['sent', 'presented', 'received']).meta({
          description:
            'What starts the term: sending the notice, the first attempt to hand it over, its receipt.',
        }),
        force: z.enum(['must', 'should']),
      }),
    ),
    holidays: z.array(z.object({ day, name: z.string() })),
    entrances: z.array(z.string()),
    standings: z
      .array(z.object({ form: z.enum(FORMS), binding: z.boolean(), why: z.string() }))
      .meta({ description: 'Whether votes cast here bind the owners, by the form of the meeting.' }),
  }),
  refusals: { 'not-found': 404 },
});

const findingView = z.object({
  code: z.string(),
  severity: z.enum(['stop', 'risk', 'advice']).meta({
    description: '`stop`: not possible; `risk`: possible for a person who says why; `advice`: worth knowing.',
  }),
  item: itemNumber,
  step: z.string().meta({ description: 'Where it is mended.' }),
  rule: z.string().nullable().meta({ description: 'The decision rule it is about, to be answered for.' }),
  title: z.string(),
  why: z.string(),
  mend: z.string(),
  taken: z.object({ reason: z.string(), by: z.string(), at: z.iso.datetime() }).nullable(),
});

export const getPreflight = endpoint({
  id: 'meetings.getPreflight',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/preflight',
  who: 'meetings.call',
  summary:
    'What could make the meeting contestable: before the notice of a draft, before the close of an open meeting',
  params: inMeeting,
  query: lang,
  reply: z.object({ stage: z.enum(['call', 'close']).nullable(), findings: z.array(findingView) }),
  refusals: { 'not-found': 404 },
});

const reason = z.string().trim().min(5).max(1000).meta({
  description: 'Why it may stand. Read by every owner, so without personal data.',
});
export const override = z.strictObject({ code: z.string().max(64), item: itemNumber.default(null), reason });

export const takeRisk = endpoint({
  id: 'meetings.takeRisk',
  method: 'POST',
  path: '/api/v1/buildings/:building/meetings/:meeting/risks',
  who: 'meetings.close',
  summary: 'Take a finding before the close upon oneself, and say why',
  params: inMeeting,
  query: lang,
  body: override,
  reply: z.null(),
  status: 204,
  refusals: { 'not-found': 404, 'not-open': 409, 'nothing-to-accept': 409 },
});

export const uploadMaterial = endpoint({
  id: 'meetings.uploadMaterial',
  method: 'POST',
  path: '/api/v1/buildings/:building/meetings/:meeting/materials',
  who: 'meetings.call',
  summary: 'Attach a document to a draft',
  description:
    'PDF, JPEG, PNG, DOCX, XLSX, ODT, ODS, plain text or CSV, told by the content; nothing with macros.',
  params: inMeeting,
  query: z.strictObject({
    fileName: z.string().min(1).max(255),
    item: z.coerce.number().int().min(1).max(60).optional(),
    lang: z.enum(LOCALES).optional(),
  }),
  body: { binary: ['application/octet-stream'], maxBytes: 15 * 1024 * 1024 },
  reply: z.null(),
  status: 204,
  refusals: { 'not-found': 404, 'already-called': 409, 'file-not-taken': 415, 'too-many-files': 409 },
});

const inMaterial = z.object({
  building: uuid,
  meeting: meetingId,
  material: z.string().regex(/^[0-9a-f]{24}$/),
});

export const deleteMaterial = endpoint({
  id: 'meetings.deleteMaterial',
  method: 'DELETE',
  path: '/api/v1/buildings/:building/meetings/:meeting/materials/:material',
  who: 'meetings.call',
  summary: 'Take a document off a draft',
  params: inMaterial,
  reply: z.null(),
  status: 204,
  refusals: { 'not-found': 404, 'already-called': 409 },
});

export const getMaterial = endpoint({
  id: 'meetings.getMaterial',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/materials/:material',
  who: 'anyone',
  summary: 'A document of a meeting, for the people of the building',
  description: 'Its SHA-256 stands in the notice, which the public log commits to.',
  params: inMaterial,
  query: lang,
  reply: { file: 'application/octet-stream' },
  refusals: { 'not-found': 404, 'members-only': 403 },
});
