// One HTTP server on one port: the API, the public log, and the pages for everything else.
// Never logs a query string, a body, a cookie or an id: of a path only its shape.
import { randomUUID } from 'node:crypto';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import compression from 'compression';
import type { Logger } from '@veche/module-kit/module.ts';
import { describeApi } from '@veche/module-kit/openapi.ts';
import { createServer as createApi, type AnswerHeaders } from '@veche/module-kit/server.ts';
import type { Context } from 'hono';
import type { OpenHouse } from './house.ts';
import { createLogFiles, LOG_PREFIX } from './log-files.ts';
import { createMetrics, METRICS_PATH, type Area, type Counters } from './metrics.ts';
import manifest from '../package.json' with { type: 'json' };

/** Pages for whatever the API and the log do not answer. */
export type Pages = (request: IncomingMessage, response: ServerResponse) => void;

export type HttpOptions = {
  readonly open: OpenHouse;
  readonly webOrigin: string;
  readonly log: Logger;
  /** Null: /metrics is for this machine alone. */
  readonly metricsToken: string | null;
  /** Null: no pages were built. */
  readonly pages: Pages | null;
};

export type HttpServer = {
  /** @returns the port that was taken. */
  listen(port: number, host?: string): Promise<number>;
  /** From now on /health says so. */
  setReady(): void;
  /** Takes no more requests, lets those under way end, and cuts what is left after a few seconds. */
  close(): Promise<void>;
};

const GRACE_MS = 5_000;
const REQUEST_MS = 30_000;

/** The library is typed for Express, and asks of a request nothing that Node's own has not. */
type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/**
 * Answers worth a reader's bytes: text of a kilobyte or more that was asked for with GET. What is posted is answered with
 * receipts, which are hashes and do not shrink. No answer holds a secret beside what a stranger may choose.
 */
const compress = compression({
  threshold: 1_024,
  filter: (request, response) =>
    response.getHeader('content-type') === 'application/jsonl' || compression.filter(request, response),
}) as Middleware;

/**
 * The compressor passes on who wants to hear of a drain and not who no longer does: whoever writes a large answer would be
 * heard of once for every piece of it. So the compressor sees one listener, and the others come and go here.
 */
function relayDrains(response: ServerResponse): void {
  type Listener = ((...args: unknown[]) => void) & { listener?: unknown };
  const waiting = new Set<Listener>();
  const { on, removeListener } = response;
  let relays = false;
  const add = (type: string | symbol, listener: Listener): ServerResponse => {
    if (type !== 'drain') return on.call(response, type, listener) as ServerResponse;
    waiting.add(listener);
    if (!relays) on.call(response, 'drain', () => [...waiting].forEach((one) => one.call(response)));
    relays = true;
    return response;
  };
  const remove = (type: string | symbol, listener: Listener): ServerResponse => {
    if (type !== 'drain') return removeListener.call(response, type, listener) as ServerResponse;
    // Who asked for one drain is known by what it gave.
    for (const one of waiting) if (one === listener || one.listener === listener) waiting.delete(one);
    return response;
  };
  Object.assign(response, { on: add, addListener: add, removeListener: remove, off: remove });
}

export function createHttp({ open, webOrigin, log, metricsToken, pages }: HttpOptions): HttpServer {
  let ready = false;
  const findTrouble = async (): Promise<string | null> => (ready ? open.findTrouble() : 'starting');
  const handleApi = createApiListener(open, webOrigin, log, findTrouble);
  const handleLog = createLogFiles(open.tiles, {
    policy: open.house.ledger.policy,
    logKeys: open.installation.logKeys,
  });
  const handleMetrics = createMetrics({ ...open, ...open.house, token: metricsToken });
  const secure = webOrigin.startsWith('https:');

  const answer = (request: IncomingMessage, response: ServerResponse, path: string): void => {
    if (/^\/(api\/|openapi\.json$|health$)/.test(path)) {
      response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
      handleApi(request, response).catch((error: unknown) => fail(log, response, error));
    } else if (pages) pages(request, response);
    else
      response
        .writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
        .end('The pages are not built.\n');
  };

  const server = createHttpServer(
    { requestTimeout: REQUEST_MS, headersTimeout: 10_000, keepAliveTimeout: 20_000 },
    (request, response) => {
      const path = pathOf(request);
      setSecurityHeaders(response, secure);
      logAccess(log, open.counters, request, response, path);
      if (path.startsWith(LOG_PREFIX)) {
        handleLog(request, response, path).catch((error: unknown) => fail(log, response, error));
      } else if (path === METRICS_PATH) {
        handleMetrics(request, response).catch((error: unknown) => fail(log, response, error));
      } else if (request.method === 'GET')
        compress(request, response, () => {
          relayDrains(response);
          answer(request, response, path);
        });
      else answer(request, response, path);
    },
  );

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ port, ...(host ? { host } : {}) }, () => {
          server.off('error', reject);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    setReady: () => void (ready = true),
    close: () => closeServer(server),
  };
}

