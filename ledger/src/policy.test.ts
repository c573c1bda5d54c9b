import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, decodeBase64, encodeBase64, encodeUtf8 } from './bytes.ts';
import { formatCheckpoint, signCheckpoint } from './checkpoint.ts';
import { LedgerFault } from './fault.ts';
import { sha256 } from './hash.ts';
import {
  createCosigner,
  createNoteSigner,
  formatVerifierKey,
  parseVerifierKey,
  signatureLine,
} from './note.ts';
import { checkWitnessed, isQuorum, parsePolicy, readCosigned } from './policy.ts';
import { emptyRoot, rootOf } from './tree.ts';

const seedOf = (label: string): Uint8Array => sha256(encodeUtf8(label));
const faultOf = (run: () => unknown): string => {
  try {
    run();
  } catch (fault) {
    if (fault instanceof LedgerFault) return `${fault.code}: ${fault.message}`;
    throw fault;
  }
  return 'nothing';
};
const codeOf = (run: () => unknown): string => faultOf(run).split(':')[0]!;
const vkeyOf = (name: string): string => createCosigner(name, seedOf(name), 1).vkey;
const policyOf = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

// The log of the specification's own example, with keys.
const log = createNoteSigner('policy.test/log', seedOf('log'));
const X = ['X1', 'X2', 'X3'];
const Y = ['Y1', 'Y2', 'Y3'];
const EXAMPLE = policyOf(
  `log ${log.vkey}`,
  '',
  ...X.map((name) => `witness ${name} ${vkeyOf(name)}`),
  'group X-witnesses 2 X1 X2 X3',
  '',
  ...Y.map((name) => `witness ${name} ${vkeyOf(name)} https://${name}.test/submit`),
  'group Y-witnesses any Y1 Y2 Y3',
  '',
  'group X-and-Y all X-witnesses Y-witnesses',
  'quorum X-and-Y',
);
// A key of transparency-dev/formats' tests for the algorithm byte 0x06, rebuilt: any 1,312 bytes are such a key.
const mlDsaKey = (name: string, fill: number): string =>
  formatVerifierKey(name, new Uint8Array(1312).fill(fill), 0x06);

