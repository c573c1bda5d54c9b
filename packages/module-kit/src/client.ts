// Calls an endpoint by its contract: for pages, for the story script, for tests. No schema runs here.
import type { CallInput, Endpoint, FileReply } from './endpoint.ts';
import { ProblemError, type Problem } from './problem.ts';
import type { z } from 'zod';

export type Answer<E extends Endpoint> = E['reply'] extends FileReply
  ? Response
  : E['reply'] extends z.ZodType
    ? z.output<E['reply']>
    : never;

export type Call = <E extends Endpoint>(endpoint: E, ...input: CallArguments<E>) => Promise<Answer<E>>;
type CallArguments<E extends Endpoint> =
  Record<never, never> extends CallInput<E> ? [input?: CallInput<E>] : [input: CallInput<E>];

type LooseInput = {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  contentType?: string;
};

/** The path with its parameters and query filled in. */
export function pathOf(endpoint: Endpoint, input: LooseInput = {}): string {
  const path = endpoint.path.replace(/:([a-zA-Z]+)/g, (_, name: string) => {
    const value = input.params?.[name];
    if (value === undefined) throw new TypeError(`${endpoint.id}: expected a parameter ${name}`);
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {}))
    if (value !== undefined) query.set(name, String(value));
  return query.size > 0 ? `${path}?${query}` : path;
}

/**
 * A caller bound to a server and a fetch.
 * @param headers - sent with every call, such as `accept-language` or a bearer token.
 * @throws ProblemError: from a call, when the server says no.
 * @throws TypeError: from a call, when the connection is lost (fetch's own error).
 */
export function createCall(
  base: string,
  fetch: typeof globalThis.fetch,
  headers: () => Record<string, string> = () => ({}),
): Call {
  return async (endpoint, ...[given]) => {
    const input = (given ?? {}) as LooseInput;
    const init: RequestInit = {
      method: endpoint.method,
      headers: { accept: 'application/json', ...headers() },
    };
    if (endpoint.body) {
      const binary = 'binary' in endpoint.body;
      init.body = binary
        ? (input.body as NonNullable<RequestInit['body']>)
        : JSON.stringify(input.body ?? {});
      (init.headers as Record<string, string>)['content-type'] = binary
        ? (input.contentType ?? 'application/octet-stream')
        : 'application/json';
    }
    const response = await fetch(base + pathOf(endpoint, input), init);
    if (!response.ok) throw new ProblemError(await readProblem(response));
    if ('file' in endpoint.reply) return response as never;
    return (response.status === 204 ? undefined : await response.json()) as never;
  };
}

async function readProblem(response: Response): Promise<Problem> {
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('application/problem+json')) return (await response.json()) as Problem;
  return {
    type: '/problems/unreadable-answer',
    title: response.statusText || 'Error',
    status: response.status,
  };
}
