// The outbox in SQL: messages are queued in the transaction of the act they tell of and delivered afterwards.
// What became of each is kept beside it as events that are only ever added.
import { createHash } from 'node:crypto';
import type { Locale } from '@veche/core/locale.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import type { QueueVitals } from '@veche/module-kit/vitals.ts';
import { and, desc, eq, inArray, lt, ne, sql } from 'drizzle-orm';
import { buildings, messageChoices, messages, persons } from './schema.ts';

export type Channel = 'email' | 'sms' | 'app';

export type NewMessage = {
  readonly channel: Channel;
  /** Empty in the person's own pages. */
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
  readonly template: string;
  readonly personId: string | null;
  readonly buildingId: string | null;
  /** The text holds a code: it is wiped once the message is sent or given up. */
  readonly secret?: boolean;
  readonly about?: string | null;
  /** A second message with the same key is not queued. */
  readonly onceKey?: string | null;
  /** Quiet hours hold it. */
  readonly mayWait?: boolean;
  /** Not tried before; at once unless given. */
  readonly notBefore?: Date | null;
};

/** What a proof of delivery says was sent: SHA-256 over the JSON array of channel, recipient, subject and text, in hex. */
export const hashContent = ({ channel, recipient, subject, text }: NewMessage): string =>
  createHash('sha256')
    .update(JSON.stringify([channel, recipient, subject, text]))
    .digest('hex');

/** A statement for all owners of a very large building would run into the time that one is given. */
const MESSAGES_AT_ONCE = 5_000;

/**
 * Queues messages, any number of them in a few statements. Nothing but a code goes to an address that is known to be dead:
 * such a message is kept as given up, so that the proof shows why.
 */
export async function insertMessages(tx: Tx, queued: readonly NewMessage[], now: Date): Promise<void> {
  for (let from = 0; from < queued.length; from += MESSAGES_AT_ONCE)
    await insertPart(tx, queued.slice(from, from + MESSAGES_AT_ONCE), now);
}

async function insertPart(tx: Tx, queued: readonly NewMessage[], now: Date): Promise<void> {
  const rows = queued.map((message, place) => ({
    place,
    channel: message.channel,
    recipient: message.recipient,
    subject: message.subject,
    text: message.text,
    template: message.template,
    person_id: message.personId,
    building_id: message.buildingId,
    secret: message.secret ?? false,
    about: message.about ?? null,
    once_key: message.onceKey ?? null,
    may_wait: message.mayWait ?? false,
    content_hash: message.secret ? '' : hashContent(message),
    not_before: message.notBefore?.toISOString() ?? null,
  }));
  const at = sql`${now.toISOString()}::timestamptz`;
  await tx.execute(sql`
    with given as (
      select given.*, dead.code is not null and not secret as is_dead
      from json_to_recordset(${JSON.stringify(rows)}::text::json) as given(
        place int, channel text, recipient text, subject text, text text, template text, person_id uuid, building_id uuid,
        secret boolean, about text, once_key text, may_wait boolean, content_hash text, not_before timestamptz)
      left join people.dead_contacts dead on dead.channel = given.channel and dead.address = given.recipient),
    kept as (
      insert into people.messages
        (channel, recipient, subject, text, template, person_id, building_id, secret, about, once_key, may_wait,
         content_hash, state, error_code, created_at, next_attempt_at, sent_at)
      select channel, recipient, subject, text, template, person_id, building_id, secret, about, once_key, may_wait,
        content_hash,
        case when channel = 'app' then 'sent' when is_dead then 'failed' else 'queued' end,
        case when is_dead then 'dead-contact' end,
        ${at}, coalesce(not_before, ${at}), case when channel = 'app' then ${at} end
      from given order by place
      on conflict (once_key) do nothing
      returning id, state, next_attempt_at)
    insert into people.message_events (message_id, kind, at, code)
    select id, case state when 'failed' then 'given-up' else 'held' end, ${at},
      case state when 'failed' then 'dead-contact' end
    from kept where state = 'failed' or (state = 'queued' and next_attempt_at > ${at})`);
}

export type Reachable = {
  readonly id: string;
  readonly name: string;
  readonly locale: Locale;
  readonly email: string | null;
  readonly phone: string | null;
  /** Whether messages that the law does not demand are wanted. */
  readonly reminders: boolean;
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
      reminders: sql<boolean>`coalesce(${messageChoices.reminders}, true)`,
    })
    .from(persons)
    .leftJoin(messageChoices, eq(messageChoices.personId, persons.id))
    .where(sql`${persons.id} = any(${sql.param([...new Set(ids)])}::uuid[])`);

