import { readReference, type OpenApi } from '#lib/api-reference.ts';
import type { PageServerLoad } from './$types';

// A page to read: it needs no script, and its data would be as long as itself again.
export const csr = false;

export const load: PageServerLoad = async ({ fetch }) => {
  const response = await fetch('/openapi.json');
  return { reference: readReference((await response.json()) as OpenApi) };
};
