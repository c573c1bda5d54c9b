// The auditor as a stranger runs it: a process of its own over what a real server published, and over every way of
// tampering with it that fits into one byte.
import { spawn } from 'node:child_process';
import { chmod, cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import type { AuditReport } from '@veche/ledger/audit.ts';
import { createNoteSigner } from '@veche/ledger/note.ts';
import * as contract from '@veche/meetings/contract.ts';
import { createCall } from '@veche/module-kit/client.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inParallel } from '../story/hold-meeting.ts';
import { cast, prepareDevice, signBallot } from '../story/holder.ts';
import { bundleOf, DAY, openOf, startMeetingServer, type MeetingServer } from '../support/meeting-server.ts';

const VERIFY = resolve(import.meta.dirname, '../../ledger/bin/verify');
/** Enough for a full tile and a second one. */
const BALLOTS = 262;
const AT_ONCE = 3;

let folder: string;
let house: MeetingServer;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'veche-stranger-'));
  house = await startMeetingServer();
  const place = await openOf(house);
  const devices = await Promise.all(
    (['anna', 'boris', 'office'] as const).map(async (who) =>
      prepareDevice(await house.as(who), place, 'Phone'),
    ),
  );
  const ballots = Array.from({ length: BALLOTS }, (_, i) => i);
  await inParallel(ballots, 24, async (i) => {
    const device = devices[i % devices.length]!;
    await cast(device, signBallot(device, { 'item-1': 'for', 'item-2': i % 2 ? 'for' : 'against' }));
  });
  await house.advance(11 * DAY);
  const chair = await house.as('chair');
  await chair.call(contract.closeMeeting, { params: place });

  const stranger = createCall(house.url, fetch);
  const minutes = await stranger(contract.getMinutes, { params: place });
  await writeFile(at('bundle.jsonl'), await bundleOf(stranger, place));
  await writeFile(at('minutes.pdf'), new Uint8Array(await minutes.arrayBuffer()));
  await writeFile(at('vkey'), await (await fetch(`${house.url}/log/v1/vkey`)).text());
  await copyLog(at('log'));
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A copy of the server's log folder that may be written to. */
async function copyLog(to: string): Promise<void> {
  await cp(join(house.settings.dataDir, 'log'), to, { recursive: true });
  for (const path of await filesOf(to)) await chmod(join(to, path), 0o600);
}

