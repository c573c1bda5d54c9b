// Asks one witness for its cosignature (c2sp.org/tlog-witness): one POST, one bounded answer, no longer than the caller
// is willing to wait. Whether the cosignature holds is for the caller to check; nothing but the public note is sent.
import { hash } from 'node:crypto';
import { readWitnessReply, type WitnessReply } from '@veche/ledger/witness.ts';

export type Asking = {
  /** The submission prefix of the witness, as a policy names it; http or https. */
  readonly url: string;
  /** An encoded add-checkpoint request. */
  readonly body: string;
  /** For everything: connection, answer and its body. */
  readonly timeoutMs: number;
};

/** A hundred cosignatures of the longest kind fit; who sends more is not a witness. */
const MAX_REPLY_BYTES = 400_000;

/**
 * The reply of the witness; `unreachable` when none came in time, whatever the reason. Never rejects.
 */
export async function askWitness(asking: Asking): Promise<WitnessReply | { readonly reply: 'unreachable' }> {
  const target = findAddress(asking.url, 'add-checkpoint');
  if (!target) return { reply: 'unreachable' };
  try {
    const response = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: asking.body,
      // A witness answers itself: a redirect could make this process ask inside its own network.
      redirect: 'error',
      signal: AbortSignal.timeout(asking.timeoutMs),
    });
    const body = await readBounded(response);
    if (body === null) return { reply: 'unintelligible' };
    return readWitnessReply({
      status: response.status,
      contentType: response.headers.get('content-type'),
      body,
    });
  } catch {
    return { reply: 'unreachable' };
  }
}

/**
 * The checkpoint that the witness shows for the log of this origin, with its cosignature: none of it checked. Null when it
 * shows none. Never rejects.
 * @param url the monitoring prefix, which is the submission prefix where a witness has only one
 */
export async function findShownCheckpoint(
  url: string,
  origin: string,
  timeoutMs = 1_000,
): Promise<string | null> {
  const target = findAddress(url, `${hash('sha256', origin, 'hex')}/checkpoint`);
  if (!target) return null;
  try {
    const response = await fetch(target, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    const body = await readBounded(response);
    return response.ok ? body : null;
  } catch {
    return null;
  }
}

function findAddress(prefix: string, path: string): string | null {
  const address = `${prefix.replace(/\/+$/, '')}/${path}`;
  return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol) ? address : null;
}

/** The text of an answer; null when it is too long or not UTF-8. */
async function readBounded(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    // Leaving the loop cancels the rest.
    if (length > MAX_REPLY_BYTES) return null;
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch {
    return null;
  }
}
