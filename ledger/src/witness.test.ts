import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, decodeHex, encodeBase64, encodeUtf8, equalBytes } from './bytes.ts';
import { formatCheckpoint, parseTreeHead, signCheckpoint } from './checkpoint.ts';
import { LedgerFault } from './fault.ts';
import { sha256 } from './hash.ts';
import {
  createCosigner,
  createNoteSigner,
  formatVerifierKey,
  parseSignerKey,
  parseVerifierKey,
  signNote,
  signatureLine,
} from './note.ts';
import type { NoteVerifier } from './note.ts';
import { leafHash, nodeHash, proveConsistency, rootOf } from './tree.ts';
import type { HashReader } from './tree.ts';
import { answerAddCheckpoint, encodeAddCheckpoint, parseAddCheckpoint, readWitnessReply } from './witness.ts';
import type { WitnessAnswer, WitnessedLog } from './witness.ts';

const seedOf = (label: string): Uint8Array => sha256(encodeUtf8(label));
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (fault) {
    if (fault instanceof LedgerFault) return fault.code;
    throw fault;
  }
  return 'nothing';
};

/** A witness in memory: checks and stores as one step. */
function createWitness(keys: Readonly<Record<string, readonly NoteVerifier[]>>) {
  const heads = new Map<string, NonNullable<WitnessedLog['head']>>();
  return {
    heads,
    ask(body: string): WitnessAnswer {
      const answer = answerAddCheckpoint(body, (origin) =>
        Object.hasOwn(keys, origin) ? { keys: keys[origin]!, head: heads.get(origin) ?? null } : null,
      );
      if (answer.status === 200) heads.set(answer.origin, { size: answer.size, root: answer.root });
      return answer;
    },
  };
}

