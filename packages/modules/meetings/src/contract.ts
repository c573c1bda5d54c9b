// What a meeting says over HTTP, from the draft to the bundle that strangers verify.
import { LOCALES } from '@veche/core/locale.ts';
import { endpoint } from '@veche/module-kit/endpoint.ts';
import { z } from 'zod';
import { ACTING_BASES, NOT_ACTING } from './domain/acting-choices.ts';
import { CONVENERS, KINDS, SALE_POLICIES } from './domain/agenda-choices.ts';
import { NEXT_VOTE_KINDS } from './domain/follow-up-kinds.ts';
import { countedItem, decisionRule, fraction } from './rules/shapes.ts';

const uuid = z.uuid();
/** Meeting, voter, item, entitlement and unit ids as the public log writes them. */
const logId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const bytes32 = z
  .string()
  .regex(/^[A-Za-z0-9+/]{43}=$/)
  .meta({ description: '32 bytes, base64.' });
const bytes64 = z
  .string()
  .regex(/^[A-Za-z0-9+/]{86}==$/)
  .meta({ description: '64 bytes, base64.' });
const idem = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({ description: 'SHA-256 of the entry’s bytes, hex.' });
const instant = z.iso.datetime();
const inBuilding = z.object({ building: uuid });
const inMeeting = z.object({ building: uuid, meeting: logId });
const lang = z.strictObject({ lang: z.enum(LOCALES).optional() });

export const MEETING_STATES = ['draft', 'called', 'open', 'closing', 'closed'] as const;
export const FORMS = ['absentee', 'mixed', 'in-person'] as const;
export const CHOICES = ['for', 'against', 'abstain'] as const;
/** `public`: anyone may take the bundle; `members`: people of the building only. */
export const OPENNESS = ['public', 'members'] as const;

// ---- rules ---------------------------------------------------------------------------------------------------------------

export const listRules = endpoint({
  id: 'meetings.listRules',
  method: 'GET',
  path: '/api/v1/rules',
  who: 'anyone',
  summary: 'The decision rules an item may have',
  query: lang.extend({
    building: uuid
      .optional()
      .meta({ description: 'By the law of this building; without it by Russian law.' }),
  }),
  reply: z.object({
    rules: z.array(z.object({ rule: decisionRule, name: z.string(), explanation: z.string() })),
  }),
  refusals: { 'not-found': 404 },
});

// ---- calling -----------------------------------------------------------------------------------------------------------------

const draftItem = z.strictObject({
  text: z.string().trim().min(5).max(2000).meta({ description: 'The wording put to the vote.' }),
  explanation: z.string().trim().max(4000).default(''),
  ruleId: z.string().max(64),
  clause: z.string().max(64).optional().meta({ description: 'The competence, by its id in the library.' }),
  entrance: z.string().max(40).optional().meta({ description: 'For a rule that measures one entrance.' }),
  parties: z.array(uuid).max(50).optional().meta({
    description:
      'Persons of the register whose own matter it is: where the rule says so, they do not vote on it. Never published.',
  }),
});
const gathering = z.object({ at: instant, place: z.string().trim().min(3).max(500) });
const kind = z.enum(KINDS);
const convener = z
  .enum(CONVENERS)
  .meta({ description: '`tenth`: owners holding a tenth of all votes, through the managing company.' });
const sale = z
  .enum(SALE_POLICIES)
  .meta({ description: 'What becomes of the vote of a share that is sold while voting goes on.' });
const draft = z.strictObject({
  title: z.string().trim().min(3).max(200),
  form: z.enum(FORMS).default('absentee'),
  openness: z.enum(OPENNESS).default('public'),
  opensAt: instant
    .nullable()
    .default(null)
    .meta({ description: 'Whole seconds, UTC. Null while undecided.' }),
  closesAt: instant.nullable().default(null),
  kind: kind.optional(),
  convener: convener.optional(),
  sale: sale.optional(),
  gathering: gathering.optional().meta({ description: 'Where and when people come together.' }),
  materialsPlace: z.string().trim().max(500).optional(),
  items: z.array(draftItem).max(60).default([]),
});

