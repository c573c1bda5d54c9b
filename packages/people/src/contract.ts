// What people, buildings and registers say over HTTP: the schemas that parse are the ones the pages and the OpenAPI document use.
import { LOCALES } from '@veche/core/locale.ts';
import { endpoint } from '@veche/module-kit/endpoint.ts';
import { ROLES } from '@veche/module-kit/who.ts';
import { z } from 'zod';

const id = z.uuid();
const contact = z
  .string()
  .trim()
  .min(3)
  .max(200)
  .meta({ description: 'An e-mail address or a phone number.' });
/** Exact fraction as `n` or `n/d`, see core's rational. */
const fraction = z
  .string()
  .regex(/^(0|[1-9][0-9]*)(\/[1-9][0-9]*)?$/)
  .meta({ description: 'An exact fraction in lowest terms.', example: '1/3' });
const areaCm2 = z.int().min(0).meta({ description: 'Area in square centimetres.', example: 543000 });
const instant = z.iso.datetime();
const inBuilding = z.object({ building: id });

// ---- signing in -------------------------------------------------------------------------------------------------

export const requestCode = endpoint({
  id: 'people.requestCode',
  method: 'POST',
  path: '/api/v1/sign-in/codes',
  who: 'anyone',
  summary: 'Send a one-time code to an e-mail address or a phone',
  description:
    'The answer is the same whether or not the contact is known, so that nobody can look up who lives where.',
  body: z.strictObject({ contact }),
  reply: z.object({ channel: z.enum(['email', 'sms']), expiresInSeconds: z.int() }),
  status: 202,
  refusals: { 'invalid-contact': 422, 'too-many-codes': 429 },
});

export const signIn = endpoint({
  id: 'people.signIn',
  method: 'POST',
  path: '/api/v1/sign-in',
  who: 'anyone',
  summary: 'Sign in with a one-time code',
  description:
    'A browser keeps the session in a cookie; a program asks for a bearer token with `keep: "token"`.',
  body: z.strictObject({
    contact,
    code: z.string().regex(/^[0-9]{6}$/),
    keep: z.enum(['cookie', 'token']).default('cookie'),
  }),
  reply: z.object({ personId: id, token: z.string().optional() }),
  status: 201,
  refusals: { 'wrong-code': 422, 'code-expired': 410, 'too-many-attempts': 429 },
});

export const signOut = endpoint({
  id: 'people.signOut',
  method: 'POST',
  path: '/api/v1/sign-out',
  who: 'person',
  summary: 'End this session',
  reply: z.null(),
  status: 204,
  refusals: {},
});

export const getMe = endpoint({
  id: 'people.getMe',
  method: 'GET',
  path: '/api/v1/me',
  who: 'person',
  summary: 'Who I am, what I hold and which roles I have',
  reply: z.object({
    id,
    name: z.string(),
    kind: z.enum(['natural', 'legal', 'public']),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    locale: z.enum(LOCALES),
    /** Buildings where the person holds a title or a role. */
    buildings: z.array(
      z.object({
        id,
        address: z.string(),
        city: z.string(),
        roles: z.array(z.enum(ROLES)),
        holdings: z.array(
          z.object({
            premisesId: id,
            premises: z.string(),
            kind: z.string(),
            entrance: z.string(),
            areaCm2,
            share: fraction,
          }),
        ),
      }),
    ),
    /** Roles in the installation as a whole. */
    roles: z.array(z.enum(ROLES)),
    unread: z.int().meta({ description: 'Notices in my pages that I have not read.' }),
  }),
  refusals: {},
});

export const setMyLocale = endpoint({
  id: 'people.setMyLocale',
  method: 'PUT',
  path: '/api/v1/me/locale',
  who: 'person',
  summary: 'Choose the language of my messages',
  body: z.strictObject({ locale: z.enum(LOCALES) }),
  reply: z.null(),
  status: 204,
  refusals: {},
});

export const listMySessions = endpoint({
  id: 'people.listMySessions',
  method: 'GET',
  path: '/api/v1/me/sessions',
  who: 'person',
  summary: 'Where I am signed in',
  reply: z.object({
    sessions: z.array(
      z.object({ id: z.string(), createdAt: instant, expiresAt: instant, current: z.boolean() }),
    ),
  }),
  refusals: {},
});

export const endMySession = endpoint({
  id: 'people.endMySession',
  method: 'DELETE',
  path: '/api/v1/me/sessions/:session',
  who: 'person',
  summary: 'End one of my sessions',
  params: z.object({ session: z.string().regex(/^[0-9a-f]{64}$/) }),
  reply: z.null(),
  status: 204,
  refusals: { 'not-found': 404 },
});

