// What a person finds in their own pages: notices with whether they were read, and which messages they want.
import type { RandomBytes } from '@veche/core/random.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm';
import { messageChoices, messages } from './schema.ts';

export type InboxNotice = {
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly createdAt: Date;
  readonly readAt: Date | null;
};

const isMine = (personId: string) => and(eq(messages.channel, 'app'), eq(messages.personId, personId));

/** A person's notices, newest first, those before the id `before`; at most `limit`. */
export const listInbox = (
  tx: Tx,
  personId: string,
  { before, limit }: { before?: bigint | undefined; limit: number },
): Promise<InboxNotice[]> =>
  tx
    .select({
      id: sql<string>`${messages.id}::text`,
      subject: messages.subject,
      text: messages.text,
      createdAt: messages.createdAt,
      readAt: messages.readAt,
    })
    .from(messages)
    .where(and(isMine(personId), before === undefined ? undefined : lt(messages.id, before)))
    .orderBy(desc(messages.id))
    .limit(limit);

export const countUnread = (tx: Tx, personId: string): Promise<number> =>
  tx.$count(messages, and(isMine(personId), isNull(messages.readAt)));

/** Notes that the person has seen these of their notices, the first time only. */
export async function markRead(tx: Tx, personId: string, ids: readonly string[], now: Date): Promise<void> {
  await tx.execute(sql`
    with seen as (
      update people.messages set read_at = ${now.toISOString()}::timestamptz
      where channel = 'app' and person_id = ${personId}::uuid and read_at is null
        and id = any(${sql.param([...ids])}::bigint[])
      returning id)
    insert into people.message_events (message_id, kind, at)
    select id, 'read', ${now.toISOString()}::timestamptz from seen`);
}

/** Whether the person wants messages that the law does not demand. */
export async function findReminders(tx: Tx, personId: string): Promise<boolean> {
  const [row] = await tx
    .select({ reminders: messageChoices.reminders })
    .from(messageChoices)
    .where(eq(messageChoices.personId, personId));
  return row?.reminders ?? true;
}

export async function putReminders(
  tx: Tx,
  personId: string,
  reminders: boolean,
  random: RandomBytes,
): Promise<void> {
  await tx
    .insert(messageChoices)
    .values({ personId, reminders, token: makeToken(random) })
    .onConflictDoUpdate({ target: messageChoices.personId, set: { reminders } });
}

/** Ends or resumes reminders by the link of a message. False when nobody has this token. */
export async function putRemindersByToken(tx: Tx, token: string, reminders: boolean): Promise<boolean> {
  const rows = await tx
    .update(messageChoices)
    .set({ reminders })
    .where(eq(messageChoices.token, token))
    .returning({ personId: messageChoices.personId });
  return rows.length > 0;
}

/** The token of each person's stop links; made where there is none yet. */
export async function ensureStopTokens(
  tx: Tx,
  personIds: readonly string[],
  random: RandomBytes,
): Promise<Map<string, string>> {
  if (personIds.length === 0) return new Map();
  const people = [...new Set(personIds)];
  await tx
    .insert(messageChoices)
    .values(people.map((personId) => ({ personId, token: makeToken(random) })))
    .onConflictDoNothing();
  const rows = await tx
    .select({ personId: messageChoices.personId, token: messageChoices.token })
    .from(messageChoices)
    .where(sql`${messageChoices.personId} = any(${sql.param(people)}::uuid[])`);
  return new Map(rows.map(({ personId, token }) => [personId, token]));
}

/** 24 random bytes, base64url. */
const makeToken = (random: RandomBytes): string => Buffer.from(random(24)).toString('base64url');
