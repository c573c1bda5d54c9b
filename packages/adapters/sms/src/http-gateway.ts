// Carries SMS by a gateway of an operator or a reseller: one HTTP POST of JSON for each message.
// Errors that leave here hold neither a number nor a text.
import { DeliveryFault, type MessageTransport } from '@veche/module-kit/module.ts';

export type SmsGatewayOptions = {
  /** Where to post. A user and password in it are sent as Basic authorization, never in the address. */
  readonly url: string;
  readonly fetch?: typeof globalThis.fetch;
};

const TIMEOUT_MS = 15_000;

/**
 * A carrier that posts `{ "id", "to", "text" }` and takes any 2xx for "taken". `id` is also sent as Idempotency-Key, so
 * that a gateway may recognise a message that is tried again.
 */
export function createSmsGateway({ url, fetch = globalThis.fetch }: SmsGatewayOptions): MessageTransport {
  const target = new URL(url);
  const authorization =
    target.username === ''
      ? null
      : `Basic ${Buffer.from(`${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`).toString('base64')}`;
  target.username = target.password = '';
  return {
    channel: 'sms',
    deliver: async ({ id, to, text }) => {
      const response = await post(fetch, target, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': id,
          ...(authorization ? { authorization } : {}),
        },
        body: JSON.stringify({ id, to, text }),
        // A redirect could carry the message to somebody else.
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      if (response.ok) return;
      // 400 and 422 speak of this message; the other refusals (credit, sign-in, limits) may be mended meanwhile.
      throw new DeliveryFault(`http-${response.status}`, [400, 422].includes(response.status));
    },
  };
}

async function post(fetch: typeof globalThis.fetch, target: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(target, init);
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    throw new DeliveryFault(late ? 'timeout' : 'unreachable', false);
  }
}
