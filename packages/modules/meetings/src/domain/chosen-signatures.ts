// The signature lines of a note that matter to a meeting: the log's, and those of the witnesses its opening pinned.
// A line by anybody else could be changed by anybody, and so has no place in what is checked to the last byte.
import { equalBytes } from '@veche/ledger/bytes.ts';
import { parseSignatureLine, type NoteVerifier } from '@veche/ledger/note.ts';

/**
 * The note with the lines of these keys only, in their order; its text is untouched and nothing is verified.
 * @throws LedgerFault `note`
 */
export function chooseSignatures(note: string, keys: readonly NoteVerifier[]): string {
  const textEnd = note.lastIndexOf('\n\n') + 2;
  const chosen = note
    .slice(textEnd, -1)
    .split('\n')
    .map((line) => `${line}\n`)
    .filter((line) => {
      const { name, keyId } = parseSignatureLine(line);
      return keys.some((key) => key.name === name && equalBytes(key.keyId, keyId));
    });
  return note.slice(0, textEnd) + chosen.join('');
}
