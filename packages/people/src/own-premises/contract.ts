// What an owner is told over HTTP of the history of their own premises. Nobody else's name or paper is in it.
import { LOCALES } from '@veche/core/locale.ts';
import { endpoint } from '@veche/module-kit/endpoint.ts';
import { z } from 'zod';
import { DOCUMENT_KINDS } from '../register/title-document.ts';
import { EVENT_KINDS } from '../register/title-event.ts';
import { FREEZES } from '../register/titles.ts';

const paper = z.object({
  kind: z.enum(DOCUMENT_KINDS).nullable(),
  number: z.string(),
  date: z.string().nullable(),
});
const day = z.string().nullable();

export const getOwnPremises = endpoint({
  id: 'people.getOwnPremises',
  method: 'GET',
  path: '/api/v1/me/buildings/:building/premises/:premises',
  who: 'person',
  summary: 'The history of a premises that I hold or held a part of',
  description: 'My own titles with their papers; those of others as shares, without a name.',
  params: z.object({ building: z.uuid(), premises: z.uuid() }),
  query: z.strictObject({ lang: z.enum(LOCALES).optional() }),
  reply: z.object({
    address: z.string(),
    number: z.string(),
    kind: z.string(),
    entrance: z.string(),
    areaCm2: z.int(),
    timeZone: z.string(),
    today: z.string().meta({ description: 'By the calendar of the building.' }),
    /** As is known now, the eldest first. */
    titles: z.array(
      z.object({
        id: z.uuid(),
        isMine: z.boolean(),
        isKnown: z.boolean().meta({ description: 'Whether the register knows the owner.' }),
        isJoint: z.boolean().meta({ description: 'Whether it is held undivided with somebody.' }),
        share: z.string().meta({ description: 'An exact fraction in lowest terms.', example: '1/3' }),
        room: z.string(),
        heldFrom: day,
        heldTo: day.meta({ description: 'The first day on which it is no longer held.' }),
        freeze: z.enum(FREEZES).nullable().meta({ description: 'Told of my own titles alone.' }),
        arrested: z.boolean().meta({ description: 'Told of my own titles alone.' }),
        document: paper.extend({ text: z.string() }).nullable().meta({ description: 'Null: not mine.' }),
      }),
    ),
    /** What happened to my own titles, the newest first. */
    events: z.array(
      z.object({
        id: z.uuid(),
        kind: z.enum(EVENT_KINDS),
        day,
        document: paper,
        recordedAt: z.iso.datetime(),
      }),
    ),
  }),
  refusals: { 'not-found': 404 },
});
