// The clock of a demonstration: the wall's time and an offset that visitors may only increase, kept in the database.
import type { Clock } from '@veche/core/clock.ts';
import type { DemoClock } from '@veche/module-kit/module.ts';
import type { Sql } from '@veche/postgres/connect.ts';

export type MovableClock = Clock &
  DemoClock & {
    /** Stands still at a moment, for telling a past that never was; null lets it run again. */
    hold(at: Date | null): void;
  };

/** Starts from the offset that the database remembers. */
export async function openDemoClock(sql: Sql): Promise<MovableClock> {
  const [row] = await sql<{ offset_ms: string }[]>`SELECT offset_ms FROM people.demo`;
  let offsetMs = Number(row?.offset_ms ?? 0);
  let held: Date | null = null;
  return {
    now: () => new Date(held ?? Date.now() + offsetMs),
    async advance(seconds) {
      const [moved] = await sql<{ offset_ms: string }[]>`
        UPDATE people.demo SET offset_ms = offset_ms + ${seconds * 1_000}::bigint RETURNING offset_ms`;
      offsetMs = Number(moved!.offset_ms);
      return new Date(Date.now() + offsetMs);
    },
    hold: (at) => void (held = at),
  };
}
