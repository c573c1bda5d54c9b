// Runs the examples of SPEC.md: each must be, byte by byte, what the code makes of the sample meeting, and what the code
// reads must hold. A kind of entry without an example fails.
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { checkCheckpoint } from './checkpoint.ts';
import { ENTRY_KINDS, checkEntrySignature, decodeEntry, encodeEntry } from './entry.ts';
import { decodeCanonical, encodeCanonical } from './jcs.ts';
import { AMENDMENTS, CLOSES_AT, POLICY, cosign, holdMeeting, holdTied } from './meeting.fixture.ts';
import { parseAmendments, parseBallotPayload, parseNotice, parseRollRecord } from './meeting.ts';
import { parseVerifierKey } from './note.ts';
import { checkWitnessed, parsePolicy } from './policy.ts';
import { checkKeptReceipt, encodeReceipt, withExtra } from './receipt.ts';
import { createTileReader, tilePath, tilesOf } from './tile.ts';
import { proveInclusion } from './tree.ts';

const EXAMPLE = /<!-- example: (\S+) -->\n+```\w+\n([\s\S]*?)```\n/g;

async function readExamples(): Promise<Map<string, string>> {
  const page = await readFile(new URL('../SPEC.md', import.meta.url), 'utf8');
  return new Map([...page.matchAll(EXAMPLE)].map(([, name = '', text = '']) => [name, text]));
}

/** What the page must show, by name. */
async function makeExamples(): Promise<Map<string, string>> {
  const world = await holdMeeting();
  const checkpoint = world.checkpoints.at(-1)!;
  const { size, root } = checkCheckpoint(checkpoint, parseVerifierKey(world.logKey));
  const examples = new Map<string, string>();
  const put = (name: string, text: string) => examples.set(name, text.endsWith('\n') ? text : `${text}\n`);
  put('vkey', world.logKey);
  put('checkpoint', checkpoint);
  put('policy', POLICY);
  put('witnessed', cosign(checkpoint, { board: 1_779_289_205, city: 1_779_289_203 }));
  put('tiles', [...tilesOf(size)].map(tilePath).join('\n'));
  for (const { entry } of world.entries) if (!examples.has(entry.kind)) put(entry.kind, encodeEntry(entry));
  const roll = world.bundle[2]!;
  put('roll', encodeCanonical((decodeCanonical(roll.slice(0, -1)) as { record: unknown }).record));
  put('notice', encodeCanonical(world.entries.find(({ entry }) => entry.kind === 'meeting.called')!.payload));
  const ballot = world.entries.find(({ entry }) => entry.kind === 'ballot')!;
  put('ballot-payload', encodeCanonical(ballot.payload));
  put('result-object', encodeCanonical(world.result));
  // The same meeting with a flat sold whole, and half of a share of another, while voting went on.
  const amended = await holdMeeting({
    sale: 'follows-title',
    amended: [{ before: 5, amendments: AMENDMENTS }],
  });
  const amending = amended.entries.find(({ entry }) => entry.kind === 'roll.amended')!;
  put('roll.amended', encodeEntry(amending.entry));
  put('amendments', encodeCanonical(amending.payload));
  const tied = (await holdTied({})).entries.find(({ entry }) => entry.kind === 'tie.decided')!;
  put('tie.decided', encodeEntry(tied.entry));
  // The same meeting in a log that asks witnesses; its last ballot comes after the closing checkpoint.
  const cosigned = { board: CLOSES_AT + 5, city: CLOSES_AT + 3 };
  const witnessed = await holdMeeting({ witnessed: { late: 1, cosigned } });
  for (const { entry } of witnessed.entries)
    if (entry.kind === 'meeting.opened' || entry.kind === 'meeting.closed')
      put(`${entry.kind}-witnessed`, encodeEntry(entry));
  put('ballots-witnessed', encodeCanonical(witnessed.result.ballots));
  put('bundle-lines-witnessed', witnessed.bundle.slice(2, 4).join(''));
  put('bundle-lines', [...world.bundle.slice(0, 3), world.bundle.at(-1)!].join(''));
  const reader = createTileReader({ size, root, read: (path) => world.log.read(path) });
  const proof = await proveInclusion(ballot.index, size, reader.hashes);
  const { entry, salt, payload } = ballot;
  put(
    'receipt',
    withExtra(encodeReceipt({ index: ballot.index, proof, checkpoint }), { entry, salt: salt!, payload }),
  );
  return examples;
}

describe('SPEC.md', () => {
  it('shows what the code makes, example by example', async () => {
    const [shown, made] = [await readExamples(), await makeExamples()];
    expect([...shown.keys()].sort()).toEqual([...made.keys()].sort());
    for (const [name, text] of made) expect(shown.get(name), name).toBe(text);
  });
  it('shows an entry of every kind, each decoded and signed', async () => {
    const shown = await readExamples();
    for (const kind of Object.keys(ENTRY_KINDS)) {
      const entry = decodeEntry(shown.get(kind)!.trimEnd());
      expect(entry.kind).toBe(kind);
      expect(() => checkEntrySignature(entry)).not.toThrow();
    }
  });
  it('shows payloads, a checkpoint and a receipt that the code accepts', async () => {
    const shown = await readExamples();
    const payloadOf = (name: string) => decodeCanonical(shown.get(name)!.trimEnd());
    expect(parseNotice(payloadOf('notice')).items).toHaveLength(2);
    expect(parseBallotPayload(payloadOf('ballot-payload')).voter).toBe('v1');
    expect(parseRollRecord(payloadOf('roll')).entitlement).toBe('e1');
    expect(parseAmendments(payloadOf('amendments')).amendments).toHaveLength(2);
    const log = parseVerifierKey(shown.get('vkey')!.trimEnd());
    expect(checkCheckpoint(shown.get('checkpoint')!, log).size).toBe(14);
    const policy = parsePolicy(shown.get('policy')!);
    expect(checkWitnessed(shown.get('witnessed')!, log, policy).quorumTime).toBe(1_779_289_205);
    expect(checkKeptReceipt(shown.get('receipt')!, log)).toMatchObject({
      index: 6,
      payload: payloadOf('ballot-payload'),
    });
  });
});
