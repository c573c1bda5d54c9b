import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@veche/postgres/connect.ts';
import { startEmbeddedPostgres } from '@veche/postgres/embedded.ts';
import { createDatabase } from '@veche/postgres/template.ts';
import { describe, expect, it } from 'vitest';
import { afterwards } from '../support/afterwards.ts';

/** A private folder of its own, as the data folder of an installation is. */
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'veche-embedded-'));
  afterwards(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A process of its own that starts a server in `directory`, says so, and waits. */
async function startElsewhere(directory: string): Promise<ChildProcess> {
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(import.meta.resolve('@veche/postgres/embedded.ts'))});
    await startEmbeddedPostgres({ directory: ${JSON.stringify(directory)}, durable: false });
    console.log('started');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout!, 'data');
  return child;
}

describe('the embedded database', () => {
  it('keeps its data from one start to the next, and nothing of it is open to others', async () => {
    const directory = join(await newFolder(), 'postgres');
    const first = await startEmbeddedPostgres({ directory });
    expect(first.created).toBe(true);
    expect(await createDatabase(first.address)).toBe(true);
    const before = connect(first.address);
    await before.sql`CREATE TABLE notes AS SELECT 'Протокол № 1'::text AS text`;
    await before.close();
    await first.stop();
    await first.stop();

    const second = await startEmbeddedPostgres({ directory });
    expect(second.created).toBe(false);
    expect(await createDatabase(second.address)).toBe(false);
    const after = connect(second.address);
    expect(await after.sql`SELECT text FROM notes`).toEqual([{ text: 'Протокол № 1' }]);
    expect(await after.sql`SHOW listen_addresses`).toEqual([{ listen_addresses: '' }]);
    await after.close();
    await second.stop();
    expect((await stat(join(directory, 'cluster'))).mode & 0o077).toBe(0);
    expect((await stat(join(directory, 'password'))).mode & 0o077).toBe(0);
    expect((await stat(directory)).mode & 0o007).toBe(0);
  });

  it('takes over the server of a process that was killed', async () => {
    const directory = join(await newFolder(), 'postgres');
    const child = await startElsewhere(directory);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const server = await startEmbeddedPostgres({ directory, durable: false });
    expect(server.created).toBe(false);
    await createDatabase(server.address);
    const connection = connect(server.address);
    expect(await connection.sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    await connection.close();
    await server.stop();
  });

  it('refuses a folder that another living process uses', async () => {
    const directory = join(await newFolder(), 'postgres');
    const child = await startElsewhere(directory);
    await expect(startEmbeddedPostgres({ directory })).rejects.toThrow(/already runs/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const server = await startEmbeddedPostgres({ directory, durable: false });
    await server.stop();
  });

  it('starts over a pid file that a lost machine left behind', async () => {
    const directory = join(await newFolder(), 'postgres');
    const first = await startEmbeddedPostgres({ directory, durable: false });
    const pidFile = join(directory, 'cluster', 'postmaster.pid');
    const left = (await readFile(pidFile, 'utf8')).split('\n');
    await first.stop();
    // Its third line is when the server started: long ago.
    await writeFile(pidFile, left.with(2, '1700000000').join('\n'));
    await writeFile(join(directory, 'owner.pid'), '4194303\n');
    const second = await startEmbeddedPostgres({ directory, durable: false });
    expect(second.created).toBe(false);
    await second.stop();
  });

  it.runIf(process.getuid?.() === 0)(
    'moves where its account may go when root keeps the data in a closed folder',
    async () => {
      const closed = join(await newFolder(), 'closed');
      const directory = join(closed, 'var', 'postgres');
      await mkdir(closed, { mode: 0o700 });
      const server = await startEmbeddedPostgres({ directory, durable: false });
      await server.stop();
      const again = await startEmbeddedPostgres({ directory, durable: false });
      expect(again.created).toBe(false);
      await again.stop();
      expect((await stat(closed)).mode & 0o777).toBe(0o700);
      await rm(await readlink(directory), { recursive: true });
    },
  );

  it('works in a folder whose path is too long for a socket', async () => {
    const directory = join(await newFolder(), 'postgres'.repeat(15));
    const server = await startEmbeddedPostgres({ directory, durable: false });
    await createDatabase(server.address);
    const connection = connect(server.address);
    expect(await connection.sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    await connection.close();
    await server.stop();
  });
});
