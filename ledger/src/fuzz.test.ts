// Whatever bytes come in: no parser throws anything but a LedgerFault, and what one accepts is encoded to the same text.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import consistency from '../vectors/consistency.json' with { type: 'json' };
import notes from '../vectors/notes.json' with { type: 'json' };
import policies from '../vectors/policies.json' with { type: 'json' };
import proofs from '../vectors/proofs.json' with { type: 'json' };
import tilePaths from '../vectors/tile-paths.json' with { type: 'json' };
import witnessRequests from '../vectors/witness-requests.json' with { type: 'json' };
import { concatBytes, decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from './bytes.ts';
import { formatCheckpoint, parseCheckpoint, parseTreeHead } from './checkpoint.ts';
import { decodeEntry, encodeEntry } from './entry.ts';
import { LedgerFault } from './fault.ts';
import { readFraction, writeFraction } from './fraction.ts';
import { decodeCanonical, encodeCanonical } from './jcs.ts';
import {
  formatSignerKey,
  formatVerifierKey,
  parseNote,
  parseSignatureLine,
  parseSignerKey,
  parseVerifierKey,
  readVerifierKey,
} from './note.ts';
import type { NoteSignature } from './note.ts';
import { isQuorum, parsePolicy } from './policy.ts';
import { encodeReceipt, parseReceipt } from './receipt.ts';
import { decodeEntryBundle, encodeEntryBundle, parseTilePath, tilePath } from './tile.ts';
import { answerAddCheckpoint, encodeAddCheckpoint, parseAddCheckpoint, readWitnessReply } from './witness.ts';

const RUNS = { numRuns: 600 };

/** Reads and writes again; a text that is refused with a fault stands for itself. */
function again(text: string, read: (text: string) => string): string {
  try {
    return read(text);
  } catch (fault) {
    if (fault instanceof LedgerFault) return text;
    throw fault;
  }
}

const ODD = [
  '',
  '\n',
  '\n\n',
  ' ',
  '\t',
  '\r',
  '+',
  '-',
  '—',
  '— ',
  '=',
  '0',
  '9',
  '00',
  '\u0000',
  '\ud800',
  '\ufeff',
];
const ODDER = [
  'é',
  'old ',
  'index ',
  'extra ',
  'quorum ',
  'group ',
  'none',
  '.p/',
  'x000/',
  '9007199254740993',
  '#',
  '"',
];

/** Texts near good ones: pieces of them put together, cut, doubled, or with something odd in between. */
function near(good: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(...good),
    fc.constantFrom(...good).chain((text) => {
      const place = fc.nat(text.length);
      return fc.tuple(place, place).map(([a, b]) => text.slice(Math.min(a, b), Math.max(a, b)));
    }),
    fc.constantFrom(...ODD, ...ODDER),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  const changed = fc
    .tuple(fc.constantFrom(...good), fc.nat(), fc.nat(3), piece)
    .map(([text, at, cut, put]) => {
      const start = text.length === 0 ? 0 : at % (text.length + 1);
      return text.slice(0, start) + put + text.slice(start + cut);
    });
  return fc.oneof(
    { weight: 3, arbitrary: changed },
    fc.array(piece, { maxLength: 6 }).map((all) => all.join('')),
  );
}

const keys = [...new Set(notes.flatMap((vector) => vector.keys))];
const lineOf = ({ name, keyId, signature }: NoteSignature): string =>
  `— ${name} ${encodeBase64(concatBytes(keyId, signature))}\n`;
const goodNotes = notes.filter(({ accept, note }) => accept && note.length < 2_000).map(({ note }) => note);
const goodProofs = proofs.filter(({ accept }) => accept).map(({ proof }) => proof);
const goodPolicies = policies
  .filter(({ accept, policy }) => accept && policy.length < 2_000)
  .map(({ policy }) => policy);
const goodRequests = witnessRequests.filter(({ accept }) => accept).map(({ body }) => body);

const parsers: readonly [string, readonly string[], (text: string) => string][] = [
  [
    'notes',
    goodNotes,
    (text) => {
      const note = parseNote(text);
      return `${note.text}\n${note.signatures.map(lineOf).join('')}`;
    },
  ],
  [
    'signature lines',
    goodNotes.map((note) => note.slice(note.lastIndexOf('— '))),
    (text) => lineOf(parseSignatureLine(text)),
  ],
  ['checkpoints', goodNotes.concat(goodProofs), (text) => formatCheckpoint(parseCheckpoint(text))],
  [
    'tree heads',
    ['a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n'],
    (text) => formatCheckpoint(parseTreeHead(text)),
  ],
  ['receipts', goodProofs, (text) => encodeReceipt(parseReceipt(text))],
  ['paths of tiles', tilePaths.map(({ path }) => path), (text) => tilePath(parseTilePath(text))],
  ['policies', goodPolicies, (text) => parsePolicy(text).text],
  ['requests to a witness', goodRequests, (text) => encodeAddCheckpoint(parseAddCheckpoint(text))],
  [
    'verifier keys',
    keys,
    (text) => {
      const { name, publicKey, algorithm } = parseVerifierKey(text);
      return formatVerifierKey(name, publicKey, algorithm);
    },
  ],
  ['keys of any algorithm', ['a+12345678+AgEC', ...keys], (text) => (readVerifierKey(text), text)],
  [
    'private keys',
    [formatSignerKey('a', new Uint8Array(32))],
    (text) => {
      const { name, seed } = parseSignerKey(text);
      return formatSignerKey(name, seed);
    },
  ],
  ['base64', consistency.map(({ root }) => root), (text) => encodeBase64(decodeBase64(text))],
  ['canonical JSON', ['{"a":[1,true,null,"é"],"b":{}}'], (text) => encodeCanonical(decodeCanonical(text))],
  ['fractions', ['1/3', '12', '0'], (text) => writeFraction(readFraction(text))],
];

// Enough for a machine that is busy with much else.
describe('whatever comes in', { timeout: 60_000 }, () => {
  it.each(parsers)('%s come out as they came, or are refused', (_what, good, read) => {
    for (const text of good) expect(again(text, read)).toBe(text);
    fc.assert(
      fc.property(near(good), (text) => {
        expect(again(text, read)).toBe(text);
      }),
      RUNS,
    );
  });
  it('bytes are text or are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = again('refused', () => decodeUtf8(bytes));
        expect(text === 'refused' || encodeUtf8(text).every((byte, i) => byte === bytes[i])).toBe(true);
      }),
      RUNS,
    );
  });
  it('entry bundles come out as they came, or are refused', () => {
    const bundle = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 5 }).map(encodeEntryBundle),
    );
    fc.assert(
      fc.property(bundle, fc.nat(5), (bytes, width) => {
        const text = encodeBase64(bytes);
        expect(again(text, () => encodeBase64(encodeEntryBundle(decodeEntryBundle(bytes, width))))).toBe(
          text,
        );
      }),
      RUNS,
    );
  });
  it('leaves come out as they came, or are refused', () => {
    fc.assert(
      fc.property(near(['{"by":"AA==","kind":"ballot","v":1}', '{"v":1}']), (text) => {
        expect(again(text, () => encodeEntry(decodeEntry(encodeUtf8(text))))).toBe(text);
      }),
      RUNS,
    );
  });
  it('a witness answers with one of its codes', () => {
    const vector = witnessRequests.find(({ name }) => name === 'from 3 to 7')!;
    const log = {
      keys: vector.keys.map(parseVerifierKey),
      head: { size: vector.head!.size, root: decodeBase64(vector.head!.root) },
    };
    fc.assert(
      fc.property(near(goodRequests), (body) => {
        expect([200, 400, 403, 404, 409, 422]).toContain(answerAddCheckpoint(body, () => log).status);
      }),
      { numRuns: 300 },
    );
  });
  it('the reply of a witness means one of eight things', () => {
    const type = fc.constantFrom(null, '', 'text/x.tlog.size', 'text/plain');
    const status = fc.oneof(fc.constantFrom(200, 400, 403, 404, 409, 422, 429, 503), fc.integer());
    fc.assert(
      fc.property(status, type, near(['3\n', ...goodNotes]), (code, contentType, body) => {
        const read = readWitnessReply({ status: code, contentType, body });
        // A line that is handed on is one that a note may carry.
        const lines = read.reply === 'cosigned' ? read.lines : [];
        expect(lines.join('')).toBe(lines.length > 0 ? body : '');
        expect(lines.map((line) => lineOf(parseSignatureLine(line)))).toEqual(lines);
      }),
      RUNS,
    );
  });
  it('no set of names makes the quorum of a policy that fewer names do not make with one more', () => {
    // The quorum only grows with who signs.
    const policy = parsePolicy(goodPolicies[0]!);
    const names = ['board', 'city', 'resident', 'two-of-three', 'nobody'];
    fc.assert(
      fc.property(fc.subarray(names), fc.constantFrom(...names), (some, more) => {
        const before = isQuorum(policy, new Set(some));
        expect(!before || isQuorum(policy, new Set([...some, more]))).toBe(true);
      }),
    );
  });
  it('is not made slow by what is long', () => {
    const long = [
      '\n'.repeat(1_000_000),
      'a'.repeat(1_000_000),
      `${'a+'.repeat(500_000)}`,
      `a\n\n${'— a AAAAAAAA\n'.repeat(70_000)}`,
      `${'group g 1 a\n'.repeat(80_000)}`,
      `${' '.repeat(999_999)}\n`,
      `tile/0/${'x000/'.repeat(200_000)}000`,
      '['.repeat(1_000_000),
    ];
    for (const text of long)
      for (const [, , read] of parsers) {
        const began = performance.now();
        again(text, read);
        expect(performance.now() - began).toBeLessThan(10_000);
      }
  });
});
