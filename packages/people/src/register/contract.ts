// What the register in time says over HTTP: premises with their history, what happens to titles, who acts for whom, the
// base, persons who may be one, the export, and who looked at all that.
import { LOCALES } from '@veche/core/locale.ts';
import { endpoint } from '@veche/module-kit/endpoint.ts';
import { z } from 'zod';
import { LOOK_PLACES } from './look.ts';
import { MARK_ACTS, MARK_KINDS } from './mark.ts';
import { isLocalDay } from './local-day.ts';
import { BASES } from './representation.ts';
import { DOCUMENT_KINDS } from './title-document.ts';
import { EVENT_KINDS, TRANSFERS } from './title-event.ts';
import { FREEZES } from './titles.ts';

const id = z.uuid();
const instant = z.iso.datetime();
const day = z.string().refine(isLocalDay).meta({
  description: "A day in the building's time zone, YYYY-MM-DD.",
  example: '2026-03-05',
});
const fraction = z.string().meta({ description: 'An exact fraction in lowest terms.', example: '1/3' });
const areaCm2 = z.int().min(0).meta({ description: 'Area in square centimetres.', example: 543000 });
const exactArea = z.string().meta({ description: 'cm² as an exact fraction.', example: '543000/7' });
const inBuilding = z.object({ building: id });
const inPremises = z.object({ building: id, premises: id });
const language = z.strictObject({ lang: z.enum(LOCALES).optional() });

const personKind = z.enum(['natural', 'legal', 'public']);
const named = z.object({ id, name: z.string(), kind: personKind });
const document = z.object({
  kind: z.enum(DOCUMENT_KINDS).nullable(),
  number: z.string(),
  date: z.string().nullable(),
  text: z.string().meta({ description: 'As the register wrote it.' }),
});
const givenDocument = z.strictObject({
  kind: z.enum(DOCUMENT_KINDS).nullable().default(null),
  number: z.string().trim().max(100).default(''),
  date: day.nullable().default(null),
});
const note = z.string().trim().max(500).default('');

/** Somebody known by id, or somebody new. */
const givenPerson = z.union([
  z.strictObject({ id }),
  z.strictObject({
    name: z.string().trim().min(1).max(200),
    kind: personKind.default('natural'),
    taxNumber: z.string().trim().max(20).default(''),
    email: z.string().trim().max(200).default(''),
    phone: z.string().trim().max(40).default(''),
    birthDay: day.nullable().default(null),
  }),
]);
export type GivenPerson = z.output<typeof givenPerson>;

const share = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .meta({ description: 'Of the premises, as a person writes it: `1/3`, `0.5`, `50%`.', example: '1/3' });

const recipient = z.strictObject({
  person: givenPerson.nullable().meta({ description: 'Null: nobody is known; the share stays in the base.' }),
  jointWith: z.array(givenPerson).max(5).default([]),
  share,
  room: z.string().trim().max(40).default(''),
});

// ---- premises and their titles ------------------------------------------------------------------------------------

const version = z.object({
  id,
  owner: named.nullable(),
  jointWith: z.array(named),
  share: fraction,
  room: z.string(),
  document,
  heldFrom: z.string().nullable(),
  heldTo: z.string().nullable().meta({ description: 'The first day on which it is no longer held.' }),
  freeze: z.enum(FREEZES).nullable(),
  arrested: z.boolean(),
  usufructuary: named.nullable(),
  recordedAt: instant,
  supersededAt: instant
    .nullable()
    .meta({ description: 'When something later took its place; null: this is what is known now.' }),
});

const event = z.object({
  id,
  kind: z.enum(EVENT_KINDS),
  day: z.string().nullable(),
  document: document.omit({ text: true }),
  note: z.string(),
  closed: z.array(id),
  opened: z.array(id),
  recordedAt: instant,
  recordedBy: z.string().meta({ description: 'The name of the one who recorded it.' }),
});

const finding = z.object({
  severity: z.enum(['error', 'warning', 'note']),
  code: z.string(),
  premisesId: id.nullable(),
  premises: z.string().nullable(),
  message: z.string(),
  mend: z.string().meta({ description: 'How to mend it.' }),
});

