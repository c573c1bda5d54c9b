// Signing in, sessions and limits over the real database.
import { createHash } from 'node:crypto';
import { ProblemError } from '@veche/module-kit/problem.ts';
import * as contract from '@veche/people/contract.ts';
import { createSessions } from '@veche/people/sessions.ts';
import { describe, expect, it } from 'vitest';
import { OPERATOR, ORIGIN, startPeople, waitFor } from '../support/people-server.ts';

const server = await startPeople();
const { call, clock, codeFor, database, signedIn } = server;
const { sql } = database;

const problemOf = async (answer: Promise<unknown>): Promise<ProblemError['problem'] & { code: string }> => {
  try {
    await answer;
  } catch (error) {
    if (error instanceof ProblemError) return { ...error.problem, code: error.code };
    throw error;
  }
  throw new Error('expected a problem');
};
const codeOf = async (answer: Promise<unknown>): Promise<string> => (await problemOf(answer)).code;
const post = (endpoint: { path: string }, body: unknown, headers: Record<string, string> = {}) =>
  server.fetch(endpoint.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
let people = 0;
/** A new person with a contact of their own. */
async function newPerson(): Promise<string> {
  const contact = `person${++people}@example.org`;
  await sql`insert into people.persons (kind, name, email, locale, created_at) values ('natural', 'Анна', ${contact}, 'ru', now())`;
  return contact;
}

describe('signing in', () => {
  it('by a code gives a cookie that scripts cannot read, and the person behind it', async () => {
    const code = await codeFor(OPERATOR);
    const answer = await post(contract.signIn, { contact: ' Operator@Example.org ', code });
    expect(answer.status).toBe(201);
    const cookie = answer.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^veche_session=[\w-]{43};/);
    for (const attribute of ['HttpOnly', 'SameSite=Lax', 'Secure', 'Path=/'])
      expect(cookie).toContain(attribute);
    expect(Object.keys((await answer.json()) as object)).toEqual(['personId']);
    const me = await call({ cookie: cookie.split(';')[0]! })(contract.getMe);
    expect(me).toMatchObject({ email: OPERATOR, roles: ['operator'], buildings: [] });
  });

  it('by phone sends an SMS that phones fill in by themselves', async () => {
    await sql`insert into people.persons (kind, name, phone, locale, created_at)
      values ('natural', 'Пётр', '+79161234567', 'ru', now())`;
    const answer = await call()(contract.requestCode, { body: { contact: '8 (916) 123-45-67' } });
    expect(answer).toEqual({ channel: 'sms', expiresInSeconds: 600 });
    const sms = await waitFor(() => server.sent.find(({ to }) => to === '+79161234567'));
    expect(sms.text).toMatch(/@veche\.test #\d{6}$/);
  });

  it('keeps neither a token nor a code in clear, and wipes the text of a code once it is sent', async () => {
    const contact = await newPerson();
    const code = await codeFor(contact);
    const { token } = await call()(contract.signIn, { body: { contact, code, keep: 'token' } });
    const hash = createHash('sha256').update(token!).digest('hex');
    expect(await sql`select 1 from people.sessions where id = ${hash}`).toHaveLength(1);
    await waitFor(
      async () =>
        (await sql`select 1 from people.messages where recipient = ${contact} and state = 'sent'`).length ||
        undefined,
    );
    const everything = JSON.stringify([
      await sql`select * from people.sessions`,
      await sql`select * from people.sign_in_codes where used_at is not null`,
      await sql`select id::text, text from people.messages where recipient = ${contact}`,
    ]);
    expect(everything).not.toContain(token);
    expect(everything).not.toContain(`"${code}"`);
    expect(everything).not.toContain(` ${code}`);
  });

  it('tells nobody whether a contact is known', async () => {
    const known = await newPerson();
    const unknown = 'nobody-here@example.org';
    const [a, b] = await Promise.all(
      [known, unknown].map((contact) => post(contract.requestCode, { contact })),
    );
    expect([a!.status, await a!.json()]).toEqual([b!.status, await b!.json()]);
    expect(a!.status).toBe(202);
    const tries = await Promise.all(
      [known, unknown].map((contact) => post(contract.signIn, { contact, code: '000000' })),
    );
    const [first, second] = await Promise.all(
      tries.map(async (answer) => ({ ...((await answer.json()) as object), instance: '' })),
    );
    expect(first).toEqual(second);
    expect(server.sent.some(({ to }) => to === unknown)).toBe(false);
    clock.advance(601_000);
    for (const contact of [known, unknown])
      expect(await codeOf(call()(contract.signIn, { body: { contact, code: '000000' } }))).toBe(
        'code-expired',
      );
    expect(await sql`select 1 from people.sign_in_codes where contact_hash = ${unknown}`).toHaveLength(0);
  });

  it('refuses a wrong code, and after five tries the right one too', async () => {
    const contact = await newPerson();
    const code = await codeFor(contact);
    const wrong = code === '111111' ? '222222' : '111111';
    for (let i = 0; i < 5; i++)
      expect(await codeOf(call()(contract.signIn, { body: { contact, code: wrong } }))).toBe('wrong-code');
    expect(await codeOf(call()(contract.signIn, { body: { contact, code } }))).toBe('too-many-attempts');
  });

  it('counts every one of many tries made at once', async () => {
    const contact = await newPerson();
    const code = await codeFor(contact);
    const wrong = code === '111111' ? '222222' : '111111';
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => codeOf(call()(contract.signIn, { body: { contact, code: wrong } }))),
    );
    expect(answers.filter((answer) => answer === 'wrong-code')).toHaveLength(5);
    expect(answers.filter((answer) => answer === 'too-many-attempts')).toHaveLength(7);
  });

  it('refuses an expired code and says so', async () => {
    const contact = await newPerson();
    const code = await codeFor(contact);
    clock.advance(600_000);
    const problem = await problemOf(call()(contract.signIn, { body: { contact, code } }));
    expect(problem).toMatchObject({ code: 'code-expired', status: 410, title: 'Код устарел' });
  });

  it('takes a code once, even from two tabs at the same moment', async () => {
    const contact = await newPerson();
    const code = await codeFor(contact);
    const answers = await Promise.all([1, 2, 3].map(() => post(contract.signIn, { contact, code })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 422, 422]);
  });

  it('takes only the newest code', async () => {
    const contact = await newPerson();
    const first = await codeFor(contact);
    const second = await codeFor(contact);
    // Once in a million runs both codes are the same, and then there is nothing to refuse.
    const answer =
      first === second
        ? 'wrong-code'
        : await codeOf(call()(contract.signIn, { body: { contact, code: first } }));
    expect(answer).toBe('wrong-code');
    expect((await post(contract.signIn, { contact, code: second })).status).toBe(201);
  });

  it('gives a contact five codes in a quarter of an hour, known or not, and says how long to wait', async () => {
    for (const contact of [await newPerson(), 'nobody-at-all@example.org']) {
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => post(contract.requestCode, { contact })),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([
        202, 202, 202, 202, 202, 429, 429, 429,
      ]);
      const refused = answers.find(({ status }) => status === 429)!;
      expect(refused.headers.get('retry-after')).toBe('900');
      clock.advance(900_000);
      expect((await post(contract.requestCode, { contact })).status).toBe(202);
    }
  });

  it('gives one network address 120 requests in ten minutes', async () => {
    const from = { 'x-test-address': '198.51.100.7' };
    const ask = (i: number) => post(contract.requestCode, { contact: `guess${i}@example.org` }, from);
    const answers = await Promise.all(Array.from({ length: 125 }, (_, i) => ask(i)));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(5);
    expect((await post(contract.requestCode, { contact: 'guess@example.org' })).status).toBe(202);
  });

  it('explains itself in both languages', async () => {
    const ask = (lang: string) =>
      server.fetch(`${contract.requestCode.path}?lang=${lang}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"contact":"not a contact"}',
      });
    const texts = await Promise.all(['ru', 'en'].map(async (lang) => (await ask(lang)).json()));
    expect(texts).toMatchObject([
      { type: '/problems/invalid-contact', status: 422, title: 'Не похоже на почту или телефон' },
      { type: '/problems/invalid-contact', status: 422, title: 'Not an e-mail address or a phone number' },
    ]);
  });

  it('refuses a post from a page of another site', async () => {
    expect(
      (await post(contract.requestCode, { contact: OPERATOR }, { origin: 'https://evil.test' })).status,
    ).toBe(403);
    expect((await post(contract.requestCode, { contact: OPERATOR }, { origin: ORIGIN })).status).toBe(202);
  });
});

describe('a session', () => {
  it('ends by signing out, and the token is worth nothing afterwards', async () => {
    const contact = await newPerson();
    const me = await signedIn(contact);
    await me(contract.signOut);
    expect(await codeOf(me(contract.getMe))).toBe('sign-in-first');
  });

  it('is listed to its person, who ends it; another person cannot', async () => {
    const contact = await newPerson();
    const [here, there] = [await signedIn(contact), await signedIn(contact)];
    const stranger = await signedIn(await newPerson());
    const { sessions } = await here(contract.listMySessions);
    expect(sessions.map(({ current }) => current).toSorted()).toEqual([false, true]);
    const other = sessions.find(({ current }) => !current)!.id;
    expect(await codeOf(stranger(contract.endMySession, { params: { session: other } }))).toBe('not-found');
    await there(contract.getMe);
    await here(contract.endMySession, { params: { session: other } });
    expect(await codeOf(there(contract.getMe))).toBe('sign-in-first');
    await here(contract.getMe);
  });

  it('that has expired opens nothing and is swept away', async () => {
    const me = await signedIn(await newPerson());
    await sql`update people.sessions set expires_at = now() - interval '1 second'
      where id = ${createHash('sha256').update(me.token).digest('hex')}`;
    expect(await codeOf(me(contract.getMe))).toBe('sign-in-first');
    const swept = await signedIn(await newPerson());
    await sql`update people.sessions set expires_at = now() - interval '1 second'
      where id = ${createHash('sha256').update(swept.token).digest('hex')}`;
    await createSessions(server.house).sweep();
    expect(await sql`select 1 from people.sessions where expires_at < now()`).toHaveLength(0);
  });

  it('is looked up together with the others of the same moment: 300 requests cost three queries at most', async () => {
    const callers = [await signedIn(await newPerson()), await signedIn(await newPerson())];
    let queries = 0;
    const db = new Proxy(server.house.db, {
      get: (target, name) => {
        if (name === 'execute') queries++;
        return Reflect.get(target, name) as unknown;
      },
    });
    const sessions = createSessions({ ...server.house, db });
    const found = await Promise.all(
      Array.from({ length: 300 }, (_, i) =>
        sessions.find(new Request(ORIGIN, { headers: { authorization: `Bearer ${callers[i % 2]!.token}` } })),
      ),
    );
    const ids = await Promise.all(callers.map(async (caller) => (await caller(contract.getMe)).id));
    expect(found.map((signedIn) => signedIn?.personId)).toEqual(found.map((_, i) => ids[i % 2]));
    expect(queries).toBeLessThanOrEqual(3);
    expect(queries).toBeGreaterThan(0);
  });

  it('made up by somebody is nobody’s', async () => {
    for (const token of ['', 'x', 'a'.repeat(43), "' or 1=1 --"])
      expect(await codeOf(call({ authorization: `Bearer ${token}` })(contract.getMe))).toBe('sign-in-first');
  });

  it('remembers the language of its person', async () => {
    const me = await signedIn(await newPerson());
    await me(contract.setMyLocale, { body: { locale: 'en' } });
    expect((await me(contract.getMe)).locale).toBe('en');
  });
});

it('nothing that was logged holds a contact or a code', () => {
  expect(server.logged.join('\n')).not.toMatch(/@example\.org|\+7916/);
});
