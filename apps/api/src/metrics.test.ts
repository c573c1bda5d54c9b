import { Writable } from 'node:stream';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fixedClock } from '@veche/core/clock.ts';
import type { LedgerStatus } from '@veche/module-kit/module.ts';
import type { Vitals } from '@veche/module-kit/vitals.ts';
import { describe, expect, it } from 'vitest';
import { createCounters, createMetrics } from './metrics.ts';

const START = Date.parse('2026-11-22T10:00:00Z');
const STATUS: LedgerStatus = {
  state: 'running',
  fault: null,
  head: { size: 20, atMs: START - 4_000, note: '' },
  epoch: 3,
  witnessed: { size: 18, note: '', quorumTime: START / 1_000 - 7 },
  waiting: 2,
  staged: 1,
  witnesses: [
    {
      name: 'city',
      cosigned: { size: 18, time: START / 1_000 - 9 },
      last: null,
      failures: 0,
      badCosignatures: 1,
    },
    { name: 'board', cosigned: null, last: null, failures: 4, badCosignatures: 0 },
  ],
  forks: [],
  audit: null,
};

/** A server of one request, whose figures are asked again and again. */
function start(
  status: () => Promise<LedgerStatus>,
  mirror: Vitals['mirror'] = null,
  queues?: () => Promise<NonNullable<Vitals['queues']>>,
) {
  let now = START;
  const counters = createCounters(
    '/',
    () => now,
    () => mirror,
    queues,
  );
  const answer = createMetrics({
    counters,
    ledger: { status, policy: 'a policy' },
    clock: fixedClock(new Date(START)),
    token: null,
  });
  const read = async (): Promise<string> => {
    const chunks: Buffer[] = [];
    const response = new Writable({
      write: (chunk: Buffer, _, done) => {
        chunks.push(chunk);
        done();
      },
    });
    const request = { method: 'GET', headers: {}, socket: { remoteAddress: '127.0.0.1' } };
    await answer(
      request as unknown as IncomingMessage,
      Object.assign(response, { writeHead: () => response }) as unknown as ServerResponse,
    );
    return Buffer.concat(chunks).toString();
  };
  return { counters, read, pass: (ms: number) => void (now += ms) };
}
const seriesOf = (text: string): Record<string, number> =>
  Object.fromEntries(
    [...text.matchAll(/^(veche_(?!http)\S+) (\S+)$/gm)].map(([, series, value]) => [series!, Number(value)]),
  );

