// Calls the API for the pages. On the server the same calls go to the API process, see hooks.server.ts.
import { error, redirect } from '@sveltejs/kit';
import type { Locale } from '@veche/core/locale.ts';
import { createCall, type Call } from '@veche/module-kit/client.ts';
import { ProblemError } from '@veche/module-kit/problem.ts';

/** A caller for components: problems reach the component as ProblemError. */
export const pageCall = (fetch: typeof globalThis.fetch, locale: Locale): Call =>
  createCall('', fetch, () => ({ 'accept-language': locale }));

type LoadEvent = {
  fetch: typeof globalThis.fetch;
  url: URL;
  parent: () => Promise<{ locale: Locale }>;
};

/**
 * A caller for `load` functions: a stranger is led to the sign-in page and back, any other problem becomes the error
 * page with the server's own words.
 */
export async function loadCall({ fetch, url, parent }: LoadEvent): Promise<Call> {
  const { locale } = await parent();
  const call = pageCall(fetch, locale) as (...input: unknown[]) => Promise<unknown>;
  return (async (...input: unknown[]) => {
    try {
      return await call(...input);
    } catch (thrown) {
      if (!(thrown instanceof ProblemError)) throw thrown;
      if (thrown.problem.status === 401)
        redirect(303, `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`);
      error(thrown.problem.status, thrown.problem.title, { problem: thrown.problem });
    }
  }) as Call;
}
