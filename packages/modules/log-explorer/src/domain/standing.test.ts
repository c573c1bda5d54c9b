import { describe, expect, it } from 'vitest';
import { standingOf } from './standing.ts';

const log = { state: 'running', hasPolicy: true, headSize: 5, witnessed: { quorumTime: 1_000 } } as const;

describe('how the log stands', () => {
  it.each([
    ['running', 'its witnesses were here a moment ago', log, 1_010],
    ['running', 'it asks no witnesses', { ...log, hasPolicy: false, witnessed: null }, 9_000],
    ['running', 'nothing is in it yet', { ...log, headSize: 0, witnessed: null }, 9_000],
    ['unwitnessed', 'its witnesses are late', log, 1_901],
    ['unwitnessed', 'no quorum has ever been there', { ...log, witnessed: null }, 9_000],
    ['stopped', 'nobody sequences', { ...log, state: 'absent' }, 1_010],
    ['stopped', 'the sequencer fails', { ...log, state: 'failing' }, 1_010],
    ['forked', 'a witness holds another history', { ...log, state: 'forked' }, 1_010],
  ] as const)('is "%s" when %s', (standing, _, given, now) => expect(standingOf(given, now)).toBe(standing));
});
