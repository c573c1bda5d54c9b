// The published facts of others that ours must reproduce bit for bit: a whole log, trees, notes, cosignatures, paths.
// Kept here are the facts, each with where it was read; never the files.
import { describe, expect, it } from 'vitest';
import { concatBytes, decodeBase64, decodeHex, encodeBase64, encodeHex, encodeUtf8 } from './bytes.ts';
import { checkCheckpoint, signCheckpoint } from './checkpoint.ts';
import { sha256 } from './hash.ts';
import {
  checkNote,
  cosignatureSeconds,
  createNoteSigner,
  parseSignatureLine,
  parseSignerKey,
  parseVerifierKey,
  readVerifierKey,
} from './note.ts';
import { encodeEntryBundle, newTilesOf, parseTilePath, tilePath } from './tile.ts';
import { createTreeBuilder, leafHash, rootOf } from './tree.ts';

const signerOf = (text: string) => {
  const { name, seed } = parseSignerKey(text);
  return createNoteSigner(name, seed);
};

describe('the golden log of tessera', () => {
  // transparency-dev/tessera, testdata/log and testdata/build_log.sh: fifteen leaves, a checkpoint after each.
  const signer = signerOf(
    'PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg',
  );
  const leaves = 'one two three four five six seven eit nain ten ileven twelf threeten fourten fivten'
    .split(' ')
    .map(encodeUtf8);
  const files = new Map<string, Uint8Array>();
  for (let size = 0; size <= leaves.length; size++) {
    const first = leaves.slice(0, size);
    files.set(`checkpoint.${size}`, encodeUtf8(signCheckpoint(signer.name, size, rootOf(first), signer)));
    files.set('checkpoint', files.get(`checkpoint.${size}`)!);
    if (size === 0) continue;
    files.set(tilePath({ level: 0, index: 0, width: size }), concatBytes(...first.map(leafHash)));
    files.set(tilePath({ level: 'entries', index: 0, width: size }), encodeEntryBundle(first));
  }

  it('comes out in every byte of its 16 checkpoints, 15 tiles and 15 bundles', () => {
    // What `sha256sum` prints of all files but the state, sorted by path, and the SHA-256 of that.
    const list = [...files.keys()]
      .sort()
      .map((path) => `${encodeHex(sha256(files.get(path)!))}  ${path}\n`)
      .join('');
    expect(files.size).toBe(47);
    expect(encodeHex(sha256(encodeUtf8(list)))).toBe(
      '8b2e3c1495fa9cffa6dcde4e8cd94ca624a67536d19edcf61ea2fdbc52356443',
    );
  });
  it('has the roots and signatures that were read there', () => {
    const signatureAt = (size: number) =>
      checkCheckpoint(
        new TextDecoder().decode(files.get(`checkpoint.${size}`)),
        parseVerifierKey('example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx'),
      );
    const roots = [
      [0, '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='],
      [1, '0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek='],
      [2, 'T1X2GdkhUjV3iyufF9b0kVsWFxIU0VI4EpNml2Teci4='],
      [3, 'Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk='],
      [5, 'gy5gl3aksFyiCO95a/1vLXz88A3dRq+0l9Sxte8ZqZQ='],
      [8, 'bC+VwvrJbalNVjfkdI8kUgs7mJoXrqiXCE7bgnD28pY='],
      [15, 'rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs='],
    ] as const;
    for (const [size, root] of roots) expect(encodeBase64(signatureAt(size).root)).toBe(root);
    expect(encodeHex(files.get('tile/entries/000.p/2')!)).toBe('00036f6e65000374776f');
  });
});

describe('the trees of RFC 6962', () => {
  // transparency-dev/merkle, testonly/constants.go and rfc6962/rfc6962_test.go.
  const leaves = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ].map(decodeHex);
  it.each(
    [
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ].map((root, size) => [size, root] as const),
  )('of %i leaves', (size, root) => {
    expect(encodeHex(rootOf(leaves.slice(0, size)))).toBe(root);
    const builder = createTreeBuilder();
    for (const leaf of leaves.slice(0, size)) builder.append(leafHash(leaf));
    expect(encodeHex(builder.root())).toBe(root);
  });
});

