// The lint rules that hold the floors, each shown to see what it forbids.
import { describe, expect, it } from 'vitest';
import { skeleton } from './planted.ts';

/** Plants all files at once and says, per file, the rules that saw something there. */
const lint = (files: Record<string, string>): Record<string, string> => {
  using folder = skeleton(['.oxlintrc.json']);
  for (const [path, text] of Object.entries(files)) folder.plant(path, text);
  const lines = folder.run('oxlint', '--format=unix', '.').output.split('\n');
  return Object.fromEntries(
    Object.keys(files).map((path) => [path, lines.filter((line) => line.includes(`${path}:`)).join('\n')]),
  );
};

describe('pure code', () => {
  const places = [
    'packages/core/src',
    'packages/rules/src',
    'packages/modules/meetings/src/domain',
    'ledger/src',
  ];
  const deeds = {
    'reads the clock': 'export const at = Date.now();\n',
    'rolls dice': 'export const dice = Math.random();\n',
    'reaches the network': "export const page = fetch('https://example.org');\n",
    'reaches the file system':
      "import { readFileSync } from 'node:fs';\nexport const text = readFileSync('x');\n",
    'reaches the database': "import { sql } from 'drizzle-orm';\nexport const query = sql`select 1`;\n",
    'makes a float': "export const half = parseFloat('0.5');\n",
    'waits on a timer': 'setTimeout(() => {}, 1);\nexport {};\n',
  };
  it.each(places)('in %s is passed when it is pure and refused each way of not being so', (place) => {
    const path = (deed: string) => `${place}/${deed.replaceAll(' ', '-')}.ts`;
    const seen = lint({
      [path('is pure')]: 'export const one = 1;\n',
      ...Object.fromEntries(Object.entries(deeds).map(([deed, text]) => [path(deed), text])),
    });
    expect(seen[path('is pure')]).toBe('');
    for (const deed of Object.keys(deeds))
      expect(seen[path(deed)], deed).toMatch(/no-restricted-(properties|globals|imports)/);
  });
});

describe('pages', () => {
  it('are refused a store, a schema or a driver', () => {
    const targets = ['../store.ts', '../schema.ts', 'drizzle-orm', 'node:fs'];
    const path = (i: number) => `packages/people/src/web/planted-${i}.ts`;
    const seen = lint(
      Object.fromEntries(
        targets.map((target, i) => [path(i), `import * as x from '${target}';\nexport const y = x;\n`]),
      ),
    );
    targets.forEach((target, i) => expect(seen[path(i)], target).toContain('no-restricted-imports'));
  });
});

describe('everywhere', () => {
  it('refuses a cycle, a barrel, a test that is left out, and any', () => {
    const seen = lint({
      'packages/core/src/a.ts': "import { b } from './b.ts';\nexport const a = () => b;\n",
      'packages/core/src/b.ts': "import { a } from './a.ts';\nexport const b = () => a;\n",
      'packages/people/src/barrel.ts': "import { a } from './index.ts';\nexport const b = a;\n",
      'packages/people/src/x.test.ts': "import { it } from 'vitest';\nit.skip('does', () => {});\n",
      'packages/people/src/x.ts': 'export const a = (b: any) => b;\n',
    });
    expect(seen['packages/core/src/a.ts']).toContain('no-cycle');
    expect(seen['packages/people/src/barrel.ts']).toContain('no-restricted-imports');
    expect(seen['packages/people/src/x.test.ts']).toContain('no-disabled-tests');
    expect(seen['packages/people/src/x.ts']).toContain('no-explicit-any');
  });
});
