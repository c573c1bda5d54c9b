// How many test files run side by side. Must be the same for all kinds of tests: the runner puts them into one row.
import { availableParallelism } from 'node:os';

/**
 * At least two. The runner itself would leave a core free, and on a machine of two run every file after the other; a test
 * of ours waits as long as it works: for the database, a child, a clock.
 */
export const WORKERS = Math.max(2, availableParallelism() - 1);
