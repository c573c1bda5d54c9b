// At the door of every page: the reader's language and colours, and the way of a page's calls to the API.
// Never logs what a person typed or who they are.
import { chooseLocale, isLocale } from '@veche/core/locale.ts';
import type { Cookies } from '@sveltejs/kit';
import type { Handle, HandleFetch, HandleServerError } from '@sveltejs/kit/hooks';
import { isTheme, LOCALE_COOKIE, THEME_COOKIE } from '#lib/theme.ts';

const YEAR_SECONDS = 365 * 86_400;
const apiUrl = (): string =>
  (process.env['VECHE_API_URL'] ?? `http://127.0.0.1:${process.env['PORT'] ?? '3000'}`).replace(/\/$/, '');

export const handle: Handle = async ({ event, resolve }) => {
  const { cookies, url, request } = event;
  const lang = url.searchParams.get('lang');
  const asked = url.searchParams.get('theme');
  if (isLocale(lang)) keep(cookies, url, LOCALE_COOKIE, lang);
  if (isTheme(asked)) keep(cookies, url, THEME_COOKIE, asked);
  const kept = cookies.get(LOCALE_COOKIE);
  const colours = cookies.get(THEME_COOKIE);
  event.locals.locale = isLocale(lang)
    ? lang
    : isLocale(kept)
      ? kept
      : chooseLocale(request.headers.get('accept-language'));
  event.locals.theme = isTheme(asked) ? asked : isTheme(colours) ? colours : 'auto';

  return resolve(event, {
    transformPageChunk: ({ html }) =>
      html.replace('%veche.lang%', event.locals.locale).replace('%veche.theme%', event.locals.theme),
    // The client of the API reads the media type of problems, also while a page is made on the server.
    filterSerializedResponseHeaders: (name) => name === 'content-type',
  });
};

function keep(cookies: Cookies, url: URL, name: string, value: string): void {
  cookies.set(name, value, {
    path: '/',
    maxAge: YEAR_SECONDS,
    sameSite: 'lax',
    // The theme switch writes its cookie in the browser too; neither cookie holds a secret.
    httpOnly: false,
    secure: url.protocol === 'https:' && url.hostname !== 'localhost' && url.hostname !== '127.0.0.1',
  });
}

/** A page's call to our own API goes over loopback, with the visitor's cookie and language. */
export const handleFetch: HandleFetch = async ({ event, request, fetch }) => {
  const url = new URL(request.url);
  const ours = url.origin === event.url.origin;
  if (!ours || !/^\/(api\/v1\/|log\/|openapi\.json$)/.test(url.pathname)) return fetch(request);
  const headers = new Headers(request.headers);
  const cookie = event.request.headers.get('cookie');
  if (cookie) headers.set('cookie', cookie);
  if (!headers.has('accept-language')) headers.set('accept-language', event.locals.locale);
  // Not worth packing and unpacking on the way through this machine.
  headers.set('accept-encoding', 'identity');
  // A page is made with GET calls only, so the visitor's Origin is nothing the API has to judge here.
  headers.delete('origin');
  return globalThis.fetch(apiUrl() + url.pathname + url.search, { method: request.method, headers });
};

export const handleError: HandleServerError = ({ kind, error, event }) => {
  if (kind !== 'unknown') return;
  // NOTE: the message of an error may hold what a person typed, so only its class, code and frames are logged.
  const cause = error instanceof Error ? (error.cause as { code?: string } | undefined) : undefined;
  console.error(
    JSON.stringify({
      message: 'page failed',
      route: event.route.id,
      error: error instanceof Error ? error.name : typeof error,
      code: cause?.code,
      frames: error instanceof Error ? error.stack?.split('\n').slice(1, 6) : undefined,
    }),
  );
  // A fetch that fails is the API being away, which passes; everything else is our bug.
  if (error instanceof TypeError && cause?.code !== undefined) return { status: 503 };
  return;
};