describe('the transcript of litewitness', () => {
  // Keys, sizes, roots, proofs and signatures of torchwood's cmd/litewitness/testdata/litewitness.txt.
  const origin = 'sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562';
  const key = formatVerifierKey(
    origin,
    decodeHex('ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f'),
  );
  const leaf = (first: number, second: number): Uint8Array => {
    const hash = new Uint8Array(32);
    hash.set([first, second]);
    return hash;
  };
  const SIGNATURES = {
    1: 'UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=',
    3: 'UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=',
    5: 'UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=',
  } as const;
  const ROOTS = {
    1: 'KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    3: 'RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=',
    5: 'QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=',
  } as const;
  const checkpoint = (size: 1 | 3 | 5, changed: { origin?: string; signature?: string } = {}): string => {
    const name = changed.origin ?? origin;
    return `${name}\n${size}\n${ROOTS[size]}\n\n— ${name} ${changed.signature ?? SIGNATURES[size]}\n`;
  };
  const body = (oldSize: number, proof: readonly Uint8Array[], note: string): string =>
    encodeAddCheckpoint({ oldSize, proof, checkpoint: note });
  const nodes = [0, 1, 2, 3, 4].map((i) => leaf(42, i));
  const pair = nodeHash(nodes[2]!, nodes[3]!);
  const left = nodeHash(nodes[0]!, nodes[1]!);
  const TO_3 = [nodes[1]!, nodes[2]!];
  const TO_5_FROM_3 = [nodes[2]!, nodes[3]!, left, nodes[4]!];
  const TO_5_FROM_1 = [nodes[1]!, pair, nodes[4]!];

  it('comes out step by step, the status and the sizes', () => {
    const witness = createWitness({ [origin]: [parseVerifierKey(key)] });
    const status = (request: string) => {
      const answer = witness.ask(request);
      return answer.status === 409 ? `409 ${answer.size}` : String(answer.status);
    };
    expect(encodeBase64(pair)).toBe('+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=');
    expect(status(body(0, [], checkpoint(1)))).toBe('200');
    const otherSignature = SIGNATURES[3].replace('Vrx6go=', 'Vrx6gx=');
    // As the transcript has it: the last letters are not canonical base64, which is a malformed note before all else.
    expect(status(body(1, TO_3, checkpoint(3, { signature: otherSignature })))).toBe('400');
    expect(status(body(1, TO_3, checkpoint(3, { signature: SIGNATURES[1] })))).toBe('403');
    const unknown = `${origin.slice(0, -1)}3`;
    expect(status(body(1, TO_3, checkpoint(3, { origin: unknown })))).toBe('404');
    expect(status(body(1, [], checkpoint(3)))).toBe('422');
    const flipped = TO_3[1]!.with(31, 16);
    expect(status(body(1, [TO_3[0]!, flipped], checkpoint(3)))).toBe('422');
    expect(status(body(1, TO_3, checkpoint(3)))).toBe('200');
    expect(status(body(1, TO_5_FROM_1, checkpoint(5)))).toBe('409 3');
    expect(status(body(3, TO_5_FROM_3, checkpoint(5)))).toBe('200');
    expect(status(body(0, [], checkpoint(5)))).toBe('409 5');
    expect(witness.heads.get(origin)).toEqual({ size: 5, root: decodeBase64(ROOTS[5]) });
  });
  it('of the checkpoint database of Go is taken, whose key has another name than its origin', () => {
    const sumdb =
      'go.sum database tree\n35225469\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n\n— sum.golang.org Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=\n';
    const witness = createWitness({
      'go.sum database tree': [
        parseVerifierKey('sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8'),
      ],
    });
    expect(witness.ask(body(0, [], sumdb))).toMatchObject({ status: 200, size: 35_225_469 });
  });
  it('of the monkeys goes from 5 to 8', () => {
    // transparency-dev/witness, witness/witness_test.go.
    const monkeys = 'monkeys+db4d9f7e+AULaJMvTtDLHPUcUrjdDad9vDlh/PTfC2VV60JUtCfWT';
    const five =
      'monkeys\n5\n41smjBUiAU70EtKlT6lIOIYtRTYxYXsDB+XHfcvu/BE=\n\n— monkeys 202fftzGl3LVoqjXfwCFZZXs8I+5G22+Ek2K0AOyBuSJ/8/CZawNF+6fNlTKOCd622pbzJNkkJFWuw9DbicZCkEx9AY=\n';
    const eight =
      'monkeys\n8\nV8K9aklZ4EPB+RMOk1/8VsJUdFZR77GDtZUQq84vSbo=\n\n— monkeys 202ffoUEboiQYpHzICeaFmoy3RNviHTpAxYrq/eO4QQVQMvu9UebKBMX2MJC76NLthZaKsnKbCA8GxrjePZhvDCH7Ag=\n';
    const proof = [
      'b9e1d62618f7fee8034e4c5010f727ab24d8e4705cb296c374bf2025a87a10d2',
      'aac66cd7a79ce4012d80762fe8eec3a77f22d1ca4145c3f4cee022e7efcd599d',
      '89d0f753f66a290c483b39cd5e9eafb12021293395fad3d4a2ad053cfbcfdc9e',
      '29e40bb79c966f4c6fe96aff6f30acfce5f3e8d84c02215175d6e018a5dee833',
    ].map(decodeHex);
    const witness = createWitness({ monkeys: [parseVerifierKey(monkeys)] });
    expect(witness.ask(body(0, [], five)).status).toBe(200);
    expect(witness.ask(body(5, proof.with(3, proof[0]!), eight)).status).toBe(422);
    expect(witness.ask(body(5, proof, eight)).status).toBe(200);
    expect(witness.ask(body(8, [], eight)).status).toBe(200);
    expect(witness.ask(body(5, [], five))).toEqual({ status: 409, size: 8 });
    const { name, seed } = parseSignerKey(
      'PRIVATE+KEY+monkeys+db4d9f7e+ATWIAF3yVBG+Hv1rZFQoNt/BaURkLPtOFMAM2HrEeIr6',
    );
    const other = signCheckpoint('monkeys', 8, rootOf([]), createNoteSigner(name, seed));
    expect(witness.ask(body(8, [], other)).status).toBe(422);
  });
});

