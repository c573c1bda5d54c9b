// Servers as processes of their own, so that a bench measures them and not itself.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

export type Child = {
  readonly origin: string;
  /** Milliseconds from the start of the process to the first answer. */
  readonly startMs: number;
  readonly dataDir: string;
  /** Resident memory of the process now and at its highest, in bytes; Linux only. */
  memory(): { now: number; highest: number };
  stop(): Promise<void>;
};

/** The whole product on a fresh demonstration with its own embedded database. */
export async function startVeche(dataDir?: string): Promise<Child> {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'veche-bench-'));
  const port = await freePort();
  const began = performance.now();
  const child = spawn(process.execPath, ['apps/api/src/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      PORT: String(port),
      VECHE_DATA_DIR: folder,
      DATABASE_URL: undefined,
      VECHE_ORIGIN: undefined,
    },
  });
  const origin = `http://127.0.0.1:${port}`;
  await untilHealthy(origin, child);
  return { ...describe(child, folder, !dataDir), origin, startMs: performance.now() - began };
}

/** The least possible server, see least-server.ts. */
export async function startLeast(): Promise<Child> {
  const folder = mkdtempSync(join(tmpdir(), 'veche-least-'));
  const began = performance.now();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'least-server.ts'), folder], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const port = await new Promise<number>((found, failed) => {
    child.once('message', (message) => found((message as { port: number }).port));
    child.once('exit', (code) => failed(new Error(`the least server ended with ${code}`)));
  });
  return {
    ...describe(child, folder, true),
    origin: `http://127.0.0.1:${port}`,
    startMs: performance.now() - began,
  };
}

function describe(
  child: ChildProcess,
  dataDir: string,
  temporary: boolean,
): Omit<Child, 'origin' | 'startMs'> {
  return {
    dataDir,
    memory() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      const bytes = (name: string) =>
        Number(new RegExp(`^${name}:\\s+([0-9]+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
      return { now: bytes('VmRSS'), highest: bytes('VmHWM') };
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      if (temporary) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function untilHealthy(origin: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null)
      throw new Error(`the server ended with ${child.exitCode} before it was ready`);
    const answer = await fetch(`${origin}/health`).catch(() => null);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, '127.0.0.1', listening));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}
