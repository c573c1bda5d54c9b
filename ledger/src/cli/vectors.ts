// Makes the test vectors of ledger/vectors: for each format good examples, and each of them changed in one way that its
// name tells. Whether a vector must be accepted is said here, by whoever made the change, and never asked of our own code.
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, decodeBase64, decodeHex, encodeBase64, encodeHex, encodeUtf8 } from '../bytes.ts';
import { formatCheckpoint, signCheckpoint } from '../checkpoint.ts';
import { sign } from '../ed25519.ts';
import { sha256 } from '../hash.ts';
import {
  createCosigner,
  createNoteSigner,
  formatVerifierKey,
  parseVerifierKey,
  signNote,
  signatureLine,
} from '../note.ts';
import { encodeReceipt } from '../receipt.ts';
import { encodeEntryBundle } from '../tile.ts';
import { emptyRoot, leafHash, nodeHash, proveConsistency, proveInclusion, rootOf } from '../tree.ts';
import type { HashReader } from '../tree.ts';
import { encodeAddCheckpoint } from '../witness.ts';

/** One vector: `accept` says what a verifier must answer; the other fields are its input, and what must come out. */
export type Vector = { readonly name: string; readonly accept: boolean; readonly [field: string]: unknown };

/** The vectors by file name. */
export type Vectors = Readonly<Record<string, readonly Vector[]>>;

const seedOf = (label: string): Uint8Array => sha256(encodeUtf8(`vectors ${label}`));
const base64 = encodeBase64;
const flip = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

const leafOf = (i: number): Uint8Array => encodeUtf8(`leaf ${i}`);
const leavesOf = (size: number): Uint8Array[] => Array.from({ length: size }, (_, i) => leafOf(i));
const rootAt = (size: number): Uint8Array => rootOf(leavesOf(size));
const reader: HashReader = async (nodes) =>
  nodes.map(({ level, index }) => {
    const width = 2 ** level;
    return rootOf(Array.from({ length: width }, (_, i) => leafOf(index * width + i)));
  });

/** A proof in every way wrong: by a hash less, more, changed, moved. */
function wrongProofs(proof: readonly Uint8Array[], other: Uint8Array): [string, readonly Uint8Array[]][] {
  const some: [string, readonly Uint8Array[]][] = [
    ['with a hash before the others', [other, ...proof]],
    ['with a hash after the others', [...proof, other]],
    ['with a hash of zeros after the others', [...proof, new Uint8Array(32)]],
    ['with 64 hashes more', [...proof, ...Array.from({ length: 64 }, () => other)]],
  ];
  if (proof.length > 0)
    some.push(
      ['without its first hash', proof.slice(1)],
      ['without its last hash', proof.slice(0, -1)],
      ['without any hash', []],
      ['with the first bit flipped', proof.with(0, flip(proof[0]!, 0))],
      ['with the last bit flipped', proof.with(proof.length - 1, flip(proof.at(-1)!, 255))],
      ['with its first hash twice', [proof[0]!, ...proof]],
      ['with a hash of 31 bytes', proof.with(0, proof[0]!.slice(0, 31))],
      [
        'with a hash of 33 bytes',
        proof.with(proof.length - 1, concatBytes(proof.at(-1)!, new Uint8Array(1))),
      ],
      ['with an empty hash', proof.with(0, new Uint8Array())],
    );
  if (proof.length > 1)
    some.push(
      ['backwards', [...proof].reverse()],
      ['with its first two hashes changed about', [proof[1]!, proof[0]!, ...proof.slice(2)]],
    );
  return some.filter(
    ([, changed]) => changed.length !== proof.length || changed.some((hash, i) => hash !== proof[i]),
  );
}

async function makeInclusion(): Promise<Vector[]> {
  const vectors: Vector[] = [];
  const places: [number, number][] = [
    [1, 0],
    [2, 1],
    [3, 2],
    [5, 4],
    [6, 0],
    [7, 5],
    [8, 3],
    [11, 10],
  ];
  for (const [size, index] of places) {
    const good = {
      index,
      size,
      leafHash: leafHash(leafOf(index)),
      proof: (await proveInclusion(index, size, reader)) as readonly Uint8Array[],
      root: rootAt(size),
    };
    const put = (name: string, accept: boolean, changed: Partial<typeof good> = {}): void => {
      const { proof, root, leafHash: leaf, ...numbers } = { ...good, ...changed };
      vectors.push({
        name: `leaf ${index} of ${size}${name === '' ? '' : `, ${name}`}`,
        accept,
        ...numbers,
        leafHash: base64(leaf),
        proof: proof.map(base64),
        root: base64(root),
      });
    };
    put('', true);
    put('index one more', false, { index: index + 1 });
    put('index one less', false, { index: index - 1 });
    put('index and 2^32', false, { index: index + 2 ** 32 });
    put('index at the size', false, { index: size });
    put('index with another lowest bit', false, { index: index % 2 === 0 ? index + 1 : index - 1 });
    put('size zero', false, { size: 0 });
    put('size at the index', false, { size: index });
    put('size twice as large', false, { size: 2 * size });
    put('size and 2^32', false, { size: size + 2 ** 32 });
    put('size negative', false, { size: -size });
    put('root with the first bit flipped', false, { root: flip(good.root, 0) });
    put('root with the last bit flipped', false, { root: flip(good.root, 255) });
    put('root of the empty tree', false, { root: emptyRoot() });
    put('root empty', false, { root: new Uint8Array() });
    put('leaf hash with a bit flipped', false, { leafHash: flip(good.leafHash, 100) });
    put('leaf hash of the bare leaf', false, { leafHash: sha256(leafOf(index)) });
    put('leaf hash of 31 bytes', false, { leafHash: good.leafHash.slice(0, 31) });
    put('leaf hash of another leaf', false, { leafHash: leafHash(leafOf(99)) });
    if (size > 1) put('root for the leaf hash', false, { leafHash: good.root });
    for (const [how, proof] of wrongProofs(good.proof, good.root)) put(`proof ${how}`, false, { proof });
    if (good.proof.length > 0)
      // A node in place of a leaf, one level up: what the tags before the hashes are for.
      put('node for the leaf', false, {
        leafHash:
          index % 2 === 1 ? nodeHash(good.proof[0]!, good.leafHash) : nodeHash(good.leafHash, good.proof[0]!),
      });
  }
  const proof = await proveInclusion(0, 3, reader);
  vectors.push({
    name: 'leaf 0 of 3, size 4, whose path has the same shape: only the signed checkpoint ties size to root',
    accept: true,
    index: 0,
    size: 4,
    leafHash: base64(leafHash(leafOf(0))),
    proof: proof.map(base64),
    root: base64(rootAt(3)),
  });
  return vectors;
}

