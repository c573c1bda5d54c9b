// The outbox in SQL: messages are queued in the transaction of the act they tell of and delivered afterwards.
import type { Locale } from '@veche/core/locale.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { buildings, messages, persons } from './schema.ts';

export type NewMessage = {
  readonly channel: 'email' | 'sms';
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
  readonly template: string;
  readonly personId: string | null;
  readonly buildingId: string | null;
  /** The text holds a code: it is wiped once the message is sent or given up. */
  readonly secret?: boolean;
};

/** Queues messages; one statement for any number of them. */
export async function insertMessages(tx: Tx, queued: readonly NewMessage[], now: Date): Promise<void> {
  if (queued.length === 0) return;
  const rows = queued.map((message) => ({
    channel: message.channel,
    recipient: message.recipient,
    subject: message.subject,
    text: message.text,
    template: message.template,
    person_id: message.personId,
    building_id: message.buildingId,
    secret: message.secret ?? false,
  }));
  await tx.execute(sql`
    insert into people.messages
      (channel, recipient, subject, text, template, person_id, building_id, secret, state, created_at, next_attempt_at)
    select channel, recipient, subject, text, template, person_id, building_id, secret, 'queued',
      ${now.toISOString()}::timestamptz, ${now.toISOString()}::timestamptz
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as given(
      channel text, recipient text, subject text, text text, template text, person_id uuid, building_id uuid, secret boolean)`);
}

export type Reachable = {
  readonly id: string;
  readonly name: string;
  readonly locale: Locale;
  readonly email: string | null;
  readonly phone: string | null;
};

/** The people with these ids, with what a message to them needs. */
export const findReachable = (tx: Tx, ids: readonly string[]): Promise<Reachable[]> =>
  tx
    .select({
      id: persons.id,
      name: persons.name,
      locale: persons.locale,
      email: persons.email,
      phone: persons.phone,
    })
    .from(persons)
    .where(sql`${persons.id} = any(${sql.param([...new Set(ids)])}::uuid[])`);

/** Addresses by building. */
export async function findAddresses(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select({ id: buildings.id, address: buildings.address })
    .from(buildings)
    .where(inArray(buildings.id, [...new Set(ids)]));
  return new Map(rows.map(({ id, address }) => [id, address]));
}

export type ClaimedMessage = {
  readonly id: string;
  readonly channel: 'email' | 'sms';
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
  readonly secret: boolean;
  /** This try included. */
  readonly attempts: number;
};

/**
 * Takes queued messages that are due, oldest first, and puts their next try off by `leaseSeconds`: a process that dies
 * while it delivers loses nothing, and its messages are tried again after the lease. Two processes never take one.
 */
export async function claimMessages(
  tx: Tx,
  channels: readonly ('email' | 'sms')[],
  now: Date,
  leaseSeconds: number,
  limit: number,
): Promise<ClaimedMessage[]> {
  const rows = await tx.execute<{
    id: string;
    channel: 'email' | 'sms';
    recipient: string;
    subject: string;
    text: string;
    secret: boolean;
    attempts: number;
  }>(sql`
    update people.messages m
    set attempts = attempts + 1, next_attempt_at = ${new Date(now.getTime() + leaseSeconds * 1000).toISOString()}::timestamptz
    where id in (
      select id from people.messages
      where state = 'queued' and next_attempt_at <= ${now.toISOString()}::timestamptz
        and channel = any(${sql.param([...channels])}::text[])
      order by next_attempt_at, id limit ${limit} for update skip locked)
    returning m.id::text, channel, recipient, subject, text, secret, attempts`);
  return [...rows].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
}

/** Notes that carriers took these messages. A secret text is wiped unless `keepSecrets`, as a demonstration wants. */
export async function markSent(
  tx: Tx,
  ids: readonly string[],
  now: Date,
  keepSecrets: boolean,
): Promise<void> {
  if (ids.length === 0) return;
  await tx.execute(sql`
    update people.messages
    set state = 'sent', sent_at = ${now.toISOString()}::timestamptz, error_code = null,
      text = case when secret and not ${keepSecrets}::boolean then '' else text end
    where id = any(${sql.param([...ids])}::bigint[])`);
}

/** Notes why a try failed; with no next try the message is given up. */
export async function markFailed(
  tx: Tx,
  id: string,
  errorCode: string,
  nextAttemptAt: Date | null,
): Promise<void> {
  await tx
    .update(messages)
    .set(
      nextAttemptAt
        ? { errorCode, nextAttemptAt }
        : {
            errorCode,
            state: 'failed',
            text: sql`case when ${messages.secret} then '' else ${messages.text} end`,
          },
    )
    .where(eq(messages.id, BigInt(id)));
}

/** Messages of the outbox, newest first, those before the id `before`; at most `limit`. */
export const listMessages = (
  tx: Tx,
  filter: { recipient?: string | undefined; before?: bigint | undefined; limit: number },
) =>
  tx
    .select()
    .from(messages)
    .where(
      and(
        filter.recipient === undefined ? undefined : eq(messages.recipient, filter.recipient),
        filter.before === undefined ? undefined : lt(messages.id, filter.before),
      ),
    )
    .orderBy(desc(messages.id))
    .limit(filter.limit);