const itemView = z.object({
  id: logId,
  number: z.int(),
  text: z.string(),
  explanation: z.string(),
  rule: decisionRule,
  ruleName: z.string(),
  ruleExplanation: z.string(),
  clause: z.string().nullable(),
  /** Where the clause stands in the law; null without one. */
  competence: z.string().nullable(),
  entrance: z.string().nullable(),
  parties: z
    .array(z.object({ id: uuid, name: z.string() }))
    .meta({ description: 'Of a draft, for those who call; empty once the meeting is called.' }),
});

const logged = z.object({ kind: z.string(), index: z.int() });

const turnout = z.object({
  /** Area weights in cm², exact. */
  areaAll: fraction,
  areaParticipants: fraction,
  percent: z
    .string()
    .meta({ description: 'Participants by area, in percent with two decimals, for display.' }),
  headsAll: z.int(),
  headsParticipants: z.int(),
  byEntrance: z.array(z.object({ entrance: z.string(), areaAll: fraction, areaParticipants: fraction })),
  timeline: z
    .array(z.object({ at: instant, areaParticipants: fraction }))
    .meta({ description: 'At most 200 points.' }),
});

const votingEnded = z.boolean().meta({
  description:
    'Whether the announced end has passed, by the installation’s clock; until the close the state stays `open`.',
});

const closingView = z.object({
  size: z.int().meta({ description: 'Ballots below this place of the log count.' }),
  quorumAt: instant.meta({ description: 'When the last witness needed had seen the log, by its own clock.' }),
  witnesses: z.array(z.object({ name: z.string(), at: instant })),
});

const meetingView = z.object({
  id: logId,
  buildingId: uuid,
  address: z.string(),
  city: z.string(),
  timeZone: z.string(),
  title: z.string(),
  form: z.enum(FORMS),
  openness: z.enum(OPENNESS),
  state: z.enum(MEETING_STATES),
  opensAt: instant.nullable(),
  closesAt: instant.nullable(),
  calledAt: instant.nullable(),
  closedAt: instant.nullable(),
  kind: kind.nullable(),
  convener: convener.nullable(),
  sale: sale.nullable(),
  passed: z
    .int()
    .meta({ description: 'How many times a share passed to somebody else while voting went on.' }),
  follows: z
    .object({
      meeting: logId,
      kind: z.enum(NEXT_VOTE_KINDS),
      joined: z
        .boolean()
        .meta({ description: 'Whether the first ballots count on, and only the absent are asked.' }),
    })
    .nullable()
    .meta({ description: 'The vote that this one comes after, by the rule of its items.' }),
  gathering: gathering.nullable(),
  materialsPlace: z.string().nullable(),
  materials: z
    .array(
      z.object({
        id: z.string(),
        item: z.int().nullable(),
        name: z.string(),
        type: z.string(),
        bytes: z.int(),
        sha256: bytes32,
      }),
    )
    .meta({ description: 'Documents to read before the vote; the notice commits to their bytes.' }),
  accepted: z
    .array(z.object({ code: z.string(), item: z.int().nullable(), title: z.string(), reason: z.string() }))
    .meta({
      description:
        'What was found against the meeting before the notice, and why it was called all the same.',
    }),
  standing: z.object({ binding: z.boolean(), why: z.string() }).meta({
    description: 'Whether votes cast here bind the owners, by the law and by who runs this service, and why.',
  }),
  items: z.array(itemView),
  /** Null before the opening. Running results are never shown; turnout is. */
  turnout: turnout.nullable(),
  /** Where the meeting's own milestones stand in the public log. */
  log: z.array(logged),
  /** Voting has ended, and too few witnesses have seen the log since: the closing goes on by itself once they have. */
  awaitsWitnesses: z.boolean(),
  closing: closingView.nullable().meta({
    description: 'The checkpoint that decided what came in time; null where no witnesses are asked.',
  }),
  /** What the caller may do here now. */
  may: z.object({
    edit: z.boolean(),
    vote: z.boolean(),
    close: z.boolean(),
    seeMissing: z.boolean(),
    seeDeliveries: z.boolean(),
    replay: z.boolean(),
    seeClosing: z.boolean(),
    takeBundle: z.boolean(),
  }),
});