async function makeConsistency(): Promise<Vector[]> {
  const vectors: Vector[] = [];
  const pairs: [number, number][] = [
    [1, 1],
    [1, 2],
    [2, 5],
    [3, 7],
    [4, 8],
    [5, 8],
    [6, 11],
    [7, 7],
    [8, 13],
  ];
  for (const [oldSize, size] of pairs) {
    const good = {
      oldSize,
      oldRoot: rootAt(oldSize),
      size,
      root: rootAt(size),
      proof: (await proveConsistency(oldSize, size, reader)) as readonly Uint8Array[],
    };
    const put = (name: string, accept: boolean, changed: Partial<typeof good> = {}): void => {
      const all = { ...good, ...changed };
      vectors.push({
        name: `from ${oldSize} to ${size}${name === '' ? '' : `, ${name}`}`,
        accept,
        oldSize: all.oldSize,
        oldRoot: base64(all.oldRoot),
        size: all.size,
        root: base64(all.root),
        proof: all.proof.map(base64),
      });
    };
    put('', true);
    put('old size one more', false, { oldSize: oldSize + 1 });
    put('old size one less', false, { oldSize: oldSize - 1 });
    put('old size zero', false, { oldSize: 0 });
    put('old size zero without proof', false, { oldSize: 0, oldRoot: emptyRoot(), proof: [] });
    put('old size negative', false, { oldSize: -oldSize });
    put('old size and 2^32', false, { oldSize: oldSize + 2 ** 32 });
    put('size twice as large', false, { size: 2 * size });
    put('size zero', false, { size: 0 });
    put('size and 2^32', false, { size: size + 2 ** 32 });
    put('old root with a bit flipped', false, { oldRoot: flip(good.oldRoot, 0) });
    put('root with a bit flipped', false, { root: flip(good.root, 255) });
    put('old root empty', false, { oldRoot: new Uint8Array() });
    put('root empty', false, { root: new Uint8Array() });
    for (const [how, proof] of wrongProofs(good.proof, good.root)) put(`proof ${how}`, false, { proof });
    if (oldSize !== size) {
      put('sizes changed about', false, { oldSize: size, size: oldSize });
      put('roots changed about', false, { oldRoot: good.root, root: good.oldRoot });
      put('old root also as root', false, { root: good.oldRoot });
      put('both roots of the empty tree', false, { oldRoot: emptyRoot(), root: emptyRoot() });
      put('equal sizes with two roots', false, { oldSize: size, proof: [] });
      put('old root before the proof', false, { proof: [good.oldRoot, ...good.proof] });
    }
  }
  vectors.push({
    name: 'from 4 to 7, size 8, whose proof has the same shape: only the signed checkpoint ties size to root',
    accept: true,
    oldSize: 4,
    oldRoot: base64(rootAt(4)),
    size: 8,
    root: base64(rootAt(7)),
    proof: (await proveConsistency(4, 7, reader)).map(base64),
  });
  return vectors;
}

const ORIGIN = 'vectors.example/log';
const log = createNoteSigner(ORIGIN, seedOf('log'));
const other = createNoteSigner('other.example', seedOf('other'));

