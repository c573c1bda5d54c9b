// Tells apart the files that people bring to be checked, so that a wrong one can be explained instead of refused.

/** What a file is, by its first bytes. */
export type FileKind = 'receipt' | 'bundle' | 'minutes' | 'checkpoint' | 'unknown' | 'empty';

/** A tlog-proof is a few kilobytes. */
export const MAX_FILE_BYTES = 256 * 1024;

export function kindOfFile(start: string): FileKind {
  if (start.trim() === '') return 'empty';
  if (start.startsWith('c2sp.org/tlog-proof')) return 'receipt';
  if (start.startsWith('{"format":"veche-bundle')) return 'bundle';
  if (start.startsWith('%PDF-')) return 'minutes';
  if (/^[^\n ]+\n(?:0|[1-9][0-9]*)\n[A-Za-z0-9+/]{43}=\n/.test(start)) return 'checkpoint';
  return 'unknown';
}
