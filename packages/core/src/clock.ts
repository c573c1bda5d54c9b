// Time enters every decision as an argument. Only a composition root makes a real clock.

export type Clock = {
  /** The present moment; in the demonstration it may run ahead of the wall. */
  now(): Date;
};

/** A clock that stands still until it is moved: for tests. */
export function fixedClock(start: Date): Clock & { advance(milliseconds: number): void } {
  let at = start.getTime();
  return { now: () => new Date(at), advance: (milliseconds) => void (at += milliseconds) };
}
