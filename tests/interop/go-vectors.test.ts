// The ledger's test vectors by Go's golang.org/x/mod/sumdb and crypto/ed25519: no vector to accept is refused there, and
// where Go takes what we refuse is listed. Runs where go.test.ts does, and says so where it cannot.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

/** Not a program of this project: where it is missing there is nothing to run. */
const GO = 'go';
const PACKAGE = 'golang.org/x/mod/sumdb/tlog';
/** Debian's packages of Go sources. */
const DEBIAN = { GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '-buildvcs=false' };
const env = { ...process.env, ...DEBIAN };
const hasGo = spawnSync(GO, ['list', PACKAGE], { env }).status === 0;
if (!hasGo) console.warn(`no Go compiler with ${PACKAGE} here: what Go says of the vectors is not tried`);

const VECTORS = resolve(import.meta.dirname, '../../ledger/vectors');
const folder = mkdtempSync(join(tmpdir(), 'veche-go-vectors-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What Go takes and we do not. Of Ed25519 it is every key and R of small order that chance lets pass. */
const LENIENT = [
  'encodings\tbase64 "AAAA\\n"',
  'notes\twith a good and then a bad line of one key',
  'notes\twith base64 that has stray bits',
  // Go's tiles know no highest level, call entries data, and count to 2^63.
  'tile-paths\t"tile/64/000"',
  'tile-paths\t"tile/data/000"',
  'tile-paths\t"tile/0/x009/x007/x199/x254/x740/992"',
];

describe.runIf(hasGo)('the vectors', () => {
  it('have in Go the answers they have here, but where Go is known to take more', () => {
    const program = join(folder, 'vectors');
    const source = resolve(import.meta.dirname, 'go/vectors.go');
    expect(spawnSync(GO, ['build', '-o', program, source], { env, encoding: 'utf8' }).stderr).toBe('');
    const { stdout } = spawnSync(program, [VECTORS], { encoding: 'utf8' });
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => /^((.*?)\t(.*))\t(accept|refuse)$/.exec(line)!);
    expect(answers.length).toBeGreaterThan(700);
    const wanted = new Map<string, boolean>();
    for (const file of new Set(answers.map(([, , name]) => name!))) {
      const vectors = JSON.parse(readFileSync(join(VECTORS, `${file}.json`), 'utf8')) as {
        name: string;
        accept: boolean;
      }[];
      for (const { name, accept } of vectors) wanted.set(`${file}\t${name}`, accept);
    }
    const taken = (answer: string | undefined): boolean => answer === 'accept';
    const different = answers.filter(([, key, , , answer]) => taken(answer) !== wanted.get(key!));
    expect(different.filter(([, , , , answer]) => !taken(answer))).toEqual([]);
    expect(different.map(([, key]) => key).filter((key) => !key!.startsWith('ed25519\t'))).toEqual(LENIENT);
    // Never anything but points of small order: those of the paper's cases 0, 1, 2 and 11 among them.
    for (const [, key] of different.filter(([, , file]) => file === 'ed25519'))
      expect(key).toMatch(/of small order|case (?:0|1|2|11)$/);
  });
});
