import { beforeAll, describe, expect, it } from 'vitest';
import { encodeBase64, encodeUtf8 } from './bytes.ts';
import { checkCheckpoint } from './checkpoint.ts';
import { encodeEntry, signEntry } from './entry.ts';
import type { Entry } from './entry.ts';
import { LedgerFault } from './fault.ts';
import { encodeCanonicalBytes } from './jcs.ts';
import { holdMeeting, seedOf } from './meeting.fixture.ts';
import type { MeetingWorld } from './meeting.fixture.ts';
import { parseVerifierKey } from './note.ts';
import { checkKeptReceipt, checkReceipt, encodeReceipt, parseReceipt, withExtra } from './receipt.ts';
import { createTileReader } from './tile.ts';
import { proveInclusion } from './tree.ts';

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (fault) {
    if (fault instanceof LedgerFault) return fault.code;
    throw fault;
  }
  return 'nothing';
};

let world: MeetingWorld;
let receiptOf: (index: number) => Promise<string>;
beforeAll(async () => {
  world = await holdMeeting({ othersBetween: 3 });
  const checkpoint = world.checkpoints.at(-1)!;
  const { size, root } = checkCheckpoint(checkpoint, parseVerifierKey(world.logKey));
  const reader = createTileReader({ size, root, read: (path) => world.log.read(path) });
  receiptOf = async (index) =>
    encodeReceipt({ index, proof: await proveInclusion(index, size, reader.hashes), checkpoint });
});

describe('a receipt', () => {
  it('shows for every entry that the log took it in, and for no other leaf', async () => {
    const log = parseVerifierKey(world.logKey);
    for (const { index, entry } of world.entries) {
      const leaf = encodeUtf8(encodeEntry(entry));
      const text = await receiptOf(index);
      expect(checkReceipt(text, leaf, log)).toMatchObject({ index });
      expect(encodeReceipt(parseReceipt(text))).toBe(text);
      expect(codeOf(() => checkReceipt(text, encodeUtf8('other'), log))).toBe('proof');
      const moved = text.replace(`index ${index}\n`, `index ${index + 1}\n`);
      expect(codeOf(() => checkReceipt(moved, leaf, log))).toBe('proof');
    }
  });
  it('is refused under the key of another log', async () => {
    const other = parseVerifierKey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
    const leaf = encodeUtf8(encodeEntry(world.entries[0]!.entry));
    const text = await receiptOf(0);
    expect(codeOf(() => checkReceipt(text, leaf, other))).toBe('unknown-signer');
  });
  const hash = encodeBase64(seedOf('hash'));
  it.each([
    ['no text', ''],
    ['another header', 'c2sp.org/tlog-proof@v2\nindex 0\n\nnote'],
    ['no index', `c2sp.org/tlog-proof@v1\n${hash}\n\nnote`],
    ['a negative index', 'c2sp.org/tlog-proof@v1\nindex -1\n\nnote'],
    ['an index with a leading zero', 'c2sp.org/tlog-proof@v1\nindex 01\n\nnote'],
    ['an index above 2^53', 'c2sp.org/tlog-proof@v1\nindex 9007199254740992\n\nnote'],
    ['a hash that is not base64', 'c2sp.org/tlog-proof@v1\nindex 0\n!\n\nnote'],
    ['a hash of 64 bytes', `c2sp.org/tlog-proof@v1\nindex 0\n${encodeBase64(new Uint8Array(64))}\n\nnote`],
    ['64 hashes', `c2sp.org/tlog-proof@v1\nindex 0\n${`${hash}\n`.repeat(64)}\nnote`],
    ['an extra that is not base64', 'c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\nnote'],
    ['an extra after the index', 'c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\nnote'],
    ['a line of 64 KiB', `c2sp.org/tlog-proof@v1\nindex 0\n${'A'.repeat(65_536)}\n\nnote`],
    ['no checkpoint', 'c2sp.org/tlog-proof@v1\nindex 0\n'],
    ['line ends of Windows', 'c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\nnote'],
  ])('is refused with %s', (_what, text) => expect(codeOf(() => parseReceipt(text))).toBe('receipt'));
});

describe('a kept receipt', () => {
  it('opens the commitment to the choices, and to no others', async () => {
    const log = parseVerifierKey(world.logKey);
    const { index, entry, salt, payload } = world.entries.find((one) => one.entry.kind === 'ballot')!;
    const text = await receiptOf(index);
    const keep = (changed: { entry?: Entry; salt?: string; payload?: unknown }) =>
      withExtra(text, { entry, salt: salt!, payload, ...changed });
    expect(checkKeptReceipt(keep({}), log)).toMatchObject({ index, entry, payload });
    expect(codeOf(() => checkKeptReceipt(keep({ payload: { choices: {} } }), log))).toBe('commitment');
    expect(codeOf(() => checkKeptReceipt(keep({ salt: encodeBase64(seedOf('x')) }), log))).toBe('commitment');
    const forged = signEntry({ kind: 'result', meeting: 'm1', result: salt! }, seedOf('forger'));
    expect(codeOf(() => checkKeptReceipt(keep({ entry: forged }), log))).toBe('proof');
    expect(codeOf(() => checkKeptReceipt(text, log))).toBe('receipt');
    expect(checkKeptReceipt(withExtra(text, { entry }), log)).toMatchObject({ entry, payload: null });
  });
  it('is refused when its extra line holds more, less or something else', async () => {
    const log = parseVerifierKey(world.logKey);
    const { index, entry, salt } = world.entries.find((one) => one.entry.kind === 'ballot')!;
    const receipt = parseReceipt(await receiptOf(index));
    for (const extra of [
      { entry, salt },
      { entry, note: 1 },
      { salt },
      [],
      'text',
      { entry: { kind: 'ballot' } },
    ])
      expect(
        codeOf(() =>
          checkKeptReceipt(encodeReceipt({ ...receipt, extra: encodeCanonicalBytes(extra) }), log),
        ),
      ).toBe('receipt');
  });
});