export const getPremises = endpoint({
  id: 'people.getPremises',
  method: 'GET',
  path: '/api/v1/buildings/:building/premises/:premises',
  who: 'people.read-register',
  summary: 'A premises with its titles and everything that happened to them',
  params: inPremises,
  query: language,
  reply: z.object({
    id,
    number: z.string(),
    kind: z.string(),
    entrance: z.string(),
    areaCm2,
    timeZone: z.string(),
    today: z.string(),
    /** Every version that was ever known, in the order of recording. */
    versions: z.array(version),
    /** The newest first. */
    events: z.array(event),
    /** What the premises was said to be before, the newest first. */
    past: z.array(z.object({ number: z.string(), kind: z.string(), areaCm2, until: instant })),
    findings: z.array(finding),
  }),
  refusals: { 'not-found': 404 },
});

const onTitle = { title: id, day, note };
export const recordEvent = endpoint({
  id: 'people.recordEvent',
  method: 'POST',
  path: '/api/v1/buildings/:building/premises/:premises/events',
  who: 'people.change-register',
  summary: 'Record what happened to a title: a sale, an inheritance, a freeze, a correction',
  description:
    'Nothing is edited: what was known before stays, and a meeting whose roll is taken does not change. A correction says what was so all along; everything else begins on its day.',
  params: inPremises,
  body: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('acquired'), day, note, to: recipient, document: givenDocument }),
    z.strictObject({
      kind: z.enum(TRANSFERS),
      ...onTitle,
      to: z.array(recipient).min(1).max(50),
      document: givenDocument,
    }),
    z.strictObject({
      kind: z.literal('corrected'),
      note,
      corrections: z
        .array(
          z.strictObject({
            title: id,
            person: givenPerson.nullable().optional(),
            share: share.optional(),
            room: z.string().trim().max(40).optional(),
            document: givenDocument.optional(),
            heldFrom: day.nullable().optional(),
          }),
        )
        .min(1)
        .max(50),
    }),
    z.strictObject({ kind: z.literal('frozen'), ...onTitle, reason: z.enum(FREEZES) }),
    z.strictObject({
      kind: z.enum(['released', 'arrested', 'arrest-lifted', 'usufruct-ended']),
      ...onTitle,
    }),
    z.strictObject({ kind: z.literal('usufruct-set'), ...onTitle, person: givenPerson }),
  ]),
  reply: z.object({ id }),
  status: 201,
  refusals: {
    'not-found': 404,
    'no-such-title': 409,
    'title-ended': 409,
    'before-title': 409,
    'title-frozen': 409,
    'title-arrested': 409,
    'shares-over': 409,
    'share-over-title': 409,
    'nothing-changes': 409,
    'share-not-read': 422,
    'person-not-known': 422,
    'contact-taken': 409,
    'contact-not-read': 422,
    'tax-number-not-read': 422,
  },
});

export const splitRooms = endpoint({
  id: 'people.splitRooms',
  method: 'POST',
  path: '/api/v1/buildings/:building/premises/:premises/rooms',
  who: 'people.read-register',
  summary: 'Work out the shares of the rooms of a communal flat',
  description:
    'Changes nothing. A room takes its part of what is common to the rooms, in proportion to its area (art. 42 of the Housing Code).',
  params: inPremises,
  body: z.strictObject({
    rooms: z
      .array(z.strictObject({ room: z.string().trim().min(1).max(40), areaCm2: areaCm2.min(1) }))
      .min(1)
      .max(30),
  }),
  reply: z.object({
    rooms: z.array(z.object({ room: z.string(), areaCm2, share: fraction, weight: exactArea })),
  }),
  refusals: { 'not-found': 404, 'rooms-over-flat': 422 },
});

// ---- reconciliation and the base ----------------------------------------------------------------------------------

const base = z.object({
  areaCm2,
  source: z.string(),
  documentNumber: z.string(),
  documentDate: z.string().nullable(),
  recordedAt: instant,
});

