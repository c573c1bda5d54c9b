// The outbox: what is queued with an act, how it is carried, and what happens when the carrier says no.
import { DeliveryFault, type MessageTransport } from '@veche/module-kit/module.ts';
import * as contract from '@veche/people/contract.ts';
import { createDelivery } from '@veche/people/jobs.ts';
import { replaceDemoPeople } from '@veche/people/store.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { OPERATOR, startPeople } from '../support/people-server.ts';

type Answer = 'take' | DeliveryFault | Error;
/** What the mail carrier says to the next messages; it takes all that follow. */
let answers: Answer[] = [];
const taken: string[] = [];
const carrier: MessageTransport = {
  channel: 'email',
  deliver: async ({ text }) => {
    const answer = answers.shift() ?? 'take';
    if (answer !== 'take') throw answer;
    await Promise.resolve();
    taken.push(text);
  },
};
const { house, clock, database, logged } = await startPeople({ carriers: [carrier] });
const { sql } = database;
const deliver = createDelivery(house);

type State = { channel: string; state: string; attempts: number; error_code: string | null; text: string };
const outbox = () =>
  sql<State[]>`select channel, state, attempts, error_code, text from people.messages order by id`;
async function newPerson(locale: 'ru' | 'en', email: string | null, phone: string | null): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into people.persons (kind, name, email, phone, locale, created_at)
    values ('natural', 'Анна', ${email}, ${phone}, ${locale}, now()) returning id`;
  return row!.id;
}
const [building] = await sql<{ id: string }[]>`
  insert into people.buildings (address, city, time_zone, created_at)
  values ('ул. Ясная, 5', 'Вечевой', 'Europe/Moscow', now()) returning id`;
const buildingId = building!.id;
const role = (personId: string) => ({
  personId,
  template: 'people.role',
  values: { role: 'chair' },
  buildingId,
});

beforeEach(async () => {
  answers = [];
  taken.length = 0;
  await sql`delete from people.messages`;
});

describe('a notice', () => {
  it('goes by every channel a person has, in the person’s language', async () => {
    const people = [
      await newPerson('ru', 'a@example.org', '+79160000001'),
      await newPerson('en', 'b@example.org', null),
      await newPerson('ru', null, null),
    ];
    await house.notices.send(house.db, people.map(role));
    const queued = await outbox();
    expect(queued.map(({ channel, state }) => `${channel} ${state}`)).toEqual([
      'email queued',
      'sms queued',
      'email queued',
    ]);
    expect(queued[0]!.text).toContain('В доме «ул. Ясная, 5» вы теперь председатель');
    expect(queued[1]!.text).toMatch(/^Вече: /);
    expect(queued[2]!.text).toContain('you are now the chair of the general meeting');
  });

  it('is not sent when the act it tells of is undone', async () => {
    const person = await newPerson('ru', 'undone@example.org', null);
    const act = house.db.transaction(async (tx) => {
      await house.notices.send(tx, [role(person)]);
      throw new Error('undone');
    });
    await expect(act).rejects.toThrow('undone');
    expect(await outbox()).toEqual([]);
  });

  it('to 2,000 people is queued by a few statements', async () => {
    const rows = await sql<{ id: string }[]>`
      insert into people.persons (kind, name, email, locale, created_at)
      select 'natural', 'Житель ' || i, 'crowd' || i || '@example.org', 'ru', now() from generate_series(1, 2000) i
      returning id`;
    let statements = 0;
    const db = new Proxy(house.db, {
      get: (target, name) => {
        if (name === 'execute' || name === 'select') statements++;
        return Reflect.get(target, name) as unknown;
      },
    });
    await house.notices.send(
      db,
      rows.map(({ id }) => role(id)),
    );
    expect(statements).toBeLessThanOrEqual(3);
    await deliver();
    expect(taken).toHaveLength(2_000);
    expect(new Set((await outbox()).map(({ state }) => state))).toEqual(new Set(['sent']));
  });
});

describe('delivery', () => {
  it('tries again later, waiting longer each time, until the carrier takes it', async () => {
    await house.notices.send(house.db, [role(await newPerson('ru', 'later@example.org', null))]);
    answers = [new DeliveryFault('smtp-451', false), new Error('something else')];
    await deliver();
    expect(await outbox()).toMatchObject([{ state: 'queued', attempts: 1, error_code: 'smtp-451' }]);
    await deliver();
    expect(await outbox()).toMatchObject([{ attempts: 1 }]);
    clock.advance(60_000);
    await deliver();
    expect(await outbox()).toMatchObject([{ state: 'queued', attempts: 2, error_code: 'unexpected' }]);
    clock.advance(60_000);
    await deliver();
    expect(taken).toHaveLength(0);
    clock.advance(240_000);
    await deliver();
    expect(await outbox()).toMatchObject([{ state: 'sent', attempts: 3, error_code: null }]);
    expect(taken).toHaveLength(1);
  });

  it('gives up at once on an address that does not exist, and in the end on a carrier that never answers', async () => {
    await house.notices.send(house.db, [role(await newPerson('ru', 'gone@example.org', null))]);
    answers = [new DeliveryFault('smtp-550', true)];
    await deliver();
    expect(await outbox()).toMatchObject([{ state: 'failed', attempts: 1, error_code: 'smtp-550' }]);
    await sql`delete from people.messages`;
    await house.notices.send(house.db, [role(await newPerson('ru', 'never@example.org', null))]);
    answers = Array.from({ length: 20 }, () => new DeliveryFault('unreachable', false));
    for (let i = 0; i < 10; i++) {
      await deliver();
      clock.advance(86_400_000);
    }
    expect(await outbox()).toMatchObject([{ state: 'failed', attempts: 7, error_code: 'unreachable' }]);
  });

  it('by two processes at once takes each message once', async () => {
    const people = await Promise.all(
      Array.from({ length: 60 }, (_, i) => newPerson('ru', `two${i}@example.org`, null)),
    );
    await house.notices.send(house.db, people.map(role));
    await Promise.all([createDelivery(house)(), createDelivery(house)(), deliver()]);
    expect(taken).toHaveLength(60);
  });

  it('that dies on the way loses nothing: the message is tried again after the lease', async () => {
    await house.notices.send(house.db, [role(await newPerson('ru', 'lease@example.org', null))]);
    const { claimMessages } = await import('@veche/people/message-store.ts');
    expect(await claimMessages(house.db, ['email'], clock.now(), 120, 10)).toHaveLength(1);
    await deliver();
    expect(taken).toHaveLength(0);
    clock.advance(120_000);
    await deliver();
    expect(taken).toHaveLength(1);
  });

  it('leaves messages of a channel without a carrier in the queue', async () => {
    await house.notices.send(house.db, [role(await newPerson('ru', null, '+79160000009'))]);
    await deliver();
    expect(await outbox()).toMatchObject([{ channel: 'sms', state: 'queued', attempts: 0 }]);
  });

  it('logs neither address nor text', () => {
    expect(logged.length).toBeGreaterThan(0);
    expect(logged.join('\n')).not.toMatch(/@example\.org|\+7916|Анна/);
  });
});

describe('a demonstration', async () => {
  const demo = await startPeople({ demo: true });

  it('shows every message to everyone, codes included, newest first and by person', async () => {
    const asked = [await demo.codeFor(OPERATOR), await demo.codeFor(OPERATOR)];
    const { messages, next } = await demo.call()(contract.readOutbox, {
      query: { to: ' OPERATOR@example.org' },
    });
    expect(messages.map(({ text }) => /\d{6}/.exec(text)![0]).toSorted()).toEqual(asked.toSorted());
    expect(next).toBeNull();
    expect(BigInt(messages[0]!.id)).toBeGreaterThan(BigInt(messages[1]!.id));
    const before = await demo.call()(contract.readOutbox, { query: { before: messages[0]!.id } });
    expect(before.messages.map(({ id }) => id)).toEqual([messages[1]!.id]);
    expect(
      (await demo.call()(contract.readOutbox, { query: { to: 'nobody@example.org' } })).messages,
    ).toEqual([]);
  });

  it('names the people to sign in as, in their order', async () => {
    const me = await (await demo.signedIn(OPERATOR))(contract.getMe);
    const people = [{ personId: me.id, part: 'operator' as const, buildingId: null }];
    await replaceDemoPeople(demo.house.db, people);
    await replaceDemoPeople(demo.house.db, people);
    expect(await demo.call()(contract.getDemo)).toEqual({
      demo: true,
      now: demo.clock.now().toISOString(),
      people: [{ contact: OPERATOR, name: 'Оператор', role: 'operator', buildingId: null }],
    });
  });
});