describe('the notes of golang.org/x/mod', () => {
  // sumdb/note/note_test.go.
  const text =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const peter = parseVerifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
  const enoch = parseVerifierKey('EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop');
  const peterLine =
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
  const enochLine =
    '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';
  const cut = (line: string): string => `${line.slice(0, 60)}ABCD${line.slice(60)}`;
  const namesOf = (signatures: readonly { name: string }[]) => signatures.map(({ name }) => name);

  it('open as they do there', () => {
    const one = checkNote(`${text}\n${peterLine}${enochLine}`, [peter]);
    expect([namesOf(one.verified), namesOf(one.unknown)]).toEqual([['PeterNeumann'], ['EnochRoot']]);
    const two = checkNote(`${text}\n${peterLine}${enochLine}`, [peter, enoch]);
    expect([namesOf(two.verified), namesOf(two.unknown)]).toEqual([['PeterNeumann', 'EnochRoot'], []]);
    expect(() => checkNote(`${text}\n${peterLine}${enochLine}`, [])).toThrow('not signed by a known key');
    expect(() => checkNote(`${text}\n${cut(peterLine)}`, [peter])).toThrow('does not hold');
    expect(() => checkNote(`${text}\n${peterLine.repeat(101)}`, [peter])).toThrow('expected a signed note');
    const repeated = peterLine.repeat(2) + enochLine.repeat(2) + cut(enochLine);
    const many = checkNote(`${text}\n${repeated}`, [peter]);
    expect([namesOf(many.verified), namesOf(many.unknown)]).toEqual([
      ['PeterNeumann'],
      ['EnochRoot', 'EnochRoot'],
    ]);
  });
});

describe('what is in use', () => {
  it("is signed as Go's checksum database is", () => {
    // FiloSottile/torchwood, cmd/litewitness/testdata/sumdb.txt: a live checkpoint. Its key has another name than its origin.
    const note =
      'go.sum database tree\n35225469\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n\n— sum.golang.org Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=\n';
    const key = parseVerifierKey('sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8');
    expect(checkNote(note, [key]).verified).toHaveLength(1);
    expect(() => checkCheckpoint(note, key)).toThrow('of another log');
    expect(() => checkNote(note.replace('35225469', '35225468'), [key])).toThrow('does not hold');
  });
  it('is cosigned with keys and times that are read', () => {
    // transparency-dev/formats, note/note_cosigv1_test.go.
    const remora = parseVerifierKey('remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2');
    expect([remora.algorithm, encodeHex(remora.keyId)]).toEqual([4, 'da77ade7']);
    const line = parseSignatureLine(
      '— remora.n621.de ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA==\n',
    );
    expect(cosignatureSeconds(line)).toBe(1_727_964_367);
    for (const vkey of [
      'bananas.sigstore.dev+12344556',
      'rekor.sigstore.dev+12345678+THIS_IS_NOT_BASE64!',
      'rekor.sigstore.dev+12345678+AwEB',
    ])
      expect(() => parseVerifierKey(vkey)).toThrow('expected a verifier key');
  });
  it('may have keys of further algorithms, which are read and not checked', () => {
    const ecdsa = 'example.com/ecdsa+12345678+AgEC';
    expect(readVerifierKey(ecdsa)).toMatchObject({ algorithm: 2, publicKey: decodeBase64('AQI=') });
    expect(() => parseVerifierKey(ecdsa)).toThrow('expected a verifier key');
  });
});

describe('the tiles of Go', () => {
  // golang/mod, sumdb/tlog/tlog_test.go tilePaths: its tiles have a height in the path, ours are all of height eight.
  it.each([
    ['tile/5/x123/x456/078', { level: 5, index: 123_456_078, width: 256 }],
    ['tile/5/x123/x456/078.p/2', { level: 5, index: 123_456_078, width: 2 }],
    ['tile/0/x003/x057/500', { level: 0, index: 3_057_500, width: 256 }],
    ['tile/0/001.p/5', { level: 0, index: 1, width: 5 }],
  ] as const)('have the path %s', (path, tile) => {
    expect(parseTilePath(path)).toEqual(tile);
    expect(tilePath(tile)).toBe(path);
  });
  it.each(['tile/3/5/123/456/078', 'tile/3/-1/123/456/078', 'tile/1/data/x003/x057/500'])(
    'do not have the path %s',
    (path) => expect(() => parseTilePath(path)).toThrow('expected the path of a tile'),
  );
  it('are as many as the log of this size has grown by', () => {
    // The counts of sumdb/tlog/tile_test.go TestNewTilesForSize are for tiles of height ten; these follow from height
    // eight by hand: 1,023 to 1,025 completes one tile of level 0, starts the next, and adds to one of level 1.
    const count = (oldSize: number, size: number): number =>
      [...newTilesOf(oldSize, size)].filter(({ level }) => level !== 'entries').length;
    expect([count(1, 1), count(100, 101), count(1023, 1025)]).toEqual([0, 1, 3]);
  });
});
