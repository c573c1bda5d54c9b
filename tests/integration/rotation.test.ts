// The key of the log replaced over the real server: both sign, then the new one alone; nobody who trusted the old key is lost,
// and nothing that it signed becomes untrue.
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beginRotation, finishRotation } from '@veche/api/rotation.ts';
import type { Settings } from '@veche/api/settings.ts';
import { checkCheckpoint } from '@veche/ledger/checkpoint.ts';
import { parseLogKeys, trustNextKeys } from '@veche/ledger/log-keys.ts';
import { checkReceipt } from '@veche/ledger/receipt.ts';
import { expect, it } from 'vitest';
import { freshAddress } from '../support/database.ts';
import { leafOf } from '../support/log.ts';
import { freePort, startTestServer, temporaryFolder, type TestServer } from '../support/server.ts';

const WAIT_MS = 20_000;

it('replaces the key of the log in two steps, each verified by whoever trusts the old key or the new one', async () => {
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
  const read = async (server: TestServer, path: string): Promise<string> =>
    (await fetch(`${server.url}/log/v1/${path}`)).text();
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
