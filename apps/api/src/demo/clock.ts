// The clock of a demonstration: the wall's time and an offset that visitors may only increase, kept in the database.
import type { Clock } from '@veche/core/clock.ts';
import type { DemoClock } from '@veche/module-kit/module.ts';
import type { Sql } from '@veche/postgres/connect.ts';

export type MovableClock = Clock &
  DemoClock & {
    /** Stands still at a moment, for telling a past that never was; null lets it run again. */
    hold(at: Date | null): void;
    /** What a thread of this process tells the same time by, see {@link readClock}. */
    readonly state: ClockState;
    /** Follows the other processes no more. */
    close(): Promise<void>;
  };

/** Two int64: the offset in milliseconds, and the moment at which the clock is held, -1 when it runs. */
export type ClockState = BigInt64Array<SharedArrayBuffer>;

const OFFSET = 0;
const HELD = 1;
const RUNS = -1n;

/** How long after another process was told to move its clock this one moves too, at most. */
const FOLLOW_MS = 1_000;

/** Starts from the offset that the database remembers, and follows it: any process of an installation may move it. */
export async function openDemoClock(sql: Sql): Promise<MovableClock> {
  const state: ClockState = new BigInt64Array(new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT));
  const follow = async (): Promise<void> => {
    const [row] = await sql<{ offset_ms: string }[]>`SELECT offset_ms FROM people.demo`;
    const offset = BigInt(row?.offset_ms ?? 0);
    // Never back: what was read may be older than what this process has set since.
    if (offset > Atomics.load(state, OFFSET)) Atomics.store(state, OFFSET, offset);
  };
  await follow();
  Atomics.store(state, HELD, RUNS);
  let following = Promise.resolve();
  // A database that is away is asked again.
  const timer = setInterval(() => void (following = follow().catch(() => {})), FOLLOW_MS).unref();
  return {
    ...readClock(state),
    async advance(seconds) {
      const [moved] = await sql<{ offset_ms: string }[]>`
        UPDATE people.demo SET offset_ms = offset_ms + ${seconds * 1_000}::bigint RETURNING offset_ms`;
      Atomics.store(state, OFFSET, BigInt(moved!.offset_ms));
      return new Date(Date.now() + Number(moved!.offset_ms));
    },
    hold: (at) => void Atomics.store(state, HELD, at ? BigInt(at.getTime()) : RUNS),
    state,
    async close() {
      clearInterval(timer);
      await following;
    },
  };
}

/** The clock in whatever thread reads it: moved there as soon as it was moved anywhere. */
export function readClock(state: ClockState): Clock {
  return {
    now() {
      const held = Atomics.load(state, HELD);
      return new Date(held === RUNS ? Date.now() + Number(Atomics.load(state, OFFSET)) : Number(held));
    },
  };
}