export const listMeetings = endpoint({
  id: 'meetings.list',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings',
  who: 'anyone',
  summary: 'Meetings of a building, newest first; drafts only for those who may call',
  params: inBuilding,
  query: lang,
  reply: z.object({
    meetings: z.array(
      z.object({
        id: logId,
        title: z.string(),
        state: z.enum(MEETING_STATES),
        opensAt: instant.nullable(),
        closesAt: instant.nullable(),
        votingEnded,
        items: z.int(),
        percent: z.string().nullable(),
        /** Whether the caller has a ballot in this meeting, and whether it was cast. Null for those without a vote. */
        mine: z.enum(['to-vote', 'voted']).nullable(),
      }),
    ),
  }),
  refusals: { 'not-found': 404 },
});

export const listPublicMeetings = endpoint({
  id: 'meetings.listPublic',
  method: 'GET',
  path: '/api/v1/meetings',
  who: 'anyone',
  summary: 'Called meetings of the installation, newest first',
  query: lang.extend({
    before: z
      .string()
      .regex(/^[0-9]{1,13}-[A-Za-z0-9_-]{1,64}$/)
      .optional()
      .meta({ description: 'From where to go on: what an earlier answer gave as `next`.' }),
  }),
  reply: z.object({
    meetings: z.array(
      z.object({
        id: logId,
        buildingId: uuid,
        address: z.string(),
        timeZone: z.string().meta({ description: 'The building’s, as the notice has it.' }),
        title: z.string(),
        state: z.enum(MEETING_STATES),
        closesAt: instant.nullable(),
        votingEnded,
      }),
    ),
    next: z.string().nullable().meta({ description: 'Where the older ones begin; null: there are none.' }),
  }),
  refusals: {},
});

export const draftMeeting = endpoint({
  id: 'meetings.draft',
  method: 'POST',
  path: '/api/v1/buildings/:building/meetings',
  who: 'meetings.call',
  summary: 'Begin a draft of a meeting',
  params: inBuilding,
  query: lang,
  body: draft,
  maxBytes: 512 * 1024,
  reply: meetingView,
  status: 201,
  refusals: { 'not-found': 404, 'unknown-rule': 422, 'unknown-person': 422 },
});

export const editDraft = endpoint({
  id: 'meetings.editDraft',
  method: 'PUT',
  path: '/api/v1/buildings/:building/meetings/:meeting',
  who: 'meetings.call',
  summary: 'Save a draft; the wizard does so at each step',
  params: inMeeting,
  query: lang,
  body: draft,
  maxBytes: 512 * 1024,
  reply: meetingView,
  refusals: { 'not-found': 404, 'unknown-rule': 422, 'unknown-person': 422, 'already-called': 409 },
});

export const deleteDraft = endpoint({
  id: 'meetings.deleteDraft',
  method: 'DELETE',
  path: '/api/v1/buildings/:building/meetings/:meeting',
  who: 'meetings.call',
  summary: 'Throw a draft away',
  params: inMeeting,
  reply: z.null(),
  status: 204,
  refusals: { 'not-found': 404, 'already-called': 409 },
});

