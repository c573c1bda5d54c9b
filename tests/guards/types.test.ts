// The pure packages are compiled with nothing but the language: a browser's or Node's globals do not exist there.
import { describe, expect, it } from 'vitest';
import { skeleton } from './planted.ts';

const compile = (project: string, text: string) => {
  using folder = skeleton(['tsconfig.json', `${project}/tsconfig.json`, `${project}/package.json`]);
  folder.plant(`${project}/src/planted.ts`, text);
  return folder.run('tsc', '-p', project);
};

describe.each(['ledger', 'packages/core', 'packages/rules'])('%s', (project) => {
  it('compiles plain language', () => {
    expect(compile(project, 'export const one: bigint = 1n;\n')).toMatchObject({ passed: true });
  });
  it.each([
    ['document', 'export const title = document.title;\n'],
    ['Buffer', "export const bytes = Buffer.from('x');\n"],
    ['process', 'export const port = process.env;\n'],
    ['node:fs', "import fs from 'node:fs';\nexport const f = fs;\n"],
  ])('knows no %s', (_, text) => {
    const { passed, output } = compile(project, text);
    expect(passed).toBe(false);
    expect(output).toMatch(/planted\.ts\S* error TS(2304|2307|2580|2584|2591)/);
  });
});
