// The re-derivation at the sizes where a third level of tiles begins, with the hash of node:crypto.
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeUtf8 } from './bytes.ts';
import { fsck } from './fsck.ts';
import type { FsckState } from './fsck.ts';
import { nativeSha256 } from './cli/native-sha256.ts';
import { useSha256 } from './hash.ts';
import { logOfLeaves } from './log.fixture.ts';

beforeAll(() => useSha256(nativeSha256));
const logOf = (size: number) => logOfLeaves(Array.from({ length: size }, (_, i) => encodeUtf8(`entry ${i}`)));

describe('fsck of a log of three levels', () => {
  it.each([65_535, 65_536, 66_049])(
    'derives %i entries, and goes on from any point',
    async (size) => {
      const { files, root } = logOf(size);
      const read = async (path: string) => files.get(path) ?? null;
      const states: FsckState[] = [];
      const report = await fsck({
        size,
        root,
        read,
        onProgress: ({ entries }, state) => {
          if (entries % 16_384 === 0) states.push(state());
        },
      });
      expect(report).toEqual({ ok: true, entries: size, files: files.size, faults: [], complete: true });
      expect(states.length).toBeGreaterThan(2);
      for (const from of states.slice(-2)) expect((await fsck({ size, root, read, from })).ok).toBe(true);
      for (const path of ['tile/1/000', 'tile/2/000.p/1'].filter((name) => files.has(name))) {
        const broken = files.get(path)!.map((byte, i) => (i === 5 ? byte ^ 1 : byte));
        const readBroken = async (name: string) => (name === path ? broken : read(name));
        const { faults } = await fsck({ size, root, read: readBroken, from: states[0]! });
        expect(faults).toEqual([{ path, reason: 'wrong-content' }]);
      }
    },
    60_000,
  );
});
