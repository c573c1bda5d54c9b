// What a person finds in their own pages: notices with whether they were read, and which messages they want.
import type { RandomBytes } from '@veche/core/random.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import { eq, sql } from 'drizzle-orm';
import { messageChoices } from './schema.ts';

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