// ---- buildings and roles ------------------------------------------------------------------------------------------

const building = z.object({
  id,
  address: z.string(),
  city: z.string(),
  timeZone: z.string(),
  areaCm2: areaCm2.meta({
    description: "The building's own figure for living and other premises; 0 when unknown.",
  }),
  regime: z.string().meta({
    description: 'By which body of law its meetings are held, as the ids of rules begin.',
    example: 'de',
  }),
});

export const createBuilding = endpoint({
  id: 'people.createBuilding',
  method: 'POST',
  path: '/api/v1/buildings',
  who: 'people.create-building',
  summary: 'Add a building',
  body: z.strictObject({
    address: z.string().trim().min(3).max(300),
    city: z.string().trim().min(1).max(100),
    timeZone: z.string().max(64).default('Europe/Moscow'),
    areaCm2: areaCm2.default(0),
    regime: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,15}$/)
      .default('ru'),
  }),
  reply: building,
  status: 201,
  refusals: { 'unknown-time-zone': 422 },
});

export const getBuilding = endpoint({
  id: 'people.getBuilding',
  method: 'GET',
  path: '/api/v1/buildings/:building',
  who: 'anyone',
  summary: 'The public facts of a building',
  params: inBuilding,
  reply: building.extend({
    premises: z.int(),
    registeredAreaCm2: areaCm2.meta({ description: 'Sum of the premises in the register.' }),
    /** The caller's own roles here; empty for a stranger. */
    myRoles: z.array(z.enum(ROLES)),
  }),
  refusals: { 'not-found': 404 },
});

export const listRoles = endpoint({
  id: 'people.listRoles',
  method: 'GET',
  path: '/api/v1/buildings/:building/roles',
  who: 'people.read-register',
  summary: 'Who holds which role in a building',
  params: inBuilding,
  reply: z.object({ roles: z.array(z.object({ personId: id, name: z.string(), role: z.enum(ROLES) })) }),
  refusals: { 'not-found': 404 },
});

export const grantRole = endpoint({
  id: 'people.grantRole',
  method: 'POST',
  path: '/api/v1/buildings/:building/roles',
  who: 'people.grant-role',
  summary: 'Give a person a role in a building',
  description:
    'The person is found by the contact, or made with the name given. Owners come from the register, never from here.',
  params: inBuilding,
  body: z.strictObject({
    contact,
    name: z.string().trim().min(1).max(200),
    role: z.enum(['chair', 'commission', 'auditor']),
  }),
  reply: z.object({ personId: id }),
  status: 201,
  refusals: { 'not-found': 404, 'invalid-contact': 422 },
});

export const revokeRole = endpoint({
  id: 'people.revokeRole',
  method: 'DELETE',
  path: '/api/v1/buildings/:building/roles/:person/:role',
  who: 'people.grant-role',
  summary: 'Take a role back',
  params: z.object({ building: id, person: id, role: z.enum(['chair', 'commission', 'auditor']) }),
  reply: z.null(),
  status: 204,
  refusals: { 'not-found': 404 },
});

// ---- the owners' register ---------------------------------------------------------------------------------------

/** The columns of a register a file's columns may be mapped to. */
export const REGISTER_FIELDS = [
  'premises',
  'kind',
  'entrance',
  'area',
  'owner',
  'ownerKind',
  'taxNumber',
  'share',
  'document',
  'email',
  'phone',
  'validFrom',
] as const;
const mapping = z
  .partialRecord(z.enum(REGISTER_FIELDS), z.int().min(0).max(59))
  .meta({ description: 'Field of the register -> number of the column in the file, from 0.' });

const finding = z.object({
  severity: z.enum(['error', 'warning', 'note']),
  code: z.string(),
  /** Row of the file as a person counts it (the header is row 1), where one is meant. */
  row: z.int().optional(),
  column: z.string().optional(),
  premises: z.string().optional(),
  message: z
    .string()
    .meta({ description: 'In the language of the reader: what was found and what was expected.' }),
});

