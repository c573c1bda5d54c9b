// The outbox: what is queued with an act, how it is carried, and what happens when the carrier says no.
import { hash } from 'node:crypto';
import { DeliveryFault, type DeliveryReport, type MessageTransport } from '@veche/module-kit/module.ts';
import * as contract from '@veche/people/contract.ts';
import { createDelivery, peopleJobs } from '@veche/people/jobs.ts';
import {
  ensureStopTokens,
  findReminders,
  putReminders,
  putRemindersByToken,
} from '@veche/people/message-inbox.ts';
import { markAlive, readChannels, readEventsAbout, readSentAbout } from '@veche/people/message-proofs.ts';
import { insertMessages } from '@veche/people/message-store.ts';
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
  sql<State[]>`select channel, state, attempts, error_code, text from people.messages
    where channel <> 'app' order by id`;
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

/** What was sent stays for ever, but for a superuser who takes the triggers out of the way. */
const forgetMessages = () =>
  sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`delete from people.message_events`;
    await tx`delete from people.messages`;
  });

beforeEach(async () => {
  answers = [];
  taken.length = 0;
  await forgetMessages();
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

  it('lies in the person’s own pages too, even of one without a contact', async () => {
    await house.notices.send(house.db, [role(await newPerson('ru', null, null))]);
    expect(await sql`select channel, state, recipient, subject from people.messages`).toMatchObject([
      { channel: 'app', state: 'sent', recipient: '', subject: expect.stringMatching(/./) as string },
    ]);
    expect(await outbox()).toEqual([]);
  });

  it('said twice with the same word goes once', async () => {
    const person = await newPerson('ru', 'once@example.org', null);
    const once = { ...role(person), once: 'the-meeting/called' };
    await house.notices.send(house.db, [once, once]);
    await Promise.all([
      house.notices.send(house.db, [once]),
      house.notices.send(house.db, [{ ...once, values: { role: 'auditor' } }]),
    ]);
    expect(await outbox()).toHaveLength(1);
    await deliver();
    expect(taken).toHaveLength(1);
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
    await forgetMessages();
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

describe('quiet hours', () => {
  /** In the building’s Moscow time. */
  const goTo = (moment: string): void => clock.advance(new Date(moment).getTime() - clock.now().getTime());
  const rings: string[] = [];
  const phone: MessageTransport = { channel: 'sms', deliver: async ({ to }) => void rings.push(to) };
  const ring = createDelivery({ ...house, transports: [phone] });

  it('hold an SMS for the morning, but neither an e-mail nor what is urgent', async () => {
    goTo('2027-03-01T22:30:00+03:00');
    const both = await newPerson('ru', 'night@example.org', '+79160000011');
    await house.notices.send(house.db, [role(both)]);
    await house.notices.send(house.db, [
      { ...role(await newPerson('ru', null, '+79160000012')), urgent: true },
    ]);
    await deliver();
    await ring();
    expect(taken).toHaveLength(1);
    expect(rings).toEqual(['+79160000012']);
    goTo('2027-03-02T08:59:00+03:00');
    await ring();
    expect(rings).toHaveLength(1);
    goTo('2027-03-02T09:00:00+03:00');
    await ring();
    expect(rings).toEqual(['+79160000012', '+79160000011']);
    expect(await eventsOf('+79160000011')).toEqual(['held null', 'sent null']);
  });

  it('hold a message that was queued by day and is tried at night, and the try does not count', async () => {
    goTo('2027-03-02T21:59:00+03:00');
    await house.notices.send(house.db, [role(await newPerson('ru', null, '+79160000013'))]);
    goTo('2027-03-02T22:00:00+03:00');
    await ring();
    expect(rings).not.toContain('+79160000013');
    expect(await outbox()).toMatchObject([{ state: 'queued', attempts: 0 }]);
    goTo('2027-03-03T09:00:00+03:00');
    await ring();
    expect(rings).toContain('+79160000013');
  });
});

const eventsOf = async (recipient: string): Promise<string[]> =>
  (
    await sql<{ line: string }[]>`
      select kind || ' ' || coalesce(code, 'null') as line
      from people.message_events e join people.messages m on m.id = e.message_id
      where recipient = ${recipient} order by e.id`
  ).map(({ line }) => line);

describe('what became of a message', () => {
  let report: Parameters<NonNullable<MessageTransport['follow']>>[0] = () => Promise.resolve(false);
  const telling: MessageTransport = {
    channel: 'email',
    deliver: async ({ id }) => Promise.resolve({ reference: `queue-${id}` }),
    follow: (given) => Promise.resolve(void (report = given)),
  };
  const carry = peopleJobs({ ...house, transports: [telling] }).find(
    ({ name }) => name === 'deliver-messages',
  ) as { run(): Promise<void> };
  const tell = (id: string, outcome: DeliveryReport['outcome'], code: string, deadContact = false) =>
    report({ message: { id }, outcome, code, deadContact });
  async function send(address: string): Promise<{ id: string; person: string }> {
    const person = await newPerson('ru', address, null);
    await house.notices.send(house.db, [{ ...role(person), about: `about ${address}` }]);
    await carry.run();
    const [row] = await sql<
      { id: string }[]
    >`select id::text from people.messages where recipient = ${address}`;
    return { id: row!.id, person };
  }

  it('is kept with its moments, the carrier’s name of it and the hash of what was sent', async () => {
    const { id, person } = await send('told@example.org');
    expect(await tell(id, 'delayed', '4.4.1')).toBe(true);
    expect(await tell(id, 'delivered', '2.0.0')).toBe(true);
    expect(await tell(id, 'delivered', '2.0.0')).toBe(true);
    const [mail] = (await readSentAbout(house.db, 'about told@example.org')).filter(
      ({ channel }) => channel === 'email',
    );
    expect(mail).toMatchObject({ personId: person, state: 'delivered', reference: `queue-${id}` });
    const [row] = await sql<{ subject: string; text: string }[]>`
      select subject, text from people.messages where id = ${id}`;
    expect(mail!.contentHash).toBe(
      hash('sha256', JSON.stringify(['email', 'told@example.org', row!.subject, row!.text])),
    );
    expect(
      (await readEventsAbout(house.db, 'about told@example.org', person)).map(({ kind, code }) => [
        kind,
        code,
      ]),
    ).toEqual([
      ['sent', null],
      ['delayed', '4.4.1'],
      ['delivered', '2.0.0'],
    ]);
  });

  it('that came back stays so, whatever is told later', async () => {
    const { id } = await send('back@example.org');
    await tell(id, 'bounced', '5.2.2');
    await tell(id, 'delivered', '2.0.0');
    expect(await outbox()).toMatchObject([{ state: 'bounced', error_code: '5.2.2' }]);
    expect(await eventsOf('back@example.org')).toEqual(['sent null', 'bounced 5.2.2']);
  });

  it('is not believed of a message that nobody sent', async () => {
    await carry.run();
    expect(await tell('999999999', 'bounced', '5.1.1', true)).toBe(false);
    expect(await tell('no number', 'bounced', '5.1.1', true)).toBe(false);
    expect(
      await report({ message: { reference: 'x' }, outcome: 'bounced', code: '5.1.1', deadContact: true }),
    ).toBe(false);
  });

  it('marks a mailbox that does not exist: nothing more goes there but a code, and the proof says why', async () => {
    const { id, person } = await send('dead@example.org');
    await tell(id, 'bounced', '5.1.1', true);
    expect(await readChannels(house.db, [person])).toEqual(
      new Map([[person, { email: 'dead', sms: 'none' }]]),
    );
    await house.notices.send(house.db, [{ ...role(person), about: 'second' }]);
    await carry.run();
    const second = await readSentAbout(house.db, 'second', person);
    expect(second.map(({ channel, state, errorCode }) => [channel, state, errorCode])).toEqual([
      ['app', 'sent', null],
      ['email', 'failed', 'dead-contact'],
    ]);
    await insertMessages(
      house.db,
      [
        {
          channel: 'email',
          recipient: 'dead@example.org',
          subject: '',
          text: '000000',
          template: 'people.code',
          personId: person,
          buildingId: null,
          secret: true,
        },
      ],
      clock.now(),
    );
    expect((await outbox()).at(-1)).toMatchObject({ state: 'queued', text: '000000' });
    await markAlive(house.db, 'email', 'dead@example.org');
    expect(await readChannels(house.db, [person])).toEqual(
      new Map([[person, { email: 'good', sms: 'none' }]]),
    );
  });

  it('marks a mailbox that the server refuses at once', async () => {
    const person = await newPerson('ru', 'refused@example.org', null);
    await house.notices.send(house.db, [role(person)]);
    answers = [new DeliveryFault('smtp-550', true, true)];
    await deliver();
    expect((await readChannels(house.db, [person])).get(person)?.email).toBe('dead');
    expect(await eventsOf('refused@example.org')).toEqual(['given-up smtp-550']);
  });
});

describe('an optional notice', () => {
  it('goes to those who have not said no, and brings the link that says no', async () => {
    const [willing, weary] = [
      await newPerson('ru', 'willing@example.org', null),
      await newPerson('ru', 'weary@example.org', null),
    ];
    await putReminders(house.db, weary, false, house.random);
    await house.notices.send(
      house.db,
      [willing, weary].map((person) => ({ ...role(person), optional: true })),
    );
    expect((await outbox()).map(({ channel }) => channel)).toEqual(['email']);
    const tokens = await ensureStopTokens(house.db, [willing], house.random);
    expect(await putRemindersByToken(house.db, tokens.get(willing)!, false)).toBe(true);
    expect(await putRemindersByToken(house.db, 'x'.repeat(32), false)).toBe(false);
    expect(await findReminders(house.db, willing)).toBe(false);
    // What the law demands still comes.
    await house.notices.send(house.db, [role(willing)]);
    expect(await outbox()).toHaveLength(2);
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
