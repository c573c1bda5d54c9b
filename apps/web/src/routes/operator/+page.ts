import { error, redirect } from '@sveltejs/kit';
import { ProblemError } from '@veche/module-kit/problem.ts';
import { getRegistryImport } from '@veche/people/contract.ts';
import { pageCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, parent, url }) => {
  const { locale } = await parent();
  // Only for how far the zones are from UTC this season.
  const now = Date.now();
  try {
    const report = await pageCall(fetch, locale)(getRegistryImport, { params: { import: 'latest' } });
    return { report, now };
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown;
    // No import yet is how every installation begins.
    if (thrown.problem.status === 404) return { report: null, now };
    if (thrown.problem.status === 401) redirect(303, `/sign-in?next=${encodeURIComponent(url.pathname)}`);
    error(thrown.problem.status, thrown.problem.title, { problem: thrown.problem });
  }
};
