// The audit bundle of a meeting: everything that the log only commits to, in JSON Lines, each line canonical.
//   {"t":"bundle",...} {"t":"checkpoint",...} ({"t":"policy",...} {"t":"closing",...})? {"t":"roll",...}*
//   {"t":"entry",...}* {"t":"result",...} {"t":"earlier",...}* {"t":"end",...}
// Every byte of it is either authenticated by the log or checked against something that is: there is no free byte.
import { decodeUtf8, encodeUtf8 } from './bytes.ts';
import { decodeEntry, encodeEntry, findCommitmentField } from './entry.ts';
import type { Entry } from './entry.ts';
import { LedgerFault } from './fault.ts';
import { decodeCanonical, encodeCanonical, encodeCanonicalBytes } from './jcs.ts';
import { parseRollRecord } from './meeting.ts';
import type { MeetingResult, RollRecord } from './meeting.ts';
import { leafHash } from './tree.ts';

export const BUNDLE_FORMAT = 'veche-bundle/v1';
/** Longer lines are refused. */
export const MAX_LINE_BYTES = 1_000_000;

/** An entry of the bundle; `salt` (base64 of 32 bytes) and `payload` with the kinds that have a commitment only. */
export type BundleEntry = {
  readonly index: number;
  readonly entry: Entry;
  readonly salt?: string;
  readonly payload?: unknown;
};

/** What a bundle is written from. Roll in the order of its tree; entries by rising index. */
export type BundleSource = {
  readonly origin: string;
  readonly meeting: string;
  /** The log's signed note, with signature lines of the log's keys and, under a policy, of its witnesses only. */
  readonly checkpoint: string;
  /** Both, when the opening names a witness policy; neither, when it does not. */
  readonly witnessed?: {
    /** The text of the policy whose SHA-256 the opening holds. */
    readonly policy: string;
    /** The closing checkpoint's note, whose SHA-256 the close holds. */
    readonly closing: string;
  };
  readonly roll: Iterable<RollRecord> | AsyncIterable<RollRecord>;
  readonly entries: Iterable<BundleEntry> | AsyncIterable<BundleEntry>;
  readonly result: MeetingResult;
  /** The lines of the bundle of the vote that this one joins, with or without their newlines; absent where it joins none. */
  readonly earlier?: Iterable<string> | AsyncIterable<string>;
};

/** A fault at one line of a bundle, counted from 1. */
export class BundleFault extends LedgerFault {
  readonly line: number;
  constructor(line: number, message: string, options?: { cause?: unknown }) {
    super('bundle', message, options);
    this.name = 'BundleFault';
    this.line = line;
  }
}

/**
 * The lines of a bundle, each with its newline.
 * @example (await writeBundle({ origin: 'a', meeting: 'm1', checkpoint, roll, entries: [], result }).next()).value // '{"format":"veche-bundle/v1","meeting":"m1","origin":"a","t":"bundle"}\n'
 */
export async function* writeBundle(source: BundleSource): AsyncGenerator<string> {
  let lines = 0;
  const line = (value: unknown): string => {
    lines++;
    return `${encodeCanonical(value)}\n`;
  };
  yield line({ t: 'bundle', format: BUNDLE_FORMAT, origin: source.origin, meeting: source.meeting });
  yield line({ t: 'checkpoint', note: source.checkpoint });
  if (source.witnessed) {
    yield line({ t: 'policy', text: source.witnessed.policy });
    yield line({ t: 'closing', note: source.witnessed.closing });
  }
  for await (const record of source.roll) yield line({ t: 'roll', record });
  for await (const { index, entry, salt, payload } of source.entries)
    yield line({ t: 'entry', index, entry, salt, payload });
  yield line({ t: 'result', result: source.result });
  for await (const text of source.earlier ?? [])
    yield line({ t: 'earlier', holds: decodeCanonical(text.replace(/\n$/, '')) });
  yield line({ t: 'end', lines: lines + 1 });
}

/** A line of a bundle, parsed; `line` counts from 1. */
export type BundleLine =
  | { readonly t: 'bundle'; readonly line: number; readonly origin: string; readonly meeting: string }
  | { readonly t: 'checkpoint'; readonly line: number; readonly note: string }
  | { readonly t: 'policy'; readonly line: number; readonly text: string }
  | { readonly t: 'closing'; readonly line: number; readonly note: string }
  | { readonly t: 'roll'; readonly line: number; readonly record: RollRecord; readonly leafHash: Uint8Array }
  | ({ readonly t: 'entry'; readonly line: number; readonly leafHash: Uint8Array } & BundleEntry)
  | { readonly t: 'result'; readonly line: number; readonly result: unknown }
  /** `holds`: one line of the bundle of the vote that this one joins. */
  | { readonly t: 'earlier'; readonly line: number; readonly holds: string }
  | { readonly t: 'end'; readonly line: number };

