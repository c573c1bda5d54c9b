import { encodeUtf8 } from '@veche/ledger/bytes.ts';
import { signCheckpoint } from '@veche/ledger/checkpoint.ts';
import { encodeEntry } from '@veche/ledger/entry.ts';
import { cosign, holdMeeting, logSigner, ORIGIN, POLICY, WITNESSES } from '@veche/ledger/meeting.fixture.ts';
import type { MeetingWorld } from '@veche/ledger/meeting.fixture.ts';
import { createNoteSigner } from '@veche/ledger/note.ts';
import { encodeReceipt, withExtra } from '@veche/ledger/receipt.ts';
import { createTileReader, type TileReader } from '@veche/ledger/tile.ts';
import { leafHash, proveInclusion, readRoot, rootOf } from '@veche/ledger/tree.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkReceiptFile, type TrustedLog } from './check-file.ts';
import { kindOfFile } from './file-kind.ts';

let world: MeetingWorld;
let reader: TileReader;
let today: string;
let log: TrustedLog;
/** The receipt of a ballot under an earlier state of the log. */
let ballot: MeetingWorld['entries'][number];
let earlier: { size: number; root: Uint8Array; note: string };

beforeAll(async () => {
  world = await holdMeeting({ othersBetween: 30 });
  ballot = world.entries.find(({ entry }) => entry.kind === 'ballot')!;
  const last = world.entries.at(-1)!.index + 1;
  today = world.checkpoints.at(-1)!;
  const root = rootFrom(today);
  reader = createTileReader({ size: last, root, read: (path) => world.log.read(path) });
  const size = ballot.index + 7;
  const earlierRoot = await readRoot(size, reader.hashes);
  earlier = { size, root: earlierRoot, note: signCheckpoint(ORIGIN, size, earlierRoot, logSigner) };
  log = { keys: logSigner.vkey, policy: null, notes: [today], read: (path) => world.log.read(path) };
});

const rootFrom = (note: string): Uint8Array =>
  Uint8Array.from(atob(note.split('\n')[2]!), (char) => char.charCodeAt(0));

/** The file a voter keeps. */
async function receiptOf(note = earlier.note, size = earlier.size): Promise<string> {
  const { index, entry, salt, payload } = ballot;
  const proof = await proveInclusion(index, size, reader.hashes);
  return withExtra(encodeReceipt({ index, proof, checkpoint: note }), {
    entry,
    ...(salt === undefined ? {} : { salt, payload }),
  });
}

