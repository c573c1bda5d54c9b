// One entry of the log as its page shows it: read from the public files, tied to the signed root, its author's signature
// checked. Nothing of it is taken from the server's word.
import { decodeUtf8 } from '@veche/ledger/bytes.ts';
import { ENTRY_KINDS, decodeEntry, signatureOfEntry, type AnyEntry } from '@veche/ledger/entry.ts';
import { decodeCanonical } from '@veche/ledger/jcs.ts';
import { TILE_WIDTH } from '@veche/ledger/tile.ts';
import { checkInclusion, leafHash, proveInclusion } from '@veche/ledger/tree.ts';
import { createWebVerifier } from '@veche/ledger/webcrypto.ts';
import { stepsOf, type PathStep } from '../domain/path.ts';
import { toBroken, type OpenLog } from './open-log.ts';

export type ReadEntry = {
  readonly index: number;
  /** The bytes as text; null when they are none. */
  readonly text: string | null;
  readonly bytes: number;
  /** SHA-256(00 ‖ bytes). */
  readonly hash: Uint8Array;
  readonly steps: readonly PathStep[];
  /** Null: it is not an entry of ours, whatever it is. */
  readonly entry: ShownEntry | null;
};

export type ShownEntry = {
  readonly kind: string;
  /** Whether the page has words for it; the exact form of others is unknown here. */
  readonly isKnown: boolean;
  /** What is neither the envelope nor the signature, in the order of the bytes. */
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly author: { readonly key: string; readonly role: 'registrar' | 'device' | 'other' };
  readonly signature: string;
  readonly isSigned: boolean;
  /** The meeting it names. */
  readonly meeting: string | null;
};

/** Leaves by index, each read once for its neighbours too. */
export async function readLeaf({ reader }: OpenLog, index: number): Promise<Uint8Array> {
  try {
    return (await reader.entries(Math.floor(index / TILE_WIDTH)))[index % TILE_WIDTH]!;
  } catch (error) {
    throw toBroken(error);
  }
}

/**
 * @param index below the size of the log
 * @param registrars - where the log is said to name registrar's keys; what is not so there changes nothing
 * @throws LogBroken
 */
export async function readEntry(
  log: OpenLog,
  index: number,
  registrars: readonly number[],
): Promise<ReadEntry> {
  const { size, root } = log.checkpoint;
  try {
    const leaf = await readLeaf(log, index);
    const hash = leafHash(leaf);
    const proof = await proveInclusion(index, size, log.reader.hashes);
    checkInclusion(proof, index, hash, size, root);
    return {
      index,
      text: textOf(leaf),
      bytes: leaf.length,
      hash,
      steps: stepsOf(index, size, hash, proof),
      entry: await showEntry(leaf, await findRegistrar(log, index, registrars)),
    };
  } catch (error) {
    throw toBroken(error);
  }
}

/** What a list needs of an entry: its kind, or null when it is none of ours. */
export function kindOf(leaf: Uint8Array): string | null {
  return parseEntry(leaf)?.kind ?? null;
}

/**
 * The registrar's key that was to sign the entry: the one that entry 0 names, or the one it was handed over to, each time
 * signed by the key before.
 */
async function findRegistrar(
  log: OpenLog,
  index: number,
  registrars: readonly number[],
): Promise<string | null> {
  let key: string | null = null;
  const before = registrars.filter((at) => at > 0 && at < index);
  for (const at of [0, ...new Set(before.toSorted((a, b) => a - b))]) {
    const entry = parseEntry(await readLeaf(log, at));
    if (entry?.kind !== 'registrar' || typeof entry['key'] !== 'string') continue;
    const isHandedOver = at === 0 || entry.by === key;
    if (isHandedOver && (await hasOwnSignature(entry))) key = entry['key'];
  }
  return key;
}

const hasOwnSignature = async (entry: AnyEntry): Promise<boolean> =>
  (await createWebVerifier()([signatureOfEntry(entry)]))[0] === true;

async function showEntry(leaf: Uint8Array, registrar: string | null): Promise<ShownEntry | null> {
  const entry = parseEntry(leaf);
  if (!entry) return null;
  const { v: _, kind, by, sig, ...own } = entry;
  const isSigned = await hasOwnSignature(entry);
  return {
    kind,
    isKnown: Object.hasOwn(ENTRY_KINDS, kind),
    fields: Object.entries(own).map(([name, value]) => ({
      name,
      value: typeof value === 'string' ? value : JSON.stringify(value),
    })),
    author: { key: by, role: by === registrar ? 'registrar' : kind === 'ballot' ? 'device' : 'other' },
    signature: sig,
    isSigned,
    meeting: typeof own['meeting'] === 'string' ? own['meeting'] : null,
  };
}

/** The entry of a leaf, kinds of further modules included; null when it has not the form of any. */
function parseEntry(leaf: Uint8Array): AnyEntry | null {
  try {
    return decodeEntry(leaf, ENTRY_KINDS);
  } catch {
    // A kind that is not known here: its envelope is the same.
  }
  try {
    const value = decodeCanonical(decodeUtf8(leaf)) as Partial<AnyEntry>;
    if (value.v !== 1 || [value.kind, value.by, value.sig].some((one) => typeof one !== 'string'))
      return null;
    signatureOfEntry(value as AnyEntry);
    return value as AnyEntry;
  } catch {
    return null;
  }
}

function textOf(leaf: Uint8Array): string | null {
  try {
    return decodeUtf8(leaf);
  } catch {
    return null;
  }
}