function makeNotes(): Vector[] {
  const vectors: Vector[] = [];
  const text = 'one line\nanother\n';
  const note = signNote(text, [log]);
  const line = signatureLine(log, encodeUtf8(text));
  const both = [log.vkey, other.vkey];
  const put = (
    name: string,
    changed: string,
    fault?: 'note' | 'signature' | 'unknown-signer',
    keys = [log.vkey],
  ): void => {
    vectors.push({ name, accept: fault === undefined, ...(fault ? { fault } : {}), note: changed, keys });
  };
  const blob = decodeBase64(line.trim().split(' ')[2]!);
  const lineOf = (name: string, bytes: Uint8Array): string => `— ${name} ${base64(bytes)}\n`;
  const strangers = (count: number): string =>
    Array.from({ length: count }, (_, i) => lineOf(`stranger-${i}`, new Uint8Array(68).fill(i + 1))).join('');

  put('signed by one', note);
  put('signed by two', signNote(text, [log, other]), undefined, both);
  put('signed by two of whom one is known', signNote(text, [log, other]));
  put('of an empty line', signNote('\n', [log]));
  put('with empty lines in the text', signNote('a\n\nb\n\n\nc\n', [log]));
  put('with what looks like a signature in the text', signNote(`a\n\n${line}\nb\n`, [log]));
  put('in Cyrillic', signNote('собрание\n', [log]));
  put('with a mark of byte order, which is a letter of the text', signNote('\ufeffa\n', [log]));
  put('with a deletion sign, which is no control character below 0x20', signNote('a\u007f\n', [log]));
  put('with the known name and another key id', note + lineOf(ORIGIN, flip(blob, 0)));
  put('with another name and the known key id', note + lineOf('other.example', blob.slice().fill(7, 4)));
  put(
    'with a signature of another length by a stranger',
    note + lineOf('pq.example', new Uint8Array(2432).fill(6)),
  );
  put(
    'with a signature of one byte by a stranger',
    note + lineOf('short.example', new Uint8Array(5).fill(6)),
  );
  put('with the same line twice', note + line);
  put('with 16 signatures', note + strangers(15));
  put('with 100 signatures', note + strangers(99));
  put('with 101 signatures', note + strangers(100), 'note');
  put('with the known signature last of 100', `${text}\n${strangers(99)}${line}`);

  put('without a known key', note, 'unknown-signer', []);
  put(
    'with the known name, and only another key id',
    `${text}\n${lineOf(ORIGIN, flip(blob, 0))}`,
    'unknown-signer',
  );
  put('with a changed letter in the text', note.replace('one', 'One'), 'signature');
  put('with a space more in the text', note.replace('one ', 'one  '), 'signature');
  put('with a newline more in the text', note.replace('another\n', 'another\n\n'), 'signature');
  for (const bit of [32, 287, 288, 543])
    put(`with bit ${bit} of the blob flipped`, `${text}\n${lineOf(ORIGIN, flip(blob, bit))}`, 'signature');
  put('with a signature cut short by a byte', `${text}\n${lineOf(ORIGIN, blob.slice(0, -1))}`, 'signature');
  put(
    'with a signature longer by a byte',
    `${text}\n${lineOf(ORIGIN, concatBytes(blob, new Uint8Array(1)))}`,
    'signature',
  );
  put(
    'with a good line of one known key and a bad one of another',
    note + signatureLine(other, encodeUtf8('x\n')),
    'signature',
    both,
  );
  put('with a good and then a bad line of one key', note + lineOf(ORIGIN, flip(blob, 300)), 'signature');
  put(
    'with a bad and then a good line of one key',
    `${text}\n${lineOf(ORIGIN, flip(blob, 300))}${line}`,
    'signature',
  );

  put('of nothing', '', 'note');
  put('without signatures', `${text}\n`, 'note');
  put('without an empty line', `${text}${line}`, 'note');
  put('without a text', `\n${line}`, 'note');
  put('without a last newline', note.slice(0, -1), 'note');
  put('with an empty line at the end', `${note}\n`, 'note');
  put('with junk after the signatures', `${note}junk\n`, 'note');
  put('with a hyphen for the dash', note.replace('— ', '- '), 'note');
  put('with an en dash for the dash', note.replace('— ', '– '), 'note');
  put('without a space after the dash', note.replace('— ', '—'), 'note');
  put('with two spaces after the dash', note.replace('— ', '—  '), 'note');
  put('with two spaces before the signature', note.replace(`${ORIGIN} `, `${ORIGIN}  `), 'note');
  put('with a space after the signature', `${note.slice(0, -1)} \n`, 'note');
  put('with a space before the dash', note.replace('— ', ' — '), 'note');
  put('with a space in the name', note.replace(ORIGIN, 'vectors.example log'), 'note');
  put('with a space that is not ASCII in the name', note.replace(ORIGIN, 'vectors.example\u2003log'), 'note');
  put('with a plus in the name', note.replace(ORIGIN, 'vectors+log'), 'note');
  put('without a name', note.replace(`${ORIGIN} `, ' '), 'note');
  put('without a signature in the line', `${text}\n— ${ORIGIN} \n`, 'note');
  put('with a key id alone', `${text}\n${lineOf(ORIGIN, blob.slice(0, 4))}`, 'note');
  put('with three bytes for a signature', `${text}\n${lineOf(ORIGIN, blob.slice(0, 3))}`, 'note');
  put('with base64 without padding', note.replace(/=\n$/, '\n'), 'note');
  put('with base64 with too much padding', note.replace(/=\n$/, '==\n'), 'note');
  put(
    'with base64 that has stray bits',
    note.replace(
      /(.)=\n$/,
      (_, last: string) => `${last === 'A' ? 'B' : String.fromCharCode(last.charCodeAt(0) + 1)}=\n`,
    ),
    'note',
  );
  put(
    'with base64 for addresses',
    note.replace(/[+/]/g, (letter) => (letter === '+' ? '-' : '_')).replace('example_log', 'example/log'),
    'note',
  );
  put('with a tab', note.replace('one', 'one\t'), 'note');
  put('with a zero byte', note.replace('one', 'one\u0000'), 'note');
  put('with carriage returns', note.replaceAll('\n', '\r\n'), 'note');
  put("with a control character after a stranger's name", note + lineOf('a\u0001b', blob), 'note');
  return vectors;
}

function makeCheckpoints(): Vector[] {
  const root = base64(rootAt(5));
  const good = `${ORIGIN}\n5\n${root}\n`;
  const vectors: Vector[] = [];
  const put = (
    name: string,
    text: string,
    made?: { origin: string; size: number; extensions: readonly string[] },
  ): void => {
    vectors.push({ name, accept: made !== undefined, text, ...made });
  };
  put('of five leaves', good, { origin: ORIGIN, size: 5, extensions: [] });
  put('of no leaves', `${ORIGIN}\n0\n${base64(emptyRoot())}\n`, { origin: ORIGIN, size: 0, extensions: [] });
  put('of 2^53 - 1 leaves', `a\n9007199254740991\n${root}\n`, {
    origin: 'a',
    size: 2 ** 53 - 1,
    extensions: [],
  });
  put('of an origin with spaces', `go.sum database tree\n5\n${root}\n`, {
    origin: 'go.sum database tree',
    size: 5,
    extensions: [],
  });
  put('of an origin in Cyrillic', `вече\n5\n${root}\n`, { origin: 'вече', size: 5, extensions: [] });
  put('of an origin of 255 bytes', `${'o'.repeat(255)}\n5\n${root}\n`, {
    origin: 'o'.repeat(255),
    size: 5,
    extensions: [],
  });
  put('with a line after the root', `${good}extension\n`, {
    origin: ORIGIN,
    size: 5,
    extensions: ['extension'],
  });
  put('with lines after the root', `${good}a\nb\n`, { origin: ORIGIN, size: 5, extensions: ['a', 'b'] });

  put('of nothing', '');
  put('of a newline', '\n');
  put('of an origin alone', `${ORIGIN}\n`);
  put('without a root', `${ORIGIN}\n5\n`);
  put('without a last newline', good.slice(0, -1));
  put('without an origin', `\n5\n${root}\n`);
  put('of an origin of 256 bytes', `${'o'.repeat(256)}\n5\n${root}\n`);
  put('of an origin of 128 letters and 256 bytes', `${'й'.repeat(128)}\n5\n${root}\n`);
  put('with an empty line after the root', `${good}\n`);
  put('with an empty line between two others', `${good}a\n\nb\n`);
  for (const size of [
    '',
    '-5',
    '+5',
    '05',
    '00',
    '5.0',
    '5 ',
    ' 5',
    '5e0',
    '0x5',
    'five',
    '٥',
    '9007199254740992',
    '18446744073709551616',
  ])
    put(`of the size ${JSON.stringify(size)}`, `${ORIGIN}\n${size}\n${root}\n`);
  put('of size zero with the root of a tree', `${ORIGIN}\n0\n${root}\n`);
  put('of size zero with a root of zeros', `${ORIGIN}\n0\n${base64(new Uint8Array(32))}\n`);
  put('with a root of 31 bytes', `${ORIGIN}\n5\n${base64(rootAt(5).slice(1))}\n`);
  put('with a root of 33 bytes', `${ORIGIN}\n5\n${base64(concatBytes(rootAt(5), new Uint8Array(1)))}\n`);
  put('with a root in hex', `${ORIGIN}\n5\n${encodeHex(rootAt(5))}\n`);
  put('with a root without padding', `${ORIGIN}\n5\n${root.slice(0, -1)}\n`);
  put('with a root with a space behind', `${ORIGIN}\n5\n${root} \n`);
  put(
    'with a root that has stray bits',
    `${ORIGIN}\n5\n${root.slice(0, -2)}${root.at(-2) === 'A' ? 'B' : String.fromCharCode(root.charCodeAt(42) + 1)}=\n`,
  );
  put('with an empty root', `${ORIGIN}\n5\n\n`);
  put('with carriage returns', good.replaceAll('\n', '\r\n'));
  return vectors;
}

