// The database driver when its connection is cut: the mends of packages/adapters/postgres/patches, each of which the
// driver as it is published fails. Without them a restart of the database may end the whole server.
import { connect } from '@veche/postgres/connect.ts';
import { describe, expect, it } from 'vitest';
import { freshAddress } from '../support/database.ts';

const setUp = async () => {
  const address = await freshAddress();
  const one = connect(address, { max: 1 });
  const other = connect(address, { max: 1 });
  const cut = async (pid: number) => void (await other.sql`SELECT pg_terminate_backend(${pid}, 2000)`);
  return { one, cut, close: () => Promise.all([one.close(), other.close()]) };
};

describe('a connection that is cut', () => {
  it('refuses what a transaction still asks of it, and nothing is thrown past everybody', async () => {
    const { one, cut, close } = await setUp();
    // The transaction fails at the cut, while what runs inside it still goes on.
    const inside = Promise.withResolvers<unknown[]>();
    await one.sql
      .begin(async (tx) => {
        const late: unknown[] = [];
        const [row] = await tx<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
        await cut(row!.pid);
        for (let i = 0; i < 3; i++) {
          late.push(await tx`SELECT 1`.catch((error: { code: string }) => error.code));
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        inside.resolve(late);
      })
      .catch(() => {});
    const late = await inside.promise;
    expect(late).toHaveLength(3);
    for (const code of late) expect(['57P01', 'CONNECTION_CLOSED']).toContain(code);
    expect(await one.sql`SELECT 2 AS two`).toMatchObject([{ two: 2 }]);
    await close();
  });

  it('does not tell its last error to the query that comes after the reconnection', async () => {
    const { one, cut, close } = await setUp();
    for (let i = 0; i < 5; i++) {
      const [row] = await one.sql<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
      const busy = one.sql`SELECT pg_sleep(5)`.catch((error: { code: string }) => error.code);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await cut(row!.pid);
      expect(['57P01', 'CONNECTION_CLOSED']).toContain(await busy);
      expect(await one.sql`SELECT 3 AS three`).toMatchObject([{ three: 3 }]);
    }
    await close();
  });
});