export const callMeeting = endpoint({
  id: 'meetings.call',
  method: 'POST',
  path: '/api/v1/buildings/:building/meetings/:meeting/call',
  who: 'meetings.call',
  summary: 'Call the meeting: pin agenda and rules in the public log and tell every owner',
  description:
    'From here on nothing of the notice can be changed. Voting opens by itself at the announced time.',
  params: inMeeting,
  query: lang,
  body: z.strictObject({
    overrides: z
      .array(
        z.strictObject({
          code: z.string().max(64),
          item: z.int().min(1).max(60).nullable().default(null),
          reason: z.string().trim().min(5).max(1000),
        }),
      )
      .max(200)
      .default([])
      .meta({
        description:
          'For every finding that is a `risk`, why the meeting is called all the same: recorded with your name, and in the notice without it.',
      }),
  }),
  reply: meetingView,
  refusals: {
    'not-found': 404,
    'already-called': 409,
    'no-items': 422,
    'no-dates': 422,
    'opens-in-the-past': 422,
    'closes-before-it-opens': 422,
    'gathering-outside': 422,
    'findings-open': 409,
    'register-empty': 409,
    'unknown-rule': 422,
    'rule-not-held': 422,
    'unknown-entrance': 422,
    'unconfirmed-rule': 409,
  },
});

export const findMeetingPlace = endpoint({
  id: 'meetings.findPlace',
  method: 'GET',
  path: '/api/v1/meetings/:meeting/place',
  who: 'anyone',
  summary: 'In which building a meeting is held, by its id or the first twelve digits of it',
  description: 'Posters and letters have an address that is made of these digits.',
  params: z.object({ meeting: z.string().regex(/^[0-9a-f]{12,24}$/) }),
  query: lang,
  reply: z.object({ building: z.uuid(), meeting: z.string() }),
  refusals: { 'not-found': 404 },
});

export const getMeeting = endpoint({
  id: 'meetings.get',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting',
  who: 'anyone',
  summary: 'A meeting: agenda with rules, dates, turnout, and what the caller may do',
  params: inMeeting,
  query: lang,
  reply: meetingView,
  refusals: { 'not-found': 404 },
});

export const getMissing = endpoint({
  id: 'meetings.getMissing',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/missing',
  who: 'meetings.see-missing',
  summary: 'Whose vote is still missing, by entrance; never how anyone voted',
  params: inMeeting,
  query: lang,
  reply: z.object({
    entrances: z.array(
      z.object({
        entrance: z.string(),
        premises: z.array(
          z.object({
            number: z.string(),
            owner: z.string().nullable(),
            agents: z.array(z.string()).meta({ description: 'Who may vote for the owner too.' }),
            area: fraction,
            reachable: z.boolean().meta({ description: 'The owner or somebody who acts for them.' }),
          }),
        ),
      }),
    ),
  }),
  refusals: { 'not-found': 404, 'not-open': 409 },
});

// ---- voting ------------------------------------------------------------------------------------------------------------------

const actingBasis = z.enum(ACTING_BASES).meta({
  description:
    'On what somebody acts for an owner: `joint` holds the share undivided, the others by law, act or power of attorney.',
});
const notActing = z
  .enum(NOT_ACTING)
  .meta({ description: 'Why somebody may not cast what they have to do with.' });

