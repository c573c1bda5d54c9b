// kill -9 at every point where the sequencer calls the database or the disk, at the sizes where tiles begin and end; two
// batches, one on its way to the files while the other is committed. After each death the log comes up by itself and
// verifies, every entry is there once, and nothing that was acknowledged is missing.
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkPublicLog,
  copyLog,
  leafAt,
  prepareLogs,
  runDrill,
  sequenceAll,
  submitLeaves,
  type PreparedLog,
} from './prepared-log.ts';

const BATCH = 3;
const AT_ONCE = 3;
/** The first batch leads to these sizes: around the ends of a tile of the lowest level, and of one of the next. */
const SIZES = [254, 255, 256, 257, 258, 65_535, 65_536, 65_537];

const idemOf = (leaf: string): string => createHash('sha256').update(leaf).digest('hex');

/** Files of one batch are written side by side: of each row of such calls the first and the last point. */
function endsOfRuns(points: readonly string[]): string[] {
  const kindOf = (point: string | undefined): string | undefined => point?.replace(/#.*/, '');
  const isEnd = (i: number): boolean =>
    [points[i - 1], points[i + 1]].some((neighbour) => kindOf(neighbour) !== kindOf(points[i])) ||
    !/^(write|remove)#/.test(points[i]!);
  return [...new Set(points.filter((_, i) => isEnd(i)))];
}

describe('a sequencer killed', () => {
  let prepared: Map<number, PreparedLog>;
  beforeAll(async () => {
    prepared = await prepareLogs(SIZES.map((size) => size - BATCH));
  });

  it.each(SIZES)('at any point of the batch that leads to size %i loses nothing', async (size) => {
    const base = prepared.get(size - BATCH)!;
    await submitLeaves(base.address, size - BATCH, size + BATCH);

    const rehearsal = runDrill(await copyLog(base), { batchEntries: BATCH, stop: null });
    expect(await rehearsal.ended).toBe('0');
    const points = endsOfRuns(
      rehearsal.lines.flatMap((line) => (line.startsWith('at ') ? [line.slice(3)] : [])),
      // How many syncs share the files of two batches is a matter of time; the first always comes.
    ).filter((point) => !/^sync#[^1]/.test(point));
    expect(points.filter((point) => point.startsWith('commit'))).toHaveLength(4);
    expect(points.filter((point) => point.startsWith('replace')).length).toBeGreaterThanOrEqual(4);

    const dieAt = async (point: string): Promise<void> => {
      const log = await copyLog(base);
      const run = runDrill(log, { batchEntries: BATCH, stop: { at: point, by: 'SIGKILL' } });
      expect(await run.ended, point).toBe('SIGKILL');
      const acknowledged = run.lines.flatMap((line) => (line.startsWith('ack ') ? [line.slice(4)] : []));

      await sequenceAll(log.address, log.folder);
      const leaves = await checkPublicLog(log.folder, size - BATCH);
      expect(leaves, point).toEqual(Array.from({ length: 2 * BATCH }, (_, i) => leafAt(size - BATCH + i)));
      const logged = new Set(leaves.map(idemOf));
      expect(
        acknowledged.filter((idem) => !logged.has(idem)),
        point,
      ).toEqual([]);
    };
    // A drill mostly waits: for the disk, for the database, for a process to begin and to end.
    const left = [...points];
    const walk = async (): Promise<void> => {
      for (let point = left.shift(); point !== undefined; point = left.shift()) await dieAt(point);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, walk));
  });
});