describe('a receipt file', () => {
  it('tells the record, the vote, and that the log of today holds it', async () => {
    expect(await checkReceiptFile(await receiptOf(), log)).toEqual({
      good: true,
      index: ballot.index,
      kind: 'ballot',
      origin: ORIGIN,
      size: earlier.size,
      cosignatures: [],
      witnessed: null,
      asksWitnesses: false,
      present: 'held',
      presentSize: reader.size,
      choices: (ballot.payload as { choices: unknown }).choices,
      carriesEntry: true,
    });
  });

  it('tells who has witnessed it and when, and says when they are too few', async () => {
    const [one, two] = WITNESSES;
    const witnessedLog = { ...log, policy: POLICY };
    const few = await receiptOf(cosign(earlier.note, { [one]: 1_700_000_005 }));
    expect(await checkReceiptFile(few, witnessedLog)).toMatchObject({
      good: true,
      asksWitnesses: true,
      witnessed: null,
      cosignatures: [{ name: one, at: 1_700_000_005 }],
    });
    const enough = await receiptOf(cosign(earlier.note, { [one]: 1_700_000_005, [two]: 1_700_000_003 }));
    expect(await checkReceiptFile(enough, witnessedLog)).toMatchObject({
      witnessed: {
        at: 1_700_000_005,
        by: [
          { name: two, at: 1_700_000_003 },
          { name: one, at: 1_700_000_005 },
        ],
      },
    });
  });

  it('without its record is completed from the public log', async () => {
    const { index, entry } = ballot;
    const proof = await proveInclusion(index, earlier.size, reader.hashes);
    const bare = encodeReceipt({ index, proof, checkpoint: earlier.note });
    expect(await checkReceiptFile(bare, log)).toMatchObject({
      good: true,
      index,
      kind: entry.kind,
      carriesEntry: false,
      choices: null,
    });
    expect(await checkReceiptFile(bare, { ...log, notes: [] })).toEqual({ good: false, code: 'unreachable' });
  });

  it('is good without the log, which then says nothing of today', async () => {
    expect(await checkReceiptFile(await receiptOf(), { ...log, notes: [] })).toMatchObject({
      good: true,
      present: 'unknown',
      presentSize: null,
    });
    const gone = { ...log, read: async () => null };
    expect(await checkReceiptFile(await receiptOf(), gone)).toMatchObject({ good: true, present: 'unknown' });
  });

  it('is proof against a log that was shortened or rewritten', async () => {
    const short = signCheckpoint(ORIGIN, 1, await readRoot(1, reader.hashes), logSigner);
    expect(await checkReceiptFile(await receiptOf(), { ...log, notes: [short] })).toMatchObject({
      good: true,
      present: 'lost',
    });
    // Another history, as long as the one the receipt knows.
    const other = await holdMeeting({ othersBetween: 30, casts: [] });
    const notes = [other.checkpoints.at(-1)!];
    const rewritten = { ...log, notes, read: other.log.read.bind(other.log) };
    const finding = await checkReceiptFile(await receiptOf(), rewritten);
    expect(finding).toMatchObject({ good: true, present: 'lost' });
  });

  it('under a newer state than the witnesses have seen is held against that', async () => {
    const notes = [earlier.note, today];
    const newest = await receiptOf(today, reader.size);
    expect(await checkReceiptFile(newest, { ...log, notes })).toMatchObject({ good: true, present: 'held' });
    // A note that no key of the log signed is not believed, and does not spoil the others.
    const foreign = signCheckpoint(
      ORIGIN,
      1,
      rootOf([encodeUtf8('x')]),
      createNoteSigner(ORIGIN, leafHash(encodeUtf8('k'))),
    );
    expect(await checkReceiptFile(newest, { ...log, notes: [foreign, today] })).toMatchObject({
      present: 'held',
    });
  });

  it.each<[string, string, (text: string) => string]>([
    ['cut short', 'receipt', (text) => text.slice(0, 40)],
    ['with another record number', 'proof', (text) => text.replace(/^index \d+$/m, 'index 0')],
    ['with a hash of the way changed', 'proof', (text) => text.replace(/(\nindex \d+\n)./, '$1/')],
    [
      'with another size',
      'signature',
      (text) => text.replace(`\n${earlier.size}\n`, `\n${earlier.size + 1}\n`),
    ],
    ['of another log', 'unknown-signer', (text) => text.replaceAll(ORIGIN, 'other.example/log')],
  ])('%s is refused', async (_, code, change) => {
    const text = await receiptOf();
    const changed = change(text);
    expect(changed).not.toBe(text);
    expect(await checkReceiptFile(changed, log)).toEqual({ good: false, code });
  });

  it('with another vote than the one recorded is refused', async () => {
    const { index, entry, salt } = ballot;
    const proof = await proveInclusion(index, earlier.size, reader.hashes);
    const payload = { ...(ballot.payload as object), choices: { i1: 'for', i2: 'for' } };
    const text = withExtra(encodeReceipt({ index, proof, checkpoint: earlier.note }), {
      entry,
      salt: salt!,
      payload,
    });
    expect(await checkReceiptFile(text, log)).toEqual({ good: false, code: 'commitment' });
    expect(encodeEntry(entry)).toContain('"kind":"ballot"');
  });
});

it('tells apart the files that people bring', async () => {
  expect(kindOfFile(await receiptOf())).toBe('receipt');
  expect(kindOfFile(world.bundle[0]!)).toBe('bundle');
  expect(kindOfFile('%PDF-1.7')).toBe('minutes');
  expect(kindOfFile(today)).toBe('checkpoint');
  expect(kindOfFile(' \n')).toBe('empty');
  expect(kindOfFile('Добрый день')).toBe('unknown');
});