export const reviewRegister = endpoint({
  id: 'people.reviewRegister',
  method: 'GET',
  path: '/api/v1/buildings/:building/register/review',
  who: 'people.read-register',
  summary: 'Whether the register in use adds up, and how to mend what does not',
  params: inBuilding,
  query: language,
  reply: z.object({
    findings: z.array(finding).meta({ description: 'At most 500; the counts are of all.' }),
    errors: z.int(),
    warnings: z.int(),
    premises: z.int(),
    areaCm2,
    owned: exactArea,
    unknown: exactArea,
    frozen: exactArea,
    /** The newest first; the first is in force. */
    bases: z.array(base),
    today: z.string(),
  }),
  refusals: { 'not-found': 404 },
});

export const setBase = endpoint({
  id: 'people.setBase',
  method: 'POST',
  path: '/api/v1/buildings/:building/register/bases',
  who: 'people.change-register',
  summary: 'Say what area counts are measured against, and by which paper',
  params: inBuilding,
  body: z.strictObject({
    areaCm2: areaCm2.min(1),
    source: z.string().trim().min(3).max(200),
    documentNumber: z.string().trim().max(100).default(''),
    documentDate: day.nullable().default(null),
  }),
  reply: z.null(),
  status: 204,
  refusals: { 'not-found': 404 },
});

// ---- persons ------------------------------------------------------------------------------------------------------

const person = named.extend({
  birthDay: z.string().nullable(),
  taxNumber: z.string().nullable(),
  reachable: z.boolean(),
  premises: z.array(z.string()),
});

export const findPersons = endpoint({
  id: 'people.findPersons',
  method: 'GET',
  path: '/api/v1/buildings/:building/register/persons',
  who: 'people.change-register',
  summary: 'Persons of the building by a part of the name or the tax number',
  params: inBuilding,
  query: z.strictObject({ search: z.string().trim().min(2).max(100), lang: z.enum(LOCALES).optional() }),
  reply: z.object({ persons: z.array(person) }),
  refusals: { 'not-found': 404 },
});

export const listDuplicates = endpoint({
  id: 'people.listDuplicates',
  method: 'GET',
  path: '/api/v1/buildings/:building/register/duplicates',
  who: 'people.change-register',
  summary: 'Persons of the register who may be one and the same',
  params: inBuilding,
  query: language,
  reply: z.object({
    duplicates: z.array(
      z.object({ reason: z.enum(['same-name', 'initials', 'same-premises']), persons: z.array(person) }),
    ),
  }),
  refusals: { 'not-found': 404 },
});

export const mergePersons = endpoint({
  id: 'people.mergePersons',
  method: 'POST',
  path: '/api/v1/buildings/:building/register/merges',
  who: 'people.change-register',
  summary: 'Say that two persons of the register are one',
  description:
    'The titles of the one are corrected to the other, by an event that stays in the history. Nothing is deleted.',
  params: inBuilding,
  body: z.strictObject({ from: id, into: id, note }),
  reply: z.null(),
  status: 204,
  refusals: { 'not-found': 404, 'same-person': 409, 'person-elsewhere': 409, 'persons-differ': 409 },
});

// ---- who acts for whom --------------------------------------------------------------------------------------------

export const listRepresentations = endpoint({
  id: 'people.listRepresentations',
  method: 'GET',
  path: '/api/v1/buildings/:building/representations',
  who: 'people.read-register',
  summary: 'Who acts for whom in a building, and until when',
  params: inBuilding,
  query: language,
  reply: z.object({
    today: z.string(),
    representations: z.array(
      z.object({
        id,
        basis: z.enum(BASES),
        principal: named.extend({ birthDay: z.string().nullable() }),
        agent: z.object({ id, name: z.string() }),
        /** Null: everything the principal holds in the building. */
        premises: z.array(z.string()).nullable(),
        document,
        from: z.string(),
        until: z.string().nullable(),
        revokedOn: z.string().nullable(),
        /** The first day on which it no longer holds, by paper, law or revocation; null: it has no end. */
        ends: z.string().nullable(),
        inForce: z.boolean(),
      }),
    ),
  }),
  refusals: { 'not-found': 404 },
});

