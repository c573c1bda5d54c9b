import { describe, expect, it } from 'vitest';
import {
  createAddressLimit,
  hashCode,
  judgeCode,
  LIMITS,
  makeCode,
  MAX_ATTEMPTS,
  type StoredCode,
} from './codes.ts';

const now = new Date('2026-03-02T10:00:00Z');
const stored = (changes: Partial<StoredCode> = {}): StoredCode => ({
  personId: 'p',
  salt: 'salt',
  codeHash: hashCode('salt', '012345'),
  attempts: 0,
  expiresAt: new Date(now.getTime() + 1),
  usedAt: null,
  ...changes,
});

describe('a one-time code', () => {
  it('is right once, in time, for its own contact', () => {
    expect(judgeCode(stored(), '012345', now)).toBe('right');
    expect(judgeCode(stored({ attempts: MAX_ATTEMPTS - 1 }), '012345', now)).toBe('right');
  });
  it('is refused when another was typed, when it was used, and when none was asked for', () => {
    expect(judgeCode(stored(), '012346', now)).toBe('wrong-code');
    expect(judgeCode(stored({ usedAt: now }), '012345', now)).toBe('wrong-code');
    expect(judgeCode(null, '012345', now)).toBe('wrong-code');
  });
  it('expires at its very last millisecond', () => {
    expect(judgeCode(stored({ expiresAt: now }), '012345', now)).toBe('code-expired');
  });
  it('is no longer compared after five tries, right or not', () => {
    expect(judgeCode(stored({ attempts: MAX_ATTEMPTS }), '012345', now)).toBe('too-many-attempts');
  });
  it('can never be right for a contact nobody has', () => {
    expect(judgeCode(stored({ personId: null }), '012345', now)).toBe('wrong-code');
  });
  it('is drawn evenly: values that would favour small codes are drawn again', () => {
    const draws = [Uint8Array.of(0xff, 0xff, 0xff), Uint8Array.of(0xf4, 0x24, 0x00), Uint8Array.of(0, 0, 7)];
    expect(makeCode(() => draws.shift()!)).toBe('000007');
    expect(draws).toHaveLength(0);
  });
});

it('an address over its limit is told how long to wait, and others are not held up', async () => {
  const wait = createAddressLimit({ ...LIMITS, perAddress: 2 });
  expect([await wait('a'), await wait('a')]).toEqual([0, 0]);
  expect(await wait('a')).toBeGreaterThan(0);
  expect(await wait('b')).toBe(0);
});
