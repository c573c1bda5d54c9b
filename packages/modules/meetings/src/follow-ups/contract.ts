// What follows a closed meeting, over HTTP: what its rules grant next and how far that is, and the chair's casting vote.
import { LOCALES } from '@veche/core/locale.ts';
import { endpoint } from '@veche/module-kit/endpoint.ts';
import { z } from 'zod';
import { FOLLOW_UP_KINDS, FOLLOW_UP_STATES, NEXT_VOTE_KINDS } from '../domain/follow-up-kinds.ts';

const logId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const inMeeting = z.object({ building: z.uuid(), meeting: logId });
const lang = z.strictObject({ lang: z.enum(LOCALES).optional() });
const instant = z.iso.datetime();
const choice = z.enum(['for', 'against']);

const after = z.object({
  closedAt: instant,
  follows: z
    .object({ meeting: logId, kind: z.enum(NEXT_VOTE_KINDS) })
    .nullable()
    .meta({ description: 'The vote that this one came after; null where a person called it.' }),
  next: z
    .array(
      z.object({
        kind: z.enum(FOLLOW_UP_KINDS),
        state: z.enum(FOLLOW_UP_STATES),
        items: z.array(
          z.object({
            id: logId,
            number: z.int(),
            text: z.string(),
            castingVote: choice.nullable().meta({ description: 'How the chair decided the tie.' }),
          }),
        ),
        from: instant.meta({ description: 'When it may begin.' }),
        until: instant.nullable().meta({ description: 'The last moment; null where nothing sets one.' }),
        vote: z
          .object({ meeting: logId, state: z.string(), opensAt: instant, closesAt: instant })
          .nullable()
          .meta({ description: 'The next vote, once it is called.' }),
      }),
    )
    .meta({ description: 'In the order of the agenda. Empty where everything is decided.' }),
  may: z.object({
    decideTies: z.boolean(),
  }),
});

export const getAfter = endpoint({
  id: 'meetings.getAfter',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/after',
  who: 'anyone',
  summary: 'What follows a closed meeting: further votes, the chair’s vote, a court, and by when',
  params: inMeeting,
  query: lang,
  reply: after,
  refusals: { 'not-found': 404, 'not-closed': 409 },
});

export const decideTie = endpoint({
  id: 'meetings.decideTie',
  method: 'POST',
  path: '/api/v1/buildings/:building/meetings/:meeting/items/:item/casting-vote',
  who: 'meetings.decide-ties',
  summary: 'Cast the chair’s vote on an item whose votes are equal',
  description:
    'Only where the rule of the item leaves it to the chair; once, and within three days of the close.',
  params: inMeeting.extend({ item: logId }),
  query: lang,
  body: z.strictObject({ choice }),
  reply: after,
  refusals: {
    'not-found': 404,
    'not-closed': 409,
    'no-tie': 409,
    'tie-decided': 409,
    'tie-term-over': 409,
  },
});
