// The witness as a resident runs it: a process of its own over a folder of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';
import { afterwards } from './afterwards.ts';

const root = resolve(import.meta.dirname, '../..');

export type WitnessProcess = {
  readonly url: string;
  /** What it has said so far. */
  said(): string;
  /** The end of a process that gets no chance to tidy up. */
  kill(): Promise<void>;
  /** The orderly end. @returns its exit code */
  stop(): Promise<number | null>;
};

/** Starts the program and waits until it answers. @throws Error: when it ends before. */
export async function startWitnessProgram(...args: string[]): Promise<WitnessProcess> {
  const child = spawn(process.execPath, [join(root, 'apps/witness/src/main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LANG: 'en', LC_ALL: 'en' },
  });
  const end = (signal: 'SIGKILL' | 'SIGTERM') => async () => {
    const ended = exitOf(child);
    child.kill(signal);
    return ended;
  };
  afterwards(async () => void (await end('SIGKILL')()));
  let said = '';
  const url = await new Promise<string>((found, failed) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const address = /answers at (http:\S+)/.exec(said)?.[1];
      if (address !== undefined) found(address);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => failed(new Error(`the witness ended with ${code}: ${said}`)));
  });
  return { url, said: () => said, kill: async () => void (await end('SIGKILL')()), stop: end('SIGTERM') };
}

const exitOf = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((ended) => child.once('exit', ended));
