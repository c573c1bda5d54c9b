// A whole installation set back to an old backup: refused at every start, brought back from its mirror, and going on with every
// acknowledged entry where it was. The real server, a real database, real folders.
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { recoverLog } from '@veche/api/recovery.ts';
import type { Settings } from '@veche/api/settings.ts';
import { createTileStore } from '@veche/files/tile-store.ts';
import { checkCheckpoint } from '@veche/ledger/checkpoint.ts';
import { parseLogKeys } from '@veche/ledger/log-keys.ts';
import { readShownNotes } from '@veche/ledger/mirror.ts';
import { checkReceipt } from '@veche/ledger/receipt.ts';
import { connect } from '@veche/postgres/connect.ts';
import { copyDatabase, dropDatabase } from '@veche/postgres/template.ts';
import { castBallot, closeMeeting, getMyBallot, registerKey } from '@veche/meetings/contract.ts';
import { encodeBase64 } from '@veche/ledger/bytes.ts';
import { publicKeyOf, sign } from '@veche/ledger/ed25519.ts';
import { possessionMessage } from '@veche/ledger/entry.ts';
import { createCall } from '@veche/module-kit/client.ts';
import { describe, expect, it } from 'vitest';
import { prepareDevice, signBallot } from '../story/holder.ts';
import { afterwards } from '../support/afterwards.ts';
import { freshAddress, testServer } from '../support/database.ts';
import { leafOf } from '../support/log.ts';
import { auditOf, bundleOf, DAY, openOf, startMeetingServer } from '../support/meeting-server.ts';
import { freePort, startTestServer, temporaryFolder, type TestServer } from '../support/server.ts';

const WAIT_MS = 20_000;
const say = (): void => {};

/** An installation whose server can be stopped, set back and started again. */
async function createInstallation() {
  const folder = await temporaryFolder();
  const dataDir = join(folder, 'data');
  const mirror = join(folder, 'mirror');
  const [database, port] = [await freshAddress(), await freePort()];
  const settings = { database, port, dataDir, mirror, demo: false } as const;
  const start = (changed: Partial<Settings> = {}): Promise<TestServer> =>
    startTestServer({ settings: { ...settings, ...changed } });
  /** The database as it is now, for later; nobody may be connected. */
  const backUp = async () => {
    const copy = await copyDatabase(testServer(), database.database);
    afterwards(() => dropDatabase(copy));
    return copy;
  };
  return { folder, dataDir, mirror, database, settings, start, backUp };
}

async function log(server: TestServer, ...texts: string[]): Promise<Map<string, string>> {
  const { house } = server.open;
  const submissions = texts.map(leafOf);
  await house.db.transaction((tx) => house.ledger.submit(tx, submissions));
  house.ledger.wake();
  const receipts = await house.ledger.receipts(
    submissions.map(({ idem }) => idem),
    WAIT_MS,
  );
  return new Map(submissions.map(({ leaf }, i) => [leaf, receipts[i]!.proof]));
}

const texts = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `entry ${from + i}`);