async function filesOf(of: string): Promise<string[]> {
  const files = await readdir(of, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .map((file) => relative(of, join(file.parentPath, file.name)))
    .sort();
}

type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

function run(...args: string[]): Promise<Ended> {
  return new Promise((ended, failed) => {
    const child = spawn(VERIFY, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.once('error', failed);
    child.once('close', (code) => ended({ code, out, err }));
  });
}
const verify = ({ bundle = at('bundle.jsonl'), log = at('log'), vkey = at('vkey') }, ...more: string[]) =>
  run(bundle, '--log', log, '--vkey', vkey, ...more);
const reportOf = ({ out }: Ended): AuditReport => JSON.parse(out) as AuditReport;

function flipped(bytes: Uint8Array, offset: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[offset]! ^= 1;
  return changed;
}

describe('ledger/bin/verify', () => {
  it('says that everything holds, by the log’s address and by its folder, and exits with 0', async () => {
    const published = { log: `${house.url}/log/v1`, vkey: `${house.url}/log/v1/vkey` };
    for (const from of [published, {}]) {
      const { code, out, err } = await verify(from);
      expect([code, err]).toEqual([0, '']);
      expect(out).toContain('Item 1: passed');
      expect(out).toContain('Everything checks.');
    }
    const { code, out } = await verify(published, '--lang', 'ru');
    expect(code).toBe(0);
    expect(out).toContain('Вопрос 1: принято');
  });

  it('gives programs its report as JSON, and compares the minutes', async () => {
    const ended = await verify({}, '--json', '--minutes', at('minutes.pdf'));
    expect(ended.code).toBe(0);
    const report = reportOf(ended);
    expect(report).toMatchObject({
      ok: true,
      broken: null,
      result: { ballots: { logged: BALLOTS, effective: 3, superseded: BALLOTS - 3 } },
    });
    // The meeting joins none before it.
    expect(report.steps.filter(({ status }) => status !== 'passed')).toMatchObject([
      { code: 'earlier', status: 'skipped' },
    ]);

    const minutes = await readFile(at('minutes.pdf'));
    await writeFile(at('other.pdf'), flipped(minutes, Math.floor(minutes.length / 2)));
    const other = await verify({}, '--json', '--minutes', at('other.pdf'));
    expect(other.code).toBe(1);
    expect(reportOf(other).broken).toMatchObject({ step: 'minutes', fault: 'minutes-differ' });
  });

  it('remembers the checkpoint it saw, and proves that the log went on from there', async () => {
    const log = `${house.url}/log/v1`;
    const first = await verify({ log }, '--json', '--state', at('state'));
    expect(first.code).toBe(0);
    const { size, checkpoint } = reportOf(first);
    expect(await readFile(at('state'), 'utf8')).toBe(checkpoint);
    // Another meeting is called: the log grows.
    await openOf(house);
    const second = await verify({ log }, '--json', '--state', at('state'));
    expect(second.code).toBe(0);
    expect(reportOf(second).size).toBeGreaterThan(size!);
    expect(reportOf(second).steps.find(({ code }) => code === 'consistency')!.numbers['seenSize']).toBe(size);
    // The folder was copied before: it is now a log that lost its end.
    const shrunk = await verify({}, '--json', '--state', at('state'));
    expect(shrunk.code).toBe(1);
    expect(reportOf(shrunk).broken).toMatchObject({ fault: 'log-shrank' });
  });

  it('derives the log of the server anew, by its address and by its folder, and every signature in it', async () => {
    for (const log of [`${house.url}/log/v1`, at('log')]) {
      const ended = await run('fsck', '--log', log, '--vkey', at('vkey'), '--signatures', '--json');
      expect([ended.code, ended.err]).toEqual([0, '']);
      const { ok, size, entries, signatures } = JSON.parse(ended.out) as Record<string, number>;
      expect(ok).toBe(true);
      expect(entries).toBe(size);
      expect(signatures).toBeGreaterThan(BALLOTS);
    }
    const broken = at('log-broken');
    await cp(at('log'), broken, { recursive: true });
    const bundle = join(broken, 'tile/entries/000');
    await writeFile(bundle, flipped(await readFile(bundle), 1_000));
    const ended = await run('fsck', '--log', broken, '--vkey', at('vkey'));
    expect(ended.code).toBe(1);
    expect(ended.out).toContain('tile/entries/000: was changed');
  });

  it('follows the log of the server, finds all meetings in it whole, and notices that a copy stayed behind', async () => {
    const look = (log: string) =>
      run('watch', '--log', log, '--vkey', at('vkey'), '--state', at('watched'), '--once', '--json');
    const first = await look(at('log'));
    expect([first.code, first.err]).toEqual([0, '']);
    const grown = await look(`${house.url}/log/v1`);
    expect(grown.code).toBe(0);
    const sizeOf = ({ out }: Ended) => (JSON.parse(out) as { size: number }).size;
    expect(sizeOf(grown)).toBeGreaterThan(sizeOf(first));
    const behind = await look(at('log'));
    expect(behind.code).toBe(1);
    expect(behind.out).toContain('"code":"log-shrank"');
    expect((await filesOf(folder)).filter((name) => /^watched\.(seen|shown)-/.test(name))).toHaveLength(2);
  });

  it('names the first broken thing when one byte of any line of the bundle is changed', async () => {
    const bundle = await readFile(at('bundle.jsonl'));
    const offsets: { line: number; offset: number }[] = [];
    for (let line = 1, start = 0; start < bundle.length; line += 1) {
      const end = bundle.indexOf(10, start);
      // All kinds of lines, and of the many alike every ninth; another place in each, and now and then the newline.
      const kept = line < 12 || line % 9 === 0 || end > bundle.length - 6_000;
      if (kept) offsets.push({ line, offset: start + ((line * 7_919) % (end - start + 1)) });
      start = end + 1;
    }
    expect(offsets.length).toBeGreaterThan(40);
    await inParallel(offsets, AT_ONCE, async ({ line, offset }) => {
      const changed = at(`bundle-${line}.jsonl`);
      await writeFile(changed, flipped(bundle, offset));
      const ended = await verify({ bundle: changed }, '--json');
      await rm(changed);
      expect(ended.code, `line ${line}, byte ${offset}`).toBe(1);
      const { broken } = reportOf(ended);
      expect(Object.keys(broken!.where), `line ${line}, byte ${offset}`).not.toEqual([]);
    });
  }, 180_000);

  it('names the file when one byte of any file of the log is changed, or a file is missing', async () => {
    const files = await filesOf(at('log'));
    expect(files).toEqual(
      expect.arrayContaining(['checkpoint', 'tile/0/000', 'tile/1/000.p/1', 'tile/entries/000']),
    );
    const copies = await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, i) => {
        await cp(at('log'), at(`log-${i}`), { recursive: true });
        return at(`log-${i}`);
      }),
    );
    const trials = files.flatMap((path) =>
      (['first', 'middle', 'last'] as const).map((where) => ({ path, where })),
    );
    await inParallel(trials, AT_ONCE, async ({ path, where }) => {
      const log = copies.pop()!;
      const clean = await readFile(join(log, path));
      const offset = { first: 0, middle: Math.floor(clean.length / 2), last: clean.length - 1 }[where];
      await writeFile(join(log, path), flipped(clean, offset));
      const ended = await verify({ log }, '--json');
      await writeFile(join(log, path), clean);
      copies.push(log);
      expect(ended.code, `${where} byte of ${path}`).toBe(1);
      expect(reportOf(ended).broken!.where.path, `${where} byte of ${path}`).toBe(path);
    });

    const [log] = copies;
    await rm(join(log!, 'tile/entries/000'));
    const { code, out } = await verify({ log: log! });
    expect(code).toBe(1);
    expect(out).toMatch(/BROKEN: .*file tile\/entries\/000\b/);
  }, 180_000);

  it('believes no other key', async () => {
    const own = (await readFile(at('vkey'), 'utf8')).trim();
    const stranger = createNoteSigner(own.split('+')[0]!, new Uint8Array(32).fill(9)).vkey;
    const ended = await verify({ vkey: stranger }, '--json');
    expect([ended.code, reportOf(ended).broken!.fault]).toEqual([1, 'checkpoint-unsigned']);
    const damaged = await verify({ vkey: own.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) });
    expect(damaged).toMatchObject({ code: 2, err: 'This is not a verifier key of a log.\n' });
  });

  it('exits with 2 when it cannot tell: wrong usage, a file that is not there, a log out of reach', async () => {
    for (const args of [
      [],
      [at('bundle.jsonl')],
      ['--log', at('log'), '--vkey', at('vkey')],
      ['--nonsense'],
    ]) {
      const { code, out, err } = await run(...args);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain('verify BUNDLE --log URL_OR_DIR --vkey KEY_OR_FILE_OR_URL');
    }
    for (const from of [{ bundle: at('none') }, { log: at('none') }, { vkey: at('none') }]) {
      const { code, err } = await verify(from);
      expect(code).toBe(2);
      expect(err).toContain(at('none'));
    }
    const { code } = await verify({ log: 'http://127.0.0.1:9/log/v1' });
    expect(code).toBe(2);
  });
});
