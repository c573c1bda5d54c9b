import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeBase64, encodeUtf8 } from '../bytes.ts';
import { encodeEntry, signEntry } from '../entry.ts';
import { fsck } from '../fsck.ts';
import type { FsckState } from '../fsck.ts';
import {
  CLOSES_AT,
  ORIGIN,
  POLICY,
  casts,
  holdMeeting,
  logSigner,
  registrarSeed,
  seedOf,
} from '../meeting.fixture.ts';
import type { MeetingWorld } from '../meeting.fixture.ts';
import { createNoteSigner, parseNote, signNote } from '../note.ts';
import { parseCheckpoint, signCheckpoint } from '../checkpoint.ts';
import { logOfLeaves } from '../log.fixture.ts';
import { LOG_WORDS } from './log-words.ts';
import { main } from './verify.ts';
import { moment } from './words.ts';

let folder = '';
let world: MeetingWorld;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'veche-log-commands-'));
  world = await holdMeeting({
    witnessed: { late: 0, cosigned: { board: CLOSES_AT + 1, city: CLOSES_AT + 2 } },
  });
  await writeLog('log', world.files);
  await writeFile(inFolder('policy'), POLICY);
});
afterAll(() => rm(folder, { recursive: true }));

const inFolder = (name: string): string => join(folder, name);
async function writeLog(name: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await rm(inFolder(name), { recursive: true, force: true });
  for (const [path, content] of files) {
    await mkdir(dirname(join(inFolder(name), path)), { recursive: true });
    await writeFile(join(inFolder(name), path), content);
  }
}
async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await main(args, {
    write: (text) => void (out += text),
    writeProgress: (text) => void (err += text),
    isTerminal: false,
  });
  return { code, out, err };
}
const vkey = logSigner.vkey;
const watch = (log: string, state: string, ...more: string[]) =>
  run('watch', '--log', inFolder(log), '--vkey', vkey, '--state', inFolder(state), '--once', ...more);
const check = (log: string, ...more: string[]) =>
  run('fsck', '--log', inFolder(log), '--vkey', vkey, ...more);
