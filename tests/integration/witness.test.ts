// The witness as others meet it: real HTTP, real files, processes that are killed and processes that share a store.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCosigned, parsePolicy } from '@veche/ledger/policy.ts';
import { checkNote, cosignatureSeconds, createNoteSigner, parseVerifierKey } from '@veche/ledger/note.ts';
import { publicKeyOf } from '@veche/ledger/ed25519.ts';
import { askWitness } from '@veche/witness/ask.ts';
import { createFixtureLog, logSigner } from '@veche/witness/log.fixture.ts';
import { createWitness, serveWitness } from '@veche/witness/witness-server.ts';
import { openWitnessStore } from '@veche/witness/witness-store.ts';
import { describe, expect, it } from 'vitest';
import { afterwards } from '../support/afterwards.ts';
import { startWitnessProgram } from '../support/witness-program.ts';

const NAME = 'witness.example/board';
const log = createFixtureLog();
const id = createHash('sha256').update(logSigner.name).digest('hex');

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'veche-witness-'));
  afterwards(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const run = (...args: string[]) => startWitnessProgram('--name', NAME, '--port', '0', ...args);

/** A witness in this process, which is quicker to start. */
async function serve(options: { requestTimeoutMs?: number } = {}) {
  const seed = new Uint8Array(32).fill(4);
  const store = openWitnessStore(join(temporaryFolder(), 'w.sqlite'), {
    name: NAME,
    publicKey: publicKeyOf(seed),
  });
  const said: { facts: object; message: string }[] = [];
  const note = (facts: object, message: string): void => void said.push({ facts, message });
  const witness = createWitness({
    name: NAME,
    seed,
    store,
    logs: [logSigner.vkey],
    now: Date.now,
    log: { info: note, warn: note, error: note },
  });
  const served = await serveWitness(witness, { port: 0, ...options });
  afterwards(async () => {
    await served.close();
    store.close();
  });
  return { ...served, witness, store, said };
}

const post = async (url: string, body: string) => {
  const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body });
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
};

