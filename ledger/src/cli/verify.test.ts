import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../bytes.ts';
import { encodeEntry } from '../entry.ts';
import type { MeetingWorld } from '../meeting.fixture.ts';
import { AMENDMENTS, casts, holdMeeting } from '../meeting.fixture.ts';
import { encodeReceipt, withExtra } from '../receipt.ts';
import { createTileReader } from '../tile.ts';
import { checkCheckpoint } from '../checkpoint.ts';
import { parseVerifierKey } from '../note.ts';
import { proveInclusion } from '../tree.ts';
import { main } from './verify.ts';
import { WORDS } from './words.ts';

let folder = '';
let world: MeetingWorld;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'veche-verify-'));
  world = await holdMeeting({ othersBetween: 22 });
  await writeWorld(folder, world);
});
afterAll(() => rm(folder, { recursive: true }));

async function writeWorld(to: string, { files, bundle, logKey, minutes }: MeetingWorld): Promise<void> {
  for (const [path, content] of files) {
    await mkdir(dirname(join(to, 'log', path)), { recursive: true });
    await writeFile(join(to, 'log', path), content);
  }
  await writeFile(join(to, 'bundle.jsonl'), bundle.join(''));
  await writeFile(join(to, 'vkey'), `${logKey}\n`);
  await writeFile(join(to, 'minutes.pdf'), minutes);
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
const inFolder = (name: string): string => join(folder, name);
const verify = (...more: string[]) =>
  run(inFolder('bundle.jsonl'), '--log', inFolder('log'), '--vkey', inFolder('vkey'), ...more);

describe('verify', () => {
  it('says that everything checks, in English and in Russian, and exits with 0', async () => {
    const english = await verify('--minutes', inFolder('minutes.pdf'));
    expect(english).toMatchObject({ code: 0, err: '' });
    expect(english.out).toContain('Item 1: passed');
    expect(english.out).toContain('Everything checks.');
    expect(english.out).not.toContain('✗');
    expect(english.out.match(/^  –.*/gm)).toEqual([
      '  – Closing time       this meeting was opened without witnesses',
      '  – Earlier vote       this vote joins no earlier one',
    ]);
    const russian = await verify('--lang', 'ru');
    expect(russian.code).toBe(0);
    expect(russian.out).toContain('Вопрос 2: не принято');
    expect(russian.out).toContain('Всё верно.');
  });
  it('follows shares that changed hands during the vote, and names an amendment that may not be', async () => {
    const sold = { sale: 'follows-title', amended: [{ before: 5, amendments: AMENDMENTS }] } as const;
    const to = inFolder('sold');
    const verifySold = (...more: string[]) =>
      run(join(to, 'bundle.jsonl'), '--log', join(to, 'log'), '--vkey', join(to, 'vkey'), ...more);
    await writeWorld(to, await holdMeeting(sold));
    expect(await verifySold()).toMatchObject({ code: 0, err: '' });
    expect((await verifySold()).out).toContain('2 shares changed hands during the vote');
    expect((await verifySold('--lang', 'ru')).out).toContain('сменили владельца во время голосования: 2');
    await rm(to, { recursive: true });
    await writeWorld(to, await holdMeeting({ ...sold, tamper: { sale: 'stays' } }));
    const broken = await verifySold();
    expect(broken.code).toBe(1);
    expect(broken.out).toContain('amended in a way that the notice or the roll does not allow');
  });
  it('prints the report as JSON', async () => {
    const { code, out } = await verify('--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ok: true, broken: null, meeting: 'm1', result: world.result });
  });
  it('shows progress when asked to', async () => {
    expect((await verify('--progress')).err).toContain('Signatures');
  });
  it('runs as a program', async () => {
    const program = fileURLToPath(new URL('../../bin/verify', import.meta.url));
    const args = [program, inFolder('bundle.jsonl'), '--log', inFolder('log'), '--vkey', world.logKey];
    const { code, out } = await new Promise<{ code: unknown; out: string }>((resolve) => {
      execFile(process.execPath, args, (error, stdout) => resolve({ code: error?.code ?? 0, out: stdout }));
    });
    expect(code).toBe(0);
    expect(out).toContain('Everything checks.');
  });
  it('reads bundle, log and key over the network', async () => {
    const server = createServer((request, response) => {
      readFile(join(folder, request.url!)).then(
        (content) => response.end(content),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const { code, out } = await run(`${at}/bundle.jsonl`, '--log', `${at}/log/`, '--vkey', `${at}/vkey`);
      expect(out).toContain('Everything checks.');
      expect(code).toBe(0);
      expect(await run(`${at}/nothing`, '--log', `${at}/log`, '--vkey', `${at}/vkey`)).toMatchObject({
        code: 2,
      });
      expect(await run(`${at}/bundle.jsonl`, '--log', `${at}/none`, '--vkey', `${at}/vkey`)).toMatchObject({
        code: 2,
      });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    const gone = await run(inFolder('bundle.jsonl'), '--log', at, '--vkey', inFolder('vkey'));
    expect(gone).toMatchObject({ code: 2, err: 'Out of reach: the log cannot be reached\n' });
  });
  it('exits with 1 and names the file when a byte of any file of the log is changed', async () => {
    const files = (await readdir(inFolder('log'), { recursive: true, withFileTypes: true })).filter((file) =>
      file.isFile(),
    );
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) {
      const path = join(file.parentPath, file.name);
      const clean = await readFile(path);
      const changed = new Uint8Array(clean);
      changed[Math.floor(changed.length / 2)]! ^= 1;
      await writeFile(path, changed);
      const { code, out } = await verify();
      await writeFile(path, clean);
      expect(code, path).toBe(1);
      expect(out).toContain('BROKEN: ');
      expect(out).toContain(`file ${path.slice(inFolder('log').length + 1)}`);
    }
  });
  it('exits with 1 and names the line when the bundle is changed', async () => {
    const changed = inFolder('changed.jsonl');
    await writeFile(changed, world.bundle.join('').replace('"verdict":"failed"', '"verdict":"passed"'));
    const { code, out } = await run(changed, '--log', inFolder('log'), '--vkey', inFolder('vkey'));
    expect(code).toBe(1);
    expect(out).toMatch(
      /BROKEN: the announced result is not what the ballots give \(line 23 .*items\[1\]\.verdict\)/,
    );
    expect(out).toContain('✓ Recount');
    expect(out).toContain('– Minutes            not reached');
  });
  it('names a file that does not belong to a log', async () => {
    await writeFile(join(inFolder('log'), 'tile', 'notes.txt'), 'x');
    const { code, out } = await verify();
    await rm(join(inFolder('log'), 'tile', 'notes.txt'));
    expect(code).toBe(1);
    expect(out).toContain('file tile/notes.txt');
  });
  it('keeps the checkpoint it verified, and refuses a log that is smaller or another one', async () => {
    const state = inFolder('state');
    expect((await verify('--state', state)).out).toContain('Kept in');
    expect(await readFile(state, 'utf8')).toBe(world.checkpoints.at(-1));
    expect((await verify('--state', state)).out).toContain('nothing was changed or removed since');

    const other = inFolder('other');
    await writeWorld(other, await holdMeeting({ othersBetween: 22, casts: casts.toReversed() }));
    const forked = await run(
      join(other, 'bundle.jsonl'),
      '--log',
      join(other, 'log'),
      '--vkey',
      world.logKey,
      '--state',
      state,
    );
    expect(forked).toMatchObject({ code: 1 });
    expect(forked.out).toContain('the log is not the one seen before');
    const smaller = inFolder('smaller');
    await writeWorld(smaller, await holdMeeting());
    const shrank = await run(
      join(smaller, 'bundle.jsonl'),
      '--log',
      join(smaller, 'log'),
      '--vkey',
      world.logKey,
      '--state',
      state,
    );
    expect(shrank).toMatchObject({ code: 1 });
    expect(shrank.out).toContain('the log is smaller than it was');
    // What was refused leaves the state as it was.
    expect(await readFile(state, 'utf8')).toBe(world.checkpoints.at(-1));
    await writeFile(state, 'junk');
    expect((await verify('--state', state)).out).toContain('the checkpoint seen earlier');
  });
  it('exits with 2 on wrong usage and on what is not there', async () => {
    expect((await run()).code).toBe(2);
    expect((await verify('--scan', 'some')).code).toBe(2);
    expect((await verify('--unknown')).code).toBe(2);
    expect((await verify('--lang', 'xx')).code).toBe(2);
    expect(await verify('--minutes', inFolder('none.pdf'))).toMatchObject({ code: 2 });
    expect(await run(inFolder('none'), '--log', inFolder('log'), '--vkey', world.logKey)).toMatchObject({
      code: 2,
    });
    expect(
      await run(inFolder('bundle.jsonl'), '--log', inFolder('none'), '--vkey', world.logKey),
    ).toMatchObject({ code: 2 });
    const wrongKey = await run(
      inFolder('bundle.jsonl'),
      '--log',
      inFolder('log'),
      '--vkey',
      inFolder('bundle.jsonl'),
    );
    expect(wrongKey).toEqual({ code: 2, out: '', err: 'This is not a verifier key of a log.\n' });
    expect((await run('--help')).code).toBe(0);
  });
  it('has every text in both languages', () => {
    const shape = (words: object): unknown =>
      Object.fromEntries(
        Object.entries(words).map(([key, value]) => [
          key,
          typeof value === 'object' ? shape(value as object) : typeof value,
        ]),
      );
    expect(shape(WORDS.ru)).toEqual(shape(WORDS.en));
  });
});

describe('verify --receipt', () => {
  const receiptOf = async (): Promise<{ bare: string; kept: string; leaf: string }> => {
    const checkpoint = world.checkpoints.at(-1)!;
    const { size, root } = checkCheckpoint(checkpoint, parseVerifierKey(world.logKey));
    const reader = createTileReader({ size, root, read: (path) => world.log.read(path) });
    const { index, entry, salt, payload } = world.entries.find((one) => one.entry.kind === 'ballot')!;
    const bare = encodeReceipt({
      index,
      proof: await proveInclusion(index, size, reader.hashes),
      checkpoint,
    });
    return { bare, kept: withExtra(bare, { entry, salt: salt!, payload }), leaf: encodeEntry(entry) };
  };
  const check = async (text: string, ...more: string[]) => {
    await writeFile(inFolder('my.tlog-proof'), text);
    return run('--receipt', inFolder('my.tlog-proof'), '--vkey', world.logKey, ...more);
  };

  it('shows what the receipt holds', async () => {
    const { kept } = await receiptOf();
    const { code, out } = await check(kept);
    expect(code).toBe(0);
    expect(out).toContain('in the log veche.test/log/v1.');
    expect(out).toContain('  i1: against\n  i2: for\n');
    expect((await check(kept, '--lang', 'ru')).out).toContain('  i1: против\n');
    expect(JSON.parse((await check(kept, '--json')).out)).toMatchObject({
      ok: true,
      payload: { voter: 'v1' },
    });
  });
  it('takes the entry from elsewhere when the receipt has none', async () => {
    const { bare, leaf } = await receiptOf();
    expect(await check(bare)).toMatchObject({ code: 2 });
    await writeFile(inFolder('leaf.json'), encodeUtf8(leaf));
    expect(await check(bare, '--leaf', inFolder('leaf.json'))).toMatchObject({ code: 0 });
    await writeFile(inFolder('leaf.json'), encodeUtf8(`${leaf} `));
    expect(await check(bare, '--leaf', inFolder('leaf.json'))).toMatchObject({ code: 1 });
  });
  it('exits with 1 at any changed character', async () => {
    const { kept } = await receiptOf();
    for (let at = 0; at < kept.length; at += 13) {
      const changed = kept.slice(0, at) + (kept[at] === 'A' ? 'B' : 'A') + kept.slice(at + 1);
      const { code, out } = await check(changed);
      expect(code, `character ${at}`).not.toBe(0);
      expect(out).not.toContain('is number');
    }
  });
});
