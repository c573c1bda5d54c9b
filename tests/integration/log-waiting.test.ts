// How much waits for the log is what the database says, not what was once tried.
import { describe, expect, it } from 'vitest';
import { freshAddress } from '../support/database.ts';
import { freshTiles, leafOf, openLog, type LogProcess } from '../support/log.ts';

const MANY = 1_000;
const leaves = (name: string) => Array.from({ length: MANY }, (_, i) => leafOf(`${name} ${i}`));

const submit = ({ db, ledger }: LogProcess, name: string, commits: boolean): Promise<unknown> =>
  db
    .transaction(async (tx) => {
      await ledger.submit(tx, leaves(name));
      if (!commits) throw new Error('rolled back');
    })
    .catch((error: Error & { code?: string }) => error.code ?? error.message);

describe('the count of what waits to be logged', () => {
  it('forgets what was rolled back', async () => {
    const log = await openLog(await freshAddress(), await freshTiles());
    for (let i = 0; i < 4; i++) expect(await submit(log, `gone ${i}`, false)).toBe('rolled back');
    // For all it knows those transactions may still be open.
    expect(await submit(log, 'first', true)).toBe('LEDGER_BUSY');
    await expect.poll(() => submit(log, 'later', true), { timeout: 15_000, interval: 500 }).toBeUndefined();
    log.ledger.wake();
    const [receipt] = await log.ledger.receipts([leaves('later')[MANY - 1]!.idem], 15_000);
    expect(receipt?.index).toBe(MANY);
  });

  it('forgets what another process has logged, and counts what really waits', async () => {
    const address = await freshAddress();
    const tiles = await freshTiles();
    const other = await openLog(address, tiles, { sequences: false });
    for (let i = 0; i < 4; i++) expect(await submit(other, `waits ${i}`, true)).toBeUndefined();
    expect(await submit(other, 'too much', true)).toBe('LEDGER_BUSY');
    const sequencing = await openLog(address, tiles);
    const [last] = await sequencing.ledger.receipts([leaves('waits 3')[MANY - 1]!.idem], 15_000);
    expect(last?.index).toBe(4 * MANY);
    await expect
      .poll(() => submit(other, 'room again', true), { timeout: 15_000, interval: 500 })
      .toBeUndefined();
  });
});
