// The entries of the log. A leaf is the UTF-8 of one object in RFC 8785 canonical JSON, flat, with
//   v: 1    kind    by: the author's key    sig: the author's signature    and the fields of its kind.
// Every kind is listed here or by the module that writes it, with the exact fields and the form of each; a leaf with one
// more, one less or another form is refused. No names, no contacts, no choices: what is private is committed to.
import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from './bytes.ts';
import { checkCommitment } from './commitment.ts';
import { checkSignature, publicKeyOf, sign } from './ed25519.ts';
import type { SignatureCheck } from './ed25519.ts';
import { LedgerFault } from './fault.ts';
import { isFractionText } from './fraction.ts';
import { decodeCanonical, encodeCanonical, encodeCanonicalBytes } from './jcs.ts';

/** The longest leaf, in bytes. */
export const MAX_ENTRY_BYTES = 16_384;

/** Standard base64 of 32 bytes: a key, a hash, a commitment. */
export type Base64Of32 = string;
/** Standard base64 of 64 bytes. */
export type Base64Of64 = string;
/** 1..64 of [a-zA-Z0-9_-]. */
export type LogId = string;

type Signed = {
  readonly v: 1;
  /** The author's Ed25519 key. */
  readonly by: Base64Of32;
  readonly sig: Base64Of64;
};

/** Index 0 of the log, signed by the key it names; a later one hands over, signed by the key it replaces. */
export type RegistrarEntry = Signed & {
  readonly kind: 'registrar';
  readonly origin: string;
  readonly key: Base64Of32;
};
/** `notice` commits to the whole notice: agenda, rules, dates. */
export type MeetingCalledEntry = Signed & {
  readonly kind: 'meeting.called';
  readonly meeting: LogId;
  readonly notice: Base64Of32;
};
/**
 * The roll is fixed: root over its records, how many, and their area weight in cm² as a fraction in lowest terms.
 * `policy`: SHA-256 of the text of the witness policy that the close will be judged by; absent in a log without witnesses.
 */
export type MeetingOpenedEntry = Signed & {
  readonly kind: 'meeting.opened';
  readonly meeting: LogId;
  readonly rollRoot: Base64Of32;
  readonly rollSize: number;
  readonly rollWeight: string;
  readonly policy?: Base64Of32;
};
/** A device key of a voter; `possession` is that key's signature over {@link possessionMessage}. */
export type KeyRegisteredEntry = Signed & {
  readonly kind: 'key.registered';
  readonly meeting: LogId;
  readonly voter: LogId;
  readonly key: Base64Of32;
  readonly possession: Base64Of64;
};
/** Shares that changed hands while voting goes on: `amendments` commits to who casts them from here on in the log. */
export type RollAmendedEntry = Signed & {
  readonly kind: 'roll.amended';
  readonly meeting: LogId;
  readonly amendments: Base64Of32;
};
/** Signed by the voter's own device key. `ballot` commits to the choices; `nonce`, 16 bytes, is never used twice. */
export type BallotEntry = Signed & {
  readonly kind: 'ballot';
  readonly meeting: LogId;
  readonly voter: LogId;
  readonly nonce: string;
  readonly ballot: Base64Of32;
};
/**
 * Root and count over the leaves of all earlier entries of the meeting, in log order.
 * `closing`: SHA-256 of the note of the closing checkpoint, under which a ballot must stand to count; there exactly when
 * the opening names a policy.
 */
export type MeetingClosedEntry = Signed & {
  readonly kind: 'meeting.closed';
  readonly meeting: LogId;
  readonly boxRoot: Base64Of32;
  readonly boxSize: number;
  readonly closing?: Base64Of32;
};
/** SHA-256 of the canonical JSON of the result. */
export type ResultEntry = Signed & {
  readonly kind: 'result';
  readonly meeting: LogId;
  readonly result: Base64Of32;
};
/** The chair's casting vote on an item that the result leaves equal: a commitment, so that only its bundle tells which way. */
export type TieDecidedEntry = Signed & {
  readonly kind: 'tie.decided';
  readonly meeting: LogId;
  readonly decision: Base64Of32;
};
/**
 * SHA-256 of the minutes' file, in one language; `xml` and `json`: of the same minutes for programs, where there are any.
 * Minutes that are drawn up anew are a further entry.
 */
export type MinutesEntry = Signed & {
  readonly kind: 'minutes';
  readonly meeting: LogId;
  readonly pdf: Base64Of32;
  readonly language: string;
  readonly xml?: Base64Of32;
  readonly json?: Base64Of32;
};

