// Where each owner stands with a notice: what the best evidence is that it came, and what is left to be done.
// Pure; knows whether an owner was told, never how anyone voted.

/** What owners are told of a meeting, in the order of its life. */
export const KINDS = ['called', 'opened', 'reminder', 'result'] as const;
export type Kind = (typeof KINDS)[number];

export const WAYS = ['app', 'email', 'sms', 'letter', 'hand', 'poster'] as const;
export type Way = (typeof WAYS)[number];

/** The kind of a message by the template that it was made from; null for messages that are no notice of a meeting. */
export const kindOf = (template: string): Kind | null =>
  KINDS.find(
    (kind) => template === `meetings.notice.${kind}` || template.startsWith(`meetings.notice.${kind}-`),
  ) ?? null;

/**
 * How sure it is that the owner was told. `received`: by a signature, or read in their own pages. `delivered`: the carrier
 * says that it arrived. `sent`: the carrier took it, the letter was posted. `waiting`: it will be tried. `none`: nothing
 * of it arrived, and nothing more will happen by itself.
 */
export const LEVELS = ['received', 'delivered', 'sent', 'waiting', 'none'] as const;
export type Level = (typeof LEVELS)[number];

/** A message of one channel, as far as evidence goes. */
export type Message = {
  readonly channel: 'app' | 'email' | 'sms';
  readonly state: 'queued' | 'sent' | 'delivered' | 'failed' | 'bounced';
  readonly errorCode: string | null;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
  readonly settledAt: Date | null;
  readonly readAt: Date | null;
};

/** A letter that was posted, or a paper that was handed over against a signature. */
export type ByHand = { readonly channel: 'letter' | 'hand'; readonly happenedAt: Date };

export type Contacts = {
  readonly email: 'good' | 'dead' | 'none';
  readonly sms: 'good' | 'dead' | 'none';
};

export type Standing = {
  readonly level: Level;
  /** By which way; null when there is none. */
  readonly way: Way | null;
  readonly at: Date | null;
  /** Why the last message came to nothing; null when none did. */
  readonly trouble: string | null;
  /** What would reach the owner now; null when nothing need be done. */
  readonly next: 'send-again' | 'letter' | null;
};

type Evidence = { readonly level: Level; readonly way: Way; readonly at: Date };

/** Null: no evidence, such as a notice that lies unread in pages which the owner may never open. */
function evidenceOf(message: Message): Evidence | null {
  const way = message.channel;
  if (message.readAt) return { level: 'received', way, at: message.readAt };
  if (way === 'app') return null;
  if (message.state === 'delivered')
    return { level: 'delivered', way, at: message.settledAt ?? message.createdAt };
  if (message.state === 'sent') return { level: 'sent', way, at: message.sentAt ?? message.createdAt };
  if (message.state === 'queued') return { level: 'waiting', way, at: message.createdAt };
  return null;
}

/** The best of all evidence; of equally good the earliest. */
export function judgeStanding(
  messages: readonly Message[],
  byHand: readonly ByHand[],
  contacts: Contacts,
): Standing {
  const evidence: Evidence[] = [
    ...messages.flatMap((message) => evidenceOf(message) ?? []),
    ...byHand.map(({ channel, happenedAt }): Evidence => ({
      level: channel === 'hand' ? 'received' : 'sent',
      way: channel,
      at: happenedAt,
    })),
  ];
  const rank = ({ level }: Evidence): number => LEVELS.indexOf(level);
  const [best] = evidence.toSorted((a, b) => rank(a) - rank(b) || a.at.getTime() - b.at.getTime());
  const failed = messages.filter(({ state }) => state === 'failed' || state === 'bounced').at(-1);
  const canSend = contacts.email === 'good' || contacts.sms === 'good';
  return {
    level: best?.level ?? 'none',
    way: best?.way ?? null,
    at: best?.at ?? null,
    trouble: failed?.errorCode ?? null,
    next: best ? null : canSend ? 'send-again' : 'letter',
  };
}

/** An address that names nobody to those who read the proofs: `a…@example.org`, `+7…67`. */
export function maskContact(contact: string): string {
  const [name, domain] = contact.split('@');
  if (domain !== undefined) return `${name!.slice(0, 1)}…@${domain}`;
  return contact.length > 5 ? `${contact.slice(0, 2)}…${contact.slice(-2)}` : contact;
}
