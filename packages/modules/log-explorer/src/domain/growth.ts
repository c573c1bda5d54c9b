// How many entries the log took in, hour by hour or day by day, from the sizes it had when each hour began.

/** `size` entries at the first batch of the hour that begins at `at` (Unix seconds). */
export type GrowthPoint = { readonly at: number; readonly size: number };
/** Entries of `[at, at + step)`. */
export type GrowthBar = { readonly at: number; readonly entries: number };

/**
 * One bar for each step of the span, the last one holding `now`; steps without entries are there too.
 * @param points by rising time, among them the last one before the span, if any
 * @param size entries at this moment
 * @param stepSeconds whole hours
 */
export function barsOf(
  points: readonly GrowthPoint[],
  size: number,
  now: number,
  stepSeconds: number,
  steps: number,
): GrowthBar[] {
  const last = Math.floor(now / stepSeconds) * stepSeconds;
  /** Entries before a moment: what the log had at the first batch after it, else all. */
  const sizeBefore = (moment: number): number => points.find(({ at }) => at >= moment)?.size ?? size;
  return Array.from({ length: steps }, (_, i) => {
    const at = last - (steps - 1 - i) * stepSeconds;
    return { at, entries: sizeBefore(at + stepSeconds) - sizeBefore(at) };
  });
}