/**
 * Splits chunks of bytes into lines without their newline.
 * @throws BundleFault: when a line is too long or not UTF-8, or the last one has no newline.
 * @example (await Array.fromAsync(readLines([encodeUtf8(bundle.join(''))]))).length // 24
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<string> {
  let kept: Uint8Array[] = [];
  let keptBytes = 0;
  let line = 1;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      yield decodeLine([...kept, chunk.subarray(start, end)], line);
      kept = [];
      keptBytes = 0;
      line++;
      start = end + 1;
    }
    if (start < chunk.length) {
      kept.push(chunk.slice(start));
      keptBytes += chunk.length - start;
      if (keptBytes > MAX_LINE_BYTES) throw new BundleFault(line, 'the line is too long');
    }
  }
  if (keptBytes > 0) throw new BundleFault(line, 'the last line is cut short');
}

function decodeLine(parts: readonly Uint8Array[], line: number): string {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  if (bytes.length > MAX_LINE_BYTES) throw new BundleFault(line, 'the line is too long');
  try {
    return decodeUtf8(bytes);
  } catch (cause) {
    throw new BundleFault(line, 'the line is not UTF-8', { cause });
  }
}

const FIELDS: Readonly<Record<BundleLine['t'], readonly string[]>> = {
  bundle: ['t', 'format', 'origin', 'meeting'],
  checkpoint: ['t', 'note'],
  policy: ['t', 'text'],
  closing: ['t', 'note'],
  roll: ['t', 'record'],
  entry: ['t', 'index', 'entry'],
  result: ['t', 'result'],
  earlier: ['t', 'holds'],
  end: ['t', 'lines'],
};
/** What may follow what. */
const NEXT: Readonly<Record<'start' | BundleLine['t'], readonly BundleLine['t'][]>> = {
  start: ['bundle'],
  bundle: ['checkpoint'],
  checkpoint: ['policy', 'roll'],
  policy: ['closing'],
  closing: ['roll'],
  roll: ['roll', 'entry'],
  entry: ['entry', 'result'],
  result: ['earlier', 'end'],
  earlier: ['earlier', 'end'],
  end: [],
};

/**
 * Parses a bundle line by line, strictly: canonical JSON, the fields and the order of the format, entries by rising
 * index, the number of lines at the end. What the lines say is not checked here.
 * @throws BundleFault: at the first line that is not so.
 * @example (await Array.fromAsync(parseBundle(lines))).at(-1) // { t: 'end', line: 24 }
 */
export async function* parseBundle(
  lines: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<BundleLine> {
  let previous: 'start' | BundleLine['t'] = 'start';
  let line = 0;
  let index = -1;
  for await (const text of lines) {
    line++;
    let parsed: BundleLine;
    try {
      parsed = parseLine(text, line);
    } catch (cause) {
      if (cause instanceof BundleFault) throw cause;
      if (!(cause instanceof LedgerFault)) throw cause;
      throw new BundleFault(line, cause.message, { cause });
    }
    if (!NEXT[previous].includes(parsed.t))
      throw new BundleFault(line, `expected ${NEXT[previous].join(' or ') || 'no more lines'}`);
    if (parsed.t === 'entry') {
      if (parsed.index <= index) throw new BundleFault(line, 'expected a higher index');
      index = parsed.index;
    }
    previous = parsed.t;
    yield parsed;
  }
  if (previous !== 'end') throw new BundleFault(line + 1, `expected ${NEXT[previous].join(' or ')}`);
}

function parseLine(text: string, line: number): BundleLine {
  if (text.length > MAX_LINE_BYTES) throw new BundleFault(line, 'the line is too long');
  const value = decodeCanonical(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BundleFault(line, 'expected an object');
  const fields = value as Record<string, unknown>;
  const t = fields['t'] as BundleLine['t'];
  if (typeof t !== 'string' || !Object.hasOwn(FIELDS, t))
    throw new BundleFault(line, 'expected a known kind of line');
  const opens = t === 'entry' && 'salt' in fields ? ['salt', 'payload'] : [];
  const expected = [...FIELDS[t], ...opens];
  const names = Object.keys(fields);
  if (names.length !== expected.length || !expected.every((field) => Object.hasOwn(fields, field)))
    throw new BundleFault(line, `expected the fields ${expected.join(', ')}`);
  const textOf = (field: string): string => {
    if (typeof fields[field] !== 'string') throw new BundleFault(line, `expected text in ${field}`);
    return fields[field];
  };
  switch (t) {
    case 'bundle':
      if (fields['format'] !== BUNDLE_FORMAT)
        throw new BundleFault(line, `expected the format ${BUNDLE_FORMAT}`);
      return { t, line, origin: textOf('origin'), meeting: textOf('meeting') };
    case 'checkpoint':
    case 'closing':
      return { t, line, note: textOf('note') };
    case 'policy':
      return { t, line, text: textOf('text') };
    case 'roll': {
      const record = parseRollRecord(fields['record']);
      return { t, line, record, leafHash: leafHash(encodeCanonicalBytes(record)) };
    }
    case 'entry': {
      const index = fields['index'];
      if (!Number.isSafeInteger(index) || (index as number) < 0)
        throw new BundleFault(line, 'expected an index');
      const entry = decodeEntry(encodeCanonicalBytes(fields['entry']));
      const hash = leafHash(encodeUtf8(encodeEntry(entry)));
      if (opens.length > 0 !== (findCommitmentField(entry.kind) !== null))
        throw new BundleFault(line, 'expected salt and payload where there is a commitment, and only there');
      const opening = opens.length > 0 ? { salt: textOf('salt'), payload: fields['payload'] } : {};
      return { t, line, index: index as number, entry, leafHash: hash, ...opening };
    }
    case 'result':
      return { t, line, result: fields['result'] };
    case 'earlier':
      return { t, line, holds: encodeCanonical(fields['holds']) };
    case 'end':
      if (fields['lines'] !== line) throw new BundleFault(line, 'expected the number of lines');
      return { t, line };
  }
}
