// Mounts routes on Hono and turns every refusal, fault and bug into problem JSON, in one place.
import { chooseLocale, isLocale, type Locale } from '@veche/core/locale.ts';
import { isRefusal } from '@veche/core/refusal.ts';
import type { Translate } from '@veche/core/messages.ts';
import type { Clock } from '@veche/core/clock.ts';
import { Hono, type Context } from 'hono';
import { z } from 'zod';
import type { Endpoint, FileAnswer } from './endpoint.ts';
import type { Logger } from './module.ts';
import type { Problem } from './problem.ts';
import type { HandlerInput, Route } from './route.ts';
import type { ProblemKind } from './vitals.ts';
import type { Caller } from './who.ts';

/** Finds who is calling and whether they may. Made by `people`. */
export type Guard = (
  request: Request,
  endpoint: Endpoint,
  buildingId: string | null,
  now: Date,
) => Promise<{ caller: Caller | null } | { refused: 'sign-in-first' | 'not-permitted' }>;

export type ServerOptions = {
  readonly routes: readonly Route[];
  readonly guard: Guard;
  readonly clock: Clock;
  readonly log: Logger;
  /** Messages of all modules, by language; problem texts are `problem.<code>.title` and `.detail`. */
  readonly translate: Readonly<Record<Locale, Translate>>;
  readonly newRequestId: () => string;
  readonly addressOf: (context: Context) => string;
  /** The origins a browser may post from; a request without Origin is not a browser's. */
  readonly allowedOrigins: (origin: string) => boolean;
  /** Told of every "no": for counting. */
  readonly onProblem?: (code: string, kind: ProblemKind) => void;
  /**
   * Sends a text in a quicker way than as the web's Response, which a server has to read again as a stream.
   * A Response unless given.
   */
  readonly answerText?: (context: Context, status: number, headers: AnswerHeaders, text: string) => Response;
};

export type AnswerHeaders = readonly (readonly [name: string, value: string])[];

const DEFAULT_MAX_BYTES = 64 * 1024;
/**
 * Errors that mean "not now", not "the code is wrong": the database is away (classes 08 and 57P, and the driver's own) or
 * out of connections (class 53), the log has too much waiting.
 */
const AWAY = /^(08|57P|53|CONNECTION_|ECONN|EPIPE|CONNECT_TIMEOUT|LEDGER_BUSY)/;
/** The log stands still until a person has seen to it. */
const STOPPED = 'LEDGER_STOPPED';
/** A disk without room: ours (STORAGE_FULL), or the database's. */
const FULL = /^(STORAGE_FULL|ENOSPC|53100)$/;
/** What the system says of a local socket that nobody listens on; of a file it would mean a mistake of ours. */
const isMissingSocket = (error: unknown): boolean =>
  codeOf(error) === 'ENOENT' && (error as { syscall?: unknown }).syscall === 'connect';

/** Refusals the server itself makes, with their status. */
export const SERVER_REFUSALS = {
  'malformed-body': 400,
  'invalid-input': 422,
  'sign-in-first': 401,
  'not-permitted': 403,
  'not-found': 404,
  'too-large': 413,
  'wrong-media-type': 415,
  'cross-origin': 403,
  unavailable: 503,
  'storage-full': 503,
  'log-stopped': 503,
  'internal-error': 500,
} as const;

const kindOf = (code: string, status: number): ProblemKind =>
  status >= 500 ? 'failure' : Object.hasOwn(SERVER_REFUSALS, code) ? 'reject' : 'refusal';

type ResponseBody = ConstructorParameters<typeof Response>[0];
type ErrorPlace = { at: string; message: string };

/** What a schema expected, in the reader's words. */
const EXPECTATIONS = { ru: z.locales.ru().localeError, en: z.locales.en().localeError } satisfies Record<
  Locale,
  unknown
>;

