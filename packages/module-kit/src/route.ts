// An endpoint joined with its handler: who -> parse -> decide -> store -> answer.
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import type { Refusal } from '@veche/core/refusal.ts';
import type { BodyOf, Endpoint, ParamsOf, QueryOf, RefusalOf, ReplyOf } from './endpoint.ts';
import type { Caller } from './who.ts';

export type HandlerInput<E extends Endpoint> = {
  readonly params: ParamsOf<E>;
  readonly query: QueryOf<E>;
  readonly body: BodyOf<E>;
  /** Null only where `who` is `anyone` and nobody is signed in. */
  readonly caller: E['who'] extends 'anyone' ? Caller | null : Caller;
  readonly now: Date;
  readonly locale: Locale;
  readonly translate: Translate;
  /** The address the request came from, for limits only; never stored. */
  readonly address: string;
  readonly request: Request;
  /** Sets a header of the answer, such as Set-Cookie. */
  readonly setHeader: (name: string, value: string) => void;
};

export type Handler<E extends Endpoint> = (
  input: HandlerInput<E>,
) => Promise<ReplyOf<E> | Refusal<RefusalOf<E>>>;

export type Route = { readonly endpoint: Endpoint; readonly handle: Handler<Endpoint> };

/** Joins an endpoint with its handler; the compiler holds the handler to the contract. */
export const route = <E extends Endpoint>(endpoint: E, handle: Handler<E>): Route => ({
  endpoint,
  handle: handle as unknown as Handler<Endpoint>,
});
