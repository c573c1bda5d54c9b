import { describe, expect, it } from 'vitest';
import { digitsOf, findPending, keepPending, safeNext } from './sign-in.ts';

function memoryStorage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
}

describe('the code of a sign-in', () => {
  it.each([
    ['123456', '123456'],
    ['123 456', '123456'],
    ['123-456', '123456'],
    ['Your code for Veche is 204816. It is good for 10 minutes.', '204816'],
    ['12', '12'],
    ['', ''],
    ['абв', ''],
  ])('reads %j as %j', (typed, digits) => expect(digitsOf(typed)).toBe(digits));
});

describe('the way on after signing in', () => {
  it.each([
    ['/buildings/1/meetings/2/vote', '/buildings/1/meetings/2/vote'],
    ['//evil.example', '/home'],
    ['/\\evil.example', '/home'],
    ['https://evil.example', '/home'],
    ['javascript:alert(1)', '/home'],
    ['/sign-in?next=/home', '/home'],
    [null, '/home'],
  ])('leads %j to %j', (next, path) => expect(safeNext(next)).toBe(path));
});

describe('a sign-in begun and left', () => {
  it('is found again after a reload, until the code expires', () => {
    const storage = memoryStorage();
    const pending = {
      contact: 'anna@example.org',
      channel: 'email',
      expiresAt: 1000,
      resendAt: 500,
    } as const;
    keepPending(storage, pending);
    expect(findPending(storage, 999)).toEqual(pending);
    expect(findPending(storage, 1000)).toBeNull();
  });
});