function createApiListener(
  open: OpenHouse,
  webOrigin: string,
  log: Logger,
  findTrouble: () => Promise<string | null>,
) {
  const api = createApi({
    routes: open.routes,
    guard: open.guard,
    clock: open.house.clock,
    log,
    onProblem: open.counters.onProblem,
    translate: open.translate,
    newRequestId: randomUUID,
    addressOf,
    answerText: answerOnNode,
    allowedOrigins: (origin) =>
      origin === webOrigin || (!webOrigin.startsWith('https:') && isLoopbackOrigin(origin)),
  });
  const description = JSON.stringify(
    describeApi(
      open.routes.map(({ endpoint }) => endpoint),
      {
        title: 'Veche',
        version: manifest.version,
        description:
          'General meetings of owners, counted in the open. The public log is under /log/v1/, as c2sp.org/tlog-tiles.',
      },
    ),
  );
  api.get('/openapi.json', (context) =>
    context.body(description, 200, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-cache',
    }),
  );
  api.get('/health', async (context) => {
    const trouble = await findTrouble();
    return context.json(trouble ? { status: 'trouble', trouble } : { status: 'ok' }, trouble ? 503 : 200, {
      'cache-control': 'no-store',
    });
  });
  return getRequestListener(api.fetch, { overrideGlobalObjects: false });
}

/** Straight out by Node's own way, which costs a third of an answer that is read again as a stream. */
function answerOnNode(context: Context, status: number, headers: AnswerHeaders, text: string): Response {
  const { outgoing } = context.env as { outgoing: ServerResponse };
  for (const [name, value] of headers) outgoing.appendHeader(name, value);
  outgoing.setHeader('content-length', Buffer.byteLength(text));
  outgoing.writeHead(status).end(text);
  return RESPONSE_ALREADY_SENT;
}

/** Where a request came from; a proxy on this machine is believed about it, nobody else is. */
function addressOf(context: Context): string {
  const remote = (context.env as { incoming?: IncomingMessage }).incoming?.socket.remoteAddress ?? '';
  const isLocal = /^(127\.|::1$|::ffff:127\.)/.test(remote);
  const forwarded = isLocal ? context.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
  return forwarded || remote;
}

/** Without TLS the installation is somebody's own machine, which has several names. */
const isLoopbackOrigin = (origin: string): boolean =>
  /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?$/.test(origin);

const pathOf = (request: IncomingMessage): string => {
  const url = request.url ?? '/';
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
};

function setSecurityHeaders(response: ServerResponse, secure: boolean): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('referrer-policy', 'same-origin');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('permissions-policy', 'camera=(), geolocation=(), microphone=()');
  if (secure) response.setHeader('strict-transport-security', 'max-age=31536000');
}

/** The shape of a path: parts that may name a person or a thing are left out. */
const shapeOf = (path: string): string =>
  path
    .split('/')
    .map((part) => (/^[a-zA-Z][a-zA-Z.-]{0,30}$|^v1$|^$/.test(part) ? part : '*'))
    .join('/');

const areaOf = (path: string): Area =>
  path.startsWith(LOG_PREFIX)
    ? 'log'
    : path.startsWith('/api/v1/')
      ? 'api'
      : path === '/health' || path === METRICS_PATH
        ? 'service'
        : 'pages';

function logAccess(
  log: Logger,
  counters: Counters,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): void {
  const began = performance.now();
  response.once('close', () => {
    const milliseconds = performance.now() - began;
    counters.onAnswer(areaOf(path), response.statusCode, milliseconds);
    const ms = Math.round(milliseconds);
    log.info({ method: request.method, path: shapeOf(path), status: response.statusCode, ms }, 'request');
  });
}

function fail(log: Logger, response: ServerResponse, error: unknown): void {
  log.error(
    { error: error instanceof Error ? error.name : typeof error },
    'a request failed outside the API',
  );
  if (response.headersSent) response.destroy();
  else
    response
      .writeHead(500, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
      .end('Internal error\n');
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearTimeout(cut);
}
