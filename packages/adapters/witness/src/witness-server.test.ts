import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkNote,
  cosignatureSeconds,
  createNoteSigner,
  parseVerifierKey,
  signNote,
} from '@veche/ledger/note.ts';
import { checkCheckpoint, signCheckpoint } from '@veche/ledger/checkpoint.ts';
import { publicKeyOf } from '@veche/ledger/ed25519.ts';
import { leafHash } from '@veche/ledger/tree.ts';
import { encodeAddCheckpoint } from '@veche/ledger/witness.ts';
import { encodeBase64 } from '@veche/ledger/bytes.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { createFixtureLog, logSigner } from './log.fixture.ts';
import { createWitness, type Witness } from './witness-server.ts';
import { OtherWitnessError, openWitnessStore, type WitnessStore } from './witness-store.ts';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

const seed = new Uint8Array(32).fill(1);
const name = 'witness.example/board';
const signer = logSigner;
const log = createFixtureLog();
const nextSigner = createNoteSigner('log.example/v1', new Uint8Array(32).fill(3));
const silent = { info() {}, warn() {}, error() {} };

type World = { witness: Witness; store: WitnessStore; clock: { ms: number } };
function openWitness(path = ':memory:', logs = [signer.vkey], clock = { ms: 1_700_000_000_000 }): World {
  const store = openWitnessStore(path, { name, publicKey: publicKeyOf(seed) });
  closing.push(() => store.close());
  return {
    store,
    clock,
    witness: createWitness({ name, seed, store, logs, now: () => clock.ms, log: silent }),
  };
}
const temporaryFile = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'veche-witness-'));
  closing.push(() => rmSync(folder, { recursive: true }));
  return join(folder, 'witness.sqlite');
};
/** Asks as a log would to get from one size to another. */
const ask = async ({ witness }: World, from: number, to: number, of = log, checkpoint?: string) =>
  witness.addCheckpoint(await of.request(from, to, checkpoint), 'test');

/** Requests with a proof that is none. */
const badly = (proof: Uint8Array[]) => async (oldSize: number, to: number) =>
  encodeAddCheckpoint({ oldSize, proof, checkpoint: await log.checkpoint(to) });