async function makeProofs(): Promise<Vector[]> {
  const vectors: Vector[] = [];
  const [index, size] = [4, 7];
  const proof = await proveInclusion(index, size, reader);
  const checkpoint = signCheckpoint(ORIGIN, size, rootAt(size), log);
  const good = encodeReceipt({ index, proof, checkpoint });
  const put = (name: string, text: string, fault?: string, leaf = leafOf(index)): void => {
    vectors.push({
      name,
      accept: fault === undefined,
      ...(fault ? { fault } : {}),
      proof: text,
      leaf: base64(leaf),
      log: log.vkey,
    });
  };
  const witness = createCosigner('witness.example', seedOf('witness'), 1_700_000_000);
  const covered = encodeUtf8(formatCheckpoint({ origin: ORIGIN, size, root: rootAt(size) }));
  put('of leaf 4 of 7', good);
  put('with extra data', encodeReceipt({ index, proof, checkpoint, extra: encodeUtf8('extra') }));
  put('with a cosignature', good + signatureLine(witness, covered));
  put(
    'of the only leaf',
    encodeReceipt({ index: 0, proof: [], checkpoint: signCheckpoint(ORIGIN, 1, rootAt(1), log) }),
    undefined,
    leafOf(0),
  );

  put('of another leaf', good, 'proof', leafOf(5));
  put('of the empty leaf', good, 'proof', new Uint8Array());
  put('with another index', good.replace('index 4', 'index 5'), 'proof');
  put('with an index beyond the tree', good.replace('index 4', 'index 7'), 'proof');
  put(
    'under a checkpoint of another tree',
    encodeReceipt({ index, proof, checkpoint: signCheckpoint(ORIGIN, 8, rootAt(8), log) }),
    'proof',
  );
  put('without one hash', encodeReceipt({ index, proof: proof.slice(1), checkpoint }), 'proof');
  put(
    'with the hashes backwards',
    encodeReceipt({ index, proof: [...proof].reverse(), checkpoint }),
    'proof',
  );
  put(
    'with a flipped bit in a hash',
    encodeReceipt({ index, proof: proof.with(1, flip(proof[1]!, 9)), checkpoint }),
    'proof',
  );
  put(
    'under a checkpoint signed by a stranger',
    encodeReceipt({
      index,
      proof,
      checkpoint: signNote(formatCheckpoint({ origin: ORIGIN, size, root: rootAt(size) }), [other]),
    }),
    'unknown-signer',
  );
  put('under a checkpoint with a changed size', good.replace('\n7\n', '\n8\n'), 'signature');
  put(
    'under a checkpoint of another origin',
    encodeReceipt({
      index,
      proof,
      checkpoint: signNote(formatCheckpoint({ origin: 'vectors.example/other', size, root: rootAt(size) }), [
        log,
      ]),
    }),
    'checkpoint',
  );
  put(
    'under a note that is no checkpoint',
    encodeReceipt({ index, proof, checkpoint: signNote('hello\n', [log]) }),
    'checkpoint',
  );
  put('without a checkpoint', good.slice(0, good.indexOf('\n\n') + 2), 'note');
  put('cut short by a byte', good.slice(0, -1), 'note');

  put('of nothing', '', 'receipt');
  put('of another version', good.replace('@v1', '@v2'), 'receipt');
  put('with a space behind the first line', good.replace('@v1', '@v1 '), 'receipt');
  put('with a line before the first', `\n${good}`, 'receipt');
  put('without an index', good.replace('index 4\n', ''), 'receipt');
  for (const wrong of [
    '-4',
    '+4',
    '04',
    '4.0',
    ' 4',
    '4 ',
    'four',
    '',
    '9007199254740992',
    '18446744073709551616',
  ])
    put(`with the index ${JSON.stringify(wrong)}`, good.replace('index 4', `index ${wrong}`), 'receipt');
  put('with the index in capitals', good.replace('index', 'Index'), 'receipt');
  put('with extra data after the index', good.replace('index 4\n', 'index 4\nextra AAAA\n'), 'receipt');
  put('with extra data twice', good.replace('index 4\n', 'extra AAAA\nextra AAAA\nindex 4\n'), 'receipt');
  put('with extra data that is not base64', good.replace('index 4\n', 'extra !!!!\nindex 4\n'), 'receipt');
  put('with extra data without padding', good.replace('index 4\n', 'extra AAA\nindex 4\n'), 'receipt');
  put('with extra data and no space', good.replace('index 4\n', 'extra\nindex 4\n'), 'receipt');
  put(
    'with a hash of 64 bytes',
    encodeReceipt({ index, proof: [concatBytes(proof[0]!, proof[1]!), proof[2]!], checkpoint }),
    'receipt',
  );
  put('with a hash that is not base64', good.replace(base64(proof[0]!), '!'.repeat(44)), 'receipt');
  put('with a hash of 64 KiB', good.replace(base64(proof[0]!), 'a'.repeat(65_536)), 'receipt');
  put('with a space behind a hash', good.replace(base64(proof[0]!), `${base64(proof[0]!)} `), 'receipt');
  put(
    'with 64 hashes',
    encodeReceipt({ index, proof: Array.from({ length: 64 }, () => proof[0]!), checkpoint }),
    'receipt',
  );
  put('without an empty line', good.replace('\n\n', '\n'), 'receipt');
  put('with carriage returns', good.replaceAll('\n', '\r\n'), 'receipt');
  return vectors;
}

