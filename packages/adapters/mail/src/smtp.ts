// Carries e-mail by SMTP and, where bounces are sent to us, listens to what became of it. Errors that leave here hold
// neither an address nor a text: the server's own words may repeat both, so only its code is kept.
import { DeliveryFault, type MessageTransport } from '@veche/module-kit/module.ts';
import { createTransport } from 'nodemailer';
import { bounceAddress, parseBounceUrl } from './bounce-address.ts';
import { listenForBounces, type BounceListener } from './bounce-listener.ts';
import { isDeadMailbox } from './delivery-status.ts';

export type SmtpOptions = {
  /** `smtp://user:password@host:587` or `smtps://…`; nodemailer's settings may follow as a query. */
  readonly url: string;
  /** What the reader sees as the sender, such as `Вече <no-reply@example.org>`. */
  readonly from: string;
  /** Where reports of delivery come in, see {@link parseBounceUrl}; without it they go to the sender. */
  readonly bounces?: string | null;
};

/** How long the server may keep us waiting at each step. */
const TIMEOUT_MS = 10_000;

/**
 * A carrier that keeps a few connections open between messages. `close` ends them.
 * @throws SyntaxError: when `bounces` is no such address.
 */
export function createSmtpTransport({ url, from, bounces = null }: SmtpOptions): MessageTransport & {
  close(): void;
} {
  const mailer = createTransport({
    url,
    pool: true,
    maxConnections: 5,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    dnsTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^@\s>]+)>?$/.exec(from)?.[1] ?? 'localhost';
  const returning = bounces === null ? null : parseBounceUrl(bounces);
  let listener: BounceListener | null = null;
  return {
    channel: 'email',
    deliver: async ({ id, to, subject, text }) => {
      try {
        const { response } = await mailer.sendMail({
          from,
          // An address, never a list: a comma in it cannot add a second reader.
          to: { name: '', address: to },
          subject,
          text,
          // The same for every try, so that a mailbox may drop the second copy of one message.
          messageId: `<message-${id}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
          ...(returning
            ? {
                // Each message comes back to an address of its own: the report need not say which it was.
                envelope: { from: bounceAddress(returning, id), to },
                dsn: { id: `message-${id}`, return: 'headers', notify: ['success', 'failure', 'delay'] },
              }
            : {}),
        });
        const reference = referenceIn(response);
        return reference === null ? undefined : { reference };
      } catch (error) {
        throw deliveryFaultOf(error);
      }
    },
    ...(returning
      ? { follow: async (report) => void (listener ??= await listenForBounces(returning, report)) }
      : {}),
    close: () => {
      mailer.close();
      listener?.close();
    },
  };
}

/** The server's name of the message in its last answer, where it has one: `250 2.0.0 Ok: queued as 4F1B2C3D`. */
const referenceIn = (answer: string): string | null =>
  /\b(?:queued as|id=|id)[ :=]*<?([A-Za-z0-9][A-Za-z0-9.-]{4,80})\b/i.exec(answer)?.[1] ?? null;

/** RFC 5321 §4.2.1: 5yz is a final answer; but a refused sign-in is our own mistake, which may be mended meanwhile. */
function deliveryFaultOf(error: unknown): DeliveryFault {
  const { code, responseCode, response } = error as {
    code?: unknown;
    responseCode?: unknown;
    response?: unknown;
  };
  if (typeof responseCode === 'number') {
    const permanent = responseCode >= 500 && code !== 'EAUTH';
    // RFC 3463: the second code says what the first leaves open.
    const status = /^[0-9]{3}[ -]([245]\.[0-9]{1,3}\.[0-9]{1,3})\b/.exec(String(response))?.[1];
    const isAboutMailbox = status ? isDeadMailbox(status) : [550, 551, 553].includes(responseCode);
    return new DeliveryFault(`smtp-${responseCode}`, permanent, permanent && isAboutMailbox);
  }
  const known = typeof code === 'string' && /^[A-Z0-9_]{1,30}$/.test(code);
  return new DeliveryFault(known ? `smtp-${code.toLowerCase()}` : 'smtp-failed', false);
}
