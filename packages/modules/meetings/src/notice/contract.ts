// The notice centre over HTTP: who was told of a meeting and by what, letters and posters, hand-overs, reminders, calendars,
// and what is still missing. Contacts are masked everywhere, and nothing here says how anyone voted.
import { LOCALES } from '@veche/core/locale.ts';
import { endpoint } from '@veche/module-kit/endpoint.ts';
import { z } from 'zod';
import { FREEZES } from '@veche/people/register/titles.ts';
import { KINDS, LEVELS, WAYS } from './standing.ts';

const logId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const inMeeting = z.object({ building: z.uuid(), meeting: logId });
const lang = z.enum(LOCALES).optional();
const kind = z.enum(KINDS);
const instant = z.iso.datetime();
const fraction = z.string().meta({ description: 'An exact fraction in lowest terms; areas in cm².' });
const counted = z.object({
  received: z.int(),
  delivered: z.int(),
  sent: z.int(),
  waiting: z.int(),
  none: z.int(),
});

const standing = z.object({
  level: z.enum(LEVELS),
  way: z.enum(WAYS).nullable(),
  at: instant.nullable(),
  trouble: z.string().nullable().meta({ description: 'Code of the carrier, such as `5.1.1` or `smtp-550`.' }),
  next: z.enum(['send-again', 'letter']).nullable(),
});

export const SHOWN = ['all', 'untold', 'dead'] as const;

export const getNotices = endpoint({
  id: 'meetings.getNotices',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/notices',
  who: 'meetings.see-deliveries',
  summary: 'Who was told of the meeting, by what, and whom nothing has reached',
  params: inMeeting,
  query: z.strictObject({
    lang,
    kind: kind.optional().meta({ description: 'The newest that was sent, unless said.' }),
    entrance: z.string().max(40).optional(),
    show: z
      .enum(SHOWN)
      .default('all')
      .meta({ description: '`untold`: reached by nothing; `dead`: with a dead contact.' }),
    after: z.coerce.number().int().min(0).default(0),
  }),
  reply: z.object({
    kind,
    /** Every kind that was sent, with how far it came. */
    kinds: z.array(z.object({ kind, firstAt: instant, owners: z.int(), counts: counted })),
    entrances: z.array(
      z.object({ entrance: z.string(), owners: z.int(), told: z.int(), poster: instant.nullable() }),
    ),
    /** Premises of which no owner is known: a letter can go there. */
    unknownPremises: z.int(),
    /** How many of the kind had been sent by each moment: at most 100 points. */
    timeline: z.array(z.object({ at: instant, told: z.int() })),
    owners: z.array(
      z.object({
        personId: z.uuid(),
        name: z.string(),
        entrances: z.array(z.string()),
        premises: z.array(z.string()),
        email: z.enum(['good', 'dead', 'none']),
        sms: z.enum(['good', 'dead', 'none']),
        freeze: z
          .enum(FREEZES)
          .nullable()
          .meta({ description: 'Why nobody may vote a title of theirs today; null: nothing of the kind.' }),
        standing,
      }),
    ),
    total: z.int(),
    next: z.int().nullable(),
    may: z.object({ notify: z.boolean(), remind: z.boolean() }),
  }),
  refusals: { 'not-found': 404, 'not-called': 409 },
});

const inOwner = z.object({ building: z.uuid(), meeting: logId, person: z.uuid() });

export const getOwnerProof = endpoint({
  id: 'meetings.getOwnerProof',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/notices/owners/:person',
  who: 'meetings.see-deliveries',
  summary: 'Everything that was sent to one owner about the meeting, with what became of it',
  params: inOwner,
  query: z.strictObject({ lang }),
  reply: z.object({
    name: z.string(),
    premises: z.array(z.string()),
    messages: z.array(
      z.object({
        id: z.string(),
        kind,
        channel: z.enum(['app', 'email', 'sms']),
        to: z.string().meta({ description: 'Masked.' }),
        state: z.enum(['queued', 'sent', 'delivered', 'failed', 'bounced']),
        createdAt: instant,
        contentHash: z
          .string()
          .meta({ description: 'SHA-256 of JSON [channel, recipient, subject, text], hex.' }),
        reference: z.string().nullable().meta({ description: 'The carrier’s own name of the message.' }),
        events: z.array(z.object({ kind: z.string(), at: instant, code: z.string().nullable() })),
      }),
    ),
    byHand: z.array(
      z.object({
        id: z.uuid(),
        kind,
        channel: z.enum(['letter', 'hand']),
        happenedAt: instant,
        recordedAt: instant,
        recordedBy: z.string().nullable(),
        detail: z.string(),
        proofHash: z.string().nullable(),
        withdrawn: z.object({ at: instant, why: z.string() }).nullable(),
      }),
    ),
  }),
  refusals: { 'not-found': 404 },
});