export const getMyBallot = endpoint({
  id: 'meetings.getMyBallot',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/my-ballot',
  who: 'person',
  summary:
    'What I may vote with, for myself or for an owner I act for, the keys of my devices and the ballots so far',
  params: inMeeting,
  query: lang.extend({
    voter: logId
      .optional()
      .meta({ description: 'For whose votes, of `acting`; without it my own, else of whom I act for.' }),
  }),
  reply: z.object({
    voter: logId.meta({ description: 'Pseudonym of the owner in the public log of this meeting.' }),
    owner: z.object({ name: z.string(), isMe: z.boolean() }),
    acting: z
      .array(
        z.object({
          voter: logId,
          name: z.string(),
          isMe: z.boolean(),
          bases: z.array(actingBasis),
          /** Entitlements that I may cast. */
          castable: z.int(),
          weight: fraction,
          /** Whether all of these have a ballot; null where I may cast none. */
          hasVoted: z.boolean().nullable(),
          barred: z.array(notActing),
        }),
      )
      .meta({ description: 'Everybody for whose votes I have to do in this meeting, myself first.' }),
    entitlements: z.array(
      z.object({
        id: logId,
        premises: z.string(),
        kind: z.string(),
        entrance: z.string(),
        areaCm2: z.int(),
        share: fraction,
        weight: fraction,
        basis: actingBasis.nullable().meta({ description: 'Null: I am the owner.' }),
        joint: z
          .object({ title: uuid, with: z.array(z.string()) })
          .nullable()
          .meta({
            description: 'Held undivided with others: one votes for all, and any of them may object.',
          }),
      }),
    ),
    barred: z
      .array(
        z.object({
          id: logId,
          premises: z.string(),
          kind: z.string(),
          why: notActing,
          objection: z
            .object({ title: uuid, by: z.string().nullable(), isMine: z.boolean() })
            .nullable()
            .meta({
              description: 'Of one of those who hold the share undivided; only they may take it back.',
            }),
        }),
      )
      .meta({ description: 'What I have to do with and may not cast now.' }),
    weight: fraction.meta({ description: 'Of what I may cast.' }),
    weightAll: fraction,
    percent: z.string(),
    devices: z.array(
      z.object({ key: bytes32, label: z.string(), registeredAt: instant, index: z.int().nullable() }),
    ),
    ballots: z.array(
      z.object({
        idem,
        castAt: instant,
        index: z.int().nullable(),
        effective: z.boolean(),
        by: z
          .object({ name: z.string(), basis: actingBasis, isMe: z.boolean() })
          .nullable()
          .meta({ description: 'Who cast it for the owner; null: the owner in person.' }),
        choices: z
          .record(logId, z.enum([...CHOICES, 'spoiled']))
          .nullable()
          .meta({
            description:
              'For the owner, who holds the share with them, and whoever cast it; null for others.',
          }),
      }),
    ),
    logKey: z.string().meta({ description: 'The verifier key of the log (C2SP vkey).' }),
    policy: z
      .string()
      .nullable()
      .meta({ description: 'The witness policy of the log (C2SP tlog-policy); null where it asks none.' }),
  }),
  refusals: { 'not-found': 404, 'not-open': 409, 'not-an-owner': 403, 'not-your-premises': 403 },
});

const receiptReply = z.object({
  idem,
  state: z.enum(['received', 'logged', 'witnessed']).meta({
    description:
      '`received`: safe to ask again; `logged`: in the public log, with its proof; `witnessed`: the proof’s checkpoint is ' +
      'cosigned by a quorum of the witnesses. Without witnesses `logged` is the last.',
  }),
  index: z.int().nullable(),
  proof: z.string().nullable().meta({
    description: 'A C2SP tlog-proof: index, inclusion proof, signed checkpoint with its cosignatures.',
  }),
});

export const registerKey = endpoint({
  id: 'meetings.registerKey',
  method: 'POST',
  path: '/api/v1/buildings/:building/meetings/:meeting/keys',
  who: 'person',
  summary: 'Register the key of a device for this meeting; the owner is told by another channel',
  params: inMeeting,
  body: z.strictObject({
    key: bytes32,
    possession: bytes64,
    label: z.string().trim().min(1).max(100),
    voter: logId.optional().meta({
      description: 'For whose votes: see `acting` of my ballot. Without it my own, else of whom I act for.',
    }),
  }),
  reply: receiptReply,
  refusals: {
    'not-found': 404,
    'not-open': 409,
    'not-an-owner': 403,
    'not-your-premises': 403,
    'may-not-act': 403,
    'wrong-signature': 422,
    'key-taken': 409,
    'too-many-keys': 429,
  },
});

