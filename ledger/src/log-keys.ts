// The verifier keys of one log. There are several while a key is being replaced: a checkpoint by any of them is the log's.
import { checkCheckpoint } from './checkpoint.ts';
import { equalBytes } from './bytes.ts';
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

/**
 * The keys to trust from now on, newest first, when a log shows others than those that are trusted: an offered key is
 * believed only where it signed the very checkpoint that a trusted key signed too. Keys that are trusted already stay, since
 * what they signed stays true.
 * @param note a checkpoint of the log
 * @param trusted the keys remembered so far; @param offered those that the log shows now, newest first
 * @throws LedgerFault those of {@link checkCheckpoint}: when no trusted key signed it, or a signature does not hold.
 * @example trustNextKeys(checkpoint, [verifier], []) // [verifier]
 */
export function trustNextKeys(
  note: string,
  trusted: readonly NoteVerifier[],
  offered: readonly NoteVerifier[],
): readonly NoteVerifier[] {
  checkCheckpoint(note, trusted);
  const isTrusted = ({ vkey }: NoteVerifier): boolean => trusted.some((one) => one.vkey === vkey);
  const next = offered.filter(
    (key) => !isTrusted(key) && key.name === trusted[0]!.name && key.algorithm === ED25519,
  );
  const { verified } = checkCheckpoint(note, [...trusted, ...next]).note;
  const believed = next.filter(({ name, keyId }) =>
    verified.some((one) => one.name === name && equalBytes(one.keyId, keyId)),
  );
  return [...believed, ...trusted];
}
