// The log against Go's golang.org/x/mod/sumdb, which nobody here wrote: it checks ours by the program and the commands of
// docs/audit.md, and ours checks what it makes. Runs where there are a Go compiler and that package: `apt install golang-go
// golang-golang-x-mod-dev`, or a module cache that has it; says so where there is not.
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createFolderLogReader } from '@veche/ledger/cli/log-folder.ts';
import { decodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { checkCheckpoint, parseCheckpoint, signCheckpoint } from '@veche/ledger/checkpoint.ts';
import { publicKeyOf } from '@veche/ledger/ed25519.ts';
import { fsck } from '@veche/ledger/fsck.ts';
import { logOfLeaves } from '@veche/ledger/log.fixture.ts';
import {
  checkNote,
  createCosigner,
  createNoteSigner,
  parseNote,
  parseSignerKey,
  parseVerifierKey,
  signNote,
} from '@veche/ledger/note.ts';
import { createTileReader } from '@veche/ledger/tile.ts';
import {
  checkConsistency,
  checkInclusion,
  leafHash,
  proveConsistency,
  proveInclusion,
} from '@veche/ledger/tree.ts';
import { createWitness, serveWitness } from '@veche/witness/witness-server.ts';
import { openWitnessStore } from '@veche/witness/witness-store.ts';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PACKAGE = 'golang.org/x/mod/sumdb/tlog';
/** Debian's packages of Go sources. */
const DEBIAN = { GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '-buildvcs=false' };
const answers = (command: string, args: readonly string[], env = {}): boolean =>
  spawnSync(command, args, { env: { ...process.env, ...env } }).status === 0;
const hasGo = answers('go', ['list', PACKAGE], DEBIAN);
if (!hasGo) console.warn(`no Go compiler with ${PACKAGE} here: what Go says of the log is not tried`);

const ORIGIN = 'veche.test/log/v1';
const signer = createNoteSigner(ORIGIN, new Uint8Array(32).fill(3));
const leafOf = (i: number): Uint8Array =>
  encodeUtf8(JSON.stringify({ entry: i, text: 'запись'.repeat(i % 5) }));

let folder = '';
let files: ReadonlyMap<string, Uint8Array> = new Map();
let server: Server;
let address = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'veche-go-'));
  server = createServer((request, response) => {
    const content = files.get(request.url!.slice(1));
    if (content) response.end(content);
    else response.writeHead(404).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((closed) => server.close(closed));
  await rm(folder, { recursive: true });
});

