// The key of the log replaced over the real server: both sign, then the new one alone; nobody who trusted the old key is lost,
// and nothing that it signed becomes untrue.
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beginHandOver, finishHandOver } from '@veche/api/registrar-rotation.ts';
import { beginRotation, finishRotation } from '@veche/api/rotation.ts';
import type { Settings } from '@veche/api/settings.ts';
import { encodeHex, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { checkCheckpoint } from '@veche/ledger/checkpoint.ts';
import { checkEntrySignature, decodeEntry } from '@veche/ledger/entry.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import { parseLogKeys, trustNextKeys } from '@veche/ledger/log-keys.ts';
import { checkReceipt } from '@veche/ledger/receipt.ts';
import { expect, it } from 'vitest';
import { freshAddress } from '../support/database.ts';
import { leafOf } from '../support/log.ts';
import { freePort, startTestServer, temporaryFolder, type TestServer } from '../support/server.ts';

const WAIT_MS = 20_000;

/** An installation that can be stopped, worked on and started again. */
async function createInstallation() {
  const dataDir = join(await temporaryFolder(), 'data');
  const [database, port] = [await freshAddress(), await freePort()];
  const settings: Settings = {
    host: '127.0.0.1',
    database,
    port,
    dataDir,
    role: 'all',
    demo: false,
    webOrigin: `http://127.0.0.1:${port}`,
    smtpUrl: null,
    mailFrom: null,
    smsGatewayUrl: null,
    admin: null,
    metricsToken: null,
    logLevel: 'silent',
  };
  const start = (): Promise<TestServer> => startTestServer({ settings });
  return { dataDir, settings, start };
}

const read = async (server: TestServer, path: string): Promise<string> =>
  (await fetch(`${server.url}/log/v1/${path}`)).text();

it('replaces the key of the log in two steps, each verified by whoever trusts the old key or the new one', async () => {
  const { dataDir, settings, start } = await createInstallation();
  const log = async (server: TestServer, text: string): Promise<string> => {
    const { house } = server.open;
    await house.db.transaction((tx) => house.ledger.submit(tx, [leafOf(text)]));
    house.ledger.wake();
    const [receipt] = await house.ledger.receipts([leafOf(text).idem], WAIT_MS);
    return receipt!.proof;
  };

  const first = await start();
  const before = await log(first, 'before');
  const [old] = parseLogKeys(await read(first, 'vkey'));
  await expect(beginRotation(settings)).rejects.toMatchObject({ code: 'SEQUENCER_RUNS' });
  await first.stop();
  await expect(finishRotation(settings)).rejects.toThrow(/no key is being replaced/);
  const oldKeys = join(dataDir, '../old-keys');
  await cp(join(dataDir, 'keys'), oldKeys, { recursive: true });

  const texts = await beginRotation(settings);
  expect(texts).toHaveLength(2);
  await expect(beginRotation(settings)).rejects.toThrow(/already/);
  // Nobody has been shown both signatures yet.
  await expect(finishRotation(settings)).rejects.toThrow(/does not show both keys/);

  const overlap = await start();
  expect((await read(overlap, 'vkey')).trim().split('\n')).toEqual(texts);
  const [next] = parseLogKeys(texts);
  // Shown at once, also when nothing is logged.
  const atOnce = await read(overlap, 'checkpoint');
  for (const key of [old!, next!]) expect(checkCheckpoint(atOnce, key).size).toBe(2);
  expect(trustNextKeys(atOnce, [old!], parseLogKeys(texts)).map(({ vkey }) => vkey)).toEqual(texts);
  const between = await log(overlap, 'between');
  for (const key of [old!, next!])
    expect(() => checkReceipt(between, Buffer.from(leafOf('between').leaf), key)).not.toThrow();
  await overlap.stop();
  // A second start of the overlap changes nothing.
  await (await start()).stop();

  expect(await finishRotation(settings)).toEqual([next!.vkey]);
  const after = await start();
  expect(await read(after, 'vkey')).toBe(`${next!.vkey}\n`);
  const history = (await read(after, 'keys')).trim().split('\n');
  expect(history[0]).toMatch(/ -$/);
  expect(history.map((line) => line.split(' ')[0])).toEqual([next!.vkey, old!.vkey]);
  const proof = await log(after, 'after');
  expect(() => checkReceipt(proof, Buffer.from(leafOf('after').leaf), next!)).not.toThrow();
  expect(() => checkReceipt(proof, Buffer.from(leafOf('after').leaf), old!)).toThrow(/known key/);
  // What the old key signed stays true by the old key.
  expect(() => checkReceipt(before, Buffer.from(leafOf('before').leaf), old!)).not.toThrow();
  await after.stop();

  // The keys of an old backup would sign over it: they are refused.
  await rm(join(dataDir, 'keys'), { recursive: true });
  await cp(oldKeys, join(dataDir, 'keys'), { recursive: true });
  await expect(start()).rejects.toMatchObject({ code: 'OTHER_KEYS' });
});

it("hands the registrar's office to a new key by an entry of the old one, behind all that waited", async () => {
  const { dataDir, settings, start } = await createInstallation();
  /** An entry of the registrar's, logged or only handed over. */
  const sign = async ({ open }: TestServer, name: string, mayWait = false): Promise<string> => {
    const { db, ledger } = open.house;
    const leaf = ledger.signEntry({ kind: 'result', meeting: 'm1', result: hashOf(name) });
    const idem = encodeHex(sha256(encodeUtf8(leaf)));
    await db.transaction((tx) => ledger.submit(tx, [{ idem, leaf }]));
    if (mayWait) return leaf;
    ledger.wake();
    expect(await ledger.receipts([idem], WAIT_MS)).not.toEqual([null]);
    return leaf;
  };
  const registrarKeys = join(dataDir, 'keys/registrar.key');

  await expect(beginHandOver(settings)).rejects.toThrow(/no log yet/);
  const first = await start();
  const before = decodeEntry(await sign(first, 'before'));
  await expect(beginHandOver(settings)).rejects.toMatchObject({ code: 'SEQUENCER_RUNS' });
  // Handed over in the last moment: it is the old key's, and has to stand before the new one's.
  await sign(first, 'last', true);
  await first.stop();
  await expect(finishHandOver(settings)).rejects.toThrow(/not being handed over/);
  const oldKey = await readFile(registrarKeys);

  const next = await beginHandOver(settings);
  expect(next).not.toBe(before.by);
  await expect(beginHandOver(settings)).rejects.toThrow(/already/);
  await expect(finishHandOver(settings)).rejects.toThrow(/does not show the new key/);

  const second = await start();
  const after = decodeEntry(await sign(second, 'after'));
  expect(after.by).toBe(next);
  const registrars = (await second.open.house.ledger.registrarEntries()).map(({ index, leaf }) => ({
    index,
    entry: decodeEntry(leaf),
  }));
  expect(registrars.map(({ index }) => index)).toEqual([0, 3]);
  expect(registrars[1]!.entry).toMatchObject({
    by: before.by,
    key: next,
    origin: second.open.house.ledger.origin,
  });
  for (const { entry } of registrars) expect(() => checkEntrySignature(entry)).not.toThrow();
  await second.stop();

  expect(await finishHandOver(settings)).toBe(next);
  await expect(finishHandOver(settings)).rejects.toThrow(/not being handed over/);
  const third = await start();
  expect(decodeEntry(await sign(third, 'later')).by).toBe(next);
  await third.stop();

  // The key of an old backup would sign what nobody may believe.
  await writeFile(registrarKeys, oldKey);
  await expect(start()).rejects.toMatchObject({ code: 'OTHER_KEYS' });
});

const hashOf = (name: string): string => Buffer.from(sha256(encodeUtf8(name))).toString('base64');
