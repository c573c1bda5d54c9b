// Carries e-mail by SMTP. Errors that leave here hold neither an address nor a text: the server's own words may repeat
// both, so only its code is kept.
import { DeliveryFault, type MessageTransport } from '@veche/module-kit/module.ts';
import { createTransport } from 'nodemailer';

export type SmtpOptions = {
  /** `smtp://user:password@host:587` or `smtps://…`; nodemailer's settings may follow as a query. */
  readonly url: string;
  /** What the reader sees as the sender, such as `Вече <no-reply@example.org>`. */
  readonly from: string;
};

/** How long the server may keep us waiting at each step. */
const TIMEOUT_MS = 10_000;

/** A carrier that keeps a few connections open between messages. `close` ends them. */
export function createSmtpTransport({ url, from }: SmtpOptions): MessageTransport & { close(): void } {
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
  return {
    channel: 'email',
    deliver: async ({ id, to, subject, text }) => {
      try {
        await mailer.sendMail({
          from,
          // An address, never a list: a comma in it cannot add a second reader.
          to: { name: '', address: to },
          subject,
          text,
          // The same for every try, so that a mailbox may drop the second copy of one message.
          messageId: `<message-${id}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
      } catch (error) {
        throw deliveryFaultOf(error);
      }
    },
    close: () => mailer.close(),
  };
}

/** RFC 5321 §4.2.1: 5yz is a final answer; but a refused sign-in is our own mistake, which may be mended meanwhile. */
function deliveryFaultOf(error: unknown): DeliveryFault {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  if (typeof responseCode === 'number')
    return new DeliveryFault(`smtp-${responseCode}`, responseCode >= 500 && code !== 'EAUTH');
  const known = typeof code === 'string' && /^[A-Z0-9_]{1,30}$/.test(code);
  return new DeliveryFault(known ? `smtp-${code.toLowerCase()}` : 'smtp-failed', false);
}
