// The one fault of a disk that everybody must be able to tell from a bug: it is full.

/** The disk, or our share of it, is full. Nothing was half written; the same call may succeed later. */
export class StorageFullError extends Error {
  override readonly name = 'StorageFullError';
  readonly code = 'STORAGE_FULL';
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Whether an error of the system says that there is no room. */
export const isFull = (error: unknown): boolean => FULL.has(errorCode(error));

/** The system's code of an error such as ENOENT; empty when it has none. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';
