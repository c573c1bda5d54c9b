import { error, redirect } from '@sveltejs/kit';
import { ProblemError } from '@veche/module-kit/problem.ts';
import { getRegistryImport } from '@veche/people/contract.ts';
import { pageCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, parent, url }) => {
  const { locale } = await parent();
  try {
    return { report: await pageCall(fetch, locale)(getRegistryImport, { params: { import: 'latest' } }) };
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown;
    // No import yet is how every installation begins.
    if (thrown.problem.status === 404) return { report: null };
    if (thrown.problem.status === 401) redirect(303, `/sign-in?next=${encodeURIComponent(url.pathname)}`);
    error(thrown.problem.status, thrown.problem.title, { problem: thrown.problem });
  }
};