function makeTilePaths(): Vector[] {
  const good: [string, number | 'entries', number, number][] = [
    ['tile/0/000', 0, 0, 256],
    ['tile/0/000.p/1', 0, 0, 1],
    ['tile/0/000.p/255', 0, 0, 255],
    ['tile/0/999', 0, 999, 256],
    ['tile/0/x001/000', 0, 1000, 256],
    ['tile/1/x001/x234/067', 1, 1_234_067, 256],
    ['tile/1/x001/x234/067.p/8', 1, 1_234_067, 8],
    ['tile/5/x123/x456/078', 5, 123_456_078, 256],
    ['tile/5/x123/x456/078.p/2', 5, 123_456_078, 2],
    ['tile/63/000', 63, 0, 256],
    ['tile/entries/000', 'entries', 0, 256],
    ['tile/entries/x003/x057/500', 'entries', 3_057_500, 256],
    ['tile/entries/273.p/112', 'entries', 273, 112],
    ['tile/0/x009/x007/x199/x254/x740/991', 0, 2 ** 53 - 1, 256],
  ];
  const bad = [
    '',
    'tile',
    'tile/',
    'tile/0',
    'tile/0/',
    'checkpoint',
    '/tile/0/000',
    'tile/0/000/',
    'tile//000',
    'Tile/0/000',
    'tile/0/0',
    'tile/0/00',
    'tile/0/0000',
    'tile/0/1000',
    'tile/0/x000/000',
    'tile/0/x000/001',
    'tile/0/001/000',
    'tile/0/x001/x000',
    'tile/0/X001/000',
    'tile/0/x01/000',
    'tile/0/x0001/000',
    'tile/0/-01',
    'tile/-1/000',
    'tile/3/-1/123/456/078',
    'tile/3/5/123/456/078',
    'tile/3/x123/x456/78',
    'tile/3/x003/456/x078',
    'tile/00/000',
    'tile/01/000',
    'tile/64/000',
    'tile/+1/000',
    'tile/1.0/000',
    'tile/data/000',
    'tile/entry/000',
    'tile/0/000.p',
    'tile/0/000.p/',
    'tile/0/000.p/0',
    'tile/0/000.p/01',
    'tile/0/000.p/256',
    'tile/0/000.p/1000',
    'tile/0/000.p/-1',
    'tile/0/000.p/1/',
    'tile/0/000.p/1/000',
    'tile/0/000.P/1',
    'tile/0/x001.p/1/000',
    'tile/0/000 ',
    ' tile/0/000',
    'tile/0/000\n',
    'tile/0/٠٠٠',
    'tile/0/../000',
    'tile/0/x009/x007/x199/x254/x740/992',
    'tile/0/x999/x999/x999/x999/x999/x999/999',
    'tile/0/000?',
    'tile/0/%30%30%30',
  ];
  return [
    ...good.map(([path, level, index, width]) => ({ name: path, accept: true, path, level, index, width })),
    ...bad.map((path) => ({ name: JSON.stringify(path), accept: false, path })),
  ];
}

function makeEntryBundles(): Vector[] {
  const bundle = encodeEntryBundle(['one', 'two', ''].map(encodeUtf8));
  const vectors: Vector[] = [];
  const put = (name: string, accept: boolean, bytes: Uint8Array, width: number): void => {
    vectors.push({ name, accept, bundle: base64(bytes), width });
  };
  put('of three entries, the last empty', true, bundle, 3);
  put('of no entries', true, new Uint8Array(), 0);
  put('of one entry of 300 bytes', true, encodeEntryBundle([new Uint8Array(300).fill(1)]), 1);
  put('with one entry less than said', false, bundle, 4);
  put('with one entry more than said', false, bundle, 2);
  put('with none where one is said', false, new Uint8Array(), 1);
  put('cut in an entry', false, bundle.slice(0, 4), 1);
  put('cut in a length', false, bundle.slice(0, -1), 3);
  put('with a byte behind', false, concatBytes(bundle, new Uint8Array(1)), 3);
  put('with a length beyond the end', false, decodeHex('ffff00'), 1);
  put('with a length in the other byte order', false, decodeHex('03006f6e65'), 1);
  return vectors;
}

const witnessOf = (name: string, time = 1) => createCosigner(`${name}.example`, seedOf(name), time);
const linesOf = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const NAMES = ['board', 'city', 'resident'] as const;
const POLICY = linesOf(
  `log ${log.vkey} https://vectors.example/log`,
  ...NAMES.map((name) => `witness ${name} ${witnessOf(name).vkey} https://${name}.example/`),
  'group two-of-three 2 board city resident',
  'quorum two-of-three',
);