async function untilMirrored(mirror: string, keys: string, size: number): Promise<void> {
  const store = createTileStore(mirror, mirror);
  for (const end = performance.now() + WAIT_MS; performance.now() < end;) {
    const { newest } = await readShownNotes(store, parseLogKeys(keys));
    if (newest && newest.size >= size) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the mirror did not follow');
}

describe('an installation set back to an old backup', () => {
  it('refuses to start over what is public or mirrored, and comes back whole from the mirror', async () => {
    const house = await createInstallation();
    const first = await house.start();
    const receipts = await log(first, ...texts(0, 99));
    await first.stop();
    const backup = await house.backUp();
    const oldLog = join(house.folder, 'old-log');
    await cp(join(house.dataDir, 'log'), oldLog, { recursive: true });

    // A new round of the mirror begins with each start, so a log that grew is copied at once.
    const second = await house.start();
    for (const [leaf, proof] of await log(second, ...texts(99, 149))) receipts.set(leaf, proof);
    const keys = second.open.house.ledger.verifierKey;
    await second.stop();
    const third = await house.start();
    await untilMirrored(house.mirror, keys, 150);
    const mirrorOf = async () => (await third.open.house.vitals()).mirror;
    await expect.poll(mirrorOf).toMatchObject({ last: { size: 150 }, failures: 0 });
    await third.stop();

    const setBack: Partial<Settings> = { database: backup };
    await expect(house.start(setBack)).rejects.toMatchObject({ code: 'public-larger' });
    // Set back together with its public files, only the mirror knows.
    const newLog = join(house.folder, 'new-log');
    await cp(join(house.dataDir, 'log'), newLog, { recursive: true });
    await rm(join(house.dataDir, 'log'), { recursive: true, force: true });
    await cp(oldLog, join(house.dataDir, 'log'), { recursive: true });
    await expect(house.start(setBack)).rejects.toMatchObject({
      code: 'mirror-larger',
      message: expect.stringContaining('npm run recover'),
    });

    const settings = { ...(await fullSettings(house.settings)), database: backup };
    const recovered = await recoverLog({ settings, from: house.mirror, say });
    expect(recovered).toMatchObject({ sizeBefore: 100, size: 150 });
    expect(recovered.lost).toHaveLength(50);
    expect(await readFile(recovered.report!, 'utf8')).toContain('149\t');
    // Once more changes nothing.
    expect(await recoverLog({ settings, from: house.mirror, say })).toMatchObject({
      sizeBefore: 150,
      size: 150,
      files: 0,
      lost: [],
    });

    const fourth = await house.start(setBack);
    const [known] = await fourth.open.house.ledger.read([leafOf('entry 120').idem]);
    expect(known).toMatchObject({ index: 121, leaf: leafOf('entry 120').leaf });
    // What was acknowledged stays where it was, also when it is handed in again; what comes now goes behind it.
    await log(fourth, 'entry 120', 'after the recovery');
    const [after] = await fourth.open.house.ledger.read([leafOf('after the recovery').idem]);
    expect(after!.index).toBe(150);
    for (const [leaf, proof] of receipts)
      expect(() => checkReceipt(proof, Buffer.from(leaf), parseLogKeys(keys)[0]!)).not.toThrow();
    const { size } = checkCheckpoint(await fourth.open.house.ledger.checkpoint(), parseLogKeys(keys));
    expect(size).toBe(151);
    await fourth.stop();
  });

  it('comes back from its own public files when only the database was set back, and refuses while a server runs', async () => {
    const house = await createInstallation();
    const first = await house.start();
    await log(first, ...texts(0, 9));
    await first.stop();
    const backup = await house.backUp();
    const second = await house.start();
    await log(second, ...texts(9, 299));
    const keys = second.open.house.ledger.verifierKey;
    await second.stop();
    const third = await house.start();
    await untilMirrored(house.mirror, keys, 300);
    await third.stop();
    const settings = { ...(await fullSettings(house.settings)), database: backup };
    const lock = connect(backup, { max: 1, permanent: true });
    await lock.sql`SELECT pg_advisory_lock(8642197532)`;
    await expect(recoverLog({ settings, from: null, say })).rejects.toMatchObject({ code: 'SEQUENCER_RUNS' });
    await lock.close();
    // A file that was lost besides is found, and cannot come from nowhere.
    const lost = join(house.dataDir, 'log/tile/entries/000');
    await rm(lost, { force: true });
    await expect(recoverLog({ settings, from: null, say })).rejects.toMatchObject({ code: 'source-damaged' });
    expect(await recoverLog({ settings, from: house.mirror, say })).toMatchObject({ size: 300, files: 1 });
    await readFile(lost);
    await (await house.start({ database: backup })).stop();
  });

  it('makes its public files anew from the database when they were lost and nobody mirrored them', async () => {
    const house = await createInstallation();
    const first = await house.start();
    await log(first, ...texts(0, 299));
    const keys = first.open.house.ledger.verifierKey;
    await first.stop();
    const files = join(house.dataDir, 'log');
    const checkpoint = await readFile(join(files, 'checkpoint'));
    const bundle = await readFile(join(files, 'tile/entries/000'));
    await rm(files, { recursive: true, force: true });
    await rm(house.mirror, { recursive: true, force: true });
    await expect(house.start()).rejects.toMatchObject({ code: 'checkpoint-missing' });
    const settings = await fullSettings(house.settings);
    expect(await recoverLog({ settings, from: null, say })).toMatchObject({ size: 300, lost: [] });
    expect(await readFile(join(files, 'checkpoint'))).toEqual(checkpoint);
    expect(await readFile(join(files, 'tile/entries/000'))).toEqual(bundle);
    const second = await house.start();
    await log(second, 'after');
    expect(checkCheckpoint(await second.open.house.ledger.checkpoint(), parseLogKeys(keys)).size).toBe(301);
    await second.stop();
  });

  it('is not brought up to another history', async () => {
    const [one, two] = [await createInstallation(), await createInstallation()];
    await mkdir(join(two.dataDir, 'keys'), { recursive: true });
    const first = await one.start();
    await log(first, 'mine');
    await first.stop();
    // The same keys and the same name, another history.
    await cp(join(one.dataDir, 'keys'), join(two.dataDir, 'keys'), { recursive: true });
    const other = await two.start();
    await log(other, 'theirs', 'more of theirs');
    await other.stop();
    const settings = await fullSettings(one.settings);
    await expect(recoverLog({ settings, from: join(two.dataDir, 'log'), say })).rejects.toMatchObject({
      code: 'forked',
    });
    await rm(join(one.dataDir, 'log'), { recursive: true });
    await mkdir(join(one.dataDir, 'log'));
    await expect(recoverLog({ settings, from: join(two.dataDir, 'log'), say })).rejects.toMatchObject({
      code: 'OTHER_HISTORY',
    });
  });
});

describe('a ballot that is in the log while the database lost what opens it', () => {
  it('gets its old place when its voter hands it in again while the meeting is open', async () => {
    const house = await startMeetingServer();
    const place = await openOf(house);
    const device = await prepareDevice(await house.as('anna'), place, 'Phone');
    const ballot = signBallot(device, { 'item-1': 'for' });
    const { call } = device.session;
    const first = await call(castBallot, { params: place, body: ballot });
    const { sql } = house.server.open.connection;
    for (const table of ['effective_ballots', 'entries', 'keys'])
      await sql`
        DELETE FROM meetings.${sql(table)} WHERE meeting = ${place.meeting}
        ${table === 'entries' ? sql`AND voter IS NOT NULL` : sql``}`;
    expect((await call(getMyBallot, { params: place })).ballots).toEqual([]);

    const key = encodeBase64(publicKeyOf(device.seed));
    const possession = encodeBase64(sign(possessionMessage(place.meeting, device.voter), device.seed));
    await call(registerKey, { params: place, body: { key, possession, label: 'Phone' } });
    const again = await call(castBallot, { params: place, body: ballot });
    expect(again.index).toBe(first.index);
    await house.advance(11 * DAY);
    await (await house.as('chair')).call(closeMeeting, { params: place });
    const stranger = createCall(house.url, fetch);
    const report = await auditOf(house, await bundleOf(stranger, place));
    expect(report.broken).toBeNull();
  });
});

describe('npm run mirror', () => {
  it('copies over HTTP what a server shows, into a folder that can be served as it is', async () => {
    const house = await createInstallation();
    const server = await house.start();
    await log(server, ...texts(0, 300));
    const folder = await temporaryFolder();
    const vkey = join(folder, 'vkey');
    const url = `${server.url}/log/v1`;
    await promisify(execFile)('curl', ['-sf', '-o', vkey, `${url}/vkey`]);
    const program = join(import.meta.dirname, '../../apps/api/src/mirror.ts');
    const run = (...more: string[]) =>
      promisify(execFile)(
        process.execPath,
        [program, '--from', url, '--to', join(folder, 'copy'), '--vkey', vkey, '--once', ...more],
        { cwd: folder },
      );
    expect((await run()).stdout).toMatch(/301 entries \(301 new\)/);
    expect((await run()).stdout).toMatch(/0 new\), 0 files/);
    expect(await readFile(join(folder, 'copy/checkpoint'))).toEqual(
      await readFile(join(house.dataDir, 'log/checkpoint')),
    );
    await expect(promisify(execFile)(process.execPath, [program])).rejects.toMatchObject({ code: 2 });
    await server.stop();
    await expect(run()).rejects.toMatchObject({ code: 1 });
  });
});

/** The settings that the test server makes of these. */
async function fullSettings(part: {
  readonly database: Settings['database'];
  readonly port: number;
  readonly dataDir: string;
  readonly mirror: string;
  readonly demo: boolean;
}): Promise<Settings> {
  return {
    role: 'all',
    webOrigin: `http://127.0.0.1:${part.port}`,
    smtpUrl: null,
    mailFrom: null,
    smsGatewayUrl: null,
    admin: null,
    metricsToken: null,
    logLevel: 'silent',
    ...part,
  };
}