describe('a witness', () => {
  it('cosigns a tree that goes on from the one before, at the time of its clock', async () => {
    const world = openWitness();
    for (const [from, to] of [
      [0, 1],
      [1, 3],
      [3, 5],
      [5, 64],
    ] as const) {
      world.clock.ms += 1_500;
      const { status, body } = await ask(world, from, to);
      expect(status).toBe(200);
      const checkpoint = await log.checkpoint(to);
      const { verified } = checkNote(checkpoint + body, [parseVerifierKey(world.witness.vkey)]);
      expect(verified.map(cosignatureSeconds)).toEqual([Math.floor(world.clock.ms / 1000)]);
      expect(world.store.find(signer.name)?.head).toMatchObject({ size: to, note: checkpoint + body });
    }
  });

  it('says which size it knows when asked from another one', async () => {
    const world = openWitness();
    await ask(world, 0, 3);
    for (const from of [0, 1, 2, 4, 5])
      expect(await ask(world, from, 5)).toMatchObject({ status: 409, body: '3\n', type: 'text/x.tlog.size' });
  });

  it('cosigns the same tree again with a newer time', async () => {
    const world = openWitness();
    const first = await ask(world, 0, 3);
    world.clock.ms += 60_000;
    const second = await ask(world, 3, 3);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body).not.toBe(first.body);
  });

  it('cosigns the empty tree, and a tree after it', async () => {
    const world = openWitness();
    expect((await ask(world, 0, 0)).status).toBe(200);
    expect((await ask(world, 0, 7)).status).toBe(200);
  });

  it.each([
    ['nothing', '', 400],
    ['no old size', '\n\nlog.example/v1\n', 400],
    ['a padded size', 'old 03\n\n', 400],
  ])('answers %s with the status of its fault', (_, body, status) => {
    expect(openWitness().witness.addCheckpoint(body, 'test')).toMatchObject({ status });
  });

  it('tells an old size above the checkpoint, an unknown log and a foreign key apart', async () => {
    const world = openWitness();
    await ask(world, 0, 3);
    const checkpoint = await log.checkpoint(3);
    const above = encodeAddCheckpoint({ oldSize: 4, proof: [], checkpoint });
    expect(world.witness.addCheckpoint(above, 'test').status).toBe(400);
    expect((await ask(world, 3, 5, log, await log.checkpoint(5, nextSigner))).status).toBe(403);
    const elsewhere = createNoteSigner('other.example', seed);
    const other = signCheckpoint('other.example', 1, leafHash(new Uint8Array()), elsewhere);
    expect((await ask(world, 0, 1, log, other)).status).toBe(404);
  });

  it('refuses a bad signature by a known key, whatever other keys say', async () => {
    const world = openWitness(undefined, [signer.vkey, nextSigner.vkey]);
    const good = await log.checkpoint(3, signer, nextSigner);
    const other = await log.checkpoint(4, signer);
    const bad = good.replace(/— .*\n/, `${/— .*\n/.exec(other)![0]}`);
    expect((await ask(world, 0, 3, log, bad)).status).toBe(403);
  });

  it('takes either key while a log replaces its key, and neither once both are gone', async () => {
    const world = openWitness(undefined, [signer.vkey, nextSigner.vkey]);
    expect((await ask(world, 0, 1)).status).toBe(200);
    expect((await ask(world, 1, 2, log, await log.checkpoint(2, signer, nextSigner))).status).toBe(200);
    world.store.removeKey(signer.vkey);
    expect((await ask(world, 2, 3)).status).toBe(403);
    expect((await ask(world, 2, 3, log, await log.checkpoint(3, nextSigner))).status).toBe(200);
    world.store.removeKey(nextSigner.vkey);
    expect((await ask(world, 3, 4)).status).toBe(404);
    world.store.addLog(signer.vkey);
    expect((await ask(world, 0, 4)).body).toBe('3\n');
  });

  it('keeps the lines of the log and its own, and nobody else’s', async () => {
    const world = openWitness();
    const stranger = createNoteSigner('stranger.example', new Uint8Array(32).fill(9));
    const { text } = checkCheckpoint(await log.checkpoint(2), parseVerifierKey(signer.vkey)).note;
    const { body } = await ask(world, 0, 2, log, signNote(text, [stranger, signer]));
    expect(world.store.find(signer.name)?.head?.note).toBe(signNote(text, [signer]) + body);
  });

  it('cosigns extension lines together with the rest', async () => {
    const world = openWitness();
    const { text } = checkCheckpoint(await log.checkpoint(2), parseVerifierKey(signer.vkey)).note;
    const note = signNote(`${text}an extension\n`, [signer]);
    const { status, body } = await ask(world, 0, 2, log, note);
    expect(status).toBe(200);
    const key = parseVerifierKey(world.witness.vkey);
    expect(() => checkNote(note + body, [key])).not.toThrow();
    expect(() => checkNote(signNote(text, [signer]) + body, [key])).toThrow('does not hold');
  });

  it('refuses another history of the same size and keeps the proof of it', async () => {
    const world = openWitness();
    await ask(world, 0, 5);
    const fork = createFixtureLog(2);
    expect((await ask(world, 5, 5, fork)).status).toBe(422);
    expect((await ask(world, 5, 5, fork)).status).toBe(422);
    expect(world.store.forksOf(signer.name)).toEqual([await fork.checkpoint(5)]);
    expect((await ask(world, 5, 5)).status).toBe(200);
  });

  it.each([
    ['of a tree that changed an old leaf', 5, 8, createFixtureLog(2)],
    ['of no hashes', 5, 8, { ...log, request: badly([]) }],
    ['from nothing that is not empty', 0, 8, { ...log, request: badly([new Uint8Array(32)]) }],
  ])('refuses a proof %s, and takes it for no evidence', async (_, from, to, of) => {
    const world = openWitness();
    if (from > 0) await ask(world, 0, from);
    expect((await ask(world, from, to, of)).status).toBe(422);
    expect(world.store.forksOf(signer.name)).toEqual([]);
    expect(world.store.find(signer.name)?.head?.size ?? 0).toBe(from);
  });

  it('refuses a tree of no leaves with a root of its own', async () => {
    const note = signNote(`${signer.name}\n0\n${encodeBase64(new Uint8Array(32))}\n`, [signer]);
    expect((await ask(openWitness(), 0, 0, log, note)).status).toBe(422);
  });

  it('signs nothing while its clock is behind a time it gave, for whichever log', async () => {
    const other = createNoteSigner('other.example', seed);
    const world = openWitness(undefined, [signer.vkey, other.vkey]);
    await ask(world, 0, 3);
    world.clock.ms -= 1_000;
    const note = signCheckpoint('other.example', 1, leafHash(new Uint8Array()), other);
    expect((await ask(world, 0, 1, log, note)).status).toBe(503);
    expect((await ask(world, 3, 4)).status).toBe(503);
    expect(world.store.find(signer.name)?.head?.size).toBe(3);
    world.clock.ms += 1_000;
    expect((await ask(world, 3, 4)).status).toBe(200);
  });

  it('holds back who asks too often, and nobody else', async () => {
    const store = openWitnessStore(':memory:', { name, publicKey: publicKeyOf(seed) });
    closing.push(() => store.close());
    const limited = createWitness({
      name,
      seed,
      store,
      logs: [signer.vkey],
      now: Date.now,
      log: silent,
      rateLimit: { burst: 2, perSecond: 0 },
    });
    const body = encodeAddCheckpoint({ oldSize: 0, proof: [], checkpoint: await log.checkpoint(1) });
    const statuses = [1, 2, 3].map(() => limited.addCheckpoint(body, 'a').status);
    expect(statuses).toEqual([200, 409, 429]);
    expect(limited.addCheckpoint(body, 'a')).toMatchObject({ retryAfter: 1 });
    expect(limited.addCheckpoint(body, 'b').status).toBe(409);
  });
});