type Ended = { readonly code: number; readonly out: string; readonly err: string };
const run = (command: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
  new Promise((ended) => {
    execFile(command, args, { cwd: folder, env: { ...process.env, ...env } }, (error, out, err) =>
      ended({ code: error ? Number(error.code ?? 1) : 0, out, err }),
    );
  });

/** The example of docs/audit.md after its mark. */
async function exampleOf(name: string): Promise<string> {
  const page = await readFile(resolve(import.meta.dirname, '../../docs/audit.md'), 'utf8');
  const match = new RegExp(`<!-- tried: ${name} -->\\n+\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(page);
  if (!match) throw new Error(`docs/audit.md has no example ${name}`);
  return match[1]!;
}

/** Shows a log of so many entries under the address; its checkpoint is also cosigned, as a witnessed one is. */
function show(size: number): string {
  const log = logOfLeaves(Array.from({ length: size }, (_, i) => leafOf(i)));
  const note = signCheckpoint(ORIGIN, size, log.root, signer);
  const witness = createCosigner('witness.test', new Uint8Array(32).fill(4), 1_700_000_000);
  const witnessed = signNote(parseNote(note).text, [signer, witness]);
  files = new Map([...log.files, ['checkpoint', encodeUtf8(witnessed)]]);
  return witnessed;
}
const withChangedByte = (path: string): void => {
  const changed = files.get(path)!.slice();
  changed[Math.floor(changed.length / 2)]! ^= 1;
  files = new Map([...files, [path, changed]]);
};

describe('the commands of docs/audit.md', () => {
  it('for a shell alone pass over our log, and notice a changed entry', async () => {
    const script = await exampleOf('shell');
    for (const size of [1, 14, 300]) {
      show(size);
      const { code, out, err } = await run('sh', ['-c', script], { LOG: address });
      expect([code, err]).toEqual([0, '']);
      expect(out).toContain(`${Math.min(size, 256)} entries are those that the tile has the hashes of`);
      expect(out).toContain('{"entry":0,"text":""}');
    }
    show(14);
    withChangedByte('tile/entries/000.p/14');
    expect((await run('sh', ['-c', script], { LOG: address })).code).toBe(1);
  }, 120_000);
});

describe('a witness', () => {
  it('cosigns our log by the one line of docs/audit.md, and refuses it twice from nothing', async () => {
    const seed = new Uint8Array(32).fill(6);
    const name = 'my-house.example/witness';
    const store = openWitnessStore(join(folder, 'witness.sqlite'), { name, publicKey: publicKeyOf(seed) });
    const silent = { info: () => {}, warn: () => {}, error: () => {} };
    const witness = createWitness({ name, seed, store, logs: [signer.vkey], now: Date.now, log: silent });
    const served = await serveWitness(witness, { port: 0 });
    try {
      show(300);
      const env = { LOG: address, WITNESS: served.url };
      const line = await exampleOf('witness');
      const first = await run('sh', ['-c', line], env);
      expect([first.code, first.err]).toEqual([0, '']);
      const cosigned = new TextDecoder().decode(files.get('checkpoint')) + first.out;
      expect(checkNote(cosigned, [parseVerifierKey(witness.vkey)]).verified).toHaveLength(1);
      // From now on it wants to be shown that the log only grew.
      expect((await run('sh', ['-c', line], env)).code).not.toBe(0);
    } finally {
      await served.close();
      store.close();
    }
  });
});

describe.runIf(hasGo)('Go’s golang.org/x/mod/sumdb', () => {
  const build = async (name: string, source: string): Promise<string> => {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'main.go'), source);
    const program = join(folder, `${name}.bin`);
    const built = await run('go', ['build', '-o', program, join(folder, name, 'main.go')], DEBIAN);
    expect(built.err).toBe('');
    return program;
  };
  let audit = '';
  let make = '';
  beforeAll(async () => {
    audit = await build('audit', await exampleOf('go'));
    make = await build('make', await readFile(resolve(import.meta.dirname, 'go/make.go'), 'utf8'));
  }, 180_000);

  it('proves every entry of our logs, and that they only grew, by the program of docs/audit.md', async () => {
    const kept = join(folder, 'kept');
    for (const [older, size] of [
      [1, 2],
      [255, 256],
      [256, 257],
      [100, 1_000],
      [512, 66_000],
    ] as const) {
      await writeFile(kept, show(older));
      show(size);
      const { code, out, err } = await run(audit, [address, signer.vkey, kept]);
      expect([code, err]).toEqual([0, '']);
      expect(out).toBe(
        `${ORIGIN}: ${size} entries, each of them in the signed tree\n` +
          `it goes on from the ${older} entries seen earlier\n`,
      );
    }
  }, 180_000);
  it('notices a changed byte in any file of ours, another key and another history', async () => {
    const note = signCheckpoint(ORIGIN, 600, parseCheckpoint(parseNote(show(600)).text).root, signer);
    files = new Map([...files, ['checkpoint', encodeUtf8(note)]]);
    for (const path of files.keys()) {
      const clean = files;
      withChangedByte(path);
      expect((await run(audit, [address, signer.vkey])).code, path).not.toBe(0);
      files = clean;
    }
    const stranger = createNoteSigner(ORIGIN, new Uint8Array(32).fill(5));
    expect((await run(audit, [address, stranger.vkey])).code).not.toBe(0);
    const fork = signCheckpoint(ORIGIN, 300, logOfLeaves([leafOf(1)]).root, signer);
    await writeFile(join(folder, 'fork'), fork);
    expect((await run(audit, [address, signer.vkey, join(folder, 'fork')])).code).not.toBe(0);
  }, 60_000);
  it('makes notes, tiles and proofs of any log that ours accept, and the same bytes as ours', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .integer({ min: 1, max: 1_200 })
          .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 1, max: size }))),
        fc.nat(1_000_000),
        async ([size, oldSize], seed) => {
          const made = join(folder, 'made');
          await rm(made, { recursive: true, force: true });
          const { code, out, err } = await run(make, [
            made,
            ORIGIN,
            String(size),
            String(oldSize),
            String(seed),
          ]);
          expect([code, err]).toEqual([0, '']);
          const facts = JSON.parse(out) as {
            skey: string;
            vkey: string;
            older: string;
            index: number;
            entry: string;
            inclusion: string[];
            consistency: string[];
          };
          const key = parseVerifierKey(facts.vkey);
          const log = createFolderLogReader(made);
          const note = await log.checkpoint();
          const newest = checkCheckpoint(note, key);
          const older = checkCheckpoint(facts.older, key);
          expect([newest.size, older.size]).toEqual([size, oldSize]);
          const proofs = [facts.inclusion, facts.consistency].map((proof) =>
            (proof ?? []).map((hash) => decodeBase64(hash, 32)),
          );
          const [inclusion, consistency] = proofs as [Uint8Array[], Uint8Array[]];
          checkInclusion(inclusion, facts.index, leafHash(decodeBase64(facts.entry)), size, newest.root);
          checkConsistency(consistency, oldSize, older.root, size, newest.root);
          const report = await fsck({ size, root: newest.root, read: log.read });
          expect(report).toMatchObject({ ok: true, entries: size });
          // Ours are the same bytes: proofs, tiles, bundles and the signed note.
          const { hashes } = createTileReader({ size, root: newest.root, read: log.read });
          expect(await proveInclusion(facts.index, size, hashes)).toEqual(inclusion);
          expect(await proveConsistency(oldSize, size, hashes)).toEqual(consistency);
          const leaves: Uint8Array[] = [];
          await fsck({
            size,
            root: newest.root,
            read: log.read,
            onEntries: (_from, some) => void leaves.push(...some.map((leaf) => leaf.slice())),
          });
          const ours = logOfLeaves(leaves);
          for (const [path, content] of ours.files) expect(await log.read(path), path).toEqual(content);
          const { name, seed: secret } = parseSignerKey(facts.skey);
          expect(signCheckpoint(name, size, ours.root, createNoteSigner(name, secret))).toBe(note);
        },
      ),
      { numRuns: 25 },
    );
  }, 180_000);
});