const importReport = z.object({
  id,
  fileName: z.string(),
  state: z.enum(['uploaded', 'checked', 'applied']),
  header: z.array(z.string()),
  preview: z.array(z.array(z.string())).meta({ description: 'The first rows as they stand in the file.' }),
  rows: z.int(),
  mapping,
  /** Null until a mapping was checked. */
  reconciliation: z
    .object({
      errors: z.int(),
      warnings: z.int(),
      findings: z.array(finding).meta({ description: 'At most 500; the counts are of all.' }),
      premises: z.int(),
      titles: z.int(),
      persons: z.int(),
      unknownOwners: z.int(),
      byKind: z.array(z.object({ kind: z.string(), premises: z.int(), areaCm2 })),
      byOwner: z.array(
        z.object({
          kind: z.enum(['natural', 'legal', 'public', 'unknown']),
          titles: z.int(),
          area: fraction,
        }),
      ),
      areaCm2,
      buildingAreaCm2: areaCm2,
    })
    .nullable(),
});
const inImport = z.object({ building: id, import: id });

export const uploadRegister = endpoint({
  id: 'people.uploadRegister',
  method: 'POST',
  path: '/api/v1/buildings/:building/register/imports',
  who: 'people.import-register',
  summary: 'Upload an owners’ register as CSV or XLSX',
  description: 'Nothing is changed yet: the answer guesses what each column means and shows the first rows.',
  params: inBuilding,
  query: z.strictObject({ fileName: z.string().min(1).max(200), lang: z.enum(LOCALES).optional() }),
  body: {
    binary: [
      'text/csv',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'application/octet-stream',
    ],
    maxBytes: 5 * 1024 * 1024,
  },
  reply: importReport,
  status: 201,
  refusals: { 'unreadable-file': 422, 'too-many-rows': 422 },
});

export const getRegisterImport = endpoint({
  id: 'people.getRegisterImport',
  method: 'GET',
  path: '/api/v1/buildings/:building/register/imports/:import',
  who: 'people.import-register',
  summary: 'An uploaded register with its report',
  params: inImport,
  reply: importReport,
  refusals: { 'not-found': 404 },
});

export const checkRegister = endpoint({
  id: 'people.checkRegister',
  method: 'PUT',
  path: '/api/v1/buildings/:building/register/imports/:import/mapping',
  who: 'people.import-register',
  summary: 'Say what the columns mean and get the reconciliation report',
  params: inImport,
  body: z.strictObject({ mapping }),
  reply: importReport,
  refusals: { 'not-found': 404, 'import-applied': 409, 'mapping-incomplete': 422 },
});

export const applyRegister = endpoint({
  id: 'people.applyRegister',
  method: 'POST',
  path: '/api/v1/buildings/:building/register/imports/:import/apply',
  who: 'people.import-register',
  summary: 'Take a checked register into use: all of it or nothing',
  params: inImport,
  reply: importReport,
  refusals: { 'not-found': 404, 'import-applied': 409, 'import-has-errors': 409, 'import-not-checked': 409 },
});

export const readRegister = endpoint({
  id: 'people.readRegister',
  method: 'GET',
  path: '/api/v1/buildings/:building/register',
  who: 'people.read-register',
  summary: 'The owners’ register, page by page',
  params: inBuilding,
  query: z.strictObject({
    after: z.string().max(64).optional().meta({ description: 'The `next` of the page before.' }),
    search: z.string().max(100).optional(),
    lang: z.enum(LOCALES).optional(),
  }),
  reply: z.object({
    premises: z.array(
      z.object({
        id,
        number: z.string(),
        kind: z.string(),
        entrance: z.string(),
        areaCm2,
        titles: z.array(
          z.object({
            /** Null: the owner is unknown; the share stays in the base. */
            owner: z
              .object({
                id,
                name: z.string(),
                kind: z.enum(['natural', 'legal', 'public']),
                reachable: z.boolean(),
              })
              .nullable(),
            share: fraction,
            document: z.string(),
            validFrom: z.string().nullable(),
            freeze: z.enum(['death', 'objection', 'dispute']).nullable(),
            jointly: z
              .boolean()
              .meta({ description: 'Held undivided by several, of whom the owner is one.' }),
            room: z.string().meta({ description: 'A room of a communal flat; empty otherwise.' }),
          }),
        ),
      }),
    ),
    next: z.string().nullable(),
    total: z.int(),
  }),
  refusals: { 'not-found': 404 },
});

export const getRegisterTemplate = endpoint({
  id: 'people.getRegisterTemplate',
  method: 'GET',
  path: '/api/v1/register/template',
  who: 'anyone',
  summary: 'A register to fill in, as CSV with a few invented rows',
  query: z.strictObject({ lang: z.enum(LOCALES).optional() }),
  reply: { file: 'text/csv; charset=utf-8' },
  refusals: {},
});

// ---- the city's registry of houses ------------------------------------------------------------------------------------

