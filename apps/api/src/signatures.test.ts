import { decodeBase64 } from '@veche/ledger/bytes.ts';
import { publicKeyOf, sign } from '@veche/ledger/ed25519.ts';
import vectors from '@veche/ledger/vectors/ed25519.json' with { type: 'json' };
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { createSignatureCheck } from './signatures.ts';

const seed = new Uint8Array(32).fill(7);
const message = new TextEncoder().encode('for');
const good = { key: publicKeyOf(seed), message, signature: sign(message, seed) };
const flip = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

describe('a signature', () => {
  const check = createSignatureCheck();
  afterAll(check.close);

  it('holds over its own message by its own key', async () => {
    expect(await check(good)).toBe(true);
  });

  it.each([
    ['another message', { ...good, message: flip(message, 0) }],
    ['another key', { ...good, key: publicKeyOf(new Uint8Array(32).fill(8)) }],
    ['a changed R', { ...good, signature: flip(good.signature, 0) }],
    ['a changed S', { ...good, signature: flip(good.signature, 32) }],
    ['a key that is no point', { ...good, key: new Uint8Array(32).fill(2) }],
    ['a short key', { ...good, key: good.key.subarray(1) }],
    ['a short signature', { ...good, signature: good.signature.subarray(1) }],
    ['nothing at all', { key: new Uint8Array(), message: new Uint8Array(), signature: new Uint8Array() }],
    [
      'the neutral point, which signs anything',
      {
        key: Uint8Array.of(1, ...new Uint8Array(31)),
        message,
        signature: Uint8Array.of(1, ...new Uint8Array(63)),
      },
    ],
  ])('does not hold with %s', async (_, changed) => {
    expect(await check(changed)).toBe(false);
  });

  it.each(vectors)("is what the ledger's strict rule says of: $name", async ({ accept, ...texts }) => {
    const [key, signed, signature] = [texts.key, texts.message, texts.signature].map((text) =>
      decodeBase64(text),
    ) as [Uint8Array, Uint8Array, Uint8Array];
    expect(await check({ key, message: signed, signature })).toBe(accept);
  });
});

describe('signatures of one moment', () => {
  it('are each answered for themselves, more than go at once', async () => {
    const check = createSignatureCheck();
    const asked = Array.from({ length: 300 }, (_, i) =>
      [
        good,
        { ...good, message: flip(message, i % message.length) },
        { ...good, key: good.key.subarray(1) },
        { ...good, key: new Uint8Array(32).fill(i) },
      ].at(i % 4)!,
    );
    expect(await Promise.all(asked.map(check))).toEqual(asked.map((one) => one === good));
    await check.close();
  });
});

describe('the thread that checks signatures', () => {
  const nextThread = async (): Promise<Worker> => ((await once(process, 'worker')) as [Worker])[0];

  it('starts with the first signature, and rejects what it had when it dies; the next starts another', async () => {
    const check = createSignatureCheck();
    for (let i = 0; i < 2; i++) {
      const started = nextThread();
      const open = Promise.allSettled([check(good), check(good)]);
      await (await started).terminate();
      expect((await open).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    }
    expect(await check(good)).toBe(true);
    await check.close();
  });

  it('ends when the check is closed, which may be twice; then nothing is answered', async () => {
    const check = createSignatureCheck();
    const started = nextThread();
    expect(await check(good)).toBe(true);
    const ended = once(await started, 'exit');
    await check.close();
    await ended;
    await check.close();
    await expect(check(good)).rejects.toThrow('closed');
  });

  it('keeps no process that has nothing else to do', async () => {
    const program = `
      import { createSignatureCheck } from ${JSON.stringify(new URL('./signatures.ts', import.meta.url))};
      const nothing = { key: new Uint8Array(32), message: new Uint8Array(), signature: new Uint8Array(64) };
      console.log(await createSignatureCheck()(nothing));`;
    const run = promisify(execFile)(process.execPath, ['-e', program], {
      timeout: 30_000,
    });
    expect((await run).stdout).toBe('false\n');
  }, 30_000);
});