export const grantRepresentation = endpoint({
  id: 'people.grantRepresentation',
  method: 'POST',
  path: '/api/v1/buildings/:building/representations',
  who: 'people.change-register',
  summary: 'Record that somebody acts for an owner',
  description:
    'A power of attorney that names no end lasts one year. A parent acts until the day on which the child comes of age.',
  params: inBuilding,
  body: z.strictObject({
    principal: id,
    agent: givenPerson,
    basis: z.enum(BASES),
    premises: z.array(id).min(1).max(200).nullable().default(null),
    document: givenDocument,
    from: day,
    until: day.nullable().default(null),
    birthDay: day
      .nullable()
      .default(null)
      .meta({ description: 'Of the principal, where it is not known yet.' }),
  }),
  reply: z.object({ id }),
  status: 201,
  refusals: {
    'not-found': 404,
    'same-person': 409,
    'basis-not-of-kind': 422,
    'birth-day-missing': 422,
    'already-of-age': 409,
    'ends-before-it-begins': 422,
    'document-missing': 422,
    'person-not-known': 422,
    'contact-taken': 409,
    'contact-not-read': 422,
    'tax-number-not-read': 422,
  },
});

export const revokeRepresentation = endpoint({
  id: 'people.revokeRepresentation',
  method: 'POST',
  path: '/api/v1/buildings/:building/representations/:representation/revocation',
  who: 'people.change-register',
  summary: 'Record that a representation is taken back from a day on',
  params: z.object({ building: id, representation: id }),
  body: z.strictObject({ on: day }),
  reply: z.null(),
  status: 204,
  refusals: { 'not-found': 404 },
});

// ---- held undivided -------------------------------------------------------------------------------------------------

const inTitle = z.object({ building: id, title: id });

export const objectToJoint = endpoint({
  id: 'people.objectToJoint',
  method: 'POST',
  path: '/api/v1/buildings/:building/titles/:title/objection',
  who: 'person',
  summary: 'Object to others casting what I hold undivided with them',
  description:
    'One of those who hold a share undivided acts for all, until another objects. From today on nobody casts the share, until whoever objected takes it back; what was cast before stands.',
  params: inTitle,
  reply: z.null(),
  status: 204,
  refusals: { 'not-found': 404, 'not-joint': 409, 'not-yours': 403, 'nothing-changes': 422 },
});

export const withdrawObjection = endpoint({
  id: 'people.withdrawObjection',
  method: 'DELETE',
  path: '/api/v1/buildings/:building/titles/:title/objection',
  who: 'person',
  summary: 'Take back my objection to others casting what I hold undivided with them',
  params: inTitle,
  reply: z.null(),
  status: 204,
  refusals: { 'not-found': 404, 'not-joint': 409, 'not-yours': 403, 'nothing-changes': 422 },
});

// ---- marks ----------------------------------------------------------------------------------------------------------

const markSaid = z.object({
  act: z.enum(MARK_ACTS).meta({ description: 'What brought this version; `withdrawn`: it never was so.' }),
  document: document.omit({ text: true }),
  from: z.string(),
  until: z.string().nullable().meta({ description: 'The first day on which it is no longer so.' }),
  note: z.string(),
  recordedAt: instant,
  recordedBy: z.string().meta({ description: 'The name of the one who recorded it.' }),
});

export const listMarks = endpoint({
  id: 'people.listMarks',
  method: 'GET',
  path: '/api/v1/buildings/:building/marks',
  who: 'people.read-register',
  summary: 'What laws ask about owners: debts, the developer, who speaks for co-owners; with its papers',
  params: inBuilding,
  query: z.strictObject({ premises: id.optional(), lang: z.enum(LOCALES).optional() }),
  reply: z.object({
    today: z.string(),
    timeZone: z.string(),
    marks: z.array(
      z.object({
        id,
        kind: z.enum(MARK_KINDS),
        person: z.object({ id, name: z.string() }),
        premises: z
          .object({ id, number: z.string() })
          .nullable()
          .meta({ description: 'Null: all that the person holds in the building.' }),
        inForce: z.boolean(),
        /** Everything that was ever said of it, the newest first: the first is what is known now. */
        versions: z.array(markSaid).min(1),
      }),
    ),
  }),
  refusals: { 'not-found': 404 },
});