describe('a policy', () => {
  it('is read as the specification writes its example', () => {
    const policy = parsePolicy(EXAMPLE);
    expect(policy.logs.map(({ verifier, url }) => [verifier.name, url])).toEqual([['policy.test/log', null]]);
    expect(policy.witnesses.map(({ name }) => name)).toEqual([...X, ...Y]);
    expect(policy.witnesses.map(({ url }) => url)[3]).toBe('https://Y1.test/submit');
    expect(policy.groups).toEqual([
      { name: 'X-witnesses', threshold: 2, members: X },
      { name: 'Y-witnesses', threshold: 1, members: Y },
      { name: 'X-and-Y', threshold: 2, members: ['X-witnesses', 'Y-witnesses'] },
    ]);
    expect([policy.quorum, policy.text]).toEqual(['X-and-Y', EXAMPLE]);
  });
  it('asks for exactly the members that the thresholds name, whoever is asked for', () => {
    const policy = parsePolicy(EXAMPLE);
    fc.assert(
      fc.property(fc.subarray([...X, ...Y, 'nobody']), (names) => {
        const count = (all: readonly string[]) => names.filter((name) => all.includes(name)).length;
        expect(isQuorum(policy, new Set(names))).toBe(count(X) >= 2 && count(Y) >= 1);
      }),
    );
  });
  it('counts witnesses only, though a group or a stranger is called one', () => {
    const policy = parsePolicy(EXAMPLE);
    expect(isQuorum(policy, new Set(['X-and-Y']))).toBe(false);
    expect(isQuorum(policy, new Set(['X-witnesses', 'Y-witnesses', '__proto__', 'constructor']))).toBe(false);
  });
  it('may ask for one witness, or for none at all', () => {
    const one = parsePolicy(policyOf(`witness w ${vkeyOf('w')}`, 'quorum w'));
    expect([isQuorum(one, new Set()), isQuorum(one, new Set(['w']))]).toEqual([false, true]);
    const none = parsePolicy('quorum none\n');
    expect([isQuorum(none, new Set()), none.quorum]).toEqual([true, null]);
  });
  it('takes tabs, spaces, empty lines, comments and names of any letters', () => {
    const policy = parsePolicy(
      policyOf(
        '',
        '# a comment with \t in it and Ünïcode',
        ` \t witness   совет\t\t${vkeyOf('w')}   https://пример.test/ `,
        '\t # another',
        `witness none-such ${vkeyOf('v')}`,
        ' \t ',
        'group\tвсе all\tсовет none-such',
        'quorum   все\t',
        // After the quorum more may follow; it changes nothing.
        `witness later ${vkeyOf('u')}`,
        `log ${log.vkey} https://log.test/`,
      ),
    );
    expect(policy.groups).toEqual([{ name: 'все', threshold: 2, members: ['совет', 'none-such'] }]);
    expect(policy.witnesses.map(({ url }) => url)).toEqual(['https://пример.test/', null, null]);
    expect(policy.logs[0]!.url).toBe('https://log.test/');
  });
  it('tells names apart byte by byte', () => {
    const text = policyOf(`witness K ${vkeyOf('a')}`, `witness \u212a ${vkeyOf('b')}`, 'quorum \u212a');
    expect(isQuorum(parsePolicy(text), new Set(['K']))).toBe(false);
  });
  it('may have 256 logs, witnesses and groups, and no more', () => {
    const witnesses = Array.from({ length: 256 }, (_, i) => `witness w${i} ${vkeyOf(`w${i}`)}`);
    const groups = Array.from({ length: 256 }, (_, i) => `group g${i} 1 w${i}${i > 0 ? ` g${i - 1}` : ''}`);
    const text = policyOf(...witnesses, ...groups, 'quorum g255');
    expect(isQuorum(parsePolicy(text), new Set(['w0']))).toBe(true);
    expect(faultOf(() => parsePolicy(policyOf(...witnesses, `witness more ${vkeyOf('more')}`)))).toBe(
      'policy: line 257: expected at most 256 of a kind',
    );
    expect(codeOf(() => parsePolicy(policyOf(...witnesses, ...groups, 'group more 1 g255')))).toBe('policy');
  });
  it('knows keys of post-quantum witnesses as members that never sign', () => {
    const policy = parsePolicy(
      policyOf(
        `log ${mlDsaKey('pq.test/log', 1)}`,
        `witness pq ${mlDsaKey('pq.test', 2)}`,
        `witness w ${vkeyOf('w')}`,
        'group any any pq w',
        'quorum any',
      ),
    );
    expect([policy.logs.length, policy.witnesses.map(({ name }) => name), policy.unchecked]).toEqual([
      0,
      ['w'],
      ['pq'],
    ]);
    expect(isQuorum(policy, new Set(['pq']))).toBe(false);
    expect(isQuorum(policy, new Set(['w']))).toBe(true);
  });

  const w = `witness w ${vkeyOf('w')}`;
  const v = `witness v ${vkeyOf('v')}`;
  const sameKeyOtherName = formatVerifierKey('other', parseVerifierKey(vkeyOf('w')).publicKey, 4);
  it.each([
    ['of nothing', ''],
    ['without a last newline', 'quorum none'],
    ['without a quorum', policyOf(w)],
    ['with two quorums', policyOf(w, 'quorum w', 'quorum w')],
    ['with a quorum of two names', policyOf(w, v, 'quorum w v')],
    ['with a quorum without a name', policyOf(w, 'quorum')],
    ['with a quorum that is named below', policyOf('quorum w', w)],
    ['with a quorum that is not named', policyOf(w, 'quorum x')],
    ['with two witnesses of one name', policyOf(w, `witness w ${vkeyOf('v')}`, 'quorum w')],
    ['with a group that has the name of a witness', policyOf(w, v, 'group w all v', 'quorum w')],
    ['with a witness called none', policyOf(`witness none ${vkeyOf('w')}`, 'quorum none')],
    ['with a group called none', policyOf(w, 'group none 1 w', 'quorum none')],
    ['with none in a group', policyOf(w, 'group g any w none', 'quorum g')],
    ['with two witnesses of one key', policyOf(w, `witness v ${sameKeyOtherName}`, 'quorum w')],
    ['with two logs of one key', policyOf(`log ${log.vkey}`, `log ${log.vkey}`, 'quorum none')],
    [
      'with two post-quantum witnesses of one key',
      policyOf(`witness a ${mlDsaKey('a', 1)}`, `witness b ${mlDsaKey('b', 1)}`, 'quorum none'),
    ],
    ['with a member twice in a group', policyOf(w, 'group g any w w', 'quorum g')],
    ['with a member of two groups', policyOf(w, v, 'group g any w', 'group h any v w', 'quorum g')],
    ['with a member that is named below', policyOf(w, 'group g any w v', v, 'quorum g')],
    ['with a group in itself', policyOf(w, 'group g any w g', 'quorum g')],
    ['with a group of nobody', policyOf(w, 'group g any', 'quorum w')],
    ['with a threshold of zero', policyOf(w, 'group g 0 w', 'quorum g')],
    ['with a negative threshold', policyOf(w, 'group g -1 w', 'quorum g')],
    ['with a threshold above the members', policyOf(w, 'group g 2 w', 'quorum g')],
    ['with a threshold that starts with zero', policyOf(w, 'group g 01 w', 'quorum g')],
    ['with a threshold in words', policyOf(w, 'group g one w', 'quorum g')],
    ['with a threshold in capitals', policyOf(w, 'group g ANY w', 'quorum g')],
    ['with a witness that has the key of a log', policyOf(`witness w ${log.vkey}`, 'quorum w')],
    ['with a log that has the key of a witness', policyOf(`log ${vkeyOf('w')}`, 'quorum none')],
    ['with a log without a key', policyOf('log', 'quorum none')],
    ['with a witness without a key', policyOf('witness w', 'quorum w')],
    ['with a key of which a letter is changed', policyOf(`${w.slice(0, -1)}A`, 'quorum w')],
    [
      'with a post-quantum key cut short',
      policyOf(`witness w ${formatVerifierKey('w', new Uint8Array(1311), 6)}`, 'quorum w'),
    ],
    ['with a comment behind an address', policyOf(`${w} https://w.test #1`, 'quorum w')],
    ['with a word that is none of the four', policyOf(w, 'quorums w')],
    ['with a keyword in capitals', policyOf(w, 'Quorum w')],
    ['with carriage returns', policyOf(w, 'quorum w').replaceAll('\n', '\r\n')],
    ['with a zero byte in a comment', policyOf('# \u0000', w, 'quorum w')],
    ['with a deletion in a comment', policyOf('# \u007f', w, 'quorum w')],
    ['with a space that is not ASCII between items', policyOf(w, 'quorum\u00a0w')],
    ['with half of a surrogate pair', policyOf('# \ud800', w, 'quorum w')],
    ['with a mark of byte order', `\ufeff${policyOf(w, 'quorum w')}`],
    ['of more than a million letters', `${'#'.repeat(1_000_000)}\nquorum none\n`],
  ])('is refused %s', (_what, text) => expect(codeOf(() => parsePolicy(text))).toBe('policy'));
  it('is refused by the number of the line, without its content', () => {
    expect(faultOf(() => parsePolicy(policyOf(w, '', 'group secret any w x', 'quorum w')))).toBe(
      'policy: line 3: expected members that are named above',
    );
  });
});

