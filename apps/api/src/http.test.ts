import { LOCALES } from '@veche/core/locale.ts';
import { endpoint } from '@veche/module-kit/endpoint.ts';
import { route } from '@veche/module-kit/route.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttp, type HttpServer } from './http.ts';
import { createCounters } from './metrics.ts';

const LINE = `${JSON.stringify({ line: 'x'.repeat(200) })}\n`;
const LINES = 50_000;

const lines = endpoint({
  id: 'test.lines',
  method: 'GET',
  path: '/api/v1/lines',
  who: 'anyone',
  summary: 'Many lines.',
  reply: { file: 'application/jsonl' },
  refusals: {},
});
const echo = endpoint({
  id: 'test.echo',
  method: 'POST',
  path: '/api/v1/echo',
  who: 'anyone',
  summary: 'One line.',
  reply: { file: 'application/jsonl' },
  refusals: {},
});

let http: HttpServer | null = null;
afterEach(() => http?.close());

async function serve(): Promise<string> {
  const content = () => {
    let sent = 0;
    return new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent === LINES) controller.close();
        else {
          const some = Math.min(500, LINES - sent);
          sent += some;
          controller.enqueue(Buffer.from(LINE.repeat(some)));
        }
      },
    });
  };
  const translate = Object.fromEntries(LOCALES.map((locale) => [locale, (key: string) => key]));
  const open = {
    house: { clock: { now: () => new Date() }, ledger: { policy: null, verifierKey: '' } },
    routes: [
      route(lines, async () => ({ content: content() }) as never),
      route(echo, async () => ({ content: LINE.repeat(50) }) as never),
    ],
    guard: async () => ({ caller: null }),
    translate,
    tiles: {},
    installation: { logKeys: [] },
    counters: createCounters('/', Date.now),
    findTrouble: async () => null,
  };
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  http = createHttp({
    open: open as never,
    webOrigin: 'http://localhost',
    log,
    metricsToken: null,
    pages: null,
  });
  return `http://127.0.0.1:${await http.listen(0, '127.0.0.1')}`;
}

describe('the server', () => {
  it('streams a large answer compressed, with no listener left behind for any piece of it', async () => {
    const origin = await serve();
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', onWarning);
    try {
      const answer = await fetch(`${origin}/api/v1/lines`);
      expect(answer.headers.get('content-encoding')).toMatch(/br|gzip/);
      let length = 0;
      for await (const piece of answer.body!) {
        length += piece.length;
        // A reader slower than the writer, so that the writer has to wait for it.
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(length).toBe(LINE.length * LINES);
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(warnings).toEqual([]);
    } finally {
      process.off('warning', onWarning);
    }
  });

  it('compresses nothing that was posted for, and names every answer', async () => {
    const origin = await serve();
    const posted = await fetch(`${origin}/api/v1/echo`, { method: 'POST' });
    expect(posted.headers.get('content-encoding')).toBeNull();
    expect(await posted.text()).toBe(LINE.repeat(50));
    for (const path of ['/api/v1/lines', '/api/v1/nothing']) {
      const { headers, body } = await fetch(origin + path, { headers: { 'accept-encoding': 'identity' } });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      await body?.cancel();
    }
  });
});