const refusedMarks = {
  'not-found': 404,
  'premises-missing': 422,
  'document-missing': 422,
  'ends-before-it-begins': 422,
  'mark-stands': 409,
  'representative-named': 409,
} as const;

export const stateMark = endpoint({
  id: 'people.stateMark',
  method: 'POST',
  path: '/api/v1/buildings/:building/marks',
  who: 'people.change-register',
  summary: 'Record what the law asks about an owner: a debt, the developer, who speaks for co-owners',
  description:
    'It counts only in meetings by rules that ask for it, from the roll that is taken next. The owner is told.',
  params: inBuilding,
  body: z.strictObject({
    kind: z.enum(MARK_KINDS),
    person: id,
    premises: id
      .nullable()
      .default(null)
      .meta({ description: 'Null: all that the person holds in the building.' }),
    document: givenDocument,
    from: day,
    until: day.nullable().default(null),
    note,
  }),
  reply: z.object({ id }),
  status: 201,
  refusals: { ...refusedMarks, 'person-not-known': 422, 'holds-nothing-there': 422 },
});

export const changeMark = endpoint({
  id: 'people.changeMark',
  method: 'POST',
  path: '/api/v1/buildings/:building/marks/:mark/changes',
  who: 'people.change-register',
  summary: 'Record that a mark ended, was recorded wrongly, or never was so',
  description: 'Nothing is edited: what was known before stays, and a roll that is taken does not change.',
  params: z.object({ building: id, mark: id }),
  body: z.discriminatedUnion('act', [
    z.strictObject({ act: z.literal('ended'), on: day, note }),
    z.strictObject({
      act: z.literal('corrected'),
      document: givenDocument.optional(),
      from: day.optional(),
      until: day.nullable().optional(),
      note,
    }),
    z.strictObject({ act: z.literal('withdrawn'), note }),
  ]),
  reply: z.null(),
  status: 204,
  refusals: { ...refusedMarks, 'no-such-mark': 409, 'nothing-changes': 409 },
});

// ---- export, and who looked -----------------------------------------------------------------------------------------

export const exportRegister = endpoint({
  id: 'people.exportRegister',
  method: 'GET',
  path: '/api/v1/buildings/:building/register/export',
  who: 'people.export-register',
  summary: 'The register in use as a spreadsheet, in the columns that the import reads',
  description: 'Every cell is text: a spreadsheet that opens the file executes nothing of it.',
  params: inBuilding,
  query: z.strictObject({
    format: z.enum(['xlsx', 'csv']).default('xlsx'),
    why: z.string().trim().max(200).default(''),
    lang: z.enum(LOCALES).optional(),
  }),
  reply: { file: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
  refusals: { 'not-found': 404 },
});

const look = z.object({
  name: z.string().meta({ description: 'Who looked.' }),
  place: z.enum(LOOK_PLACES),
  premises: z.array(z.string()).meta({ description: 'Empty where it was the whole building.' }),
  why: z.string(),
  at: instant,
});

export const listLooks = endpoint({
  id: 'people.listLooks',
  method: 'GET',
  path: '/api/v1/buildings/:building/register/looks',
  who: 'people.read-looks',
  summary: 'Who looked at the register, at what and when, the newest first',
  params: inBuilding,
  query: z.strictObject({ before: z.string().max(40).optional(), lang: z.enum(LOCALES).optional() }),
  reply: z.object({ looks: z.array(look), next: z.string().nullable() }),
  refusals: { 'not-found': 404 },
});

export const listLooksAtMe = endpoint({
  id: 'people.listLooksAtMe',
  method: 'GET',
  path: '/api/v1/me/looks',
  who: 'person',
  summary: 'Who looked at the data of what I hold, the newest first',
  reply: z.object({ looks: z.array(look.extend({ address: z.string() })) }),
  refusals: {},
});