function makePolicies(): Vector[] {
  const vectors: Vector[] = [];
  const a = `witness a ${witnessOf('a').vkey}`;
  const b = `witness b ${witnessOf('b').vkey}`;
  const postQuantum = `witness pq ${formatVerifierKey('pq.example', new Uint8Array(1312).fill(1), 0x06)}`;
  const put = (name: string, policy: string, quorums?: { met: string[][]; unmet: string[][] }): void => {
    vectors.push({ name, accept: quorums !== undefined, policy, ...quorums });
  };
  put('of three witnesses, two of whom are enough', POLICY, {
    met: [['board', 'city'], ['city', 'resident'], [...NAMES]],
    unmet: [[], ['board'], ['two-of-three'], ['board', 'board.example']],
  });
  put('of one witness', linesOf(a, 'quorum a'), { met: [['a']], unmet: [[], ['b']] });
  put('of nobody', 'quorum none\n', { met: [[], ['a']], unmet: [] });
  put('of all', linesOf(a, b, 'group g all a b', 'quorum g'), { met: [['a', 'b']], unmet: [['a'], ['b']] });
  put('of any', linesOf(a, b, 'group g any a b', 'quorum g'), {
    met: [['a'], ['b'], ['a', 'b']],
    unmet: [[]],
  });
  put(
    'of groups of groups',
    linesOf(a, b, `witness c ${witnessOf('c').vkey}`, 'group ab any a b', 'group g all ab c', 'quorum g'),
    {
      met: [
        ['a', 'c'],
        ['b', 'c'],
      ],
      unmet: [['a', 'b'], ['c'], ['ab', 'c']],
    },
  );
  put(
    'with spaces, tabs, comments and empty lines',
    linesOf('', '  # why', `\t${a}  `, '\t', ' quorum\ta '),
    { met: [['a']], unmet: [[]] },
  );
  put('with a post-quantum witness among others', linesOf(postQuantum, a, 'group g any pq a', 'quorum g'), {
    met: [['a']],
    unmet: [['pq']],
  });
  put('with a post-quantum witness that everything hangs on', linesOf(postQuantum, 'quorum pq'), {
    met: [],
    unmet: [['pq']],
  });
  put('with lines after the quorum', linesOf(a, 'quorum a', b), { met: [['a']], unmet: [['b']] });

  const bad: [string, string][] = [
    ['of nothing', ''],
    ['of comments', linesOf('# nothing')],
    ['without a last newline', linesOf(a, 'quorum a').slice(0, -1)],
    ['without a quorum', linesOf(a)],
    ['with two quorums', linesOf(a, 'quorum a', 'quorum none')],
    ['with a quorum that is not named', linesOf(a, 'quorum b')],
    ['with a quorum named below', linesOf('quorum a', a)],
    ['with a quorum of two', linesOf(a, b, 'quorum a b')],
    ['with a name twice', linesOf(a, `witness a ${witnessOf('b').vkey}`, 'quorum a')],
    ['with a group named as a witness', linesOf(a, b, 'group a any b', 'quorum a')],
    ['with a witness named none', linesOf(`witness none ${witnessOf('a').vkey}`, 'quorum none')],
    ['with a key twice', linesOf(a, `witness b ${witnessOf('a').vkey}`, 'quorum a')],
    [
      'with a key twice under two names of the key',
      linesOf(
        a,
        `witness b ${formatVerifierKey('b.example', parseVerifierKey(witnessOf('a').vkey).publicKey, 4)}`,
        'quorum a',
      ),
    ],
    ['with a log twice', linesOf(`log ${log.vkey}`, `log ${log.vkey}`, 'quorum none')],
    ['with the key of a log for a witness', linesOf(`witness a ${log.vkey}`, 'quorum a')],
    ['with the key of a witness for a log', linesOf(`log ${witnessOf('a').vkey}`, 'quorum none')],
    ['with a key id that does not fit', linesOf(a.replace(/\+[0-9a-f]{8}\+/, '+00000000+'), 'quorum a')],
    ['with a member twice', linesOf(a, 'group g any a a', 'quorum g')],
    ['with a member of two groups', linesOf(a, b, 'group g any a', 'group h any a b', 'quorum h')],
    ['with a member named below', linesOf(a, 'group g any a b', b, 'quorum g')],
    ['with a group in itself', linesOf(a, 'group g any a g', 'quorum g')],
    ['with none for a member', linesOf(a, 'group g any a none', 'quorum g')],
    ['with a group of nobody', linesOf(a, 'group g any', 'quorum a')],
    ['with a group without a threshold', linesOf(a, 'group g a', 'quorum g')],
    ['with a threshold of 0', linesOf(a, 'group g 0 a', 'quorum g')],
    ['with a threshold of -1', linesOf(a, 'group g -1 a', 'quorum g')],
    ['with a threshold of 01', linesOf(a, 'group g 01 a', 'quorum g')],
    ['with a threshold above the members', linesOf(a, 'group g 2 a', 'quorum g')],
    ['with a comment behind a line', linesOf(a, 'quorum a # yes')],
    ['with an unknown word', linesOf(a, 'witnesses a', 'quorum a')],
    ['with carriage returns', linesOf(a, 'quorum a').replaceAll('\n', '\r\n')],
    ['with a zero byte', linesOf('# \u0000', 'quorum none')],
    ['with a deletion sign', linesOf('# \u007f', 'quorum none')],
  ];
  for (const [name, policy] of bad) put(name, policy);
  return vectors;
}

function makeCosigned(): Vector[] {
  const vectors: Vector[] = [];
  const size = 9;
  const note = signCheckpoint(ORIGIN, size, rootAt(size), log);
  const text = encodeUtf8(formatCheckpoint({ origin: ORIGIN, size, root: rootAt(size) }));
  const line = (name: string, time: number): string => signatureLine(witnessOf(name, time), text);
  const put = (name: string, changed: string, result: number | null | string, policy = POLICY): void => {
    const fault = typeof result === 'string';
    vectors.push({
      name,
      accept: !fault,
      ...(fault ? { fault: result } : { quorumTime: result }),
      note: changed,
      policy,
      log: log.vkey,
    });
  };
  const enough = line('board', 1_700_000_020) + line('city', 1_700_000_010);
  put('by two of three', note + enough, 1_700_000_020);
  put(
    'by three of three, whose second came at 20',
    note + enough + line('resident', 1_700_000_030),
    1_700_000_020,
  );
  put('by one of three', note + line('city', 1_700_000_010), null);
  put('by one of three, twice', note + line('city', 1_700_000_010) + line('city', 1_700_000_011), null);
  put('by nobody', note, null);
  put('by nobody, where nobody is asked', note, 0, 'quorum none\n');
  put(
    'by one of three and a stranger',
    note + line('city', 1_700_000_010) + line('stranger', 1_700_000_010),
    null,
  );
  put(
    'by two of three, one of whom names the second zero',
    note + line('city', 0) + line('board', 1_700_000_010),
    null,
  );
  put(
    "by two of three and a stranger's bad line",
    note + enough + signatureLine(witnessOf('stranger'), encodeUtf8('x\n')),
    1_700_000_020,
  );
  put(
    'by three of three, one of whom signed another text',
    note + enough + signatureLine(witnessOf('resident'), encodeUtf8('x\n')),
    'signature',
  );
  const blob = decodeBase64(line('resident', 1_700_000_030).trim().split(' ')[2]!);
  put(
    'by three of three, one with a flipped second',
    note + enough + `— resident.example ${base64(flip(blob, 88))}\n`,
    'signature',
  );
  put(
    'by three of three, one with a second above 2^63',
    note + enough + `— resident.example ${base64(blob.with(4, 0x80))}\n`,
    'signature',
  );
  put(
    'by three of three, one without its second',
    note + enough + `— resident.example ${base64(concatBytes(blob.slice(0, 4), blob.slice(12)))}\n`,
    'signature',
  );
  put('by two of three, without the log', note.split('— ')[0] + enough, 'unknown-signer');
  return vectors;
}

