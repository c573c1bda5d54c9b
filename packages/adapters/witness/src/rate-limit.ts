// Holds one asker back without holding back the others: so many requests at once, so many a second. In memory only, so
// that no address outlives the process.

export type RateLimit = {
  /** How many at once. */
  readonly burst: number;
  /** How many a second for ever. */
  readonly perSecond: number;
};

const KEPT = 10_000;

/**
 * A gate that says whether the next request of this asker may pass.
 * @param milliseconds a clock that never goes back
 */
export function createRateLimit(
  { burst, perSecond }: RateLimit,
  milliseconds: () => number,
): (asker: string) => boolean {
  const buckets = new Map<string, { left: number; at: number }>();
  return (asker) => {
    const at = milliseconds();
    const bucket = buckets.get(asker);
    const left = bucket ? Math.min(burst, bucket.left + ((at - bucket.at) / 1000) * perSecond) : burst;
    // The longest unseen asker goes first, and a flood of new ones cannot fill the memory.
    buckets.delete(asker);
    if (buckets.size >= KEPT) buckets.delete(buckets.keys().next().value!);
    buckets.set(asker, { left: left >= 1 ? left - 1 : left, at });
    return left >= 1;
  };
}
