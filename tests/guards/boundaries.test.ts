// The floors: turbo's boundaries see every import that goes up, sideways or out of the declared dependencies.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, skeleton } from './planted.ts';

const manifests = globSync(
  [
    '{ledger,tests}/{package,turbo}.json',
    '{apps,packages}/*/{package,turbo}.json',
    'packages/{modules,adapters}/*/{package,turbo}.json',
  ],
  { cwd: root },
);

/** Adds the dependency too: the guard must refuse the direction, not the missing line in a manifest. */
const boundaries = (from: string, to: string) => {
  using folder = skeleton([
    'package.json',
    'pnpm-workspace.yaml',
    'pnpm-lock.yaml',
    'turbo.json',
    ...manifests,
  ]);
  const manifest = JSON.parse(readFileSync(join(root, from, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  folder.plant(
    `${from}/package.json`,
    JSON.stringify({ ...manifest, dependencies: { ...manifest.dependencies, [to]: 'workspace:*' } }),
  );
  folder.plant(
    `${from}/src/planted.ts`,
    `import * as planted from '${to}/planted.ts';\nexport const used = planted;\n`,
  );
  return folder.run('turbo', 'boundaries', '--no-color');
};

describe('the floors', () => {
  it.each([
    ['packages/modules/meetings', '@veche/people'],
    ['packages/adapters/postgres', '@veche/ledger'],
    ['apps/api', '@veche/meetings'],
  ])('let %s import %s', (from, to) => {
    expect(boundaries(from, to)).toMatchObject({ passed: true });
  });

  it.each([
    ['ledger', '@veche/core'],
    ['packages/core', '@veche/rules'],
    ['packages/rules', '@veche/people'],
    ['packages/ui', '@veche/module-kit'],
    ['packages/module-kit', '@veche/people'],
    ['packages/people', '@veche/meetings'],
    ['packages/people', '@veche/postgres'],
    ['packages/modules/meetings', '@veche/postgres'],
    ['packages/adapters/postgres', '@veche/meetings'],
    ['packages/modules/meetings', '@veche/api'],
  ])('refuse %s an import of %s', (from, to) => {
    const { passed, output } = boundaries(from, to);
    expect(passed).toBe(false);
    expect(output).toContain(to);
  });
});
