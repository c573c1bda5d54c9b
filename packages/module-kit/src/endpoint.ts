// One endpoint is one typed value, shared by the server that parses with it, the client that calls by it and the
// OpenAPI document made from it. Safe for the browser: only types of zod are used here.
import type { z } from 'zod';
import type { Who } from './who.ts';

export type RefusalStatus = 400 | 401 | 403 | 404 | 409 | 410 | 413 | 415 | 422 | 429 | 503;

/** A body sent as it is: a spreadsheet, a photo. The file's name travels in the query. */
export type BinaryBody = { readonly binary: readonly string[]; readonly maxBytes: number };
/** A reply that is a file: streamed, with its media type. */
export type FileReply = { readonly file: string };

export type Endpoint = {
  /** `module.act`, unique in the product; also the operationId. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With parameters as `:name`, e.g. `/api/v1/buildings/:building/meetings`. */
  readonly path: string;
  readonly who: Who;
  /** One sentence in the imperative, for the API reference. */
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType | BinaryBody;
  /** Largest JSON body in bytes; 64 KiB unless said. */
  readonly maxBytes?: number;
  readonly reply: z.ZodType | FileReply;
  readonly status?: 200 | 201 | 202 | 204;
  /** Every refusal this act may answer, with its HTTP status. */
  readonly refusals: Readonly<Record<string, RefusalStatus>>;
};

/** Keeps the literal types of an endpoint's definition. */
export const endpoint = <const E extends Endpoint>(definition: E): E => definition;

type Infer<T, Otherwise> = T extends z.ZodType ? z.output<T> : Otherwise;
type InferInput<T, Otherwise> = T extends z.ZodType ? z.input<T> : Otherwise;

export type ParamsOf<E extends Endpoint> = Infer<E['params'], Record<never, never>>;
export type QueryOf<E extends Endpoint> = Infer<E['query'], Record<never, never>>;
export type BodyOf<E extends Endpoint> = E['body'] extends BinaryBody
  ? Uint8Array
  : Infer<E['body'], undefined>;
export type ReplyOf<E extends Endpoint> = E['reply'] extends FileReply
  ? FileAnswer
  : InferInput<E['reply'], never>;
export type RefusalOf<E extends Endpoint> = keyof E['refusals'] & string;

/** What a handler of a file endpoint gives. `fileName` makes it a download. */
export type FileAnswer = {
  readonly content: Uint8Array | ReadableStream<Uint8Array>;
  readonly type?: string;
  readonly fileName?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** What a caller of the endpoint passes: only the parts that the endpoint has. */
export type CallInput<E extends Endpoint> = (E['params'] extends z.ZodType
  ? { params: z.input<E['params']> }
  : unknown) &
  (E['query'] extends z.ZodType ? { query?: z.input<E['query']> } : unknown) &
  (E['body'] extends BinaryBody
    ? { body: Uint8Array | Blob; contentType: string }
    : E['body'] extends z.ZodType
      ? { body: z.input<E['body']> }
      : unknown);
