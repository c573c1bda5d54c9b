// A witness of c2sp.org/tlog-witness for any number of logs: cosigns a checkpoint only when it continues what it cosigned
// before. Its whole worth is what it never does: sign a tree that does not contain the one before, forget a head that
// somebody was told, or name a time before one it named. It learns nothing but checkpoints and writes down no addresses.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeUtf8, equalBytes } from '@veche/ledger/bytes.ts';
import { parseTreeHead } from '@veche/ledger/checkpoint.ts';
import { createCosigner, parseNote, signatureLine } from '@veche/ledger/note.ts';
import { answerAddCheckpoint, parseAddCheckpoint } from '@veche/ledger/witness.ts';
import type { Logger } from '@veche/module-kit/module.ts';
import { describeWitness } from './describe-witness.ts';
import { formatMetrics } from './metrics.ts';
import { nativeSigner } from './native-ed25519.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import type { KnownLog, WitnessStore, WitnessTransaction } from './witness-store.ts';

export type WitnessOptions = {
  /** A scheme-less address such as `my-house.example/witness`. */
  readonly name: string;
  /** 32 bytes; must never sign under another name, for a cosignature does not say whose it is. */
  readonly seed: Uint8Array;
  /** Opened for this name and key. */
  readonly store: WitnessStore;
  /** Keys of logs to trust beside those that the store knows already. */
  readonly logs: readonly string[];
  /** Unix milliseconds: what the cosignatures say. */
  readonly now: () => number;
  readonly log: Logger;
  /** For each asker and log; a busy log asks some ten times a second. */
  readonly rateLimit?: RateLimit;
};

export type WitnessResponse = {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** Seconds; with 429 and 503. */
  readonly retryAfter?: number;
};

export type Witness = {
  readonly name: string;
  /** The cosigner's key: what a policy names. */
  readonly vkey: string;
  /**
   * The answer to the body of an add-checkpoint request, stored before it is returned.
   * @param asker whom the limit of requests is for
   */
  addCheckpoint(body: string, asker: string): WitnessResponse;
  /** A listener of node:http for everything a witness serves, from `/` on. */
  handle(request: IncomingMessage, response: ServerResponse): void;
};

const TEXT = 'text/plain; charset=utf-8';
const SIZE = 'text/x.tlog.size';
/** 63 hashes and a checkpoint with a hundred signature lines fit. */
const MAX_BODY_BYTES = 131_072;
const RETRY_SECONDS = 1;
const LIMIT: RateLimit = { burst: 200, perSecond: 100 };

/** Why a request was not cosigned, for whoever reads the answer; clients go by the status. */
const REASONS: Readonly<Record<400 | 403 | 404 | 422, string>> = {
  400: 'malformed request, or the old size is above the checkpoint\n',
  403: 'no valid signature by a key of this log\n',
  404: 'unknown log\n',
  422: 'the proof does not lead from the old tree to the checkpoint\n',
};

/**
 * The witness of that name and key; logs given here are added to the store.
 * @throws LedgerFault `note`: when a key of a log is none.
 */
