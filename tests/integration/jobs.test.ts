import type { EventName } from '@veche/core/events.ts';
import type { Job, Logger } from '@veche/module-kit/module.ts';
import { openJobQueue, queueOf, type NamedJob } from '@veche/postgres/jobs.ts';
import { describe, expect, it, vi } from 'vitest';
import { afterwards } from '../support/afterwards.ts';
import { freshDatabase } from '../support/database.ts';

const database = await freshDatabase();
const silent: Logger = { info: () => {}, warn: () => {}, error: () => {} };
const event = { buildingId: 'b', meetingId: 'm' };

async function open(jobs: readonly NamedJob[], log: Logger = silent) {
  const queue = await openJobQueue({
    address: database.address,
    log,
    queues: jobs.map(queueOf),
    reactions: jobs.flatMap((named) =>
      'on' in named.job ? [{ queue: queueOf(named), on: named.job.on as EventName }] : [],
    ),
  });
  afterwards(() => queue.stop());
  await queue.work(jobs);
  return queue;
}
const inModule = (job: Job): NamedJob => ({ module: 'test', job });

describe('jobs', () => {
  it('react to an event if and only if its transaction commits', async () => {
    const met: unknown[] = [];
    const queue = await open([
      inModule({ name: 'test.react', on: 'meeting.opened', run: async (given) => void met.push(given) }),
      inModule({ name: 'test.ignore', on: 'meeting.closed', run: async (given) => void met.push(given) }),
    ]);
    await database.db
      .transaction(async (tx) => {
        await queue.events.emit(tx, 'meeting.opened', { ...event, meetingId: 'rolled back' });
        throw new Error('roll back');
      })
      .catch(() => {});
    await database.db.transaction((tx) => queue.events.emit(tx, 'meeting.opened', event));
    await vi.waitFor(() => expect(met).toEqual([event]), { timeout: 10_000 });
  });

  it('run again after a failure, which is logged without its text', async () => {
    let runs = 0;
    const logged: unknown[] = [];
    const queue = await open(
      [
        inModule({
          name: 'test.stumble',
          on: 'meeting.called',
          run: async () => {
            runs += 1;
            if (runs === 1) throw new Error('+7 900 000-00-00');
          },
        }),
      ],
      { ...silent, error: (facts) => void logged.push(facts) },
    );
    await database.db.transaction((tx) => queue.events.emit(tx, 'meeting.called', event));
    await vi.waitFor(() => expect(runs).toBe(2), { timeout: 20_000 });
    expect(logged).toHaveLength(1);
    const kept = await database.sql`SELECT output::text FROM jobs.job WHERE name = 'test.stumble'`;
    expect(JSON.stringify([logged, kept])).not.toContain('900');
  });

  it('run every so many seconds, once per turn however many processes ask', async () => {
    let runs = 0;
    const tick = inModule({ name: 'test.tick', everySeconds: 2, run: async () => void (runs += 1) });
    await Promise.all([open([tick]), open([tick])]);
    await vi.waitFor(() => expect(runs).toBeGreaterThanOrEqual(2), { timeout: 15_000 });
    const [{ seconds }] = (await database.sql`
      SELECT ceil(extract(epoch FROM max(created_on) - min(created_on)) / 2)::int AS seconds
      FROM jobs.job WHERE name = 'test.tick'`) as unknown as [{ seconds: number }];
    expect(runs).toBeLessThanOrEqual(seconds + 2);
  });
});
