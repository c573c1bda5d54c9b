// What this device believes of the public journal: its keys and its witnesses, as they were seen first. What the server
// names later is taken over only as said here, so that nobody can slip another journal under a voter.
import { equalBytes } from '@veche/ledger/bytes.ts';
import { LedgerFault } from '@veche/ledger/fault.ts';
import { parseLogKeys } from '@veche/ledger/log-keys.ts';
import { checkNote, type NoteVerifier } from '@veche/ledger/note.ts';
import { parsePolicy, readCosigned } from '@veche/ledger/policy.ts';
import type { SeenLog, Witnessed } from './device-store.ts';

/** The journal as the server names it. */
export type ToldLog = {
  /** C2SP verifier keys, one a line, newest first. */
  readonly keys: string;
  /** C2SP witness policy; null where the journal asks no witnesses. */
  readonly policy: string | null;
};

/**
 * The keys to believe: those known, and of the new ones told those that signed this note beside a known one, as a journal
 * does while it replaces its key. A key once known is kept, since old receipts carry no other.
 * @param note - a signed checkpoint of the journal
 * @returns keys one a line, newest first; null when this is another journal: a key that is new here signed, and no known
 *   one beside it. A note that nobody signed brings no new key, and is left to whoever checks it.
 */
export function trustKeys(known: string, told: string, note: string): string | null {
  const old = parseLogKeys(known);
  const fresh = parseLogKeys(told).filter(({ vkey }) => old.every((key) => key.vkey !== vkey));
  const isNamed = parseLogKeys(told).length > fresh.length;
  const signed = signersOf(note, [...fresh, ...old]);
  if (!old.some(signed)) return isNamed && !fresh.some(signed) ? known : null;
  return [...fresh.filter(signed), ...old].map(({ vkey }) => vkey).join('\n');
}

function signersOf(note: string, keys: readonly NoteVerifier[]): (key: NoteVerifier) => boolean {
  try {
    const { verified } = checkNote(note, keys);
    return ({ name, keyId }) => verified.some((line) => line.name === name && equalBytes(line.keyId, keyId));
  } catch (error) {
    if (error instanceof LedgerFault) return () => false;
    throw error;
  }
}

/** The journal of this device after the server has named it anew. Another policy is taken over, and shown. */
export function takePolicy(seen: SeenLog, policy: string | null): SeenLog {
  const before = seen.policy ?? null;
  if (before === policy) return { ...seen, policy };
  // Witnesses where there were none are no loss; and a change that nobody has seen yet is shown as a whole.
  if (before === null && seen.formerPolicy === undefined) return { ...seen, policy };
  return { ...seen, policy, formerPolicy: seen.formerPolicy ?? before! };
}

/**
 * Who of the policy has cosigned a checkpoint; null when they are not enough, or nobody is asked.
 * @throws LedgerFault: when the note is not the journal's, or a cosignature does not hold.
 */
export function readWitnessed(note: string, keys: string, policy: string | null): Witnessed | null {
  if (policy === null) return null;
  const parsed = parsePolicy(policy);
  const { quorumTime, cosignatures } = readCosigned(note, parseLogKeys(keys), parsed);
  if (parsed.quorum === null || quorumTime === null) return null;
  return { at: quorumTime, by: cosignatures.map(({ witness, time }) => ({ name: witness, at: time })) };
}

/** The names of a policy's witnesses, for people. Empty where nobody is asked or the text is none. */
export function namesOfWitnesses(policy: string | null): readonly string[] {
  try {
    return policy === null ? [] : parsePolicy(policy).witnesses.map(({ name }) => name);
  } catch (error) {
    if (error instanceof LedgerFault) return [];
    throw error;
  }
}