describe('a witness over HTTP', () => {
  it('answers each case of the protocol with its status and type', async () => {
    const { url } = await serve();
    const text = 'text/plain; charset=utf-8';
    const foreign = createNoteSigner(logSigner.name, new Uint8Array(32).fill(7));
    const bare = await log.request(0, 1);
    expect(await post(url, bare)).toMatchObject({ status: 200, type: text });
    expect(await post(url, await log.request(1, 3))).toMatchObject({ status: 200 });
    expect(await post(url, await log.request(3, 5))).toMatchObject({ status: 200 });
    expect(await post(url, bare)).toEqual({ status: 409, type: 'text/x.tlog.size', body: '5\n' });
    expect(await post(url, '')).toMatchObject({ status: 400, type: text });
    expect(await post(url, await log.request(6, 5))).toMatchObject({ status: 400 });
    expect(await post(url, await log.request(5, 6, await log.checkpoint(6, foreign)))).toMatchObject({
      status: 403,
    });
    const unknown = bare.replaceAll(logSigner.name, 'unknown.example');
    expect(await post(url, unknown)).toMatchObject({ status: 404 });
    expect(await post(url, await createFixtureLog(2).request(5, 5))).toMatchObject({ status: 422 });
    expect(await post(url, await createFixtureLog(2).request(5, 8))).toMatchObject({ status: 422 });
    expect(await post(url, await log.request(5, 5))).toMatchObject({ status: 200 });
  });

  it('gives cosignatures that a policy counts, and shows the latest to everybody', async () => {
    const { url, witness } = await serve();
    const asked = await askWitness({ url: `${url}/`, body: await log.request(0, 4), timeoutMs: 1_000 });
    if (asked.reply !== 'cosigned') throw new Error(asked.reply);
    const policy = parsePolicy(`log ${logSigner.vkey}\nwitness w ${witness.vkey} ${url}\nquorum w\n`);
    const cosigned = (await log.checkpoint(4)) + asked.lines.join('');
    const { quorumTime, size } = readCosigned(cosigned, parseVerifierKey(logSigner.vkey), policy);
    expect(size).toBe(4);
    expect(Math.abs(quorumTime! - Date.now() / 1000)).toBeLessThan(5);

    const shown = await fetch(`${url}/${id}/checkpoint`);
    expect(await shown.text()).toBe(cosigned);
    expect(shown.headers.get('cache-control')).toBe('no-store');
    expect(shown.headers.get('access-control-allow-origin')).toBe('*');
    expect((await fetch(`${url}/${id}/checkpoint`, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${url}/${'0'.repeat(64)}/checkpoint`)).status).toBe(404);
    expect((await fetch(`${url}/${id}`)).status).toBe(404);
    expect((await fetch(`${url}/${id}/forks`)).status).toBe(404);
  });

  it('refuses other methods by name', async () => {
    const { url } = await serve();
    const put = await fetch(`${url}/add-checkpoint`, { method: 'PUT', body: 'x' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST']);
    const remove = await fetch(url, { method: 'DELETE' });
    expect([remove.status, remove.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('reads no more than a request can be', async () => {
    const { url } = await serve();
    const large = 'x'.repeat(200_000);
    expect((await post(url, large)).status).toBe(413);
    // Without a length said beforehand.
    const stream = new Blob([large]).stream();
    const chunked = await fetch(`${url}/add-checkpoint`, {
      method: 'POST',
      body: stream,
      duplex: 'half',
    } as RequestInit).catch(() => null);
    // The connection may be cut before the asker has sent everything.
    expect(chunked === null || chunked.status === 413).toBe(true);
    expect((await post(url, await log.request(0, 1))).status).toBe(200);
  });

  it('waits for nobody for ever, and serves the others meanwhile', async () => {
    const { url, port } = await serve({ requestTimeoutMs: 300 });
    const hung = connect(port, '127.0.0.1');
    afterwards(() => hung.destroy());
    const cut = new Promise<string>((ended) => {
      let heard = '';
      hung.on('data', (chunk) => (heard += chunk.toString()));
      hung.once('close', () => ended(heard));
    });
    hung.write('POST /add-checkpoint HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nold 0\n');
    expect((await post(url, await log.request(0, 1))).status).toBe(200);
    expect(await cut).toContain('408');
  });

  it('tells people in their language what it is and how far it has seen', async () => {
    const { url, witness, store } = await serve();
    await post(url, await log.request(0, 4));
    const page = async (language: string) =>
      (await fetch(url, { headers: { 'accept-language': language } })).text();
    expect(await page('ru-RU,ru;q=0.9')).toContain('первые 4 записи');
    const english = await page('en');
    expect(english).toContain('the first 4 entries');
    expect(english).toContain(witness.vkey);
    expect(english).toContain(`href="${id}/checkpoint"`);
    expect(english).not.toContain('role="alert"');
    await post(url, await createFixtureLog(2).request(4, 4));
    expect(await page('en')).toContain('has signed two histories');
    expect(store.forksOf(logSigner.name)).toEqual([await createFixtureLog(2).checkpoint(4)]);
    expect(await (await fetch(`${url}/${id}/forks`)).text()).toBe(await createFixtureLog(2).checkpoint(4));
  });

  it('counts for a monitoring system, by log and status and by nothing else', async () => {
    const { url, said } = await serve();
    await post(url, await log.request(0, 4));
    await post(url, await log.request(0, 4));
    await post(url, 'old 0\n\nsomething\n');
    const answer = await fetch(`${url}/metrics`);
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toContain('application/openmetrics-text');
    expect(text).toContain(`witness_requests_total{log="${logSigner.name}",status="200"} 1`);
    expect(text).toContain(`witness_requests_total{log="${logSigner.name}",status="409"} 1`);
    expect(text).toContain('witness_requests_total{log="",status="400"} 1');
    expect(text).toContain(`witness_tree_size{log="${logSigner.name}"} 4`);
    expect(text.endsWith('# EOF\n')).toBe(true);
    expect(JSON.stringify(said)).not.toMatch(/127\.0\.0\.1|something/);
  });
});

describe('two requests at once', () => {
  it('from the same old size: one is cosigned, the other is told the new size', async () => {
    const { url } = await serve();
    for (let size = 0; size < 40; size += 2) {
      const answers = await Promise.all([
        post(url, await log.request(size, size + 1)),
        post(url, await log.request(size, size + 2)),
      ]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
      // Where the smaller tree came first, the larger one goes on from it.
      const at = answers[0]!.status === 200 ? size + 1 : size + 2;
      expect((await post(url, await log.request(at, size + 2))).status).toBe(200);
    }
  });

  it('to two processes over one store: never two trees from one, never back', async () => {
    const folder = temporaryFolder();
    const first = await run('--folder', folder, '--log', logSigner.vkey);
    const second = await run('--folder', folder);
    const cosigned: [number, number][] = [];
    let known = 0;
    for (let round = 0; round < 25; round++) {
      const answers = await Promise.all(
        [1, 2, 3, 4].map(async (step) => {
          const { url } = step % 2 === 0 ? first : second;
          const { status, body } = await post(url, await log.request(known, known + step));
          return { status, body, to: known + step };
        }),
      );
      const won = answers.filter(({ status }) => status === 200);
      expect(won).toHaveLength(1);
      const others = answers.filter(({ status }) => status !== 200);
      expect(others.map(({ status, body }) => `${status} ${body}`)).toEqual(
        Array.from({ length: 3 }, () => `409 ${won[0]!.to}\n`),
      );
      cosigned.push([known, won[0]!.to]);
      known = won[0]!.to;
    }
    expect(cosigned.every(([from], i) => i === 0 || cosigned[i - 1]![1] === from)).toBe(true);
  });
});

describe('a witness that is killed', () => {
  /** Asks for one size after the other until the witness is gone. @returns the sizes and times it was told */
  async function askOn(url: string, vkey: string, from: number): Promise<{ size: number; time: number }[]> {
    const told: { size: number; time: number }[] = [];
    for (let size = from + 1; ; size++) {
      const answer = await post(url, await log.request(size - 1, size)).catch(() => null);
      if (!answer) return told;
      const note = checkNote((await log.checkpoint(size)) + answer.body, [parseVerifierKey(vkey)]);
      told.push({ size, time: cosignatureSeconds(note.verified[0]!) });
    }
  }

  it('has forgotten nothing that it told anybody', async () => {
    const folder = temporaryFolder();
    const told: { size: number; time: number }[] = [{ size: 0, time: 0 }];
    const remembered: { told: number; known: number }[] = [];
    for (let life = 0; life < 5; life++) {
      const witness = await run('--folder', folder, '--log', logSigner.vkey);
      const vkey = /^ {2}witness \S+ (\S+) /m.exec(witness.said())![1]!;
      // From a size that is never reached: the answer is the size it knows.
      const known = Number((await post(witness.url, await log.request(99_999, 100_000))).body);
      remembered.push({ told: told.at(-1)!.size, known });
      const asking = askOn(witness.url, vkey, known);
      await new Promise((passed) => setTimeout(passed, 60 + 20 * life));
      await witness.kill();
      told.push(...(await asking));
    }
    // One more than was told may be known: stored, and killed before the answer left.
    for (const { told, known } of remembered) expect([told, told + 1]).toContain(known);
    expect(told.every(({ time }, i) => i === 0 || time >= told[i - 1]!.time)).toBe(true);
    expect(told.length).toBeGreaterThan(5);
  });
});

describe('the program of a witness', () => {
  it('starts, says what to do next, stops when asked, and starts again with what it knew', async () => {
    const folder = join(temporaryFolder(), 'new');
    const first = await run('--folder', folder, '--log', logSigner.vkey, '--url', 'https://w.example');
    const line = /^ {2}(witness \S+ \S+ \S+)$/m.exec(first.said())![1]!;
    expect(parsePolicy(`log ${logSigner.vkey}\n${line}\nquorum none\n`).witnesses).toMatchObject([
      { name: NAME, url: 'https://w.example' },
    ]);
    expect(await post(first.url, await log.request(0, 3))).toMatchObject({ status: 200 });
    expect(await first.stop()).toBe(0);

    const again = await startWitnessProgram('--port', '0', '--folder', folder);
    expect(again.said()).toContain('3 entries confirmed');
    expect(again.said()).not.toMatch(/ExperimentalWarning/);
    expect(await post(again.url, await log.request(3, 4))).toMatchObject({ status: 200 });
  });
});

describe('asking a witness', () => {
  async function listen(answer: RequestListener): Promise<string> {
    const server = createServer(answer);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    afterwards(() => {
      server.closeAllConnections();
      return new Promise<void>((closed) => server.close(() => closed()));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const ask = (url: string, timeoutMs = 500) => askWitness({ url, body: 'old 0\n\n', timeoutMs });

  it.each([
    [200, 'text/plain', '— w AAAAAAAA\n', 'cosigned'],
    [200, 'text/plain', 'hello', 'unintelligible'],
    [400, 'text/plain', '', 'malformed'],
    [403, 'text/plain', 'unknown log\n', 'unknown-log'],
    [403, 'text/plain', '', 'refused'],
    [404, 'text/plain', '', 'unknown-log'],
    [409, 'text/x.tlog.size', '7\n', 'conflict'],
    [409, 'text/plain', '', 'fork'],
    [422, 'text/plain', '', 'fork'],
    [429, 'text/plain', '', 'busy'],
    [503, 'text/plain', '', 'busy'],
  ])('that answers %i %s %j gives %s', async (status, type, body, reply) => {
    const url = await listen((_, response) => response.writeHead(status, { 'content-type': type }).end(body));
    expect(await ask(url)).toMatchObject({ reply });
  });

  it('that hangs, trickles, sends too much or sends elsewhere does not keep the asker', async () => {
    const hung = await listen(() => {});
    const trickling = await listen((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('— '), 20);
      response.once('close', () => clearInterval(timer));
    });
    const endless = await listen((_, response) => {
      response.writeHead(200).end('x'.repeat(1_000_000));
    });
    const elsewhere = await listen((_, response) => response.writeHead(307, { location: hung }).end());
    const began = performance.now();
    expect(await ask(hung, 200)).toEqual({ reply: 'unreachable' });
    expect(await ask(trickling, 200)).toEqual({ reply: 'unreachable' });
    expect(await ask(endless)).toEqual({ reply: 'unintelligible' });
    expect(await ask(elsewhere)).toEqual({ reply: 'unreachable' });
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it.each(['http://127.0.0.1:9', 'file:///etc', 'no address', ''])('at %j reaches nobody', async (url) => {
    expect(await ask(url)).toEqual({ reply: 'unreachable' });
  });
});
