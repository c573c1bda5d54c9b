// The endpoints of one's own notices.
import { refuse } from '@veche/core/refusal.ts';
import type { House } from '@veche/module-kit/module.ts';
import { route, type Route } from '@veche/module-kit/route.ts';
import {
  countUnread,
  findReminders,
  listInbox,
  markRead,
  putReminders,
  putRemindersByToken,
} from '../message-inbox.ts';
import * as contract from './contract.ts';

const NOTICES_PER_PAGE = 30;

export function ownNoticeRoutes({ db, random }: House): readonly Route[] {
  return [
    route(contract.listMyNotices, async ({ caller, query }) => {
      const before = query.before === undefined ? undefined : BigInt(query.before);
      const [found, unread, reminders] = await Promise.all([
        listInbox(db, caller.personId, { before, limit: NOTICES_PER_PAGE + 1 }),
        countUnread(db, caller.personId),
        findReminders(db, caller.personId),
      ]);
      const page = found.slice(0, NOTICES_PER_PAGE);
      return {
        notices: page.map(({ createdAt, readAt, ...notice }) => ({
          ...notice,
          createdAt: createdAt.toISOString(),
          readAt: readAt?.toISOString() ?? null,
        })),
        unread,
        next: found.length > page.length ? page.at(-1)!.id : null,
        reminders,
      };
    }),
    route(contract.markNoticesRead, async ({ caller, body, now }) => {
      await markRead(db, caller.personId, body.ids, now);
      return null;
    }),
    route(contract.setMyReminders, async ({ caller, body }) => {
      await putReminders(db, caller.personId, body.reminders, random);
      return null;
    }),
    route(contract.stopReminders, async ({ params, body }) =>
      (await putRemindersByToken(db, params.token, body.reminders)) ? null : refuse('not-found'),
    ),
  ];
}
