import { redirect } from '@sveltejs/kit';
import { findEntry, getGrowth, getLog } from '@veche/log-explorer/contract.ts';
import { parseAsked } from '@veche/log-explorer/web/asked.ts';
import { ProblemError } from '@veche/module-kit/problem.ts';
import { loadCall, pageCall } from '#lib/call.ts';
import { SERVICE_ZONE } from '#lib/service-zone.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const text = event.url.searchParams.get('find')?.trim() ?? '';
  // The form is a plain link: it works before any script has loaded, and without any.
  const asked = parseAsked(text);
  if (asked?.for === 'entry') redirect(303, `/log/entries/${asked.index}`);
  if (asked?.for === 'meeting') redirect(303, `/log/meetings?meeting=${asked.meeting}`);
  if (asked) {
    const { locale } = await event.parent();
    const found = await pageCall(event.fetch, locale)(findEntry, { query: { hash: asked.hash } }).catch(
      (thrown: unknown) => {
        if (thrown instanceof ProblemError && thrown.problem.status === 404) return null;
        throw thrown;
      },
    );
    if (found) redirect(303, `/log/entries/${found.index}`);
  }
  const [facts, growth] = await Promise.all([call(getLog), call(getGrowth, { query: { by: 'hour' } })]);
  return { facts, growth, missing: text === '' ? null : text, timeZone: SERVICE_ZONE };
};