describe('the metrics', () => {
  it('are those of the log and of each witness', async () => {
    const { read } = start(() => Promise.resolve(STATUS));
    expect(seriesOf(await read())).toMatchObject({
      veche_log_readable: 1,
      veche_log_head_size: 20,
      veche_log_head_age_seconds: 4,
      veche_log_policy: 1,
      veche_log_witnessed_size: 18,
      veche_log_witnessed_age_seconds: 7,
      veche_log_waiting_entries: 2,
      veche_log_staged_batches: 1,
      veche_log_epoch: 3,
      veche_log_forked: 0,
      'veche_log_state{state="running"}': 1,
      'veche_log_state{state="forked"}': 0,
      'veche_witness_size{witness="city"}': 18,
      'veche_witness_lag_entries{witness="city"}': 2,
      'veche_witness_age_seconds{witness="city"}': 9,
      'veche_witness_bad_cosignatures{witness="city"}': 1,
      'veche_witness_lag_entries{witness="board"}': 20,
      'veche_witness_failures{witness="board"}': 4,
    });
  });

  it('say how far the second copy is behind, where this process keeps one', async () => {
    const { read } = start(() => Promise.resolve(STATUS));
    expect(Object.keys(seriesOf(await read())).filter((name) => name.includes('mirror'))).toEqual([]);
    const copied = { sinceMs: START - 60_000, last: { size: 15, atMs: START - 12_000 }, failures: 2 };
    expect(seriesOf(await start(() => Promise.resolve(STATUS), copied).read())).toMatchObject({
      veche_mirror_size: 15,
      // Of the 18 that are witnessed: what is not public yet is nowhere to be copied from.
      veche_mirror_lag_entries: 3,
      veche_mirror_age_seconds: 12,
      veche_mirror_failures: 2,
    });
    const never = { ...copied, last: null };
    expect(seriesOf(await start(() => Promise.reject(new Error('away')), never).read())).toMatchObject({
      veche_mirror_size: 0,
      veche_mirror_age_seconds: 60,
    });
  });

  it('say how each queue does, and show no old figure of one that cannot be read', async () => {
    let queues = () =>
      Promise.resolve([{ name: 'messages.email', waiting: 12, overdueSeconds: 75, failed: 2 }]);
    const { read } = start(
      () => Promise.resolve(STATUS),
      null,
      () => queues(),
    );
    expect(seriesOf(await read())).toMatchObject({
      'veche_queue_waiting{queue="messages.email"}': 12,
      'veche_queue_overdue_seconds{queue="messages.email"}': 75,
      'veche_queue_failed{queue="messages.email"}': 2,
    });
    queues = () => Promise.reject(new Error('the database is away'));
    expect(Object.keys(seriesOf(await read())).filter((name) => name.includes('queue'))).toEqual([]);
  });

  it('say that the log cannot be read, and show no old figure in place of it', async () => {
    let status = (): Promise<LedgerStatus> => Promise.resolve(STATUS);
    const { read } = start(() => status());
    await read();
    status = () => Promise.reject(new Error('the database is away'));
    const left = Object.keys(seriesOf(await read())).filter((series) => /^veche_(log|witness)/.test(series));
    expect(left).toEqual(['veche_log_readable']);
    expect(seriesOf(await read())['veche_log_readable']).toBe(0);
  });

  it('forget a witness that left the policy, and a head that is not there', async () => {
    let status = STATUS;
    const { read } = start(() => Promise.resolve(status));
    await read();
    status = {
      ...STATUS,
      head: null,
      witnessed: null,
      witnesses: STATUS.witnesses.slice(0, 1),
      state: 'forked',
    };
    const series = seriesOf(await read());
    expect(Object.keys(series).filter((name) => name.includes('board'))).toEqual([]);
    expect(series).not.toHaveProperty('veche_log_head_age_seconds');
    expect(series).not.toHaveProperty('veche_log_witnessed_age_seconds');
    expect(series['veche_log_forked']).toBe(1);
  });
});

describe('the figures of the operator’s page', () => {
  it('are of the last sixty minutes, quiet ones too', async () => {
    const { counters, pass } = start(() => Promise.resolve(STATUS));
    counters.onAnswer('api', 200, 12.4);
    counters.onProblem('not-found', 'reject');
    pass(3 * 60_000);
    counters.onAnswer('pages', 503, 90);
    counters.onProblem('unavailable', 'failure');
    counters.onProblem('unavailable', 'failure');
    const { minutes, problems, sinceMs, nowMs } = await counters.vitals();
    expect([sinceMs, nowMs]).toEqual([START, START + 180_000]);
    expect(minutes).toHaveLength(60);
    expect(minutes.at(-1)).toEqual({
      atMs: START + 180_000,
      requests: 1,
      problems: 2,
      failures: 2,
      slowestMs: 90,
    });
    expect(minutes.at(-2)).toMatchObject({ requests: 0, problems: 0 });
    expect(minutes.at(-4)).toMatchObject({ requests: 1, problems: 1, failures: 0, slowestMs: 12 });
    expect(problems).toEqual([
      { code: 'unavailable', kind: 'failure', count: 2 },
      { code: 'not-found', kind: 'reject', count: 1 },
    ]);
    pass(58 * 60_000);
    const later = (await counters.vitals()).minutes;
    expect(later.reduce((sum, { requests }) => sum + requests, 0)).toBe(1);
  });
});
