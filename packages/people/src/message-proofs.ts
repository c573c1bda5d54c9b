// What became of messages: reports of carriers come in, proofs of delivery go out.
// Nothing here sends, and nothing of a message is ever deleted.
import type { Tx } from '@veche/module-kit/database.ts';
import type { DeliveryReport } from '@veche/module-kit/module.ts';
import { and, asc, desc, eq, gt, sql } from 'drizzle-orm';
import type { Channel } from './message-store.ts';
import { deadContacts, messageEvents, messages } from './schema.ts';

/** What a report may still change: a message that came back stays so, and `delayed` settles nothing. */
const CHANGES = {
  delayed: [],
  delivered: ['queued', 'sent'],
  bounced: ['queued', 'sent', 'delivered'],
} as const satisfies Record<DeliveryReport['outcome'], readonly string[]>;

/**
 * Keeps what a carrier says of a message it took. Being told the same twice changes nothing.
 * @returns whether the message is known here.
 */
export async function keepReport(
  tx: Tx,
  channel: 'email' | 'sms',
  report: DeliveryReport,
  now: Date,
): Promise<boolean> {
  const { message, outcome, code } = report;
  if ('id' in message && !/^[0-9]{1,18}$/.test(message.id)) return false;
  const isNamed =
    'id' in message ? sql`id = ${message.id}::bigint` : sql`reference = ${message.reference}::text`;
  const at = sql`${now.toISOString()}::timestamptz`;
  const rows = await tx.execute<{ recipient: string }>(sql`
    with known as (
      select id, recipient from people.messages where channel = ${channel}::text and ${isNamed}
      order by id desc limit 1 for update),
    settled as (
      update people.messages m
      set state = ${outcome}::text, settled_at = ${at},
        error_code = case when ${outcome === 'bounced'}::boolean then ${code}::text end
      from known where m.id = known.id and m.state = any(${sql.param([...CHANGES[outcome]])}::text[])
      returning m.id),
    noted as (
      insert into people.message_events (message_id, kind, at, code)
      select id, ${outcome}::text, ${at}, ${code}::text from known
      where ${outcome === 'delayed'}::boolean or id in (select id from settled))
    select recipient from known`);
  const [known] = [...rows];
  if (!known) return false;
  if (outcome === 'bounced' && report.deadContact) await markDead(tx, channel, known.recipient, code, now);
  return true;
}

/** Notes that an address is no good: nothing but sign-in codes goes there any more. */
export async function markDead(
  tx: Tx,
  channel: 'email' | 'sms',
  address: string,
  code: string,
  now: Date,
): Promise<void> {
  await tx.insert(deadContacts).values({ channel, address, code, foundAt: now }).onConflictDoNothing();
}

/** Takes the mark away: somebody has read a code that was sent there, or says that the address was mended. */
export async function markAlive(tx: Tx, channel: 'email' | 'sms', address: string): Promise<void> {
  await tx
    .delete(deadContacts)
    .where(and(eq(deadContacts.channel, channel), eq(deadContacts.address, address)));
}

/** A message about something, with what became of it. Holds an address: for those who may see the proofs. */
export type SentMessage = {
  readonly id: string;
  readonly personId: string;
  readonly channel: Channel;
  readonly recipient: string;
  readonly template: string;
  readonly state: 'queued' | 'sent' | 'delivered' | 'failed' | 'bounced';
  readonly attempts: number;
  readonly errorCode: string | null;
  readonly createdAt: Date;
  readonly nextAttemptAt: Date;
  readonly sentAt: Date | null;
  readonly settledAt: Date | null;
  readonly readAt: Date | null;
  readonly contentHash: string;
  readonly reference: string | null;
};

const sentColumns = {
  id: sql<string>`${messages.id}::text`,
  personId: sql<string>`${messages.personId}`,
  channel: messages.channel,
  recipient: messages.recipient,
  template: messages.template,
  state: messages.state,
  attempts: messages.attempts,
  errorCode: messages.errorCode,
  createdAt: messages.createdAt,
  nextAttemptAt: messages.nextAttemptAt,
  sentAt: messages.sentAt,
  settledAt: messages.settledAt,
  readAt: messages.readAt,
  contentHash: messages.contentHash,
  reference: messages.reference,
};

/** Every message about something, oldest first; of one person when `personId` is given. */
export const readSentAbout = (tx: Tx, about: string, personId?: string): Promise<SentMessage[]> =>
  tx
    .select(sentColumns)
    .from(messages)
    .where(
      and(
        eq(messages.about, about),
        sql`${messages.personId} is not null`,
        personId === undefined ? undefined : eq(messages.personId, personId),
      ),
    )
    .orderBy(asc(messages.id));

/** Messages that are taken over at a time: of a large building others are answered in between. */
const PAGE = 1_000;

/** Every message about something, oldest first, page by page. */
export async function* pageSentAbout(tx: Tx, about: string): AsyncGenerator<SentMessage[]> {
  for (let after = 0n; ;) {
    const page = await tx
      .select(sentColumns)
      .from(messages)
      .where(and(eq(messages.about, about), sql`${messages.personId} is not null`, gt(messages.id, after)))
      .orderBy(asc(messages.id))
      .limit(PAGE);
    yield page;
    if (page.length < PAGE) return;
    after = BigInt(page.at(-1)!.id);
  }
}

export type MessageEvent = {
  readonly messageId: string;
  readonly kind: (typeof messageEvents.$inferSelect)['kind'];
  readonly at: Date;
  readonly code: string | null;
};

/** What happened to the messages about something to one person, oldest first. */
export const readEventsAbout = (tx: Tx, about: string, personId: string): Promise<MessageEvent[]> =>
  tx
    .select({
      messageId: sql<string>`${messageEvents.messageId}::text`,
      kind: messageEvents.kind,
      at: messageEvents.at,
      code: messageEvents.code,
    })
    .from(messageEvents)
    .innerJoin(messages, eq(messages.id, messageEvents.messageId))
    .where(and(eq(messages.about, about), eq(messages.personId, personId)))
    .orderBy(asc(messageEvents.id));

/** Which of the people can be written to, and by what; an address that is known to be dead counts as none. */
export async function readChannels(
  tx: Tx,
  personIds: readonly string[],
): Promise<
  Map<string, { readonly email: 'good' | 'dead' | 'none'; readonly sms: 'good' | 'dead' | 'none' }>
> {
  type Row = { id: string; email: 'good' | 'dead' | 'none'; sms: 'good' | 'dead' | 'none' };
  const standing = (address: 'email' | 'phone', channel: 'email' | 'sms') => sql`
    case when p.${sql.identifier(address)} is null then 'none'
      when exists (select from people.dead_contacts d where d.channel = ${channel}::text and d.address = p.${sql.identifier(address)})
      then 'dead' else 'good' end`;
  const rows = await tx.execute<Row>(sql`
    select id, ${standing('email', 'email')} as email, ${standing('phone', 'sms')} as sms
    from people.persons p where id = any(${sql.param([...new Set(personIds)])}::uuid[])`);
  return new Map([...rows].map(({ id, email, sms }) => [id, { email, sms }]));
}

/** When a message of a template was last queued about something; null when none was. */
export async function findLastSent(tx: Tx, about: string, template: string): Promise<Date | null> {
  const [row] = await tx
    .select({ createdAt: messages.createdAt })
    .from(messages)
    .where(and(eq(messages.about, about), eq(messages.template, template)))
    .orderBy(desc(messages.id))
    .limit(1);
  return row?.createdAt ?? null;
}
