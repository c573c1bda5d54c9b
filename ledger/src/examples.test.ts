// Runs every @example of the package: each is one expression, and what must come out after `//`. The names in them are
// the package's own exports and the sample values below.
import { hash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from './bytes.ts';
import { checkCheckpoint } from './checkpoint.ts';
import { encodeEntry } from './entry.ts';
import { holdMeeting, holdTied, logSigner, notice, roll, seedOf } from './meeting.fixture.ts';
import { observeLog } from './monitor.ts';
import { createCosigner, parseVerifierKey, signatureLine } from './note.ts';
import { encodeReceipt, withExtra } from './receipt.ts';
import { createTileReader } from './tile.ts';
import { proveInclusion } from './tree.ts';

const folder = new URL('.', import.meta.url);
const sources = (await readdir(folder)).filter((name) => /^[a-z0-9-]+\.ts$/.test(name));

async function sampleValues(): Promise<Record<string, unknown>> {
  const world = await holdMeeting();
  const checkpoint = world.checkpoints.at(-1)!;
  const verifier = parseVerifierKey(world.logKey);
  const { size, root } = checkCheckpoint(checkpoint, verifier);
  const reader = createTileReader({ size, root, read: (path) => world.log.read(path) });
  const { index, entry, salt, payload } = world.entries.find((one) => one.entry.kind === 'ballot')!;
  const proof = await proveInclusion(index, size, reader.hashes);
  const receipt = encodeReceipt({ index, proof, checkpoint });
  const witnesses = ['board', 'city', 'resident'].map((name, i) =>
    createCosigner(`${name}.test`, seedOf(name), 1_700_000_000 + 5 * i),
  );
  const policyText = [
    `log ${world.logKey}`,
    ...witnesses.map(({ name, vkey }) => `witness ${name.replace('.test', '')} ${vkey}`),
    'group two-of-three 2 board city resident',
    'quorum two-of-three',
    '',
  ].join('\n');
  const { text } = checkCheckpoint(checkpoint, verifier).note;
  const look = { policy: null, state: null, now: 0, staleSeconds: null, verifier: null };
  const { state: monitorState } = await observeLog({ ...look, log: world.log, logKeys: [verifier] });
  return {
    ...world,
    isSignature: (key: Uint8Array, of: Uint8Array, signature: Uint8Array) =>
      ed25519.verify(signature, of, key, { zip215: false }),
    monitorState,
    policyText,
    witnessedCheckpoint:
      checkpoint + witnesses.map((witness) => signatureLine(witness, encodeUtf8(text))).join(''),
    checkpoint,
    verifier,
    signer: logSigner,
    size,
    root,
    index,
    entry,
    salt,
    payload,
    proof,
    receipt,
    notice,
    roll,
    leaf: encodeUtf8(encodeEntry(entry)),
    keptReceipt: withExtra(receipt, { entry, salt: salt!, payload }),
    lines: world.bundle.map((line) => line.slice(0, -1)),
    read: (path: string) => world.log.read(path),
    hashes: reader.hashes,
    items: notice.items,
    tied: (await holdTied()).result.items[0],
    seed: seedOf('seed'),
    message: encodeUtf8('message'),
    // As a Uint8Array of its own kind, so that what comes out can be compared.
    hash: (name: string, bytes: Uint8Array) => new Uint8Array(hash(name, bytes, 'buffer')),
    publicFetch: async (url: string) => {
      const content = world.files.get(url.replace('https://veche.example/log/v1/', ''));
      return {
        ok: content !== undefined,
        status: content ? 200 : 404,
        arrayBuffer: async () => content!.slice().buffer,
      };
    },
  };
}

const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (...values: unknown[]) => Promise<unknown>;

describe('the examples in the doc comments', async () => {
  const modules = await Promise.all(
    sources.map(async (name) => (await import(new URL(name, folder).href)) as Record<string, unknown>),
  );
  const scope: Record<string, unknown> = Object.assign({}, ...modules, await sampleValues());
  const texts = await Promise.all(sources.map((name) => readFile(new URL(name, folder), 'utf8')));
  const examples = texts.flatMap((text) =>
    [...text.matchAll(/@example (.+?) \/\/ (.+?)(?: \*\/)?$/gm)].map(([, code = '', expected = '']) => ({
      code,
      expected,
    })),
  );
  const run = (code: string) =>
    new AsyncFunction(...Object.keys(scope), `return (${code});`)(...Object.values(scope));

  it('are all of the form that this test runs', () => {
    const count = texts.reduce((sum, text) => sum + text.split('@example').length - 1, 0);
    expect(examples.length).toBe(count);
    expect(count).toBeGreaterThan(30);
  });
  it.each(examples)('$code', async ({ code, expected }) => {
    expect(await run(code)).toEqual(await run(expected));
  });
});
