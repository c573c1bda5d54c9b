// What every page stands on: its texts, who is reading, and whether this is a demonstration.
import { createTranslate } from '@veche/core/messages.ts';
import { getStanding } from '@veche/log-explorer/contract.ts';
import { getDemo, getMe } from '@veche/people/contract.ts';
import { loadCatalogs } from '#lib/catalogs.ts';
import { pageCall } from '#lib/call.ts';
import type { LayoutLoad } from './$types';

export const load: LayoutLoad = async ({ data, fetch, route, depends }) => {
  depends('veche:me');
  const call = pageCall(fetch, data.locale);
  // A page must show even where the API is away or the session has ended: the header then shows a stranger.
  const orNull = <T>(answer: Promise<T>): Promise<T | null> => answer.catch(() => null);
  const [catalogs, me, demo, journal] = await Promise.all([
    loadCatalogs(data.locale, route.id),
    data.mayBeSignedIn ? orNull(call(getMe)) : null,
    orNull(call(getDemo)),
    orNull(call(getStanding)),
  ]);
  return { ...data, translate: createTranslate(data.locale, ...catalogs), me, demo, journal };
};
