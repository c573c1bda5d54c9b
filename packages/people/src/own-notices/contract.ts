// Notices in one's own pages, and which messages one wants, over HTTP.
import { LOCALES } from '@veche/core/locale.ts';
import { endpoint } from '@veche/module-kit/endpoint.ts';
import { z } from 'zod';

const instant = z.iso.datetime();
const messageId = z.string().regex(/^[0-9]{1,18}$/);

export const listMyNotices = endpoint({
  id: 'people.listMyNotices',
  method: 'GET',
  path: '/api/v1/me/notices',
  who: 'person',
  summary: 'What I was told, newest first',
  query: z.strictObject({ before: messageId.optional(), lang: z.enum(LOCALES).optional() }),
  reply: z.object({
    notices: z.array(
      z.object({
        id: messageId,
        subject: z.string(),
        text: z.string(),
        createdAt: instant,
        readAt: instant.nullable(),
      }),
    ),
    unread: z.int(),
    next: z.string().nullable(),
    reminders: z.boolean().meta({ description: 'Whether I want reminders that the law does not demand.' }),
  }),
  refusals: {},
});

export const markNoticesRead = endpoint({
  id: 'people.markNoticesRead',
  method: 'POST',
  path: '/api/v1/me/notices/read',
  who: 'person',
  summary: 'Say that I have read these notices; kept as a proof that I was told',
  body: z.strictObject({ ids: z.array(messageId).min(1).max(100) }),
  reply: z.null(),
  status: 204,
  refusals: {},
});

export const setMyReminders = endpoint({
  id: 'people.setMyReminders',
  method: 'PUT',
  path: '/api/v1/me/reminders',
  who: 'person',
  summary: 'Say whether I want reminders; notices that the law demands come in any case',
  body: z.strictObject({ reminders: z.boolean() }),
  reply: z.null(),
  status: 204,
  refusals: {},
});

export const stopReminders = endpoint({
  id: 'people.stopReminders',
  method: 'POST',
  path: '/api/v1/stop/:token',
  who: 'anyone',
  summary: 'End reminders, or have them again, by the link in a message',
  params: z.object({ token: z.string().regex(/^[A-Za-z0-9_-]{32}$/) }),
  body: z.strictObject({ reminders: z.boolean() }),
  reply: z.null(),
  status: 204,
  refusals: { 'not-found': 404 },
});