export function createWitness(options: WitnessOptions): Witness {
  const { name, seed, store, now, log } = options;
  for (const vkey of options.logs) store.addLog(vkey);
  const cosigner = createCosigner(name, seed, 0, nativeSigner(seed));
  const { vkey } = cosigner;
  const mayPass = createRateLimit(options.rateLimit ?? LIMIT, () => performance.now());
  /** By status and origin; an origin that nobody added counts under the empty one. */
  const requests = new Map<string, { origin: string; status: number; count: number }>();
  const count = (origin: string, status: number): void => {
    const key = `${status} ${origin}`;
    const counted = requests.get(key) ?? { origin, status, count: 0 };
    counted.count += 1;
    requests.set(key, counted);
  };

  function addCheckpoint(body: string, asker: string): WitnessResponse {
    const origin = originOf(body);
    const known = origin !== null && store.find(origin) ? origin : '';
    const answer = mayPass(`${known}\n${asker}`)
      ? cosign(body)
      : { status: 429, type: TEXT, body: 'too many requests\n', retryAfter: RETRY_SECONDS };
    count(known, answer.status);
    log[answer.status === 422 ? 'warn' : 'info']({ log: known, status: answer.status }, 'add-checkpoint');
    return answer;
  }

  function cosign(body: string): WitnessResponse {
    return store.atomically((transaction) => {
      const answer = answerAddCheckpoint(body, (origin) => {
        const found = transaction.find(origin);
        return found && found.keys.length > 0 ? found : null;
      });
      if (answer.status === 409) return { status: 409, type: SIZE, body: `${answer.size}\n` };
      if (answer.status === 422) keepFork(transaction, body);
      if (answer.status !== 200) return { status: answer.status, type: TEXT, body: REASONS[answer.status] };
      const cosignedAt = Math.floor(now() / 1000);
      if (cosignedAt < 1 || cosignedAt < transaction.latestTime()) {
        log.error({ log: answer.origin }, 'the clock is behind the last cosignature: nothing is signed');
        return { status: 503, type: TEXT, body: 'clock\n', retryAfter: 60 };
      }
      const { origin, size, root, text } = answer;
      const line = signatureLine(cosigner.at(cosignedAt), encodeUtf8(text));
      const note = `${text}\n${linesOfLog(body, transaction.find(origin)!)}${line}`;
      transaction.saveHead(origin, { size, root, cosignedAt, note });
      return { status: 200, type: TEXT, body: line };
    });
  }

  /**
   * Keeps a checkpoint that proves, together with ours, that the log signed two histories. A proof that leads nowhere
   * shows nothing of the kind: anybody can send one beside a good checkpoint.
   */
  function keepFork(transaction: WitnessTransaction, body: string): void {
    const { checkpoint } = parseAddCheckpoint(body);
    const { text } = parseNote(checkpoint);
    const { origin, size, root } = parseTreeHead(text);
    const found = transaction.find(origin);
    if (!found?.head || found.head.size !== size || equalBytes(found.head.root, root)) return;
    transaction.saveFork(origin, `${text}\n${linesOfLog(body, found)}`, Math.floor(now() / 1000));
    log.error({ log: origin, size }, 'this log signed two histories; both checkpoints are kept');
  }

  function read(path: string, request: IncomingMessage): WitnessResponse | null {
    if (path === '/') {
      const language = request.headers['accept-language'];
      const page = describeWitness({ name, vkey, logs: store.logs(), acceptLanguage: language ?? null });
      return { status: 200, type: 'text/html; charset=utf-8', body: page };
    }
    if (path === '/vkey') return { status: 200, type: TEXT, body: `${vkey}\n` };
    if (path === '/metrics')
      return {
        status: 200,
        type: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
        body: formatMetrics({ logs: store.logs(), requests: [...requests.values()] }),
      };
    const [, id, what] = /^\/([0-9a-f]{64})\/(checkpoint|forks)$/.exec(path) ?? [];
    const found = id === undefined ? undefined : store.logs().find((known) => known.id === id);
    if (!found?.head) return null;
    if (what === 'checkpoint') return { status: 200, type: TEXT, body: found.head.note };
    // One after the other: a note ends with its signatures, the next begins after an empty line.
    const forks = store.forksOf(found.origin);
    return forks.length > 0 ? { status: 200, type: TEXT, body: forks.join('\n') } : null;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0]!;
    if (path !== '/add-checkpoint') {
      response.setHeader('access-control-allow-origin', '*');
      if (request.method !== 'GET' && request.method !== 'HEAD') return refuseMethod(response, 'GET, HEAD');
      const found = read(path, request) ?? { status: 404, type: TEXT, body: 'nothing here\n' };
      return send(response, found, request.method === 'HEAD');
    }
    if (request.method !== 'POST') return refuseMethod(response, 'POST');
    const body = await readBody(request);
    if (body !== null) return send(response, addCheckpoint(body, addressOf(request)));
    // What was not read stays on the connection: it cannot be used again.
    response.setHeader('connection', 'close');
    send(response, { status: 413, type: TEXT, body: `at most ${MAX_BODY_BYTES} bytes\n` });
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    answer(request, response).catch((error: unknown) => {
      // An asker that went away in the middle ends here too; there is nobody to answer then.
      if (request.destroyed && !request.complete) return;
      // A disk that is full or a lock that was not had: nothing was stored, so nothing may be said.
      log.error({ error: error instanceof Error ? error.name : typeof error }, 'a request failed');
      if (response.headersSent) response.destroy();
      else send(response, { status: 503, type: TEXT, body: 'later\n', retryAfter: RETRY_SECONDS });
    });
  }

  return { name, vkey, addCheckpoint, handle };
}