const paper = (id: string, path: string, summary: string, file = 'application/pdf') =>
  endpoint({
    id: `meetings.${id}`,
    method: 'GET',
    path: `/api/v1/buildings/:building/meetings/:meeting/notices/${path}`,
    who: 'meetings.see-deliveries',
    summary,
    params: inMeeting,
    query: z.strictObject({
      lang,
      kind: z.enum(['called', 'result']).default('called'),
      entrance: z.string().max(40).optional(),
      only: z.enum(['all', 'untold']).default('all'),
    }),
    reply: { file },
    refusals: { 'not-found': 404, 'not-called': 409, 'not-closed': 409, 'nobody-to-write-to': 409 },
  });

export const getOwnerProofPdf = endpoint({
  id: 'meetings.getOwnerProofPdf',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/notices/owners/:person/proof.pdf',
  who: 'meetings.see-deliveries',
  summary: 'The same as a sheet to print',
  params: inOwner,
  query: z.strictObject({ lang }),
  reply: { file: 'application/pdf' },
  refusals: { 'not-found': 404 },
});
export const getLetters = paper(
  'getLetters',
  'letters.pdf',
  'Letters, a page for each owner, with a code to scan',
);
export const getPosters = paper(
  'getPosters',
  'posters.pdf',
  'A poster for each entrance, with a code to scan',
);
export const getDeliverySheet = paper(
  'getDeliverySheet',
  'sheet.pdf',
  'The sheet on which owners sign for what is handed to them',
);
export const getDeliveries = paper(
  'getDeliveries',
  'deliveries.csv',
  'The ledger of deliveries as a table: a line for every owner, kind and way',
  'text/csv; charset=utf-8',
);

const sent = z.object({ people: z.int().meta({ description: 'To how many people messages were queued.' }) });

export const resendNotice = endpoint({
  id: 'meetings.resendNotice',
  method: 'POST',
  path: '/api/v1/buildings/:building/meetings/:meeting/notices/resend',
  who: 'meetings.notify',
  summary: 'Send a notice again to those whom nothing has reached, or to those named',
  description: 'Asked twice within an hour, it goes once.',
  params: inMeeting,
  query: z.strictObject({ lang }),
  body: z.strictObject({
    kind: z.enum(['called', 'opened', 'result']),
    persons: z.array(z.uuid()).min(1).max(500).optional(),
  }),
  reply: sent,
  refusals: { 'not-found': 404, 'not-called': 409, 'not-open': 409, 'not-closed': 409 },
});

export const sendReminder = endpoint({
  id: 'meetings.sendReminder',
  method: 'POST',
  path: '/api/v1/buildings/:building/meetings/:meeting/notices/reminders',
  who: 'meetings.notify',
  summary: 'Remind those who have not voted and have not said no to reminders',
  description: 'Once a day by the clock of the building.',
  params: inMeeting,
  query: z.strictObject({ lang }),
  reply: sent,
  refusals: { 'not-found': 404, 'not-open': 409, 'reminded-today': 409 },
});

export const recordHandDelivery = endpoint({
  id: 'meetings.recordHandDelivery',
  method: 'POST',
  path: '/api/v1/buildings/:building/meetings/:meeting/notices/hand-deliveries',
  who: 'meetings.notify',
  summary:
    'Record letters that were posted, papers handed over against a signature, or a poster that was put up',
  params: inMeeting,
  query: z.strictObject({ lang }),
  body: z.discriminatedUnion('channel', [
    z.strictObject({
      channel: z.enum(['letter', 'hand']),
      kind,
      persons: z.array(z.uuid()).min(1).max(2_000),
      happenedAt: instant,
      detail: z.string().trim().max(200).default(''),
    }),
    z.strictObject({
      channel: z.literal('poster'),
      kind,
      entrances: z.array(z.string().max(40)).min(1).max(100),
      happenedAt: instant,
      detail: z.string().trim().max(200).default(''),
    }),
  ]),
  maxBytes: 256 * 1024,
  reply: z.object({ ids: z.array(z.uuid()) }),
  status: 201,
  refusals: { 'not-found': 404, 'not-called': 409, 'not-an-owner-there': 422, 'in-the-future': 422 },
});

const inDelivery = z.object({ building: z.uuid(), meeting: logId, delivery: z.uuid() });
export const PROOF_TYPES = ['image/jpeg', 'image/png', 'application/pdf'] as const;

export const putDeliveryProof = endpoint({
  id: 'meetings.putDeliveryProof',
  method: 'PUT',
  path: '/api/v1/buildings/:building/meetings/:meeting/notices/hand-deliveries/:delivery/proof',
  who: 'meetings.notify',
  summary: 'Attach the photo or scan that proves a hand delivery; once',
  params: inDelivery,
  query: z.strictObject({ lang }),
  body: { binary: PROOF_TYPES, maxBytes: 8 * 1024 * 1024 },
  reply: z.object({ sha256: z.string() }),
  refusals: { 'not-found': 404, 'proof-there': 409, 'not-such-a-file': 422 },
});

