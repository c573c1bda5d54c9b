// What becomes of one's own vote, over HTTP: taken away on an item, left to another, or cut, and on what ground.
import { LOCALES } from '@veche/core/locale.ts';
import { endpoint } from '@veche/module-kit/endpoint.ts';
import { z } from 'zod';
import { RESTRICTIONS } from '../domain/restriction-reasons.ts';

const logId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const exactArea = z.string().meta({ description: 'cm² as an exact fraction.', example: '543000/7' });

export const getMyRestrictions = endpoint({
  id: 'meetings.getMyRestrictions',
  method: 'GET',
  path: '/api/v1/buildings/:building/meetings/:meeting/my-restrictions',
  who: 'meetings.vote',
  summary: 'On which items my vote is taken away or cut, why, and by which paper',
  description:
    'Before the opening as the register stands now; from then on as the roll has it. Empty where no rule of the agenda asks about people, and for whoever holds nothing.',
  params: z.object({ building: z.uuid(), meeting: logId }),
  query: z.strictObject({
    voter: logId.optional().meta({
      description:
        'Of somebody whom I act for in this meeting; without it of myself, or of the first whom I act for.',
    }),
    lang: z.enum(LOCALES).optional(),
  }),
  reply: z.object({
    asOf: z.enum(['register', 'roll']),
    restrictions: z.array(
      z.object({
        item: logId,
        why: z.enum(RESTRICTIONS),
        text: z.string().meta({ description: 'What it means and what to do, in words.' }),
        basis: z
          .string()
          .nullable()
          .meta({ description: 'The paper it rests on; null where there is none.' }),
        premises: z.array(z.string()).meta({ description: 'Numbers of the premises that it is about.' }),
        leavesNothing: z.boolean().meta({ description: 'Nothing is left to vote with on this item.' }),
        area: z.object({ before: exactArea, after: exactArea }),
      }),
    ),
  }),
  refusals: { 'not-found': 404 },
});
