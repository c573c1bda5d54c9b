// The verifier keys of one log. There are several while a key is being replaced: a checkpoint by any of them is the log's.
import { LedgerFault } from './fault.ts';
import { ED25519, parseVerifierKey } from './note.ts';
import type { NoteVerifier } from './note.ts';

/** More keys than a log could have had. */
const MAX_KEYS = 64;

/**
 * The verifiers of a log's keys.
 * @param keys one key, several, or a text with one a line, as a log serves them: newest first
 * @throws LedgerFault `note`: when there is none, one is not a key of a log, or they are not all of one name.
 * @example parseLogKeys(`${logKey}\n`).map(({ name }) => name) // ['veche.test/log/v1']
 */
export function parseLogKeys(keys: string | readonly string[]): readonly NoteVerifier[] {
  const lines = [keys].flat().flatMap((text) => text.split('\n').filter((line) => line !== ''));
  const verifiers = [...new Set(lines)].map(parseVerifierKey);
  const [first] = verifiers;
  if (!first || verifiers.length > MAX_KEYS)
    throw new LedgerFault('note', 'expected the verifier key of a log');
  if (verifiers.some(({ name, algorithm }) => name !== first.name || algorithm !== ED25519))
    throw new LedgerFault('note', 'expected verifier keys of one log');
  return verifiers;
}