export const getDeliveryProof = endpoint({
  id: 'meetings.getDeliveryProof',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/notices/hand-deliveries/:delivery/proof',
  who: 'meetings.see-deliveries',
  summary: 'The photo or scan of a hand delivery',
  params: inDelivery,
  reply: { file: 'application/octet-stream' },
  refusals: { 'not-found': 404 },
});

export const withdrawHandDelivery = endpoint({
  id: 'meetings.withdrawHandDelivery',
  method: 'POST',
  path: '/api/v1/buildings/:building/meetings/:meeting/notices/hand-deliveries/:delivery/withdrawal',
  who: 'meetings.notify',
  summary: 'Withdraw a hand delivery that was recorded by mistake; it stays in the ledger, crossed out',
  params: inDelivery,
  query: z.strictObject({ lang }),
  body: z.strictObject({ why: z.string().trim().min(3).max(200) }),
  reply: z.null(),
  status: 204,
  refusals: { 'not-found': 404, 'already-withdrawn': 409 },
});

// ---- calendars -------------------------------------------------------------------------------------------------------

export const getCalendar = endpoint({
  id: 'meetings.getCalendar',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/calendar.ics',
  who: 'anyone',
  summary: 'The dates of the meeting for a calendar (RFC 5545)',
  params: inMeeting,
  query: z.strictObject({ lang }),
  reply: { file: 'text/calendar; charset=utf-8' },
  refusals: { 'not-found': 404, 'not-called': 409 },
});

export const getMyCalendarFeed = endpoint({
  id: 'meetings.getMyCalendarFeed',
  method: 'GET',
  path: '/api/v1/me/calendar',
  who: 'person',
  summary: 'Whether my calendar of meetings has an address, and since when',
  reply: z.object({ since: instant.nullable() }),
  refusals: {},
});

export const makeCalendarFeed = endpoint({
  id: 'meetings.makeCalendarFeed',
  method: 'POST',
  path: '/api/v1/me/calendar',
  who: 'person',
  summary: 'Make the address of my calendar of meetings; one made before stops working',
  reply: z.object({ url: z.url().meta({ description: 'Shown once: only its hash is kept.' }) }),
  status: 201,
  refusals: {},
});

export const deleteCalendarFeed = endpoint({
  id: 'meetings.deleteCalendarFeed',
  method: 'DELETE',
  path: '/api/v1/me/calendar',
  who: 'person',
  summary: 'End my calendar of meetings',
  reply: z.null(),
  status: 204,
  refusals: {},
});

export const getCalendarFeed = endpoint({
  id: 'meetings.getCalendarFeed',
  method: 'GET',
  path: '/api/v1/calendars/:calendar',
  who: 'anyone',
  summary: 'The meetings of the buildings of one owner, for a calendar that is subscribed to',
  params: z.object({ calendar: z.string().regex(/^[A-Za-z0-9_-]{32}\.ics$/) }),
  query: z.strictObject({ lang }),
  reply: { file: 'text/calendar; charset=utf-8' },
  refusals: { 'not-found': 404 },
});

// ---- what is still missing ---------------------------------------------------------------------------------------------

const need = z
  .object({
    needed: fraction,
    isMore: z
      .boolean()
      .meta({ description: 'More than `needed`, where the rule says so; else as much is enough.' }),
    takenPart: fraction,
    missing: fraction.meta({ description: '`needed` less `takenPart`; 0 when that is passed.' }),
    isEnough: z.boolean(),
  })
  .nullable();

export const getOutstanding = endpoint({
  id: 'meetings.getOutstanding',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/outstanding',
  who: 'meetings.see-missing',
  summary: 'What is still missing, by item and entrance, in area and heads; never how anyone voted',
  description:
    'Whoever sent a ballot has taken part in every item: which of them somebody left unmarked is told to nobody.',
  params: inMeeting,
  query: z.strictObject({ lang }),
  reply: z.object({
    items: z.array(
      z.object({
        item: logId,
        number: z.int(),
        text: z.string(),
        /** The least participation with which the item can pass, in cm² and in heads; null where the rule asks for none. */
        area: need,
        heads: need,
        /** The same of single entrances that the rule names. */
        entrances: z.array(z.object({ entrance: z.string(), area: need })),
      }),
    ),
    entrances: z.array(
      z.object({
        entrance: z.string(),
        areaAll: fraction,
        areaMissing: fraction,
        headsAll: z.int(),
        headsMissing: z.int(),
      }),
    ),
  }),
  refusals: { 'not-found': 404, 'not-open': 409 },
});