describe('a cosigned checkpoint', () => {
  const root = rootOf(['a', 'b', 'c'].map(encodeUtf8));
  const note = signCheckpoint(log.name, 3, root, log);
  const text = encodeUtf8(formatCheckpoint({ origin: log.name, size: 3, root }));
  const line = (name: string, time: number): string =>
    signatureLine(createCosigner(name, seedOf(name), time), text);
  const key = parseVerifierKey(log.vkey);
  const policy = parsePolicy(EXAMPLE);

  it('has the quorum from the moment the last witness needed for it gave', () => {
    const lines = [line('X3', 500), line('Y2', 300), line('X1', 900), line('Y1', 100), line('X2', 400)];
    expect(readCosigned(note, key, policy)).toMatchObject({ size: 3, cosignatures: [], quorumTime: null });
    expect(readCosigned(note + lines.slice(0, 2).join(''), key, policy).quorumTime).toBe(null);
    expect(readCosigned(note + lines.slice(0, 3).join(''), key, policy).quorumTime).toBe(900);
    const all = readCosigned(note + lines.join(''), [key], policy);
    expect(all.cosignatures).toEqual([
      { witness: 'Y1', time: 100 },
      { witness: 'Y2', time: 300 },
      { witness: 'X2', time: 400 },
      { witness: 'X3', time: 500 },
      { witness: 'X1', time: 900 },
    ]);
    expect(all.quorumTime).toBe(500);
  });
  it('does not depend on the order of its lines', () => {
    const names = [...X, ...Y];
    fc.assert(
      fc.property(
        fc.shuffledSubarray(names),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 6, maxLength: 6 }),
        (order, times) => {
          const timeOf = (name: string): number => times[names.indexOf(name)]!;
          const read = (all: readonly string[]) =>
            readCosigned(note + all.map((name) => line(name, timeOf(name))).join(''), key, policy);
          expect(read(order).quorumTime).toBe(read([...order].reverse()).quorumTime);
          // The definition: the first second by which those who had signed are enough.
          const expected = [1, 2, 3, 4, 5, 6, 7, 8, 9].find((second) =>
            isQuorum(policy, new Set(order.filter((name) => timeOf(name) <= second))),
          );
          expect(read(order).quorumTime).toBe(expected ?? null);
        },
      ),
      { numRuns: 15 },
    );
  });
  it('is witnessed only with the quorum', () => {
    expect(codeOf(() => checkWitnessed(note + line('X1', 5) + line('X2', 6), key, policy))).toBe('no-quorum');
    const witnessed = checkWitnessed(note + line('X1', 5) + line('X2', 6) + line('Y3', 4), key, policy);
    expect(witnessed.quorumTime).toBe(6);
    expect(checkWitnessed(note, key, parsePolicy('quorum none\n')).quorumTime).toBe(0);
  });
  it('is refused when one witness of the policy did not sign what its line says', () => {
    const other = encodeUtf8(formatCheckpoint({ origin: log.name, size: 0, root: emptyRoot() }));
    const wrong = signatureLine(createCosigner('X1', seedOf('X1'), 5), other);
    const enough = line('X2', 5) + line('X3', 6) + line('Y3', 4);
    expect(codeOf(() => readCosigned(note + enough + wrong, key, policy))).toBe('signature');
    const stranger = signatureLine(createCosigner('Z', seedOf('Z'), 5), other);
    expect(readCosigned(note + enough + stranger, key, policy).quorumTime).toBe(6);
  });
  it('is refused without the signature of the log, however many witnesses signed', () => {
    const signatures = [...X, ...Y].map((name) => line(name, 5)).join('');
    expect(codeOf(() => readCosigned(note.split('— ')[0]! + signatures, key, policy))).toBe('unknown-signer');
  });
  it('counts one witness once, however often it signed', () => {
    const often = [1, 2, 3, 4].map((time) => line('X1', time)).join('');
    expect(readCosigned(note + often + line('Y1', 5), key, policy)).toMatchObject({
      cosignatures: [
        { witness: 'X1', time: 1 },
        { witness: 'Y1', time: 5 },
      ],
      quorumTime: null,
    });
  });
  it('leaves out cosignatures that name no time, or one beyond any calendar', () => {
    const signed = (name: string, timestamp: bigint): string => {
      const cosigner = createCosigner(name, seedOf(name), 0);
      const at = new Uint8Array(8).map((_, i) => Number((timestamp >> BigInt(56 - 8 * i)) & 255n));
      const inner = createNoteSigner(name, seedOf(name)).sign(
        concatBytes(encodeUtf8(`cosignature/v1\ntime ${timestamp}\n`), text),
      );
      return `— ${name} ${encodeBase64(concatBytes(cosigner.keyId, at, inner))}\n`;
    };
    expect(signed('X1', 7n)).toBe(line('X1', 7));
    const rest = line('X3', 6) + line('Y3', 4);
    for (const time of [0n, 2n ** 53n, 2n ** 63n - 1n])
      expect(readCosigned(note + signed('X1', time) + rest, key, policy).quorumTime).toBe(null);
    expect(readCosigned(note + signed('X1', 2n ** 53n - 1n) + rest, key, policy).quorumTime).toBe(
      2 ** 53 - 1,
    );
    // Above 2^63 - 1 it is no cosignature.
    expect(codeOf(() => readCosigned(note + signed('X1', 2n ** 63n) + rest, key, policy))).toBe('signature');
  });
  it('knows a witness by its key, not by what the policy or the line calls it', () => {
    const renamed = parsePolicy(policyOf(`witness совет ${vkeyOf('X1')}`, 'quorum совет'));
    expect(readCosigned(note + line('X1', 8), key, renamed).cosignatures).toEqual([
      { witness: 'совет', time: 8 },
    ]);
    const blob = decodeBase64(line('X1', 8).split(' ')[2]!.trim());
    const impostor = `— X2 ${encodeBase64(blob)}\n`;
    expect(readCosigned(note + impostor, key, renamed).cosignatures).toEqual([]);
  });
  it('may carry post-quantum lines, which prove nothing here', () => {
    const blob = concatBytes(
      parseVerifierKey(vkeyOf('X1')).keyId.map((byte) => byte ^ 1),
      new Uint8Array(2428),
    );
    const pq = `— X1 ${encodeBase64(blob)}\n`;
    const read = readCosigned(note + pq + line('X1', 3), key, policy);
    expect([read.cosignatures.length, read.note.unknown.length]).toEqual([1, 1]);
  });
});