export type Entry =
  | RegistrarEntry
  | MeetingCalledEntry
  | MeetingOpenedEntry
  | KeyRegisteredEntry
  | RollAmendedEntry
  | BallotEntry
  | MeetingClosedEntry
  | ResultEntry
  | TieDecidedEntry
  | MinutesEntry;

/** An entry of any kind, those of other modules included. */
export type AnyEntry = Signed & { readonly kind: string } & { readonly [field: string]: unknown };

type Without<T, K extends PropertyKey> = T extends unknown
  ? { readonly [P in keyof T as Exclude<P, K>]: T[P] }
  : never;
/** The kind and its own fields, before an author signs. */
export type EntryDraft = Without<Entry, 'v' | 'by' | 'sig'>;
/** All but the signature. */
export type UnsignedEntry<E extends { sig: string } = Entry> = Without<E, 'sig'>;

/** Whether a value has the form of a field. */
export type FieldForm = (value: unknown) => boolean;
/**
 * The kinds that a reader knows: the exact fields of each, beside v, kind, by and sig. A form that accepts `undefined`
 * makes its field one that may be absent: see {@link optional}.
 */
export type EntryKinds = Readonly<Record<string, Readonly<Record<string, FieldForm>>>>;

const isBase64Of =
  (bytes: number): FieldForm =>
  (value) => {
    if (typeof value !== 'string') return false;
    try {
      return decodeBase64(value, bytes).length === bytes;
    } catch {
      return false;
    }
  };

/** The forms of fields, for the kinds of further modules. */
export const forms = {
  id: (value: unknown): boolean => typeof value === 'string' && /^[a-zA-Z0-9_-]{1,64}$/.test(value),
  hash: isBase64Of(32),
  /** A salted commitment, opened by {@link checkOpening}. A kind has at most one: what it opens to may hold many things. */
  commitment: isBase64Of(32),
  /** 32 bytes here; whether they are a point is seen when a signature is checked. */
  key: isBase64Of(32),
  signature: isBase64Of(64),
  nonce: isBase64Of(16),
  count: (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0,
  weight: (value: unknown): boolean => typeof value === 'string' && isFractionText(value),
  origin: (value: unknown): boolean =>
    typeof value === 'string' && /^[^\s+\p{White_Space}]{1,255}$/u.test(value),
  language: (value: unknown): boolean => typeof value === 'string' && /^[a-z]{2,3}$/.test(value),
} as const;

/**
 * The form of a field that may be absent; there, it must have the given form.
 * @example optional(forms.hash)(undefined) // true
 */
export const optional =
  (form: FieldForm): FieldForm =>
  (value) =>
    value === undefined || form(value);

/** The registrar's and the meetings' kinds: all that a meeting's audit needs. */
export const ENTRY_KINDS = {
  registrar: { origin: forms.origin, key: forms.key },
  'meeting.called': { meeting: forms.id, notice: forms.commitment },
  'meeting.opened': {
    meeting: forms.id,
    rollRoot: forms.hash,
    rollSize: forms.count,
    rollWeight: forms.weight,
    policy: optional(forms.hash),
  },
  'key.registered': { meeting: forms.id, voter: forms.id, key: forms.key, possession: forms.signature },
  'roll.amended': { meeting: forms.id, amendments: forms.commitment },
  ballot: { meeting: forms.id, voter: forms.id, nonce: forms.nonce, ballot: forms.commitment },
  'meeting.closed': {
    meeting: forms.id,
    boxRoot: forms.hash,
    boxSize: forms.count,
    closing: optional(forms.hash),
  },
  result: { meeting: forms.id, result: forms.hash },
  'tie.decided': { meeting: forms.id, decision: forms.commitment },
  minutes: {
    meeting: forms.id,
    pdf: forms.hash,
    language: forms.language,
    xml: optional(forms.hash),
    json: optional(forms.hash),
  },
} as const satisfies EntryKinds;

const wrong = (what: string, cause?: unknown) => new LedgerFault('entry', what, { cause });
const ENVELOPE = ['v', 'kind', 'by'];

function checkFields(value: unknown, kinds: EntryKinds, envelope: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('expected an entry');
  const entry = value as Record<string, unknown>;
  if (entry['v'] !== 1) throw wrong('expected an entry of version 1');
  const kind = entry['kind'];
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind))
    throw wrong('expected an entry of a known kind');
  const fields = kinds[kind]!;
  if (!forms.key(entry['by'])) throw wrong('expected the key of the author');
  if (envelope.includes('sig') && !forms.signature(entry['sig']))
    throw wrong('expected the signature of the author');
  for (const field of Object.keys(entry))
    if (!envelope.includes(field) && !Object.hasOwn(fields, field))
      throw wrong(`a field that ${kind} has not`);
  for (const [field, hasForm] of Object.entries(fields))
    if (!hasForm(entry[field])) throw wrong(`expected the field ${field} of ${kind}`);
}