export function createServer(options: ServerOptions): Hono {
  const app = new Hono();
  const answerText = options.answerText ?? ((_, status, headers, text) => toResponse(status, headers, text));

  const respond = (context: Context, status: number, headers: AnswerHeaders, text: string): Response =>
    answerText(context, status, [...headers, ['x-request-id', requestIdOf(context)]], text);
  const problem = (
    context: Context,
    code: string,
    status: number,
    extra: { facts?: Record<string, string | number>; errors?: ErrorPlace[] } = {},
    added: AnswerHeaders = [],
  ): Response => {
    options.onProblem?.(code, kindOf(code, status));
    const translate = options.translate[localeOf(context)];
    const body: Problem = {
      type: `/problems/${code}`,
      title: translate(`problem.${code}.title`, extra.facts),
      status,
      detail: translate(`problem.${code}.detail`, extra.facts),
      instance: requestIdOf(context),
      ...extra,
    };
    const headers: AnswerHeaders[number][] = [
      ['content-type', 'application/problem+json; charset=utf-8'],
      ['cache-control', 'no-store'],
      ...added,
    ];
    if (status === 429 || status === 503)
      headers.push(['retry-after', String(extra.facts?.['retryAfterSeconds'] ?? 5)]);
    return respond(context, status, headers, JSON.stringify(body));
  };
  const refuse = (context: Context, code: keyof typeof SERVER_REFUSALS, errors?: ErrorPlace[]) =>
    problem(context, code, SERVER_REFUSALS[code], errors ? { errors } : {});

  app.use(async (context, next) => {
    context.set('requestId' as never, options.newRequestId() as never);
    await next();
  });
  app.notFound((context) => refuse(context, 'not-found'));
  app.onError((error, context) => {
    const code = refusalOfError(error);
    // NOTE: only the error's class, code and stack frames are logged: messages of database errors carry parameters.
    options.log[code === 'internal-error' ? 'error' : 'warn'](
      { requestId: requestIdOf(context), ...describeError(error) },
      'request failed',
    );
    return refuse(context, code);
  });

  for (const { endpoint, handle } of options.routes) {
    app.on(endpoint.method, endpoint.path, async (context) => {
      const request = context.req.raw;
      const now = options.clock.now();
      const locale = localeOf(context);
      if (endpoint.method !== 'GET' && !mayPost(request, options.allowedOrigins))
        return refuse(context, 'cross-origin');

      const params = parsePart(endpoint.params, context.req.param(), 'path', locale);
      // A path that does not parse names nothing.
      if ('errors' in params) return refuse(context, 'not-found');
      const building = context.req.param('building') ?? null;
      const guarded = await options.guard(request, endpoint, building, now);
      if ('refused' in guarded) return refuse(context, guarded.refused);

      const query = parsePart(endpoint.query, context.req.query(), 'query', locale);
      if ('errors' in query) return refuse(context, 'invalid-input', query.errors);
      const body = await readBody(endpoint, request, locale);
      if ('refused' in body) return refuse(context, body.refused, body.errors);

      const headers: [string, string][] = [];
      const input: HandlerInput<Endpoint> = {
        params: params.value as never,
        query: query.value as never,
        body: body.value as never,
        caller: guarded.caller as never,
        now,
        locale,
        translate: options.translate[locale],
        address: options.addressOf(context),
        request,
        setHeader: (name, value) => headers.push([name, value]),
      };
      const answer = await handle(input);
      if (isRefusal(answer))
        return problem(
          context,
          answer.refused,
          endpoint.refusals[answer.refused] ?? 500,
          answer.facts ? { facts: { ...answer.facts } } : {},
          headers,
        );
      if ('file' in endpoint.reply)
        return answerFile(endpoint.reply.file, endpoint.status ?? 200, answer as FileAnswer, [
          ...headers,
          ['x-request-id', requestIdOf(context)],
        ]);
      if (endpoint.status === 204)
        return toResponse(204, [...headers, ['x-request-id', requestIdOf(context)]], null);
      return respond(context, endpoint.status ?? 200, [...JSON_HEADERS, ...headers], JSON.stringify(answer));
    });
  }
  return app;
}