describe('the store of a witness', () => {
  it('is of one name and one key for ever', () => {
    const path = temporaryFile();
    openWitnessStore(path, { name, publicKey: publicKeyOf(seed) }).close();
    const open = (name: string, key: Uint8Array) =>
      openWitnessStore(path, { name, publicKey: publicKeyOf(key) }).close();
    expect(() => open('another.example', seed)).toThrow(OtherWitnessError);
    expect(() => open(name, new Uint8Array(32).fill(8))).toThrow(OtherWitnessError);
    expect(() => open(name, seed)).not.toThrow();
  });

  it('knows after a new start what it knew before', async () => {
    const path = temporaryFile();
    const first = openWitness(path);
    await ask(first, 0, 5);
    closing.pop()!();
    const second = openWitness(path, []);
    expect((await ask(second, 0, 8)).body).toBe('5\n');
    expect((await ask(second, 5, 8)).status).toBe(200);
  });

  it('refuses to go back even when told to', async () => {
    const world = openWitness();
    await ask(world, 0, 5);
    const { head } = world.store.find(signer.name)!;
    for (const back of [
      { ...head!, size: 4 },
      { ...head!, cosignedAt: head!.cosignedAt - 1 },
    ])
      expect(() => world.store.atomically((transaction) => transaction.saveHead(signer.name, back))).toThrow(
        RangeError,
      );
    const other = { ...head!, root: new Uint8Array(32) };
    expect(() => world.store.atomically((transaction) => transaction.saveHead(signer.name, other))).toThrow(
      'a head never goes back',
    );
    expect(world.store.find(signer.name)!.head).toEqual(head);
  });

  it('saves nothing of what failed', () => {
    const { store } = openWitness();
    expect(() =>
      store.atomically((transaction) => {
        transaction.saveFork(signer.name, 'note', 1);
        throw new Error('in the middle');
      }),
    ).toThrow('in the middle');
    expect(store.forksOf(signer.name)).toEqual([]);
  });

  it('keeps no more than a few proofs of one fork', () => {
    const { store } = openWitness();
    store.atomically((transaction) => {
      for (let i = 0; i < 100; i++) transaction.saveFork(signer.name, `note ${i}`, i);
    });
    expect(store.forksOf(signer.name)).toHaveLength(16);
  });
});