/** The origin that a request is about; null when it cannot be read, which is answered later with its own status. */
function originOf(body: string): string | null {
  const note = body.slice(body.indexOf('\n\n') + 2);
  const end = note.indexOf('\n');
  return end > 0 && body.includes('\n\n') ? note.slice(0, end) : null;
}

/** The signature lines by known keys in the checkpoint of a request that was found good. */
function linesOfLog(body: string, { keys }: KnownLog): string {
  const { checkpoint } = parseAddCheckpoint(body);
  const { text, signatures } = parseNote(checkpoint);
  // Lines and signatures are in the same order.
  const lines = checkpoint.slice(text.length + 1).split('\n');
  return lines
    .filter((_, i) => {
      const signature = signatures[i];
      return keys.some(({ name, keyId }) => signature?.name === name && equalBytes(signature.keyId, keyId));
    })
    .map((line) => `${line}\n`)
    .join('');
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return null;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  // Bytes that are not UTF-8 become characters that no signature covers, and are refused for that.
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, answer: WitnessResponse, headOnly = false): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(answer.type.startsWith('text/html')
      ? {
          'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
          vary: 'accept-language',
        }
      : {}),
    ...(answer.retryAfter === undefined ? {} : { 'retry-after': String(answer.retryAfter) }),
  });
  response.end(headOnly ? undefined : body);
}

function refuseMethod(response: ServerResponse, allow: string): void {
  response.setHeader('allow', allow);
  if (allow === 'POST') response.setHeader('connection', 'close');
  send(response, { status: 405, type: TEXT, body: `only ${allow}\n` });
}

/** Where a request came from; a proxy on this machine is believed about it, nobody else is. */
function addressOf(request: IncomingMessage): string {
  const remote = request.socket.remoteAddress ?? '';
  const isLocal = /^(127\.|::1$|::ffff:127\.)/.test(remote);
  const forwarded = isLocal
    ? String(request.headers['x-forwarded-for'] ?? '')
        .split(',')
        .at(-1)!
        .trim()
    : '';
  return forwarded || remote;
}

export type ServedWitness = {
  /** The submission and the monitoring prefix on this machine, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Ends requests under way within a second; the store is the caller's to close. */
  close(): Promise<void>;
};

export type ServeOptions = {
  /** 0 takes any free port. */
  readonly port: number;
  /** 127.0.0.1 when not given. */
  readonly host?: string;
  /** How long an asker may take for its request; 10 s when not given. */
  readonly requestTimeoutMs?: number;
};

const GRACE_MS = 1_000;

/** Serves the witness by HTTP; TLS is the business of a proxy before it. @throws Error: when the port is taken. */
export async function serveWitness(
  witness: Witness,
  { port, host = '127.0.0.1', requestTimeoutMs = 10_000 }: ServeOptions,
): Promise<ServedWitness> {
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs),
      maxHeaderSize: 8_192,
    },
    (request, response) => witness.handle(request, response),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const listening = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${listening}`,
    port: listening,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearTimeout(cut);
    },
  };
}