describe('a witness', () => {
  const origin = 'witness.test/log';
  const signer = createNoteSigner(origin, seedOf('log'));
  const next = createNoteSigner(origin, seedOf('next'));
  const leaves = Array.from({ length: 40 }, (_, i) => leafHash(encodeUtf8(`leaf ${i}`)));
  const rootAt = (size: number): Uint8Array =>
    rootOf(Array.from({ length: size }, (_, i) => encodeUtf8(`leaf ${i}`)));
  const reader: HashReader = async (wanted) =>
    wanted.map(({ level, index }) => {
      let row = leaves.slice(index * 2 ** level, (index + 1) * 2 ** level);
      while (row.length > 1)
        row = row.flatMap((hash, i) => (i % 2 === 0 ? [nodeHash(hash, row[i + 1]!)] : []));
      return row[0]!;
    });
  const proofOf = (oldSize: number, size: number) =>
    oldSize === 0 ? Promise.resolve([]) : proveConsistency(oldSize, size, reader);
  const noteOf = (
    size: number,
    root = rootAt(size),
    ...signers: Parameters<typeof signCheckpoint>[3][]
  ): string => signCheckpoint(origin, size, root, ...(signers.length > 0 ? signers : [signer]));
  const ask = (
    head: { size: number; root?: Uint8Array } | null,
    request: { oldSize: number; proof?: readonly Uint8Array[]; checkpoint: string },
    keys = [parseVerifierKey(signer.vkey)],
  ): WitnessAnswer =>
    answerAddCheckpoint(encodeAddCheckpoint({ proof: [], ...request }), (asked) =>
      asked === origin
        ? { keys, head: head && { size: head.size, root: head.root ?? rootAt(head.size) } }
        : null,
    );

  it('goes from any size to any later one, and to no other tree', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.nat(40), fc.nat(40), async (a, b, c) => {
        const [oldSize, size] = a < b ? [a, b] : [b, a];
        const proof = await proofOf(oldSize, size);
        const answer = ask({ size: oldSize }, { oldSize, proof, checkpoint: noteOf(size) });
        expect(answer).toEqual({
          status: 200,
          origin,
          size,
          root: rootAt(size),
          text: formatCheckpoint({ origin, size, root: rootAt(size) }),
        });
        const other = rootAt(equalBytes(rootAt(c), rootAt(size)) ? (c + 1) % 40 : c);
        const answered = ask({ size: oldSize }, { oldSize, proof, checkpoint: noteOf(size, other) }).status;
        // Anything goes on from nothing, but a tree of size zero.
        expect(answered).toBe(oldSize === 0 && size > 0 ? 200 : 422);
      }),
      { numRuns: 60 },
    );
  });
  it('starts from nothing without a proof, whether it has a head of size zero or none', () => {
    for (const head of [null, { size: 0 }]) {
      expect(ask(head, { oldSize: 0, checkpoint: noteOf(3) }).status).toBe(200);
      expect(ask(head, { oldSize: 0, checkpoint: noteOf(0) }).status).toBe(200);
      expect(ask(head, { oldSize: 0, proof: [leaves[0]!], checkpoint: noteOf(3) }).status).toBe(422);
      expect(ask(head, { oldSize: 2, checkpoint: noteOf(3) })).toEqual({ status: 409, size: 0 });
    }
  });
  it('knows no tree of size zero but the empty one', () => {
    expect(ask(null, { oldSize: 0, checkpoint: noteOf(0, rootAt(1)) }).status).toBe(422);
    expect(parseTreeHead(formatCheckpoint({ origin, size: 0, root: rootAt(1) })).size).toBe(0);
  });
  it('cosigns the same tree again, and no other of its size', () => {
    expect(ask({ size: 3 }, { oldSize: 3, checkpoint: noteOf(3) }).status).toBe(200);
    expect(ask({ size: 3 }, { oldSize: 3, checkpoint: noteOf(3, rootAt(4)) }).status).toBe(422);
    expect(ask({ size: 3 }, { oldSize: 3, proof: [leaves[0]!], checkpoint: noteOf(3) }).status).toBe(422);
  });
  it('answers with its size whatever else is wrong with the proof', () => {
    expect(ask({ size: 7 }, { oldSize: 0, checkpoint: noteOf(9) })).toEqual({ status: 409, size: 7 });
    expect(ask({ size: 7 }, { oldSize: 3, proof: [leaves[0]!], checkpoint: noteOf(5) })).toEqual({
      status: 409,
      size: 7,
    });
  });
  it('finds a request malformed whose old size is above the checkpoint', () => {
    expect(ask({ size: 7 }, { oldSize: 7, checkpoint: noteOf(5) }).status).toBe(400);
    expect(ask({ size: 7 }, { oldSize: 8, checkpoint: noteOf(5) }).status).toBe(400);
  });
  it('refuses a checkpoint without a signature it trusts, or with a bad one', () => {
    expect(ask(null, { oldSize: 0, checkpoint: noteOf(3, rootAt(3), next) }).status).toBe(403);
    const both = [signer, next].map(({ vkey }) => parseVerifierKey(vkey));
    const bad = noteOf(3) + signatureLine(next, encodeUtf8('another text\n'));
    expect(ask(null, { oldSize: 0, checkpoint: bad }, both).status).toBe(403);
    // What it does not know does not trouble it.
    expect(ask(null, { oldSize: 0, checkpoint: bad }).status).toBe(200);
  });
  it('takes a checkpoint of several keys while one replaces the other', () => {
    const both = [signer, next].map(({ vkey }) => parseVerifierKey(vkey));
    for (const signers of [[signer], [next], [signer, next]])
      expect(ask(null, { oldSize: 0, checkpoint: noteOf(3, rootAt(3), ...signers) }, both).status).toBe(200);
  });
  it('does not serve logs it does not know, whatever they sent', () => {
    const stranger = createNoteSigner('stranger.test/log', seedOf('s'));
    const checkpoint = signCheckpoint('stranger.test/log', 3, rootAt(3), stranger);
    expect(ask(null, { oldSize: 9, checkpoint }).status).toBe(404);
  });
  it('covers lines after the root with its signature', () => {
    const text = `${formatCheckpoint({ origin, size: 3, root: rootAt(3) })}extension\n`;
    expect(ask(null, { oldSize: 0, checkpoint: signNote(text, [signer]) })).toMatchObject({
      status: 200,
      text,
    });
  });
  const good = encodeAddCheckpoint({ oldSize: 0, proof: [], checkpoint: noteOf(3) });
  it.each([
    ['nothing', ''],
    ['no empty line', 'old 0\n'],
    ['no old size', good.replace('old 0', 'old ')],
    ['a negative old size', good.replace('old 0', 'old -1')],
    ['an old size with a zero before it', good.replace('old 0', 'old 00')],
    ['an old size in letters', good.replace('old 0', 'old 1e3')],
    ['an old size beyond 2^53', good.replace('old 0', 'old 9007199254740992')],
    ['two spaces', good.replace('old 0', 'old  0')],
    ['a space behind', good.replace('old 0', 'old 0 ')],
    ['carriage returns', good.replaceAll('\n', '\r\n')],
    ['an old size in capitals', good.replace('old 0', 'OLD 0')],
    ['a hash of 31 bytes', good.replace('old 0\n', `old 0\n${encodeBase64(new Uint8Array(31))}\n`)],
    [
      'a hash without padding',
      good.replace('old 0\n', `old 0\n${encodeBase64(new Uint8Array(32)).slice(0, -1)}\n`),
    ],
    ['64 hashes', good.replace('old 0\n', `old 0\n${`${encodeBase64(new Uint8Array(32))}\n`.repeat(64)}`)],
    ['no checkpoint', 'old 0\n\n'],
    ['a checkpoint cut short', good.slice(0, -1)],
    ['a checkpoint without signatures', good.slice(0, good.indexOf('— '))],
    ['a checkpoint of a size that is no number', good.replace('\n3\n', '\nthree\n')],
    ['a checkpoint of a size beyond 2^53', good.replace('\n3\n', '\n9007199254740992\n')],
    ['a checkpoint of an origin of 256 bytes', good.replaceAll(origin, 'o'.repeat(256))],
    ['a control character', good.replace('log', 'l\u0001g')],
    ['more than anybody needs', `old 0\n\n${'a'.repeat(1_010_000)}`],
  ])('finds a request malformed with %s', (_what, body) => {
    expect(answerAddCheckpoint(body, () => ({ keys: [parseVerifierKey(signer.vkey)], head: null }))).toEqual({
      status: 400,
    });
  });
  it('takes origins of 255 bytes', () => {
    const long = createNoteSigner('o'.repeat(255), seedOf('long'));
    const checkpoint = signCheckpoint(long.name, 3, rootAt(3), long);
    const find = () => ({ keys: [parseVerifierKey(long.vkey)], head: null });
    expect(answerAddCheckpoint(encodeAddCheckpoint({ oldSize: 0, proof: [], checkpoint }), find).status).toBe(
      200,
    );
  });
  it('requests come back as they went', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.array(hash, { maxLength: 63 }),
        fc.string(),
        (oldSize, proof, checkpoint) => {
          const request = { oldSize, proof, checkpoint };
          expect(parseAddCheckpoint(encodeAddCheckpoint(request))).toEqual(request);
        },
      ),
    );
    expect(() =>
      encodeAddCheckpoint({ oldSize: 0, proof: Array(64).fill(rootAt(1)), checkpoint: '' }),
    ).toThrow(RangeError);
    expect(codeOf(() => parseAddCheckpoint('old 0\n'))).toBe('witness-request');
  });
});