async function makeWitnessRequests(): Promise<Vector[]> {
  const vectors: Vector[] = [];
  const noteAt = (size: number, root = rootAt(size), signer = log): string =>
    signNote(formatCheckpoint({ origin: signer.name, size, root }), [signer]);
  const put = (name: string, head: number | null, body: string, status: number, stored?: number): void => {
    vectors.push({
      name,
      accept: status === 200,
      body,
      status,
      ...(stored === undefined ? {} : { size: stored }),
      origin: ORIGIN,
      keys: [log.vkey],
      head: head === null ? null : { size: head, root: base64(rootAt(head)) },
    });
  };
  const ask = (oldSize: number, proof: readonly Uint8Array[], checkpoint: string): string =>
    encodeAddCheckpoint({ oldSize, proof, checkpoint });
  const from3 = await proveConsistency(3, 7, reader);
  put('the first checkpoint', null, ask(0, [], noteAt(3)), 200);
  put('the first checkpoint, of size zero', null, ask(0, [], noteAt(0)), 200);
  put('the first checkpoint after one of size zero', 0, ask(0, [], noteAt(3)), 200);
  put('from 3 to 7', 3, ask(3, from3, noteAt(7)), 200);
  put('7 again', 7, ask(7, [], noteAt(7)), 200);
  put(
    "from 3 to 7 with a stranger's signature beside",
    3,
    ask(3, from3, noteAt(7) + signatureLine(other, encodeUtf8('x\n'))),
    200,
  );
  put('an unknown origin', 3, ask(0, [], noteAt(3, rootAt(3), other)), 404);
  put(
    'no known signature',
    3,
    ask(3, from3, noteAt(7).split('— ')[0] + signatureLine(other, encodeUtf8('x\n'))),
    403,
  );
  put(
    'a bad signature',
    3,
    ask(3, from3, noteAt(7).split('— ')[0] + signatureLine(log, encodeUtf8('x\n'))),
    403,
  );
  put('another old size', 5, ask(3, from3, noteAt(7)), 409, 5);
  put('an old size of zero, to learn the size', 5, ask(0, [], noteAt(7)), 409, 5);
  put('an old size where nothing was cosigned', null, ask(3, from3, noteAt(7)), 409, 0);
  put('another old size and a proof that does not hold', 5, ask(3, [], noteAt(7)), 409, 5);
  put('an older checkpoint', 7, ask(3, [], noteAt(3)), 409, 7);
  put('an old size above the checkpoint', 7, ask(7, [], noteAt(3)), 400);
  put('no proof', 3, ask(3, [], noteAt(7)), 422);
  put('a proof with a flipped bit', 3, ask(3, from3.with(0, flip(from3[0]!, 1)), noteAt(7)), 422);
  put('a proof for another root', 3, ask(3, from3, noteAt(7, rootAt(8))), 422);
  put('a proof where nothing was cosigned', null, ask(0, [rootAt(1)], noteAt(3)), 422);
  put('a proof for the same size', 7, ask(7, [rootAt(1)], noteAt(7)), 422);
  put('another root of the same size', 7, ask(7, [], noteAt(7, rootAt(8))), 422);
  put('size zero with the root of a tree', null, ask(0, [], noteAt(0, rootAt(3))), 422);
  const good = ask(0, [], noteAt(3));
  const bad: [string, string][] = [
    ['nothing', ''],
    ['no old size', good.replace('old 0', 'old')],
    ['an old size with a zero before it', good.replace('old 0', 'old 00')],
    ['an old size with a sign', good.replace('old 0', 'old +0')],
    ['an old size beyond 2^64', good.replace('old 0', 'old 18446744073709551616')],
    ['no empty line', good.replace('\n\n', '\n')],
    ['a hash of 31 bytes', ask(0, [rootAt(1).slice(1)], noteAt(3))],
    ['a hash without padding', good.replace('old 0\n', `old 0\n${base64(rootAt(1)).slice(0, -1)}\n`)],
    ['64 hashes', good.replace('old 0\n', `old 0\n${`${base64(rootAt(1))}\n`.repeat(64)}`)],
    ['no checkpoint', 'old 0\n\n'],
    ['a checkpoint cut short', good.slice(0, -1)],
    ['carriage returns', good.replaceAll('\n', '\r\n')],
  ];
  for (const [name, body] of bad) put(name, null, body, 400);
  return vectors;
}

const Point = ed25519.Point;
const ORDER = Point.Fn.ORDER;
const littleEndian = (value: bigint): Uint8Array =>
  new Uint8Array(32).map((_, i) => Number((value >> BigInt(8 * i)) & 255n));
const fromLittleEndian = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n);

// The eight points of small order, and the encodings of some of them that are not canonical.
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '0000000000000000000000000000000000000000000000000000000000000000',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
];
const SMALL_ORDER_NOT_CANONICAL = [
  '0100000000000000000000000000000000000000000000000000000000000080',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
];

// "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, SSR 2020), table 6: message, key, signature.
const TAMING: readonly (readonly [string, string, string])[] = [
  [
    '8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a0000000000000000000000000000000000000000000000000000000000000000',
  ],
  [
    '9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04',
  ],
  [
    'aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab',
    'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e',
  ],
  [
    '9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79',
    'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
    '9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009',
  ],
  [
    'e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c',
    'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
    '160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09',
  ],
  [
    'e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c',
    'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
    '21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405',
  ],
  [
    '85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40',
    '442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623',
    'e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514',
  ],
  [
    '85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40',
    '442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623',
    '8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa19427e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22',
  ],
  [
    '9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41',
    'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff03be9678ac102edcd92b0210bb34d7428d12ffc5df5f37e359941266a4e35f0f',
  ],
  [
    '9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41',
    'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffca8c5b64cd208982aa38d4936621a4775aa233aa0505711d8fdcfdaa943d4908',
  ],
  [
    'e96b7021eb39c1a163b6da4e3093dcd3f21387da4cc4572be588fafae23c155b',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dca5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04',
  ],
  [
    '39a591f5321bbe07fd5a23dc2f39d025d74526615746727ceefd6e82ae65c06f',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dca5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04',
  ],
];

