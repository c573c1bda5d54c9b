// Two writers, and a commit whose answer nobody heard: whatever happens there is exactly one history.
import { createServer, connect as connectTcp, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openSql, type DatabaseAddress } from '@veche/postgres/connect.ts';
import { afterwards } from '../support/afterwards.ts';
import {
  checkPublicLog,
  leafAt,
  prepareLogs,
  runDrill,
  sequenceAll,
  submitLeaves,
  type PreparedLog,
} from './prepared-log.ts';

const SIZE = 254;
const leavesUpTo = (size: number): string[] => Array.from({ length: size }, (_, i) => leafAt(i));

async function preparedLog(): Promise<PreparedLog> {
  return (await prepareLogs([SIZE])).get(SIZE)!;
}

async function headSize(address: DatabaseAddress): Promise<number> {
  const sql = openSql(address, { max: 1, applicationName: 'drill' });
  const [row] = await sql<{ size: string }[]>`SELECT size FROM ledger.head`;
  await sql.end();
  return Number(row!.size);
}

describe('two sequencers', () => {
  it('one held between signing and commit while another takes over: it commits nothing and ends', async () => {
    const log = await preparedLog();
    await submitLeaves(log.address, SIZE, SIZE + 3);
    const held = runDrill(log, { batchEntries: 3, stop: { at: 'commit#1 before', by: 'SIGSTOP' } });
    await held.held();
    // What the held one signed had three entries; the new history has these and two more in its first batch.
    await submitLeaves(log.address, SIZE + 3, SIZE + 5);
    await sequenceAll(log.address, log.folder);
    held.child.kill('SIGCONT');
    expect(await held.ended).toBe('1');
    expect(held.lines.at(-1)).toBe('failed HeadMovedError');
    expect(held.lines.filter((line) => line.startsWith('ack '))).toEqual([]);
    expect(await checkPublicLog(log.folder)).toEqual(leavesUpTo(SIZE + 5));
    expect(await headSize(log.address)).toBe(SIZE + 5);
  });

  it('one held between commit and files while another takes over: both histories are the same one', async () => {
    const log = await preparedLog();
    await submitLeaves(log.address, SIZE, SIZE + 3);
    const held = runDrill(log, { batchEntries: 3, stop: { at: 'write#1 before', by: 'SIGSTOP' } });
    await held.held();
    await submitLeaves(log.address, SIZE + 3, SIZE + 5);
    await sequenceAll(log.address, log.folder);
    const after = await checkPublicLog(log.folder);
    held.child.kill('SIGCONT');
    // Late writes of files that are there already, with the same bytes, and no way back for the checkpoint.
    expect(await held.ended).toBe('1');
    expect(held.lines.at(-1)).toBe('failed HeadMovedError');
    expect(after).toEqual(leavesUpTo(SIZE + 5));
    expect(await checkPublicLog(log.folder)).toEqual(after);
  });

  it('one held in the very moment of showing its head: the older head it shows is put right by the next start', async () => {
    const log = await preparedLog();
    await submitLeaves(log.address, SIZE, SIZE + 3);
    const held = runDrill(log, { batchEntries: 3, stop: { at: 'replace#1 before', by: 'SIGSTOP' } });
    await held.held();
    await submitLeaves(log.address, SIZE + 3, SIZE + 5);
    await sequenceAll(log.address, log.folder);
    held.child.kill('SIGCONT');
    await held.ended;
    expect(await checkPublicLog(log.folder)).toEqual(leavesUpTo(SIZE + 3));
    await sequenceAll(log.address, log.folder);
    expect(await checkPublicLog(log.folder)).toEqual(leavesUpTo(SIZE + 5));
  });
});

describe('a COMMIT', () => {
  it.each([
    { answer: 'that arrived and whose answer was lost', stored: true },
    { answer: 'that never arrived', stored: false },
  ])('$answer ends the sequencer; the next one finds out what happened', async ({ stored }) => {
    const log = await preparedLog();
    await submitLeaves(log.address, SIZE, SIZE + 6);
    const proxy = await startProxy(log.address);
    const run = runDrill(
      { ...log, address: { ...log.address, host: '127.0.0.1', port: proxy.port } },
      // The first commit prepares the statement: of the second one there is but one question and one answer.
      { batchEntries: 3, stop: { at: 'commit#2 before', by: 'SIGSTOP' } },
    );
    await run.held();
    proxy.lose(stored ? 'answers' : 'questions');
    run.child.kill('SIGCONT');
    const isUnderWay = async (): Promise<boolean> =>
      stored ? (await headSize(log.address)) === SIZE + 6 : proxy.lost() > 0;
    await expect.poll(isUnderWay, { timeout: 20_000 }).toBe(true);
    proxy.cut();
    expect(await run.ended).toBe('1');
    expect(await headSize(log.address)).toBe(stored ? SIZE + 6 : SIZE + 3);
    const acknowledged = run.lines.filter((line) => line.startsWith('ack ')).length;
    expect((await checkPublicLog(log.folder)).length).toBeGreaterThanOrEqual(SIZE + acknowledged);

    await sequenceAll(log.address, log.folder);
    expect(await checkPublicLog(log.folder)).toEqual(leavesUpTo(SIZE + 6));
  });
});

/** Stands between a sequencer and its database, and loses what it is told to. */
async function startProxy({ host, port }: DatabaseAddress) {
  let losing: 'questions' | 'answers' | null = null;
  let lost = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = host.startsWith('/') ? connectTcp(`${host}/.s.PGSQL.${port}`) : connectTcp(port, host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => void [near, far].forEach((one) => one.destroy()));
    }
    near.on('data', (chunk) => {
      if (losing === 'questions') lost += 1;
      else far.write(chunk);
    });
    far.on('data', (chunk) => losing !== 'answers' && near.write(chunk));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  afterwards(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    lose: (what: 'questions' | 'answers') => void (losing = what),
    lost: () => lost,
    /** Ends every connection and takes no more. */
    cut: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
