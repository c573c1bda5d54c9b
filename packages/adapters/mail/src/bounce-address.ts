// The addresses that undelivered mail comes back to: one for each message, and not to be guessed, so that nobody can make
// an owner's good mailbox look dead.
import { createHmac, timingSafeEqual } from 'node:crypto';

export type ReturnPath = {
  readonly protocol: 'smtp' | 'lmtp';
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  /** `bounces@example.org`: mail to `bounces+…@example.org` must be handed to our listener. */
  readonly local: string;
  readonly domain: string;
};

const SHORTEST_SECRET = 16;

/**
 * Reads `lmtp://:secret@127.0.0.1:2424/bounces@example.org` (or `smtp://`): where to listen, what the addresses are signed
 * with, and the address that mail comes back to.
 * @throws SyntaxError: when it is none; the text never repeats the secret.
 */
export function parseBounceUrl(text: string): ReturnPath {
  const url = URL.canParse(text) ? new URL(text) : null;
  const address = /^\/([A-Za-z0-9._-]{1,32})@([A-Za-z0-9.-]{1,200})$/.exec(url?.pathname ?? '');
  const protocol = url?.protocol.slice(0, -1);
  const secret = decodeURIComponent(url?.password ?? '');
  if (!url || !address || (protocol !== 'smtp' && protocol !== 'lmtp') || url.port === '')
    throw new SyntaxError('expected lmtp://:secret@127.0.0.1:2424/bounces@example.org');
  if (secret.length < SHORTEST_SECRET)
    throw new SyntaxError(`expected a password of at least ${SHORTEST_SECRET} characters`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { protocol, host, port: Number(url.port), secret, local: address[1]!, domain: address[2]! };
}

/** Where a message comes back to: `bounces+17.0a1b2c3d4e5f6071@example.org`. */
export const bounceAddress = (path: ReturnPath, id: string): string =>
  `${path.local}+${id}.${tagOf(path, id)}@${path.domain}`;

/** The id of the message that came back to this address; null when the address is not one of ours. */
export function findBounced(path: ReturnPath, address: string): string | null {
  const match = /^([^+@]+)\+([0-9]{1,18})\.([0-9a-f]{16})@([^@]+)$/i.exec(address);
  if (!match) return null;
  const [, local, id, tag, domain] = match as unknown as [string, string, string, string, string];
  if (local !== path.local || domain.toLowerCase() !== path.domain.toLowerCase()) return null;
  const isOurs = timingSafeEqual(Buffer.from(tag.toLowerCase()), Buffer.from(tagOf(path, id)));
  return isOurs ? id : null;
}

const tagOf = ({ secret }: ReturnPath, id: string): string =>
  createHmac('sha256', secret).update(`veche bounce ${id}`).digest('hex').slice(0, 16);