export const castBallot = endpoint({
  id: 'meetings.castBallot',
  method: 'POST',
  path: '/api/v1/buildings/:building/meetings/:meeting/ballots',
  who: 'person',
  summary: 'Cast a ballot, mine or of an owner I act for; the last one before the close counts',
  description: 'The same request sent again gets the same receipt, so a lost connection loses nothing.',
  params: inMeeting,
  body: z.strictObject({
    entry: z
      .string()
      .max(4096)
      .meta({ description: 'The signed entry, canonical JSON: becomes the leaf of the log as it is.' }),
    payload: z
      .string()
      .max(32_768)
      .meta({ description: 'Canonical JSON {meeting, voter, entitlements, choices}.' }),
    salt: bytes32,
  }),
  reply: receiptReply,
  refusals: {
    'not-found': 404,
    'not-open': 409,
    'meeting-closed': 409,
    'not-an-owner': 403,
    'wrong-meeting': 422,
    'not-your-premises': 403,
    'answered-before': 409,
    'may-not-act': 403,
    'wrong-signature': 422,
    'wrong-commitment': 422,
    'unknown-key': 422,
    'unknown-item': 422,
    'malformed-ballot': 422,
    'log-busy': 503,
  },
});

export const getReceipt = endpoint({
  id: 'meetings.getReceipt',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/receipts/:idem',
  who: 'person',
  summary: 'The receipt of an entry I sent',
  params: z.object({ building: uuid, meeting: logId, idem }),
  reply: receiptReply,
  refusals: { 'not-found': 404 },
});

// ---- closing, result, minutes, bundle ----------------------------------------------------------------------------------------

export const closeMeeting = endpoint({
  id: 'meetings.close',
  method: 'POST',
  path: '/api/v1/buildings/:building/meetings/:meeting/close',
  who: 'meetings.close',
  summary: 'Seal the box, count, and publish result and minutes',
  description: 'Not before the announced end of voting.',
  params: inMeeting,
  query: lang,
  reply: meetingView,
  refusals: { 'not-found': 404, 'not-open': 409, 'too-early': 409, 'findings-open': 409 },
});

export const getResult = endpoint({
  id: 'meetings.getResult',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/result',
  who: 'anyone',
  summary: 'The result of a closed meeting with its arithmetic',
  params: inMeeting,
  query: lang,
  reply: z.object({
    meeting: meetingView,
    roll: z.object({ size: z.int(), area: fraction, heads: z.int(), units: z.int() }),
    ballots: z.object({
      logged: z.int(),
      effective: z.int(),
      superseded: z.int(),
      late: z.int().optional().meta({
        description: 'Not under the closing checkpoint, counted for nothing; present where there is one.',
      }),
      carried: z.int().optional().meta({
        description:
          'Of those logged, cast in the vote that this one continues; present where it continues one.',
      }),
    }),
    items: z.array(
      z.object({
        item: logId,
        number: z.int(),
        text: z.string(),
        ruleName: z.string(),
        ruleExplanation: z.string(),
        ...countedItem.shape,
        /** The arithmetic in words, line by line, as it stands in the minutes. */
        arithmetic: z.array(z.string()),
      }),
    ),
  }),
  refusals: { 'not-found': 404, 'not-closed': 409 },
});

export const whichMinutes = z.strictObject({
  lang: z.enum(LOCALES).optional(),
  edition: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ description: 'For people of the building, any; without it the newest that is logged.' }),
});

export const getMinutes = endpoint({
  id: 'meetings.getMinutes',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/minutes.pdf',
  who: 'anyone',
  summary: 'The minutes as PDF, in the language they were drawn up in',
  description: 'Strangers get the first edition, which names nobody.',
  params: inMeeting,
  query: whichMinutes,
  reply: { file: 'application/pdf' },
  refusals: { 'not-found': 404, 'not-closed': 409 },
});

export const getBundle = endpoint({
  id: 'meetings.getBundle',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/bundle',
  who: 'anyone',
  summary: 'The audit bundle: everything a stranger needs to recount the meeting',
  description:
    'JSON Lines, as the ledger’s SPEC says. Where the meeting is open to members only, strangers are refused.',
  params: inMeeting,
  query: lang,
  reply: { file: 'application/jsonl' },
  refusals: { 'not-found': 404, 'not-closed': 409, 'members-only': 403 },
});
