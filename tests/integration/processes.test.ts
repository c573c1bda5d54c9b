// An installation as several processes over one database and one data folder: two that answer requests, two that would
// sequence. Whoever sequences is killed in the middle of the voting; nobody who was told "recorded" is missing.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Settings } from '@veche/api/settings.ts';
import * as contract from '@veche/meetings/contract.ts';
import { createCall, pathOf } from '@veche/module-kit/client.ts';
import { expect, it } from 'vitest';
import { prepareDevice, signBallot, type Device } from '../story/holder.ts';
import { afterwards } from '../support/afterwards.ts';
import { auditOf, bootServer, bundleOf, DAY, openOf, startMeetingServer } from '../support/meeting-server.ts';

type Process = { readonly child: ChildProcess; readonly url: string };

async function startProcess(settings: Settings, role: Settings['role']): Promise<Process> {
  const child = fork(
    join(import.meta.dirname, '../support/role-process.ts'),
    [JSON.stringify({ ...settings, role, port: 0 })],
    { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  afterwards(() => void child.kill('SIGKILL'));
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`a process with the role ${role} ended`))),
  ])) as [{ url: string }];
  return { child, url: message.url };
}

async function killHard({ child }: Process): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

it('votes go on through two processes while whoever sequences is killed, twice', async () => {
  const house = await startMeetingServer({ witnessPolicy: 'none' });
  const place = await openOf(house);
  const chair = await house.as('chair');
  const devices: Device[] = [];
  for (const who of ['anna', 'boris', 'vera', 'office'] as const)
    devices.push(await prepareDevice(await house.as(who), place, 'Phone'));
  const first = await startProcess(house.settings, 'sequencer');
  const second = await startProcess(house.settings, 'sequencer');
  const answering = [await startProcess(house.settings, 'api'), await startProcess(house.settings, 'api')];
  // The process that opened the meeting goes; one of the two takes over.
  await house.server.stop();

  const logged = new Set<string>();
  const answers: number[] = [];
  const stop = new AbortController();
  const vote = async (device: Device, i: number): Promise<void> => {
    for (let n = 0; !stop.signal.aborted; n++) {
      const body = JSON.stringify(signBallot(device, { 'item-1': n % 2 ? 'for' : 'against' }));
      // The same ballot until it is recorded, through the one process and through the other.
      for (let turn = i; ; turn++) {
        const { url } = answering[turn % 2]!;
        const answer = await fetch(url + pathOf(contract.castBallot, { params: place }), {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...device.session.headers },
          body,
        });
        answers.push(answer.status);
        const receipt = (await answer.json()) as { idem?: string; state?: string };
        if (answer.status === 200 && receipt.state === 'logged') {
          logged.add(receipt.idem!);
          break;
        }
      }
    }
  };
  const grown = async (by: number): Promise<void> => {
    const from = logged.size;
    await expect.poll(() => logged.size, { timeout: 60_000, interval: 50 }).toBeGreaterThanOrEqual(from + by);
  };
  const voters = devices.map(vote);
  await grown(8);
  await killHard(first);
  await grown(8);
  // Of these two one had the log: by now it has been taken over by somebody at least once.
  const third = await startProcess(house.settings, 'sequencer');
  await grown(8);
  await killHard(second);
  await grown(8);
  stop.abort();
  await Promise.all(voters);
  expect([...new Set(answers)]).toEqual([200]);
  for (const one of [third, ...answering]) await killHard(one);

  // Another one counts what is there, and a stranger checks it.
  const server = await bootServer(house.settings);
  await server.open.clock.advance!(11 * DAY);
  await server.open.runTimedJobs();
  const after = { ...house, server, url: server.localUrl };
  const call = createCall(server.localUrl, fetch, () => chair.headers);
  const { state } = await call(contract.getMeeting, { params: place });
  if (state !== 'closed') await call(contract.closeMeeting, { params: place });
  const bundle = await bundleOf(call, place);
  expect((await auditOf(after, bundle)).broken).toBeNull();
  const rows = await server.open.connection.sql<{ idem: string }[]>`
    SELECT encode(idem, 'hex') AS idem FROM ledger.entries`;
  const inLog = new Set(rows.map(({ idem }) => idem));
  expect([...logged].filter((idem) => !inLog.has(idem))).toEqual([]);
  expect(logged.size).toBeGreaterThanOrEqual(32);
}, 240_000);