/** Addresses and time zones by building. */
export async function findPlaces(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, { readonly address: string; readonly timeZone: string }>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select({ id: buildings.id, address: buildings.address, timeZone: buildings.timeZone })
    .from(buildings)
    .where(inArray(buildings.id, [...new Set(ids)]));
  return new Map(rows.map(({ id, ...place }) => [id, place]));
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
  /** The zone whose quiet hours hold it; null when none do. */
  readonly quietZone: string | null;
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
    quietZone: string | null;
  }>(sql`
    update people.messages m
    set attempts = attempts + 1, next_attempt_at = ${new Date(now.getTime() + leaseSeconds * 1000).toISOString()}::timestamptz
    where id in (
      select id from people.messages
      where state = 'queued' and next_attempt_at <= ${now.toISOString()}::timestamptz
        and channel = any(${sql.param([...channels])}::text[])
      order by next_attempt_at, id limit ${limit} for update skip locked)
    returning m.id::text, channel, recipient, subject, text, secret, attempts,
      case when may_wait and channel = 'sms'
        then (select time_zone from people.buildings b where b.id = m.building_id) end as "quietZone"`);
  return [...rows].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
}

/** Puts a claimed message off until the quiet hours end; the try does not count. */
export async function holdMessage(tx: Tx, id: string, until: Date, now: Date): Promise<void> {
  await tx.execute(sql`
    with held as (
      update people.messages set attempts = attempts - 1, next_attempt_at = ${until.toISOString()}::timestamptz
      where id = ${id}::bigint and state = 'queued' returning id)
    insert into people.message_events (message_id, kind, at)
    select id, 'held', ${now.toISOString()}::timestamptz from held`);
}

export type TakenMessage = { readonly id: string; readonly reference: string | null };

/** Notes that carriers took these messages; what a quick carrier has reported of one already stays. A secret text is wiped unless `keepSecrets`, as a demonstration wants. */
export async function markSent(
  tx: Tx,
  taken: readonly TakenMessage[],
  now: Date,
  keepSecrets: boolean,
): Promise<void> {
  if (taken.length === 0) return;
  await tx.execute(sql`
    with taken as (
      update people.messages m
      set state = case state when 'queued' then 'sent' else state end, sent_at = ${now.toISOString()}::timestamptz,
        error_code = case state when 'queued' then null else error_code end, reference = given.reference,
        text = case when secret and not ${keepSecrets}::boolean then '' else text end
      from json_to_recordset(${JSON.stringify(taken)}::text::json) as given(id bigint, reference text)
      where m.id = given.id and m.sent_at is null returning m.id)
    insert into people.message_events (message_id, kind, at)
    select id, 'sent', ${now.toISOString()}::timestamptz from taken`);
}

/** Notes why a try failed; with no next try the message is given up. */
export async function markFailed(
  tx: Tx,
  id: string,
  errorCode: string,
  nextAttemptAt: Date | null,
  now: Date,
): Promise<void> {
  await tx.execute(sql`
    with failed as (
      update people.messages
      set error_code = ${errorCode}::text,
        state = case when ${nextAttemptAt === null}::boolean then 'failed' else state end,
        text = case when secret and ${nextAttemptAt === null}::boolean then '' else text end,
        next_attempt_at = coalesce(${nextAttemptAt?.toISOString() ?? null}::timestamptz, next_attempt_at)
      where id = ${id}::bigint and state = 'queued' returning id)
    insert into people.message_events (message_id, kind, at, code)
    select id, ${nextAttemptAt === null ? 'given-up' : 'refused'}::text, ${now.toISOString()}::timestamptz, ${errorCode}::text
    from failed`);
}

/** Messages of the outbox, newest first, those before the id `before`; at most `limit`. What lies in people's own pages is not in it. */
export const listMessages = (
  tx: Tx,
  filter: { recipient?: string | undefined; before?: bigint | undefined; limit: number },
) =>
  tx
    .select({
      id: messages.id,
      channel: sql<'email' | 'sms'>`${messages.channel}`,
      recipient: messages.recipient,
      subject: messages.subject,
      text: messages.text,
      createdAt: messages.createdAt,
      state: messages.state,
    })
    .from(messages)
    .where(
      and(
        ne(messages.channel, 'app'),
        filter.recipient === undefined ? undefined : eq(messages.recipient, filter.recipient),
        filter.before === undefined ? undefined : lt(messages.id, filter.before),
      ),
    )
    .orderBy(desc(messages.id))
    .limit(filter.limit);

const DAY_MS = 86_400_000;

/** How the outbox does, by channel: for operators and alarms. No address is in it. */
export async function readOutboxFigures(tx: Tx, now: Date): Promise<QueueVitals[]> {
  const rows = await tx.execute<{ channel: string; waiting: number; failed: number; oldest: number }>(sql`
    select channel, count(*) filter (where state = 'queued')::int as waiting,
      count(*) filter (where state = 'failed')::int as failed,
      coalesce(extract(epoch from ${now.toISOString()}::timestamptz
        - min(next_attempt_at) filter (where state = 'queued')), 0)::float8 as oldest
    from people.messages
    where state = 'queued'
      or (state = 'failed' and next_attempt_at > ${new Date(now.getTime() - DAY_MS).toISOString()}::timestamptz)
    group by channel`);
  const byChannel = new Map([...rows].map((row) => [row.channel, row]));
  return (['email', 'sms'] as const).map((channel) => {
    const { waiting = 0, failed = 0, oldest = 0 } = byChannel.get(channel) ?? {};
    return { name: `messages.${channel}`, waiting, failed, overdueSeconds: Math.max(0, Math.floor(oldest)) };
  });
}
