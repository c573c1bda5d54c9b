// The people module behind the real server, over a real database and real files; the clock stands still until moved.
// What the module has no business with (the log) throws when touched.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixedClock } from '@veche/core/clock.ts';
import { LOCALES, type Locale } from '@veche/core/locale.ts';
import { createTranslate, type Translate } from '@veche/core/messages.ts';
import { prepareDataDir } from '@veche/files/data-dir.ts';
import { createFileStore } from '@veche/files/file-store.ts';
import { createCall, type Call } from '@veche/module-kit/client.ts';
import type { House, MessageTransport, OutgoingMessage } from '@veche/module-kit/module.ts';
import { createServer } from '@veche/module-kit/server.ts';
import { requestCode, signIn } from '@veche/people/contract.ts';
import { createGuard } from '@veche/people/guard.ts';
import { people } from '@veche/people/module.ts';
import { createNotices } from '@veche/people/notices.ts';
import { ensureOperator } from '@veche/api/operator.ts';
import serverEn from '@veche/api/messages/en.json' with { type: 'json' };
import serverRu from '@veche/api/messages/ru.json' with { type: 'json' };
import { afterAll } from 'vitest';
import { freshDatabase, type TestDatabase } from './database.ts';

export const ORIGIN = 'https://veche.test';
export const OPERATOR = 'operator@example.org';

export type PeopleServer = {
  readonly house: House;
  readonly database: TestDatabase;
  readonly clock: ReturnType<typeof fixedClock>;
  /** Everything the carriers took. */
  readonly sent: (OutgoingMessage & { readonly channel: 'email' | 'sms' })[];
  /** What was logged, as one text. */
  readonly logged: string[];
  /** A caller with these headers; the network address is `x-test-address`. */
  call(headers?: Record<string, string>): Call;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Asks for a code and waits until it was sent. @returns the code. */
  codeFor(contact: string): Promise<string>;
  /** A caller signed in by a one-time code. */
  signedIn(contact: string): Promise<Call & { readonly token: string }>;
};

export async function startPeople(
  options: { demo?: boolean; carriers?: MessageTransport[] } = {},
): Promise<PeopleServer> {
  const database = await freshDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'veche-people-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const dataDir = await prepareDataDir(folder);
  const clock = fixedClock(new Date('2026-03-02T10:00:00.000Z'));
  const sent: PeopleServer['sent'] = [];
  const logged: string[] = [];
  const note = (facts: unknown, message: string): void =>
    void logged.push(`${JSON.stringify(facts)} ${message}`);
  const translate = Object.fromEntries(
    LOCALES.map((locale) => [
      locale,
      createTranslate(locale, { ru: serverRu, en: serverEn }[locale], people.messages[locale]),
    ]),
  ) as Record<Locale, Translate>;
  const carrier = (channel: 'email' | 'sms'): MessageTransport => ({
    channel,
    deliver: (message) => Promise.resolve(void sent.push({ ...message, channel })),
  });
  const house: House = {
    db: database.db,
    clock,
    random: (length) => randomBytes(length),
    ledger: new Proxy({} as House['ledger'], {
      get: () => {
        throw new TypeError('people has no business with the log');
      },
    }),
    notices: createNotices({ translate, clock, random: (length) => randomBytes(length), webOrigin: ORIGIN }),
    files: createFileStore(dataDir.files, dataDir.scratch),
    events: { emit: () => Promise.resolve() },
    log: { info: note, warn: note, error: note },
    vitals: () => Promise.reject(new TypeError('people looks at no figures of the server')),
    checkSignature: () => Promise.reject(new TypeError('people checks no signatures')),
    webOrigin: ORIGIN,
    demo: options.demo ?? false,
    transports: options.carriers ?? [carrier('email'), carrier('sms')],
  };
  const app = createServer({
    routes: people.routes(house),
    guard: createGuard(house, [people.permissions]),
    clock,
    log: house.log,
    translate,
    newRequestId: randomUUID,
    addressOf: (context) => context.req.header('x-test-address') ?? '192.0.2.1',
    allowedOrigins: (origin) => origin === ORIGIN,
  });
  const fetch = (path: string | URL | Request, init?: RequestInit): Promise<Response> =>
    Promise.resolve(app.request(path as string, init));
  const call = (headers: Record<string, string> = {}): Call =>
    createCall(ORIGIN, fetch as typeof globalThis.fetch, () => headers);
  await ensureOperator(house, { channel: 'email', address: OPERATOR }, 'Оператор');

  const codeFor = async (contact: string): Promise<string> => {
    const before = sent.length;
    await call()(requestCode, { body: { contact } });
    return waitFor(() =>
      sent
        .slice(before)
        .filter(({ to }) => to === contact)
        .map(({ text }) => /\b(\d{6})\b/.exec(text)?.[1])
        .find((code) => code !== undefined),
    );
  };
  return {
    house,
    database,
    clock,
    sent,
    logged,
    call,
    fetch: (path, init) => fetch(ORIGIN + path, init),
    codeFor,
    signedIn: async (contact) => {
      const code = await codeFor(contact);
      const { token } = await call()(signIn, { body: { contact, code, keep: 'token' } });
      return Object.assign(call({ authorization: `Bearer ${token}` }), { token: token! });
    },
  };
}

/** The value as soon as there is one; delivery runs beside the request that asked for it. */
export async function waitFor<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const until = Date.now() + 5_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error('waited for five seconds in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