const registryReport = z.object({
  id,
  fileName: z.string(),
  rows: z.int(),
  imported: z.int(),
  leftOut: z.array(
    z.object({ reason: z.string(), message: z.string(), count: z.int(), rows: z.array(z.int()) }),
  ),
  cleaned: z.array(
    z.object({
      rule: z.string(),
      message: z.string(),
      count: z.int(),
      examples: z.array(z.object({ from: z.string(), to: z.string() })),
    }),
  ),
  companies: z.object({ spellings: z.int(), folded: z.int() }),
  filled: z
    .array(z.object({ field: z.string(), count: z.int() }))
    .meta({ description: 'How many houses have each field.' }),
});

export const importRegistry = endpoint({
  id: 'people.importRegistry',
  method: 'POST',
  path: '/api/v1/registry/imports',
  who: 'people.import-registry',
  summary: 'Import a city’s list of houses (CSV, may be gzipped)',
  query: z.strictObject({ fileName: z.string().min(1).max(200), lang: z.enum(LOCALES).optional() }),
  body: { binary: ['text/csv', 'application/gzip', 'application/octet-stream'], maxBytes: 20 * 1024 * 1024 },
  reply: registryReport,
  status: 201,
  refusals: { 'unreadable-file': 422, 'too-many-rows': 422 },
});

export const getRegistryImport = endpoint({
  id: 'people.getRegistryImport',
  method: 'GET',
  path: '/api/v1/registry/imports/:import',
  who: 'people.import-registry',
  summary: 'The report of an import of houses',
  params: z.object({ import: z.union([id, z.literal('latest')]) }),
  reply: registryReport,
  refusals: { 'not-found': 404 },
});

export const listHouses = endpoint({
  id: 'people.listHouses',
  method: 'GET',
  path: '/api/v1/registry/houses',
  who: 'anyone',
  summary: 'Houses of the city’s registry, by address',
  query: z.strictObject({
    search: z.string().max(100).optional(),
    after: z.string().max(400).optional(),
    lang: z.enum(LOCALES).optional(),
  }),
  reply: z.object({
    houses: z.array(
      z.object({
        id,
        address: z.string(),
        year: z.int().nullable(),
        levels: z.int().nullable(),
        rooms: z.int().nullable(),
        areaCm2: areaCm2.nullable(),
        company: z.string().nullable(),
        latitude: z.string().nullable(),
        longitude: z.string().nullable(),
      }),
    ),
    next: z.string().nullable(),
    total: z.int(),
  }),
  refusals: {},
});

// ---- demonstration -------------------------------------------------------------------------------------------------------

export const getDemo = endpoint({
  id: 'people.getDemo',
  method: 'GET',
  path: '/api/v1/demo',
  who: 'anyone',
  summary: 'Whether this installation is a demonstration, and whom to sign in as',
  reply: z.object({
    demo: z.boolean(),
    now: instant.meta({ description: 'The present moment by the clock of the installation.' }),
    people: z.array(
      z.object({
        contact: z.string(),
        name: z.string(),
        role: z.enum(['owner', 'co-owner', 'officer', 'chair', 'commission', 'auditor', 'operator']),
        buildingId: id.nullable(),
      }),
    ),
  }),
  refusals: {},
});

export const readOutbox = endpoint({
  id: 'people.readOutbox',
  method: 'GET',
  path: '/api/v1/demo/outbox',
  who: 'anyone',
  summary: 'Every message the demonstration would have sent, newest first',
  query: z.strictObject({
    to: z.string().max(200).optional(),
    before: z.string().max(40).optional(),
    lang: z.enum(LOCALES).optional(),
  }),
  reply: z.object({
    messages: z.array(
      z.object({
        id: z.string(),
        channel: z.enum(['email', 'sms']),
        to: z.string(),
        subject: z.string(),
        text: z.string(),
        createdAt: instant,
        state: z.enum(['queued', 'sent', 'delivered', 'failed', 'bounced']),
      }),
    ),
    next: z.string().nullable(),
  }),
  refusals: { 'not-a-demonstration': 404 },
});

export const moveDemoClock = endpoint({
  id: 'people.moveDemoClock',
  method: 'POST',
  path: '/api/v1/demo/clock',
  who: 'anyone',
  summary: 'Move the clock of the demonstration forward',
  description: 'Only in a demonstration; the clock never goes back.',
  body: z.strictObject({
    advanceSeconds: z
      .int()
      .min(1)
      .max(366 * 86_400),
  }),
  reply: z.object({ now: instant }),
  refusals: { 'not-a-demonstration': 404 },
});
