// Witness policies of c2sp.org/tlog-policy: which logs and witnesses are known, and whose cosignatures are enough.
//
//   log <vkey> [<url>]
//   witness <name> <vkey> [<url>]
//   group <name> all|any|<k> <member>...
//   quorum <name>|none
//
// Items are parted by spaces and tabs; empty lines and lines that start with "#" mean nothing. Names are compared byte
// by byte and mean nothing outside the policy. Must never take a group for witnessed by fewer than its threshold.
import { encodeHex, isWellFormed } from './bytes.ts';
import { checkCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { LedgerFault } from './fault.ts';
import {
  ED25519,
  ED25519_COSIGNATURE,
  cosignatureSeconds,
  parseVerifierKey,
  readVerifierKey,
} from './note.ts';
import type { Note, NoteVerifier } from './note.ts';

/** A log that the policy accepts; the address is whatever the policy says, unchecked. */
export type PolicyLog = { readonly verifier: NoteVerifier; readonly url: string | null };

/** A witness by the policy's own name for it, which need not be the name of its key. */
export type PolicyWitness = {
  readonly name: string;
  readonly verifier: NoteVerifier;
  /** For asking: the submission prefix; whatever the policy says, unchecked. */
  readonly url: string | null;
};

/** Counts as a witness once `threshold` of its members do. */
export type PolicyGroup = {
  readonly name: string;
  /** 1 to the number of members. */
  readonly threshold: number;
  /** Names of witnesses and of groups before this one. */
  readonly members: readonly string[];
};

/** Who must have cosigned a checkpoint. */
export type WitnessPolicy = {
  /** What it was parsed from. */
  readonly text: string;
  readonly logs: readonly PolicyLog[];
  /** Those whose signatures this package can check. */
  readonly witnesses: readonly PolicyWitness[];
  /** Names of witnesses with keys of other algorithms: members of groups like any other, but never seen to sign. */
  readonly unchecked: readonly string[];
  /** Each after the groups it has for members. */
  readonly groups: readonly PolicyGroup[];
  /** The witness or group that decides; null: `quorum none`, no cosignature is needed. */
  readonly quorum: string | null;
};

/** More characters are refused; room for 32 logs and 32 witnesses with post-quantum keys many times over. */
const MAX_CHARACTERS = 1_000_000;
/** Of each: logs, witnesses, groups. The specification asks for 32 at least. */
const MAX_OF_A_KIND = 256;

// All control characters but tab and newline.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/;

/**
 * The policy of a text. Keys of algorithms that this package cannot check are taken in: such a log accepts nothing, such
 * a witness counts among the members of its groups and never as one that signed.
 * @throws LedgerFault `policy`: with the number of the line, and never its content.
 * @example parsePolicy(policyText).quorum // 'two-of-three'
 */
export function parsePolicy(text: string): WitnessPolicy {
  if (text.length > MAX_CHARACTERS || CONTROL.test(text) || !isWellFormed(text))
    throw new LedgerFault(
      'policy',
      'expected a policy: text of a permitted length without control characters',
    );
  if (!text.endsWith('\n'))
    throw new LedgerFault('policy', 'expected a policy whose every line ends with a newline');
  const logs: PolicyLog[] = [];
  const witnesses: PolicyWitness[] = [];
  const unchecked: string[] = [];
  const groups: PolicyGroup[] = [];
  let quorum: string | null | undefined;
  const names = new Set<string>();
  const members = new Set<string>();
  const logKeys = new Set<string>();
  const witnessKeys = new Set<string>();

  text
    .slice(0, -1)
    .split('\n')
    .forEach((line, index) => {
      const wrong = (expected: string, cause?: unknown) =>
        new LedgerFault('policy', `line ${index + 1}: expected ${expected}`, { cause });
      const define = (name: string): void => {
        if (name === 'none' || names.has(name)) throw wrong('a name that is not in use');
        names.add(name);
      };
      /** The verifier of the key, null when its algorithm is not one of ours. */
      const readKey = (vkey: string, algorithm: number, keys: Set<string>): NoteVerifier | null => {
        let key: ReturnType<typeof readVerifierKey>;
        try {
          key = readVerifierKey(vkey);
          // The other one of our two is a key for another office; of further algorithms we know nothing.
          if (
            key.algorithm !== algorithm &&
            (key.algorithm === ED25519 || key.algorithm === ED25519_COSIGNATURE)
          )
            throw wrong('a key of this kind of signer');
          if (keys.size === MAX_OF_A_KIND) throw wrong(`at most ${MAX_OF_A_KIND} of a kind`);
          const publicKey = encodeHex(key.publicKey);
          if (keys.has(publicKey)) throw wrong('a key that is not in use');
          keys.add(publicKey);
          return key.algorithm === algorithm ? parseVerifierKey(vkey) : null;
        } catch (cause) {
          if (cause instanceof LedgerFault && cause.code === 'policy') throw cause;
          throw wrong('a verifier key', cause);
        }
      };

      const items = line.split(/[ \t]+/).filter((item) => item !== '');
      if (items.length === 0 || items[0]!.startsWith('#')) return;
      const [keyword, first, second, third] = items;
      switch (keyword) {
        case 'log': {
          if (first === undefined || items.length > 3) throw wrong('log, key and at most an address');
          const verifier = readKey(first, ED25519, logKeys);
          if (verifier) logs.push({ verifier, url: second ?? null });
          return;
        }
        case 'witness': {
          if (first === undefined || second === undefined || items.length > 4)
            throw wrong('witness, name, key and at most an address');
          define(first);
          const verifier = readKey(second, ED25519_COSIGNATURE, witnessKeys);
          if (verifier) witnesses.push({ name: first, verifier, url: third ?? null });
          else unchecked.push(first);
          return;
        }
        case 'group': {
          const listed = items.slice(3);
          if (first === undefined || second === undefined || listed.length === 0)
            throw wrong('group, name, threshold and members');
          const threshold = readThreshold(second, listed.length);
          if (threshold === null) throw wrong('a threshold from 1 to the number of members');
          if (groups.length === MAX_OF_A_KIND) throw wrong(`at most ${MAX_OF_A_KIND} of a kind`);
          for (const member of listed) {
            if (!names.has(member)) throw wrong('members that are named above');
            if (members.has(member)) throw wrong('members of no other group, each once');
            members.add(member);
          }
          define(first);
          groups.push({ name: first, threshold, members: listed });
          return;
        }
        case 'quorum':
          if (quorum !== undefined) throw wrong('no second quorum');
          if (first === undefined || items.length > 2) throw wrong('quorum and a name');
          if (first !== 'none' && !names.has(first)) throw wrong('a quorum that is named above');
          quorum = first === 'none' ? null : first;
          return;
        default:
          throw wrong('log, witness, group or quorum');
      }
    });
  if (quorum === undefined) throw new LedgerFault('policy', 'expected a policy with a quorum');
  return { text, logs, witnesses, unchecked, groups, quorum };
}

function readThreshold(text: string, members: number): number | null {
  if (text === 'any') return 1;
  if (text === 'all') return members;
  const threshold = /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : 0;
  return threshold >= 1 && threshold <= members ? threshold : null;
}

/**
 * Whether these witnesses, by their names in the policy, are enough. `quorum none` is always met.
 * @example isQuorum(parsePolicy(policyText), new Set(['board', 'city'])) // true
 */
export function isQuorum(policy: WitnessPolicy, witnesses: ReadonlySet<string>): boolean {
  if (policy.quorum === null) return true;
  // Groups come after their members, so that one pass settles them all.
  const counted = new Set(policy.witnesses.map(({ name }) => name).filter((name) => witnesses.has(name)));
  for (const { name, threshold, members } of policy.groups)
    if (members.filter((member) => counted.has(member)).length >= threshold) counted.add(name);
  return counted.has(policy.quorum);
}

/** That a witness of the policy saw the checkpoint, and when it says it did. */
export type PolicyCosignature = {
  /** The policy's name for it. */
  readonly witness: string;
  /** Unix seconds, by the witness's own clock. */
  readonly time: number;
};

/** A checkpoint signed by its log, with what the policy makes of its cosignatures. */
export type CosignedCheckpoint = Checkpoint & {
  readonly note: Note;
  /** By rising time, each witness once. */
  readonly cosignatures: readonly PolicyCosignature[];
  /**
   * The earliest Unix second by which the cosignatures make the quorum; null when they do not, and 0 for
   * `quorum none`, which asks for nobody's time.
   */
  readonly quorumTime: number | null;
};

/**
 * The checkpoint of a note that a key of the log signed, every cosignature by a witness of the policy checked.
 *
 * A cosignature that names no time, or one beyond 2^53 seconds, is left out: it proves nothing about when.
 * @param log the log's key, or several of one name while a key is being replaced
 * @throws LedgerFault those of {@link checkCheckpoint}; `signature` also when one witness's line does not hold.
 * @example readCosigned(checkpoint, verifier, parsePolicy(policyText)).quorumTime // null
 */
export function readCosigned(
  note: string,
  log: NoteVerifier | readonly NoteVerifier[],
  policy: WitnessPolicy,
): CosignedCheckpoint {
  const checkpoint = checkCheckpoint(
    note,
    log,
    policy.witnesses.map(({ verifier }) => verifier),
  );
  const cosignatures = policy.witnesses
    .flatMap(({ name, verifier }) => {
      const line = checkpoint.note.verified.find(
        (one) => one.name === verifier.name && encodeHex(one.keyId) === encodeHex(verifier.keyId),
      );
      const time = line ? cosignatureSeconds(line) : 0;
      return time > 0 && Number.isSafeInteger(time) ? [{ witness: name, time }] : [];
    })
    .sort((a, b) => a.time - b.time);
  return { ...checkpoint, cosignatures, quorumTime: quorumTimeOf(policy, cosignatures) };
}

/**
 * The earliest Unix second by which these cosignatures, each checked already, make the quorum; null when they do not,
 * and 0 for `quorum none`.
 * @param cosignatures each witness once
 * @example quorumTimeOf(parsePolicy(policyText), [{ witness: 'city', time: 1 }, { witness: 'board', time: 2 }]) // 2
 */
export function quorumTimeOf(
  policy: WitnessPolicy,
  cosignatures: readonly PolicyCosignature[],
): number | null {
  const byTime = cosignatures.toSorted((a, b) => a.time - b.time);
  const seen = new Set<string>();
  if (isQuorum(policy, seen)) return 0;
  for (const { witness, time } of byTime) if (isQuorum(policy, seen.add(witness))) return time;
  return null;
}

/**
 * {@link readCosigned} of a checkpoint that the quorum has cosigned.
 * @throws LedgerFault `no-quorum`: when too few have, and those of {@link readCosigned}.
 * @example checkWitnessed(witnessedCheckpoint, verifier, parsePolicy(policyText)).quorumTime // 1_700_000_005
 */
export function checkWitnessed(
  note: string,
  log: NoteVerifier | readonly NoteVerifier[],
  policy: WitnessPolicy,
): CosignedCheckpoint & { readonly quorumTime: number } {
  const { quorumTime, ...cosigned } = readCosigned(note, log, policy);
  if (quorumTime === null)
    throw new LedgerFault('no-quorum', 'the witnesses that cosigned are not the quorum of the policy');
  return { ...cosigned, quorumTime };
}
