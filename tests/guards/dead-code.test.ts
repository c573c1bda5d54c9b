// knip is shown to see what nobody uses, also where a package's `exports` map lets everybody in.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from './planted.ts';

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'veche-guard-'));
  copyProject();
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** The tracked sources, and installed packages that lead to the copy wherever they are our own. */
function copyProject(): void {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  for (const path of tracked.filter((path) => path !== '' && existsSync(join(root, path)))) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(root, path), join(copy, path));
  }
  for (const manifest of tracked.filter((path) => /(^|\/)package\.json$/.test(path))) {
    const folder = join(dirname(manifest), 'node_modules');
    if (existsSync(join(root, folder))) linkPackages(folder);
  }
}

function linkPackages(folder: string): void {
  mkdirSync(join(copy, folder), { recursive: true });
  for (const name of readdirSync(join(root, folder))) {
    const path = join(folder, name);
    const isScope = name.startsWith('@') && !lstatSync(join(root, path)).isSymbolicLink();
    if (isScope) linkPackages(path);
    else if (!name.startsWith('.') || name === '.bin') {
      const target = realpathSync(join(root, path));
      const isOurs = !target.includes('/node_modules/') && !relative(root, target).startsWith('..');
      symlinkSync(isOurs ? join(copy, relative(root, target)) : target, join(copy, path));
    }
  }
}

function plant(path: string, change: (text: string) => string): void {
  const text = existsSync(join(copy, path)) ? readFileSync(join(copy, path), 'utf8') : '';
  writeFileSync(join(copy, path), change(text));
}

it('sees a function, a type, a file and a dependency that nobody uses, and nothing else', () => {
  plant('packages/core/src/rational.ts', (text) => `${text}export const plantedFunction = () => 1;\n`);
  plant('packages/modules/meetings/src/store.ts', (text) => `${text}export type PlantedType = 'x';\n`);
  plant('packages/people/src/web/sign-in.ts', (text) => `${text}export const plantedInPages = 1;\n`);
  plant('tests/support/planted-file.ts', () => 'export {};\n');
  plant('packages/rules/package.json', (text) =>
    text.replace('"dependencies": {', '"dependencies": {\n    "zod": "catalog:",'),
  );
  const { status, stdout } = spawnSync(
    join(root, 'node_modules/.bin/knip'),
    ['--no-progress', '--no-config-hints', '--reporter', 'json', '--exclude', 'unlisted,unresolved,binaries'],
    { cwd: copy, encoding: 'utf8' },
  );
  expect(status).toBe(1);
  const { issues } = JSON.parse(stdout) as { issues: Record<string, { name: string }[] | string>[] };
  const seen = issues.flatMap(({ file, ...kinds }) =>
    Object.entries(kinds).flatMap(([kind, found]) =>
      Array.isArray(found) ? found.map(({ name }) => `${kind} ${name} in ${file as string}`) : [],
    ),
  );
  expect(seen.sort()).toEqual([
    'dependencies zod in packages/rules/package.json',
    'exports plantedFunction in packages/core/src/rational.ts',
    'exports plantedInPages in packages/people/src/web/sign-in.ts',
    'files tests/support/planted-file.ts in tests/support/planted-file.ts',
    'types PlantedType in packages/modules/meetings/src/store.ts',
  ]);
});
