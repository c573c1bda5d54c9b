// Randomness enters as an argument too, so that a test may repeat a run.

/** Fills and returns `length` bytes from a source fit for secrets. */
export type RandomBytes = (length: number) => Uint8Array;
