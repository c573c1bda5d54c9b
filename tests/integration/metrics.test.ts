// What Prometheus reads: complete, well-formed, for those who may, and named as the alarm rules name it.
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { getOperations } from '@veche/log-explorer/contract.ts';
import { ensurePerson, insertRole } from '@veche/people/store.ts';
import { describe, expect, it } from 'vitest';
import { startTestServer } from '../support/server.ts';

const TOKEN = 'a-token-of-this-test';
const server = await startTestServer({ settings: { metricsToken: TOKEN } });
const read = (headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${server.url}/metrics`, { headers, method });
const valueOf = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
};

describe('the metrics', () => {
  it('are OpenMetrics, each with its kind and help, and end as they must', async () => {
    const response = await read();
    expect(response.headers.get('content-type')).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
    const text = await response.text();
    expect(text.endsWith('# EOF\n')).toBe(true);
    const lines = text.split('\n').slice(0, -2);
    const families = new Set(lines.map((line) => /^# (?:HELP|TYPE) ([a-z_0-9]+) ./.exec(line)?.[1]));
    const isOfFamily = (line: string): boolean => {
      const name = /^([a-z_0-9]+)(?:\{[^}]*\})? \S+$/.exec(line)?.[1] ?? '';
      return families.has(name) || families.has(name.replace(/_(total|bucket|sum|count|info)$/, ''));
    };
    expect(lines.filter((line) => !line.startsWith('# ') && !isOfFamily(line))).toEqual([]);
    expect(lines.length).toBeGreaterThan(50);
  });

  it('say how the log stands', async () => {
    const text = await (await read()).text();
    expect(valueOf(text, 'veche_log_head_size')).toBeGreaterThan(0);
    expect(valueOf(text, 'veche_log_readable')).toBe(1);
    expect(valueOf(text, 'veche_log_forked')).toBe(0);
    expect(valueOf(text, 'veche_log_state{state="running"}')).toBe(1);
    expect(valueOf(text, 'veche_log_state{state="failing"}')).toBe(0);
    expect(valueOf(text, 'veche_log_waiting_entries')).toBe(0);
    expect(valueOf(text, 'veche_disk_free_bytes')).toBeGreaterThan(0);
    expect(valueOf(text, 'process_resident_memory_bytes')).toBeGreaterThan(0);
  });

  it('say of every queue what waits and what was given up: messages by channel, jobs by name', async () => {
    const { house, connection } = server.open;
    const now = house.clock.now().toISOString();
    const earlier = new Date(Date.parse(now) - 2 * 86_400_000).toISOString();
    const { sql } = connection;
    for (const failedAt of [now, now, earlier])
      await sql`
        INSERT INTO people.messages (channel, recipient, subject, text, template, state, created_at, next_attempt_at)
        VALUES ('sms', '+79990000000', '', '', 'x', 'failed', ${earlier}, ${failedAt})`;
    const text = await (await read()).text();
    // What was given up before the last day is told no more.
    expect(valueOf(text, 'veche_queue_failed{queue="messages.sms"}')).toBe(2);
    expect(valueOf(text, 'veche_queue_waiting{queue="messages.email"}')).toBe(0);
    for (const job of ['meetings.open', 'people.deliver-messages', 'ledger.audit-database'])
      for (const figure of ['waiting', 'overdue_seconds', 'failed'])
        expect(valueOf(text, `veche_queue_${figure}{queue="${job}"}`), job).toBeGreaterThanOrEqual(0);
  });

  it('count refusals, rejects and requests where they are answered', async () => {
    const before = await (await read()).text();
    const countOf = (text: string, labels: string) => valueOf(text, `veche_problems_total{${labels}}`) ?? 0;
    await fetch(`${server.url}/api/v1/me`);
    await fetch(`${server.url}/api/v1/log/entries?hash=${'0'.repeat(64)}`);
    await fetch(`${server.url}/log/v1/checkpoint`);
    const after = await (await read()).text();
    for (const labels of ['kind="reject",code="sign-in-first"', 'kind="reject",code="not-found"'])
      expect(countOf(after, labels) - countOf(before, labels), labels).toBe(1);
    const logged = 'veche_http_requests_total{area="log",status="2xx"}';
    expect(valueOf(after, logged)! - (valueOf(before, logged) ?? 0)).toBe(1);
    expect(valueOf(after, 'veche_http_request_duration_seconds_count{area="api"}')).toBeGreaterThanOrEqual(2);
  });

  it('are for this machine, and for whoever shows the token', async () => {
    // A proxy of this machine passes on the requests of others.
    const passedOn = { 'x-forwarded-for': '203.0.113.7' };
    expect((await read(passedOn)).status).toBe(401);
    expect((await read({ ...passedOn, authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await read({ ...passedOn, authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    expect((await read({}, 'POST')).status).toBe(405);
  });

  it('are not spoken of to a browser of another site', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const asked = request(
        `${server.url}/metrics`,
        { headers: { forwarded: 'for=203.0.113.7' } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      asked.on('error', reject);
      asked.end();
    });
    expect(status).toBe(401);
  });

  it('have every name that the alarm rules use', async () => {
    const rules = readFileSync(new URL('../../docs/alarm-rules.yml', import.meta.url), 'utf8');
    const names = new Set(rules.match(/\bveche_[a-z_]+/g));
    expect(names.size).toBeGreaterThan(10);
    const text = await (await read()).text();
    const present = new Set(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
        type === 'counter'
          ? [`${name}_total`]
          : type === 'histogram'
            ? [`${name}_bucket`, `${name}_sum`, `${name}_count`]
            : [name!],
      ),
    );
    expect([...names].filter((name) => !present.has(name))).toEqual([]);
  });
});

describe('the operator’s view', () => {
  it('has the state of the log, what was answered with a no, and the disk', async () => {
    const { db, clock } = server.open.house;
    const now = clock.now();
    const contact = { channel: 'email', address: 'operator@example.org' } as const;
    const personId = await ensurePerson(db, contact, 'Operator', 'en', now);
    await insertRole(db, { buildingId: null, personId, role: 'operator', grantedBy: null }, now);
    const call = await server.as(personId);
    const view = await call(getOperations);
    expect(view.state).toBe('running');
    expect(view.head!.size).toBeGreaterThan(0);
    expect(view.disk!.totalBytes).toBeGreaterThan(view.disk!.freeBytes);
    expect(view.minutes).toHaveLength(60);
    expect(view.minutes.reduce((sum, { requests }) => sum + requests, 0)).toBeGreaterThan(5);
    expect(view.problems.find(({ code }) => code === 'sign-in-first')).toMatchObject({ kind: 'reject' });
    expect(view.growth.reduce((sum, { entries }) => sum + entries, 0)).toBe(view.head!.size);
  });
});