/**
 * What the author signs: "veche/entry/v1\n" and the canonical JSON of the entry without its signature.
 * @example decodeUtf8(entryMessage(entry)).slice(0, 15) // 'veche/entry/v1\n'
 */
export function entryMessage(entry: UnsignedEntry | AnyEntry | Omit<AnyEntry, 'sig'>): Uint8Array {
  const { sig: _sig, ...unsigned } = entry as Record<string, unknown>;
  return encodeUtf8(`veche/entry/v1\n${encodeCanonical(unsigned)}`);
}

/**
 * What a device key signs at its registration, so that nobody can register a key that another holds.
 * @example decodeUtf8(possessionMessage('m1', 'v1')) // 'veche/possession/v1\nm1\nv1'
 */
export const possessionMessage = (meeting: LogId, voter: LogId): Uint8Array =>
  encodeUtf8(`veche/possession/v1\n${meeting}\n${voter}`);

/**
 * A draft with its author, ready to be signed over {@link entryMessage} by a key that only signs asynchronously.
 * @param by base64 of the author's key
 * @throws LedgerFault `entry`: when the draft is not of its kind.
 * @example prepareEntry({ kind: 'minutes', meeting: 'm1', pdf: salt, language: 'ru' }, salt).v // 1
 */
export function prepareEntry<D extends EntryDraft>(
  draft: D,
  by: Base64Of32,
): D & { readonly v: 1; readonly by: Base64Of32 };
export function prepareEntry(
  draft: Readonly<Record<string, unknown>>,
  by: Base64Of32,
  kinds: EntryKinds,
): Omit<AnyEntry, 'sig'>;
export function prepareEntry(draft: object, by: Base64Of32, kinds: EntryKinds = ENTRY_KINDS): object {
  const unsigned = { v: 1, by, ...draft };
  checkFields(unsigned, kinds, ENVELOPE);
  return unsigned;
}

/**
 * The entry of a prepared draft and its author's signature, which is not checked here.
 * @param signature 64 bytes
 * @example attachSignature({ v: 1, by: salt }, new Uint8Array(1)).sig // 'AA=='
 */
export function attachSignature<U extends { readonly v: 1; readonly by: string }>(
  unsigned: U,
  signature: Uint8Array,
): U & { readonly sig: Base64Of64 } {
  return { ...unsigned, sig: encodeBase64(signature) };
}

/**
 * Signs a draft with a 32-byte seed.
 * @throws LedgerFault `entry`: when the draft is not of its kind.
 * @example signEntry({ kind: 'minutes', meeting: 'm1', pdf: salt, language: 'ru' }, seed).v // 1
 */
export function signEntry<D extends EntryDraft>(
  draft: D,
  seed: Uint8Array,
): D & { readonly v: 1; readonly by: Base64Of32; readonly sig: Base64Of64 };
export function signEntry(
  draft: Readonly<Record<string, unknown>>,
  seed: Uint8Array,
  kinds: EntryKinds,
): AnyEntry;
export function signEntry(draft: object, seed: Uint8Array, kinds: EntryKinds = ENTRY_KINDS): object {
  const unsigned = prepareEntry(draft as Record<string, unknown>, encodeBase64(publicKeyOf(seed)), kinds);
  return attachSignature(unsigned as { v: 1; by: string }, sign(entryMessage(unsigned), seed));
}

/**
 * The leaf of an entry as text; its UTF-8 is what is logged.
 * @throws LedgerFault `entry`: when it is not of its kind, or longer than {@link MAX_ENTRY_BYTES}.
 * @example encodeEntry(entry) // decodeUtf8(leaf)
 */
export function encodeEntry(entry: Entry): string;
export function encodeEntry(entry: AnyEntry, kinds: EntryKinds): string;
export function encodeEntry(entry: object, kinds: EntryKinds = ENTRY_KINDS): string {
  checkFields(entry, kinds, [...ENVELOPE, 'sig']);
  const text = encodeCanonical(entry);
  checkLength(encodeUtf8(text));
  return text;
}

/**
 * The entry of a leaf: exact fields, canonical, of a known kind. Its signature is not checked here.
 * @throws LedgerFault `entry`
 * @example decodeEntry(leaf) // entry
 */
export function decodeEntry(leaf: Uint8Array | string): Entry;
export function decodeEntry(leaf: Uint8Array | string, kinds: EntryKinds): AnyEntry;
export function decodeEntry(leaf: Uint8Array | string, kinds: EntryKinds = ENTRY_KINDS): AnyEntry {
  const value = decodeLeaf(leaf);
  checkFields(value, kinds, [...ENVELOPE, 'sig']);
  return value as AnyEntry;
}