const JSON_HEADERS: AnswerHeaders = [
  ['content-type', 'application/json; charset=utf-8'],
  ['cache-control', 'no-store'],
];

const toResponse = (status: number, headers: AnswerHeaders, body: ResponseBody | null): Response =>
  new Response(body, { status, headers: headers.map(([name, value]): [string, string] => [name, value]) });

function answerFile(type: string, status: number, file: FileAnswer, added: AnswerHeaders): Response {
  const headers = new Headers({
    'content-type': file.type ?? type,
    'cache-control': 'no-store',
    ...file.headers,
  });
  if (file.fileName)
    headers.set('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.fileName)}`);
  return toResponse(status, [...headers, ...added], file.content as NonNullable<ResponseBody>);
}

function parsePart(
  schema: z.ZodType | undefined,
  value: unknown,
  part: string,
  locale: Locale,
): { value: unknown } | { errors: ErrorPlace[] } {
  if (!schema) return { value: value ?? {} };
  const parsed = schema.safeParse(value, { error: EXPECTATIONS[locale] });
  return parsed.success ? { value: parsed.data } : { errors: errorsOf(parsed.error, part) };
}

const errorsOf = (error: z.ZodError, part: string): ErrorPlace[] =>
  error.issues.slice(0, 20).map((issue) => ({ at: [part, ...issue.path].join('.'), message: issue.message }));

type ReadBody =
  | { value: unknown }
  | { refused: 'malformed-body' | 'invalid-input' | 'too-large' | 'wrong-media-type'; errors?: ErrorPlace[] };

async function readBody(endpoint: Endpoint, request: Request, locale: Locale): Promise<ReadBody> {
  const { body } = endpoint;
  if (!body) return { value: undefined };
  const type = (request.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  const binary = 'binary' in body;
  if (binary ? !body.binary.includes(type) : type !== 'application/json')
    return { refused: 'wrong-media-type' };
  const bytes = await readAtMost(request, binary ? body.maxBytes : (endpoint.maxBytes ?? DEFAULT_MAX_BYTES));
  if (!bytes) return { refused: 'too-large' };
  if (binary) return { value: bytes };
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { refused: 'malformed-body' };
  }
  const parsed = parsePart(body, value, 'body', locale);
  return 'errors' in parsed ? { refused: 'invalid-input', errors: parsed.errors } : parsed;
}

/** The whole body, or null as soon as it is longer than `maxBytes`. */
async function readAtMost(request: Request, maxBytes: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return null;
  if (request.headers.has('content-length')) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    return bytes.length > maxBytes ? null : bytes;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > maxBytes) return null;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

const requestIdOf = (context: Context): string => context.get('requestId' as never) ?? '';

/** The reader's language: `?lang`, then the cookie, then Accept-Language. */
function localeOf(context: Context): Locale {
  const asked =
    context.req.query('lang') ??
    /(?:^|;\s*)veche_locale=([a-z]+)/.exec(context.req.header('cookie') ?? '')?.[1];
  return isLocale(asked) ? asked : chooseLocale(context.req.header('accept-language'));
}

function mayPost(request: Request, allowed: (origin: string) => boolean): boolean {
  const origin = request.headers.get('origin');
  return origin === null ? request.headers.get('sec-fetch-site') !== 'cross-site' : allowed(origin);
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** What an error means to the caller, looked for through its causes. */
function refusalOfError(error: unknown): 'storage-full' | 'log-stopped' | 'unavailable' | 'internal-error' {
  if (codeOf(error) === STOPPED) return 'log-stopped';
  if (FULL.test(codeOf(error))) return 'storage-full';
  if (AWAY.test(codeOf(error)) || isMissingSocket(error)) return 'unavailable';
  return error instanceof Error && error.cause !== undefined ? refusalOfError(error.cause) : 'internal-error';
}

/** An error without its message, which may hold what a person typed. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
  return {
    error: error.name,
    code: codeOf(error) || undefined,
    frames,
    ...(error.cause ? { cause: describeError(error.cause) } : {}),
  };
}