describe('the reply of a witness', () => {
  const cosigner = createCosigner('w', seedOf('w'), 1_700_000_000);
  const line = signatureLine(cosigner, encodeUtf8('text\n'));
  const pq = `— w ${encodeBase64(new Uint8Array(2432).fill(7))}\n`;
  const read = (status: number, body = '', contentType: string | null = null) =>
    readWitnessReply({ status, contentType, body });

  it('with signatures is cosigned, those of further algorithms included', () => {
    expect(read(200, line, 'text/plain')).toEqual({ reply: 'cosigned', lines: [line] });
    expect(read(200, line + pq)).toEqual({ reply: 'cosigned', lines: [line, pq] });
  });
  it.each([
    ['nothing', ''],
    ['an empty line', '\n'],
    ['a line cut short', line.slice(0, -1)],
    ['an empty line among the signatures', `${line}\n${line}`],
    ['a page of HTML', '<html></html>\n'],
    ['a whole note', `text\n\n${line}`],
    ['a signature that is not base64', '— w !!!!\n'],
    ['a signature of no bytes', '— w AAAAAA==\n'],
    ['a hyphen for a dash', line.replace('—', '-')],
    ['more than anybody needs', line.repeat(4_000)],
  ])('of 200 with %s is unintelligible', (_what, body) => {
    expect(read(200, body)).toEqual({ reply: 'unintelligible' });
  });
  it('of 409 with a size is a conflict', () => {
    expect(read(409, '3\n', 'text/x.tlog.size')).toEqual({ reply: 'conflict', size: 3 });
    expect(read(409, '0\n', 'Text/X.Tlog.Size; charset=utf-8')).toEqual({ reply: 'conflict', size: 0 });
  });
  it('of 409 without a size says that the roots differ', () => {
    // transparency-dev/witness answers so to another root of the same size.
    expect(read(409)).toEqual({ reply: 'fork' });
    expect(read(409, '', 'text/plain; charset=utf-8')).toEqual({ reply: 'fork' });
    expect(read(409, '3\n', null)).toEqual({ reply: 'fork' });
  });
  it.each(['', '3', '3\n\n', ' 3\n', '03\n', '+3\n', '1e3\n', '-3\n', '9007199254740992\n', '3\r\n'])(
    'of 409 with the size %j is unintelligible',
    (body) => expect(read(409, body, 'text/x.tlog.size')).toEqual({ reply: 'unintelligible' }),
  );
  it.each([
    [400, '', 'malformed'],
    [403, 'invalid signature\n', 'refused'],
    [403, '', 'refused'],
    // litewitness says so where the specification has 404.
    [403, 'unknown log\n', 'unknown-log'],
    [404, '', 'unknown-log'],
    [422, 'consistency proof\n', 'fork'],
    [429, '', 'busy'],
    [503, '', 'busy'],
    [500, '', 'unintelligible'],
    [201, line, 'unintelligible'],
    [301, '', 'unintelligible'],
    [405, '', 'unintelligible'],
  ] as const)('of %i %j is %s', (status, body, reply) => expect(read(status, body)).toEqual({ reply }));
});
