import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCosigner, createNoteSigner } from '@veche/ledger/note.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { loadPolicy } from './witnesses.ts';

const folder = mkdtempSync(join(tmpdir(), 'veche-policy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const log = createNoteSigner('veche.test/log/v1', new Uint8Array(32).fill(1)).vkey;
const other = createNoteSigner('other.test/log/v1', new Uint8Array(32).fill(2)).vkey;
const witness = (name: string, seed: number, url: string): string =>
  `witness ${name} ${createCosigner(`${name}.test`, new Uint8Array(32).fill(seed), 0).vkey} ${url}`;
const board = witness('board', 3, 'https://board.test/witness');
const city = witness('city', 4, 'http://192.0.2.7:8081');
const enough = ['group enough 2 board city', 'quorum enough'];

let files = 0;
function load(...lines: string[]) {
  const path = join(folder, `${(files += 1)}`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return loadPolicy(path, [log]);
}

describe('the policy file of an installation', () => {
  it('names this log, witnesses that can be asked, and a quorum that they can make', async () => {
    const policy = await load(`log ${log}`, board, city, ...enough);
    expect(policy.witnesses.map(({ url }) => url)).toEqual([
      'https://board.test/witness',
      'http://192.0.2.7:8081',
    ]);
  });

  it.each([
    ['a file that is no policy', ['quorum'], 'line 1: expected quorum and a name'],
    [
      'another log',
      [`log ${other}`, board, city, ...enough],
      `expected a line with the key of this log: log ${log}`,
    ],
    ['no log', [board, city, ...enough], `log ${log}`],
    ['a quorum of nobody', [`log ${log}`, board, 'quorum none'], 'expected a quorum'],
    [
      'an address of another kind',
      [`log ${log}`, witness('board', 3, 'file:///etc/passwd'), city, ...enough],
      'an http or https address of board',
    ],
    [
      'an address with a password',
      [`log ${log}`, witness('board', 3, 'https://a:b@board.test'), city, ...enough],
      'an http or https address of board',
    ],
    [
      'too few witnesses that can be asked',
      [`log ${log}`, board, witness('city', 4, ''), ...enough],
      'not enough for the quorum',
    ],
  ])('is refused with %s', async (_, lines, says) => {
    await expect(load(...lines)).rejects.toMatchObject({
      name: 'SettingsError',
      message: expect.stringContaining(`VECHE_WITNESS_POLICY: `) as string,
    });
    await expect(load(...lines)).rejects.toThrow(says);
  });

  it('is refused when it is not there', async () => {
    await expect(loadPolicy(join(folder, 'nowhere'), [log])).rejects.toThrow('the file cannot be read');
  });
});
