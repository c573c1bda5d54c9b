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
  };

/** Two int64: the offset in milliseconds, and the moment at which the clock is held, -1 when it runs. */
export type ClockState = BigInt64Array<SharedArrayBuffer>;

const OFFSET = 0;
const HELD = 1;
const RUNS = -1n;

/** Starts from the offset that the database remembers. */
export async function openDemoClock(sql: Sql): Promise<MovableClock> {
  const [row] = await sql<{ offset_ms: string }[]>`SELECT offset_ms FROM people.demo`;
  const state: ClockState = new BigInt64Array(new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT));
  Atomics.store(state, OFFSET, BigInt(row?.offset_ms ?? 0));
  Atomics.store(state, HELD, RUNS);
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
