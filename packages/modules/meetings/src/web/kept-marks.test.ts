import { beforeEach, expect, it } from 'vitest';
import { findMarks, forgetMarks, keepMarks, type MarkStorage } from './kept-marks.ts';

let values: Map<string, string>;
let storage: MarkStorage;
beforeEach(() => {
  values = new Map();
  storage = {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
});

it('finds the marks that were kept for this voter, and no others', () => {
  keepMarks(storage, 'm', 'v', { i1: 'for' });
  expect(findMarks(storage, 'm', 'v', ['i1', 'i2'])).toEqual({ i1: 'for' });
  expect(findMarks(storage, 'm', 'other', ['i1'])).toBeNull();
  forgetMarks(storage, 'm', 'v');
  expect(findMarks(storage, 'm', 'v', ['i1'])).toBeNull();
});

it.each(['{', '7', '{"i1":"maybe","x":"for"}'])('passes over %s', (text) => {
  values.set('veche-marks m v', text);
  expect(findMarks(storage, 'm', 'v', ['i1']) ?? {}).toEqual({});
});

it('bears a browser that forbids storage', () => {
  const forbidden: MarkStorage = {
    getItem: () => {
      throw new Error('denied');
    },
    setItem: () => {
      throw new Error('denied');
    },
    removeItem: () => {
      throw new Error('denied');
    },
  };
  keepMarks(forbidden, 'm', 'v', { i1: 'for' });
  forgetMarks(forbidden, 'm', 'v');
  expect(findMarks(forbidden, 'm', 'v', ['i1'])).toBeNull();
});
