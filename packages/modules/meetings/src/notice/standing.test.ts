import { describe, expect, it } from 'vitest';
import { judgeStanding, kindOf, maskContact, type Message } from './standing.ts';

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 22, 9, minute));
const message = (change: Partial<Message>): Message => ({
  channel: 'email',
  state: 'sent',
  errorCode: null,
  createdAt: at(0),
  sentAt: at(1),
  settledAt: null,
  readAt: null,
  ...change,
});
const GOOD = { email: 'good', sms: 'good' } as const;
const DEAD = { email: 'dead', sms: 'none' } as const;

describe('the standing of an owner with a notice', () => {
  it.each([
    ['a signature is better than any message', [message({ state: 'delivered' })], 'hand', 'received'],
    ['a posted letter is as good as a sent message', [message({ state: 'failed' })], 'letter', 'sent'],
  ] as const)('%s', (_, messages, channel, level) => {
    expect(judgeStanding(messages, [{ channel, happenedAt: at(9) }], GOOD)).toMatchObject({
      level,
      way: channel,
      at: at(9),
    });
  });

  it('goes by the best of all channels', () => {
    const sms = message({ channel: 'sms', state: 'delivered', settledAt: at(3) });
    expect(judgeStanding([message({}), sms], [], GOOD)).toEqual({
      level: 'delivered',
      way: 'sms',
      at: at(3),
      trouble: null,
      next: null,
    });
  });

  it('of a notice that lies unread in the owner’s pages is none; once read it is received', () => {
    const lies = message({ channel: 'app' });
    expect(judgeStanding([lies], [], DEAD)).toMatchObject({ level: 'none', next: 'letter' });
    expect(judgeStanding([{ ...lies, readAt: at(5) }], [], DEAD)).toMatchObject({
      level: 'received',
      way: 'app',
      at: at(5),
      next: null,
    });
  });

  it('with a dead mailbox proposes a letter, and another try where there is another contact', () => {
    const back = message({ state: 'bounced', errorCode: '5.1.1' });
    expect(judgeStanding([back], [], DEAD)).toMatchObject({
      level: 'none',
      trouble: '5.1.1',
      next: 'letter',
    });
    expect(judgeStanding([back], [], { email: 'dead', sms: 'good' })).toMatchObject({ next: 'send-again' });
  });

  it('needs nothing while a message waits', () => {
    expect(judgeStanding([message({ state: 'queued', sentAt: null })], [], GOOD)).toMatchObject({
      level: 'waiting',
      next: null,
    });
  });
});

describe('notices', () => {
  it('are told from other messages by their templates', () => {
    expect(kindOf('meetings.notice.called')).toBe('called');
    expect(kindOf('meetings.notice.key')).toBe(null);
    expect(kindOf('people.role')).toBe(null);
  });

  it('show contacts so that they name nobody', () => {
    expect(maskContact('anna@example.org')).toBe('a…@example.org');
    expect(maskContact('+79161234567')).toBe('+7…67');
    expect(maskContact('')).toBe('');
  });
});
