// Plants a violation in a copy of the workspace's skeleton and says what the guarding tool answers.
// The working tree itself is never touched.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

export type Verdict = { readonly passed: boolean; readonly output: string };

/** A throw-away folder with the named files of the project copied to their places. */
export function skeleton(copied: readonly string[]): {
  plant(path: string, text: string): void;
  run(tool: string, ...args: string[]): Verdict;
  [Symbol.dispose](): void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'veche-guard-'));
  for (const path of copied) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return {
    plant(path, text) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    run(tool, ...args) {
      const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', tool), args, {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1', TURBO_TELEMETRY_DISABLED: '1' },
      });
      return { passed: status === 0, output: stdout + stderr };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