const eventsOf = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('verify watch', () => {
  it('says what it saw, keeps it, and reads only what is new next time', async () => {
    const first = await watch('log', 'state-1');
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(/ {2}14 entries, 14 of them read now\n$/);
    expect((await watch('log', 'state-1')).out).toMatch(/14 entries, 0 of them read now/);
    expect((await watch('log', 'state-1', '--lang', 'ru')).out).toContain('записей: 14, прочтено сейчас: 0');
  });
  it('names the witnesses, and finds a head that is older than it may be', async () => {
    const { code, out } = await watch('log', 'state-2', '--policy', inFolder('policy'));
    expect(out).toContain(`Witnessed: board ${moment(CLOSES_AT + 60)}`);
    // The sample meeting is of May 2026.
    expect([code, out]).toEqual([1, expect.stringContaining('! the head of the log stands still (for ')]);
    const lenient = await watch('log', 'state-2', '--policy', inFolder('policy'), '--stale', '999999999');
    expect(lenient.code).toBe(0);
  });
  it('gives programs a line of JSON for each finding and each look', async () => {
    const bare = new Map([
      ...world.files,
      ['checkpoint', encodeUtf8(signNote(parseNote(world.checkpoints.at(-1)!).text, [logSigner]))],
    ]);
    await writeLog('unwitnessed', bare);
    const { code, out } = await watch('unwitnessed', 'state-3', '--json', '--policy', inFolder('policy'));
    expect(code).toBe(1);
    expect(eventsOf(out)).toMatchObject([
      { event: 'finding', code: 'no-quorum' },
      { event: 'look', ok: false, found: 1, size: 14, newEntries: 14 },
    ]);
  });
  it('keeps both notes of a fork, and does not follow it', async () => {
    await watch('log', 'state-4');
    const kept = await readFile(inFolder('state-4'), 'utf8');
    await writeLog('fork', (await holdMeeting({ casts: casts.toReversed() })).files);
    const { code, out } = await watch('fork', 'state-4');
    expect(code).toBe(1);
    expect(out).toContain('! the log is not the one seen before');
    const evidence = (await readdir(folder)).filter((name) => /^state-4\.(seen|shown)-/.test(name)).sort();
    expect(evidence).toHaveLength(2);
    expect(await readFile(inFolder(evidence[0]!), 'utf8')).toBe(world.checkpoints.at(-1));
    expect(parseCheckpoint(parseNote(await readFile(inFolder(evidence[1]!), 'utf8')).text).size).toBe(14);
    expect(await readFile(inFolder('state-4'), 'utf8')).toBe(kept);
    expect((await watch('log', 'state-4')).code).toBe(0);
  });
  it('names the entry and the meeting that do not reconcile', async () => {
    const dropped = await holdMeeting({
      tamper: {
        log: (entries) =>
          entries.toSpliced(
            entries.findLastIndex(({ entry }) => entry.kind === 'ballot'),
            1,
          ),
      },
    });
    await writeLog('dropped', dropped.files);
    const { code, out } = await watch('dropped', 'state-5');
    expect(code).toBe(1);
    expect(out).toContain(
      '! a close seals more or fewer entries than the log has of the meeting (entry 10, meeting m1)',
    );
  });
  it('goes on looking until it is stopped, tells a finding once, and waits out a log that cannot be reached', async () => {
    await writeLog('moving', new Map([['tile/0/000.p/1', new Uint8Array(32)]]));
    const stop = new AbortController();
    let out = '';
    const running = main(
      [
        'watch',
        '--log',
        inFolder('moving'),
        '--vkey',
        vkey,
        '--state',
        inFolder('state-6'),
        '--every',
        '1',
        '--stale',
        '1',
      ],
      { write: (text) => void (out += text), writeProgress: () => {}, isTerminal: false },
      stop.signal,
    );
    const until = async (text: RegExp) => {
      for (const deadline = Date.now() + 20_000; !text.test(out);) {
        if (Date.now() > deadline) throw new Error(`not told: ${text.source}\n${out}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await until(/out of reach: there is no log in this folder/);
    await writeLog('moving', world.files);
    await until(/stands still[\s\S]*found: 1[\s\S]*found: 1/);
    stop.abort();
    expect(await running).toBe(1);
    expect(out.match(/stands still/g)).toHaveLength(1);
  }, 30_000);
  it('exits with 2 on wrong usage, on a foreign state, and when the log is out of reach', async () => {
    expect((await run('watch', '--log', inFolder('log'), '--vkey', vkey, '--once')).err).toContain(
      'Without --state',
    );
    for (const more of [
      ['--every', '0'],
      ['--stale', 'x'],
      ['--lang', 'xx'],
      ['--nonsense'],
      ['--policy', inFolder('log/checkpoint')],
    ])
      expect(await watch('log', 'state-7', ...more)).toMatchObject({ code: 2, out: '' });
    await writeFile(inFolder('foreign'), 'junk');
    expect(await watch('log', 'foreign')).toMatchObject({ code: 2 });
    await mkdir(inFolder('empty'), { recursive: true });
    expect(await watch('empty', 'state-7')).toMatchObject({ code: 2 });
    expect((await run('watch', '--help')).out).toContain('verify watch --log');
  });
});

describe('verify fsck', () => {
  /** A log of so many entries of some module, each signed. */
  const kinds = { note: { number: (value: unknown) => Number.isSafeInteger(value) } };
  const entryOf = (i: number): Uint8Array =>
    encodeUtf8(encodeEntry(signEntry({ kind: 'note', number: i }, registrarSeed, kinds), kinds));
  let leaves: Uint8Array[] = [];
  const writeLeaves = async (name: string, some: readonly Uint8Array[]) => {
    const { files, size, root } = logOfLeaves(some);
    await writeLog(
      name,
      new Map([...files, ['checkpoint', encodeUtf8(signCheckpoint(ORIGIN, size, root, logSigner))]]),
    );
    return files;
  };
  beforeAll(async () => {
    leaves = Array.from({ length: 700 }, (_, i) => entryOf(i));
    await writeLeaves('large', leaves);
  }, 60_000);

  it('derives the log anew, with every signature, and shows progress', async () => {
    const { code, out, err } = await check('large', '--signatures', '--progress');
    expect(code).toBe(0);
    expect(out).toContain('700 entries, 7 files compared, 700 signatures checked');
    expect(out).toContain('Everything is as it must be.');
    expect(err).toContain('700 of 700 entries (100.0 %)');
    const json = await check('large', '--json');
    expect(JSON.parse(json.out)).toMatchObject({ ok: true, size: 700, signatures: null, faults: [] });
    expect((await check('log', '--policy', inFolder('policy'), '--lang', 'ru')).out).toContain(
      'Всё как должно быть.',
    );
    expect((await check('large', '--policy', inFolder('policy'))).code).toBe(1);
  });
  it('names every file that is wrong, those that do not belong there too', async () => {
    const files = await writeLeaves('broken', leaves);
    await writeFile(
      inFolder('broken/tile/entries/001'),
      files.get('tile/entries/001')!.map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
    );
    await rm(inFolder('broken/tile/0/000'));
    const { code, out } = await check('broken');
    expect(code).toBe(1);
    expect(out).toContain('BROKEN\n  ! tile/0/000: is missing\n  ! tile/entries/001: was changed\n');
    await writeLeaves('others', leaves);
    const partial = logOfLeaves(leaves.slice(0, 300)).files.get('tile/0/001.p/44')!;
    await writeFile(inFolder('others/tile/notes.txt'), 'x');
    await mkdir(inFolder('others/tile/0/001.p'), { recursive: true });
    await writeFile(inFolder('others/tile/0/001.p/44'), partial);
    expect((await check('others')).out).toMatch(
      /and 1 more in the folder[\s\S]*! tile\/notes.txt: is no file of a log/,
    );
    await writeFile(
      inFolder('others/tile/0/001.p/44'),
      partial.map((byte) => byte ^ 1),
    );
    expect((await check('others')).out).toContain('! tile/0/001.p/44: was changed');
  });
  it('names entries whose signature does not hold, or that are no entries', async () => {
    const forged = new TextDecoder().decode(leaves[5]).replace('"number":5', '"number":6');
    const wrong = leaves.with(300, encodeUtf8(forged)).with(600, encodeUtf8('{}'));
    await writeLeaves('forged', wrong);
    expect((await check('forged')).code).toBe(0);
    const { code, out } = await check('forged', '--signatures');
    expect(code).toBe(1);
    expect(out).toContain(
      '  ! entry 300: is not signed by its author\n  ! entry 600: is not in the right form\n',
    );
    const key = encodeBase64(seedOf('some key'));
    const registered = signEntry(
      {
        kind: 'key.registered',
        meeting: 'm1',
        voter: 'v1',
        key,
        possession: encodeBase64(new Uint8Array(64)),
      },
      registrarSeed,
    );
    await writeLeaves('unproven', [encodeUtf8(encodeEntry(registered))]);
    expect((await check('unproven', '--signatures')).out).toContain('without proof that its voter holds it');
  });
  it('goes on from where an interrupted run was, and forgets it once done', async () => {
    const states: FsckState[] = [];
    const { files, size, root } = logOfLeaves(leaves);
    const read = async (path: string) => files.get(path) ?? null;
    await fsck({ size, root, read, onProgress: (_progress, state) => void states.push(state()) });
    const kept = { format: 'veche-fsck/v1', origin: ORIGIN, signatures: false, ...states[1] };
    const state = inFolder('fsck-state');
    await writeFile(state, JSON.stringify(kept));
    const resumed = JSON.parse((await check('large', '--json', '--state', state)).out) as { files: number };
    expect(resumed).toMatchObject({ ok: true, entries: 700, files: 3 });
    await expect(readFile(state)).rejects.toThrow('ENOENT');
    // Signatures of the part before were not checked then: all are now.
    await writeFile(state, JSON.stringify(kept));
    expect(JSON.parse((await check('large', '--json', '--signatures', '--state', state)).out)).toMatchObject({
      signatures: 700,
    });
    for (const foreign of [
      'junk',
      '{}',
      JSON.stringify({ ...kept, origin: 'other' }),
      JSON.stringify({ ...kept, tiles: [] }),
    ]) {
      await writeFile(state, foreign);
      expect(await check('large', '--state', state)).toMatchObject({ code: 2 });
    }
  });
  it('exits with 1 on a checkpoint of another key, and with 2 on wrong usage', async () => {
    const stranger = createNoteSigner(ORIGIN, seedOf('stranger')).vkey;
    expect(await run('fsck', '--log', inFolder('large'), '--vkey', stranger)).toMatchObject({ code: 1 });
    for (const more of [['--at-once', '0'], ['--lang', 'xx'], ['--nonsense'], ['--policy', inFolder('none')]])
      expect(await check('large', ...more)).toMatchObject({ code: 2, out: '' });
    expect((await run('fsck', '--log', inFolder('none'), '--vkey', vkey)).code).toBe(2);
    expect((await run('fsck', '--help')).out).toContain('verify fsck --log');
  });
});

it('every text of watch and fsck is there in both languages', () => {
  const shape = (words: object): unknown =>
    Object.fromEntries(
      Object.entries(words).map(([key, value]) => [
        key,
        typeof value === 'object' ? shape(value as object) : typeof value,
      ]),
    );
  expect(shape(LOG_WORDS.ru)).toEqual(shape(LOG_WORDS.en));
});