/**
 * The entry of a leaf of any module: canonical, flat, with the author's key and signature. Its own fields and its signature
 * are not checked here.
 * @throws LedgerFault `entry`
 * @example decodeAnyEntry(leaf).kind // 'ballot'
 */
export function decodeAnyEntry(leaf: Uint8Array | string): AnyEntry {
  const value = decodeLeaf(leaf);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('expected an entry');
  const entry = value as Record<string, unknown>;
  if (entry['v'] !== 1) throw wrong('expected an entry of version 1');
  if (typeof entry['kind'] !== 'string' || entry['kind'] === '') throw wrong('expected a kind');
  if (!forms.key(entry['by'])) throw wrong('expected the key of the author');
  if (!forms.signature(entry['sig'])) throw wrong('expected the signature of the author');
  if (Object.values(entry).some((field) => typeof field === 'object')) throw wrong('expected a flat entry');
  return entry as AnyEntry;
}

function decodeLeaf(leaf: Uint8Array | string): unknown {
  try {
    checkLength(typeof leaf === 'string' ? encodeUtf8(leaf) : leaf);
    return decodeCanonical(typeof leaf === 'string' ? leaf : decodeUtf8(leaf));
  } catch (cause) {
    throw wrong('expected an entry in canonical JSON', cause);
  }
}

function checkLength(leaf: Uint8Array): void {
  if (leaf.length > MAX_ENTRY_BYTES) throw wrong(`expected an entry of at most ${MAX_ENTRY_BYTES} bytes`);
}

/**
 * What must hold for the entry to be its author's: for checking many at a time.
 * @example checkSignature(...Object.values(signatureOfEntry(entry))) // true
 */
export const signatureOfEntry = (entry: Entry | AnyEntry): SignatureCheck => ({
  key: decodeBase64(entry.by, 32),
  message: entryMessage(entry as AnyEntry),
  signature: decodeBase64(entry.sig, 64),
});

/**
 * What must hold for the registered key to be in the hands of who registered it.
 * @example checkSignature(...Object.values(signatureOfPossession(entries.find(({ entry }) => entry.kind === 'key.registered').entry))) // true
 */
export const signatureOfPossession = (entry: KeyRegisteredEntry): SignatureCheck => ({
  key: decodeBase64(entry.key, 32),
  message: possessionMessage(entry.meeting, entry.voter),
  signature: decodeBase64(entry.possession, 64),
});

/**
 * @throws LedgerFault `signature`: when the entry is not signed by the key in `by`.
 * @example checkEntrySignature(entry) // undefined
 */
export function checkEntrySignature(entry: Entry | AnyEntry): void {
  const { key, message, signature } = signatureOfEntry(entry);
  if (!checkSignature(key, message, signature))
    throw new LedgerFault('signature', 'the entry is not signed by its author');
}

/**
 * The field of a kind that holds its commitment; null when the kind has none, or is not one of `kinds`.
 * @throws RangeError: when the table gives the kind more than one.
 * @example findCommitmentField('ballot') // 'ballot'
 */
export function findCommitmentField(kind: string, kinds: EntryKinds = ENTRY_KINDS): string | null {
  if (!Object.hasOwn(kinds, kind)) return null;
  const fields = Object.entries(kinds[kind]!).filter(([, form]) => form === forms.commitment);
  if (fields.length > 1) throw new RangeError(`expected at most one commitment in ${kind}`);
  return fields[0]?.[0] ?? null;
}

/** What opens the commitment of an entry: base64 of the 32-byte salt, and the payload whose canonical JSON was committed to. */
export type Opening = { readonly salt: string; readonly payload: unknown };

/**
 * Checks that the commitment of an entry opens to this, whatever module the entry is of.
 * @throws LedgerFault `commitment`: when it does not, or the kind has no commitment; `encoding`: when the salt is not base64
 * of 32 bytes.
 * @example checkOpening(entry, { salt, payload }) // undefined
 */
export function checkOpening(
  entry: Entry | AnyEntry,
  opening: Opening,
  kinds: EntryKinds = ENTRY_KINDS,
): void {
  const field = findCommitmentField(entry.kind, kinds);
  if (field === null) throw new LedgerFault('commitment', 'expected an entry with a commitment');
  const commitment = (entry as AnyEntry)[field] as string;
  const salt = decodeBase64(opening.salt, 32);
  checkCommitment(decodeBase64(commitment, 32), salt, encodeCanonicalBytes(opening.payload));
}