function makeEd25519(): Vector[] {
  const vectors: Vector[] = [];
  const put = (
    name: string,
    accept: boolean,
    key: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
  ): void => {
    vectors.push({ name, accept, key: base64(key), message: base64(message), signature: base64(signature) });
  };
  const seed = seedOf('signer');
  const key = ed25519.getPublicKey(seed);
  const message = encodeUtf8('a vote');
  const good = sign(message, seed);
  const [r, s] = [good.slice(0, 32), good.slice(32)];
  put('a signature', true, key, message, good);
  put('of the empty message', true, key, new Uint8Array(), sign(new Uint8Array(), seed));
  put(
    'RFC 8032, test 1',
    true,
    decodeHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'),
    new Uint8Array(),
    decodeHex(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ),
  );
  put(
    'RFC 8032, test 2',
    true,
    decodeHex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'),
    decodeHex('72'),
    decodeHex(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ),
  );
  TAMING.forEach(([hex, publicKey, signature], i) =>
    // Only the fourth is taken by every rule: small-order parts in A and R that cancel without the cofactor.
    put(
      `"Taming the many EdDSAs", case ${i}`,
      i === 3,
      decodeHex(publicKey),
      decodeHex(hex),
      decodeHex(signature),
    ),
  );

  put('another message', false, key, encodeUtf8('a Vote'), good);
  put('another key', false, ed25519.getPublicKey(seedOf('other')), message, good);
  for (const bit of [0, 128, 255, 256, 400, 504])
    put(`bit ${bit} flipped`, false, key, message, flip(good, bit));
  put('R and S changed about', false, key, message, concatBytes(s, r));
  put('the key with its sign changed', false, flip(key, 255), message, good);
  put('R with its sign changed', false, key, message, flip(good, 255));
  const value = fromLittleEndian(s);
  put('S plus the order', false, key, message, concatBytes(r, littleEndian(value + ORDER)));
  for (const [name, wrong] of [
    ['zero', 0n],
    ['one', 1n],
    ['the order less one', ORDER - 1n],
    ['the order', ORDER],
    ['the order and one', ORDER + 1n],
    ['2^255 - 19', 2n ** 255n - 19n],
    ['2^256 - 1', 2n ** 256n - 1n],
  ] as const)
    put(`S ${name}`, false, key, message, concatBytes(r, littleEndian(wrong)));
  put(
    'S with each of its three highest bits',
    false,
    key,
    message,
    concatBytes(r, s.with(31, s[31]! | 0xe0)),
  );
  put('all zeros', false, key, message, new Uint8Array(64));
  put('all ones', false, key, message, new Uint8Array(64).fill(255));
  put('of 63 bytes', false, key, message, good.slice(0, -1));
  put('of 65 bytes', false, key, message, concatBytes(good, new Uint8Array(1)));
  put('of no bytes', false, key, message, new Uint8Array());
  put('a key of 31 bytes', false, key.slice(0, 31), message, good);
  put('a key of 33 bytes', false, concatBytes(key, new Uint8Array(1)), message, good);
  put('a key of zeros', false, new Uint8Array(32), message, good);
  put('a key that is no point', false, new Uint8Array(32).with(0, 2), message, good);
  put('R that is no point', false, key, message, concatBytes(new Uint8Array(32).with(0, 2), s));

  // R = S·B fits any message under a key that h·A takes to nothing: lenient verifiers take these for some messages.
  const sB = Point.BASE.multiply(7n).toBytes();
  for (const hex of [...SMALL_ORDER, ...SMALL_ORDER_NOT_CANONICAL]) {
    const small = decodeHex(hex);
    put(
      `a key of small order, ${hex.slice(0, 4)}…${hex.slice(-2)}`,
      false,
      small,
      message,
      concatBytes(sB, littleEndian(7n)),
    );
    // S = h·a makes S·B − h·A the neutral element: R of small order passes where it is not refused.
    const scalar = ed25519.utils.getExtendedPublicKey(seed).scalar;
    const h = fromLittleEndian(sha512(concatBytes(small, key, message))) % ORDER;
    put(
      `R of small order, ${hex.slice(0, 4)}…${hex.slice(-2)}`,
      false,
      key,
      message,
      concatBytes(small, littleEndian((h * scalar) % ORDER)),
    );
  }

  // Keys and R with a part of small order: with the cofactor each of these is a signature, without it only by chance.
  const { scalar } = ed25519.utils.getExtendedPublicKey(seed);
  const torsion = Point.fromHex(SMALL_ORDER[4]!, true);
  const mixedKey = Point.BASE.multiply(scalar).add(torsion);
  const nonce = 12_345n;
  for (let i = 0; i < 8; i++) {
    const text = encodeUtf8(`mixed ${i}`);
    const plainR = Point.BASE.multiply(nonce);
    const mixedR = plainR.add(torsion);
    for (const [name, a, point] of [
      ['a key', mixedKey, plainR],
      ['R', Point.BASE.multiply(scalar), mixedR],
      ['key and R', mixedKey, mixedR],
    ] as const) {
      const h = fromLittleEndian(sha512(concatBytes(point.toBytes(), a.toBytes(), text)));
      const signature = concatBytes(point.toBytes(), littleEndian((nonce + (h % ORDER) * scalar) % ORDER));
      // S·B − h·A − R, by the parts of order 8 alone: −h in the key's, −1 in that of R. They must cancel.
      const left = (name === 'R' ? 0n : h % ORDER) + (name === 'a key' ? 0n : 1n);
      put(`${name} with a part of order eight, message ${i}`, left % 8n === 0n, a.toBytes(), text, signature);
    }
  }
  return vectors;
}

function makeEncodings(): Vector[] {
  const vectors: Vector[] = [];
  for (const text of ['', 'AA==', 'AAA=', 'AAAA', '+/+/', 'AQI=', 'AAAAAA=='])
    vectors.push({ name: `base64 ${JSON.stringify(text)}`, accept: true, base64: text });
  for (const text of [
    'A',
    'AA',
    'AAA',
    'AA=',
    'AAA==',
    'A===',
    '====',
    '=',
    'AB==',
    'AAB=',
    '-_-_',
    'AAAA\n',
    ' AAAA',
    'AA AA',
    'AA==AA==',
    'AA=A',
    'AAAA=',
    'ＡAAA',
    'AAA\u0000',
  ])
    vectors.push({ name: `base64 ${JSON.stringify(text)}`, accept: false, base64: text });
  const utf8: [string, boolean][] = [
    ['', true],
    ['61', true],
    ['d0b2', true],
    ['efbbbf61', true],
    ['f09f8fa0', true],
    ['f48fbfbf', true],
    ['ff', false],
    ['c3', false],
    ['c080', false],
    ['e08080', false],
    ['eda080', false],
    ['edbfbf', false],
    ['f4908080', false],
    ['f8888080', false],
    ['61c3', false],
    ['80', false],
  ];
  for (const [hex, accept] of utf8) vectors.push({ name: `UTF-8 ${hex}`, accept, utf8: hex });
  return vectors;
}

/** All vectors; the same at every call. */
export async function makeVectors(): Promise<Vectors> {
  return {
    encodings: makeEncodings(),
    ed25519: makeEd25519(),
    inclusion: await makeInclusion(),
    consistency: await makeConsistency(),
    notes: makeNotes(),
    checkpoints: makeCheckpoints(),
    proofs: await makeProofs(),
    'tile-paths': makeTilePaths(),
    'entry-bundles': makeEntryBundles(),
    policies: makePolicies(),
    cosigned: makeCosigned(),
    'witness-requests': await makeWitnessRequests(),
  };
}

/** The text of a file of vectors: a JSON array, one vector to a line. */
export const formatVectors = (vectors: readonly Vector[]): string =>
  `[\n${vectors.map((vector) => JSON.stringify(vector)).join(',\n')}\n]\n`;
