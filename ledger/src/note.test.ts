import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, decodeHex, encodeBase64, encodeUtf8 } from './bytes.ts';
import { checkCheckpoint, formatCheckpoint, parseCheckpoint, signCheckpoint } from './checkpoint.ts';
import { LedgerFault } from './fault.ts';
import {
  checkNote,
  cosignatureSeconds,
  createCosigner,
  createNoteSigner,
  formatSignerKey,
  formatVerifierKey,
  parseSignerKey,
  parseVerifierKey,
  signNote,
  signatureLine,
} from './note.ts';
import { emptyRoot, rootOf } from './tree.ts';

// Keys and texts of golang.org/x/mod sumdb/note and of c2sp.org/signed-note.
const PETER = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const PETER_VKEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PETER_TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_SIGNATURE =
  'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=';

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (fault) {
    if (fault instanceof LedgerFault) return fault.code;
    throw fault;
  }
  return 'nothing';
};
const signerOf = (text: string) => {
  const { name, seed } = parseSignerKey(text);
  return createNoteSigner(name, seed);
};

describe('keys', () => {
  it('come back as they went', () => {
    const { name, seed } = parseSignerKey(PETER);
    expect(formatSignerKey(name, seed)).toBe(PETER);
    expect(createNoteSigner(name, seed).vkey).toBe(PETER_VKEY);
    const { publicKey } = parseVerifierKey(PETER_VKEY);
    expect(formatVerifierKey('PeterNeumann', publicKey)).toBe(PETER_VKEY);
  });
  it('may hold a plus in their base64 part', () => {
    const vkey = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';
    expect(parseVerifierKey(vkey).name).toBe('sum.golang.org');
  });
  it('are refused with any byte changed or left out', () => {
    const candidates = [...PETER_VKEY].flatMap((own, i) => [
      ...['A', '+', '0', '=', 'é', own.toLowerCase(), own.toUpperCase()].map(
        (letter) => PETER_VKEY.slice(0, i) + letter + PETER_VKEY.slice(i + 1),
      ),
      ...Array.from({ length: PETER_VKEY.length - i }, (_, length) => PETER_VKEY.slice(i, i + length + 1)),
    ]);
    for (const candidate of candidates.filter((one) => one !== PETER_VKEY))
      expect(codeOf(() => parseVerifierKey(candidate))).toBe('note');
  });
  it.each([
    ['of a wrong length', 'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWW'],
    ['of an unknown algorithm', 'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
    ['of another id', 'PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
    ['with a space in the name', 'Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
  ])('are refused %s', (_what, vkey) => expect(codeOf(() => parseVerifierKey(vkey))).toBe('note'));
  it('never repeat a private key in the fault', () => {
    const damaged = `${PETER.slice(0, -1)}A`;
    expect(() => parseSignerKey(damaged)).toThrow(/^expected a private key$/);
  });
});

describe('signed notes', () => {
  const signer = signerOf(PETER);
  const verifier = parseVerifierKey(PETER_VKEY);
  const note = `${PETER_TEXT}\n— PeterNeumann ${PETER_SIGNATURE}\n`;

  it('have the bytes of the reference implementation', () => {
    expect(signNote(PETER_TEXT, [signer])).toBe(note);
    expect(checkNote(note, [verifier]).text).toBe(PETER_TEXT);
  });
  it('of the C2SP page hold', () => {
    const vkey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
    const signature =
      'Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=';
    const page = `This is an example message.\n\n— example.com/foo ${signature}\n`;
    expect(checkNote(page, [parseVerifierKey(vkey)]).verified).toHaveLength(1);
  });
  it('set signatures of unknown keys apart and keep those of one key once', () => {
    const other = createNoteSigner('other', new Uint8Array(32).fill(3));
    const twice = signNote(PETER_TEXT, [signer, other, signer]);
    const { verified, unknown } = checkNote(twice, [verifier]);
    expect([verified.map(({ name }) => name), unknown.map(({ name }) => name)]).toEqual([
      ['PeterNeumann'],
      ['other'],
    ]);
    expect(codeOf(() => checkNote(twice, []))).toBe('unknown-signer');
  });
  it('are refused when one known signature does not hold, whatever the others', () => {
    const other = createNoteSigner('other', new Uint8Array(32).fill(3));
    const line = signatureLine(other, encodeUtf8('another text\n'));
    expect(codeOf(() => checkNote(note + line, [verifier, parseVerifierKey(other.vkey)]))).toBe('signature');
  });
  it.each([
    ['without a last newline', note.slice(0, -1)],
    ['with a control character', note.replace('cryptography', 'crypto\u0001graphy')],
    ['with a line of junk', `${note}junk\n`],
    ['with two spaces', note.replace('— PeterNeumann ', '— PeterNeumann  ')],
    ['with a hyphen for a dash', note.replace('—', '-')],
    ['without a signature', `${PETER_TEXT}\n`],
    ['with 101 signatures', `${PETER_TEXT}\n${`— PeterNeumann ${PETER_SIGNATURE}\n`.repeat(101)}`],
    ['with a signature of no bytes', `${PETER_TEXT}\n— PeterNeumann x08gow==\n`],
    ['with a lone surrogate', note.replace('cryptography', '\ud800')],
  ])('are malformed %s', (_what, text) => expect(codeOf(() => checkNote(text, [verifier]))).toBe('note'));
  it('fail at every changed character', () => {
    for (let i = 0; i < note.length; i++) {
      const changed = note.slice(0, i) + (note[i] === 'a' ? 'b' : 'a') + note.slice(i + 1);
      expect(codeOf(() => checkNote(changed, [verifier]))).not.toBe('nothing');
    }
  });
  it('never make the parser throw anything but a fault', () => {
    const piece = fc.constantFrom(
      '\n',
      '— ',
      'a',
      ' ',
      'x08gow==',
      PETER_SIGNATURE,
      '+',
      '\n\n',
      'PeterNeumann',
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((all) => all.join('')),
        (text) => {
          expect(['note', 'unknown-signer', 'signature']).toContain(
            codeOf(() => checkNote(text, [verifier])),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('checkpoints', () => {
  // tessera testdata/log: the same key and leaves must give the same bytes.
  const golden = signerOf(
    'PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg',
  );
  const vkey = 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx';
  const leaves = 'one two three four five six seven eit nain ten ileven twelf threeten fourten fivten'
    .split(' ')
    .map(encodeUtf8);
  const roots: [number, string][] = [
    [1, '0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek='],
    [2, 'T1X2GdkhUjV3iyufF9b0kVsWFxIU0VI4EpNml2Teci4='],
    [3, 'Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk='],
    [5, 'gy5gl3aksFyiCO95a/1vLXz88A3dRq+0l9Sxte8ZqZQ='],
    [8, 'bC+VwvrJbalNVjfkdI8kUgs7mJoXrqiXCE7bgnD28pY='],
    [15, 'rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs='],
  ];
  const note15 = signCheckpoint('example.com/log/testdata', 15, rootOf(leaves), golden);

  it('of the golden log come out byte by byte', () => {
    expect(golden.vkey).toBe(vkey);
    for (const [size, root] of roots) expect(encodeBase64(rootOf(leaves.slice(0, size)))).toBe(root);
    expect(signCheckpoint('example.com/log/testdata', 0, emptyRoot(), golden)).toBe(
      'example.com/log/testdata\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— example.com/log/testdata M9e0lhxJACzE1KoUdqKuPa+9p6R7dSW8BlEvrg/noo8FkGg6PbJoRNOcdjqjOq89wVvTA60eubCc4oufo5BvIVEgtQc=\n',
    );
    expect(note15).toBe(
      'example.com/log/testdata\n15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n\n— example.com/log/testdata M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=\n',
    );
    expect(checkCheckpoint(note15, parseVerifierKey(vkey))).toMatchObject({ size: 15, root: rootOf(leaves) });
  });
  it('carry the cosignature of a witness, which binds time and text', () => {
    const { name, seed } = parseSignerKey(
      'PRIVATE+KEY+witness+f13a86db+AaLa/dfyBhyo/m0Z7WCi98ENVZWtrP8pxgRNrx7tIWiA',
    );
    const witness = createCosigner(name, seed, 1_700_000_000);
    expect(witness.vkey).toBe('witness+24b37851+BNYV1Ztajd9BvyjP2HgpwrqYL6TjOwIjGMOq8Bu42xbN');
    const text = encodeUtf8(
      formatCheckpoint({ origin: 'example.com/log/testdata', size: 15, root: rootOf(leaves) }),
    );
    const line = signatureLine(witness, text);
    expect(line).toBe(
      '— witness JLN4UQAAAABlU/EAP16IwnR7OvdQ2qGNbozLavD2ZfgCwvg5IRioOOS/zMVYMx3UaEcI0V7tJUfTriLxHxoepUnHChdT1I+z/mJADQ==\n',
    );
    const keys = [parseVerifierKey(vkey), parseVerifierKey(witness.vkey)] as const;
    const { note } = checkCheckpoint(note15 + line, keys[0], [keys[1]]);
    expect(note.verified.map(({ name: who }) => who)).toEqual(['example.com/log/testdata', 'witness']);
    expect(cosignatureSeconds(note.verified[1]!)).toBe(1_700_000_000);
    const blob = decodeBase64(line.slice('— witness '.length, -1));
    blob[11]! ^= 1;
    const later = `— witness ${encodeBase64(blob)}\n`;
    expect(codeOf(() => checkCheckpoint(note15 + later, keys[0], [keys[1]]))).toBe('signature');
    // A witness alone does not make a checkpoint.
    const alone = `${note15.slice(0, note15.indexOf('— '))}${line}`;
    expect(codeOf(() => checkCheckpoint(alone, keys[0], [keys[1]]))).toBe('unknown-signer');
  });
  it('know the cosigner keys of others', () => {
    const remora = parseVerifierKey('remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2');
    expect(remora.algorithm).toBe(4);
  });
  it('of sum.golang.org parse beyond 32 bits too', () => {
    const root = encodeBase64(decodeHex('00'.repeat(32)));
    expect(parseCheckpoint(`go.sum database tree\n35225469\n${root}\n`).size).toBe(35_225_469);
    expect(parseCheckpoint(`a\n${2 ** 52}\n${root}\nextension\n`)).toMatchObject({
      size: 2 ** 52,
      extensions: ['extension'],
    });
  });
  const root = encodeBase64(rootOf(leaves));
  it.each([
    ['without a last newline', `a\n1\n${root}`],
    ['of a negative size', `a\n-1\n${root}\n`],
    ['above 2^53', `a\n9007199254740992\n${root}\n`],
    ['above 2^64', `a\n18446744073709551616\n${root}\n`],
    ['of a size with a leading zero', `a\n01\n${root}\n`],
    ['of a size with a plus', `a\n+1\n${root}\n`],
    ['of a size in letters', `a\n1e3\n${root}\n`],
    ['of an empty size', `a\n\n${root}\n`],
    ['without an origin', `\n1\n${root}\n`],
    ['without a root', 'a\n1\n'],
    ['with a root that is not base64', 'a\n1\nnot base64\n'],
    ['with a short root', 'a\n1\nAAAA\n'],
    ['with an empty extension line', `a\n1\n${root}\n\n`],
    ['of size zero with leaves', `a\n0\n${root}\n`],
    ['of nothing', ''],
  ])('are malformed %s', (_what, text) => expect(codeOf(() => parseCheckpoint(text))).toBe('checkpoint'));
  it('of another origin are refused, though the key is known', () => {
    const text = formatCheckpoint({ origin: 'example.com/other', size: 15, root: rootOf(leaves) });
    expect(codeOf(() => checkCheckpoint(signNote(text, [golden]), parseVerifierKey(vkey)))).toBe(
      'checkpoint',
    );
  });
});
