// A whole closed meeting of any size, made in memory by the ledger's own parts, for measuring what verifying costs.
import { createHash, createPrivateKey, sign as nativeSign, type KeyObject } from 'node:crypto';
import { encodeBase64, encodeHex, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { writeBundle, type BundleEntry } from '@veche/ledger/bundle.ts';
import { makeCommitment } from '@veche/ledger/commitment.ts';
import { publicKeyOf } from '@veche/ledger/ed25519.ts';
import {
  attachSignature,
  decodeEntry,
  encodeEntry,
  entryMessage,
  possessionMessage,
  prepareEntry,
  type Entry,
  type EntryDraft,
} from '@veche/ledger/entry.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import { encodeCanonicalBytes } from '@veche/ledger/jcs.ts';
import type { BallotPayload, Choice, Notice, RollRecord } from '@veche/ledger/meeting.ts';
import { createMemoryHeadStore, createMemoryTileStore } from '@veche/ledger/memory-stores.ts';
import { createNoteSigner, formatVerifierKey } from '@veche/ledger/note.ts';
import { createSequencer } from '@veche/ledger/sequencer.ts';
import { rootOf } from '@veche/ledger/tree.ts';
import { countMeeting } from '@veche/rules/count.ts';
import { entrancesOf } from '@veche/rules/decision-rule.ts';
import { listPresets } from '@veche/rules/presets.ts';

const ORIGIN = 'bench.example/log';
const MEETING = 'bench';
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export type SyntheticMeeting = {
  readonly bundle: string;
  readonly logKey: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly entries: number;
};

/** A meeting with so many ballots that the log has about `entries` entries: one key and one ballot for each voter. */
export async function makeMeeting(entries: number, items: number): Promise<SyntheticMeeting> {
  const voters = Math.max(1, Math.floor((entries - 6) / 2));
  const logSeed = bytes('log key', 0);
  const registrar = keyOf('registrar', 0);
  const store = createMemoryHeadStore();
  const tiles = createMemoryTileStore();
  let milliseconds = 1_800_000_000_000;
  const sequencer = createSequencer({
    origin: ORIGIN,
    signer: createNoteSigner(ORIGIN, logSeed),
    store,
    tiles,
    now: () => (milliseconds += 1000),
    epoch: 1,
    firstEntry: () =>
      encodeUtf8(leafOf({ kind: 'registrar', origin: ORIGIN, key: registrar.text }, registrar)),
  });
  await sequencer.start();

  const openings = new Map<string, { salt: string; payload: unknown }>();
  const submit = (leaf: string, opening?: { salt: string; payload: unknown }) => {
    const idem = encodeHex(sha256(encodeUtf8(leaf)));
    if (opening) openings.set(leaf, opening);
    store.submit({ id: idem, idem, leaf: encodeUtf8(leaf) });
  };
  const flush = async () => {
    while ((await sequencer.step()) > 0);
  };

  // A rule about one entrance waits for an item to name it.
  const rules = listPresets('ru', '2026-11-01')
    .map(({ rule }) => rule)
    .filter((rule) => entrancesOf(rule).length === 0);
  const notice: Notice = {
    meeting: MEETING,
    title: 'Bench',
    form: 'absentee',
    building: { address: 'Bench', areaCm2: 0 },
    timeZone: 'Europe/Moscow',
    opensAt: '2026-11-01T00:00:00Z',
    closesAt: '2026-11-20T00:00:00Z',
    items: Array.from({ length: items }, (_, i) => ({
      id: `i${i + 1}`,
      number: i + 1,
      text: `Item ${i + 1}`,
      explanation: '',
      rule: rules[i % rules.length]!,
    })),
  };
  const roll: RollRecord[] = Array.from({ length: voters }, (_, i) => ({
    entitlement: `e${i}`,
    voter: `v${i}`,
    unit: `u${Math.floor(i / 3)}`,
    entrance: String(1 + (i % 9)),
    areaCm2: 405_000 + Math.floor(i / 3),
    share: voters - Math.floor(i / 3) * 3 >= 3 ? '1/3' : voters % 3 === 1 ? '1' : '1/2',
    salt: encodeBase64(bytes('roll', i)),
  }));
  const noticeSalt = bytes('notice', 0);
  submit(
    leafOf(
      {
        kind: 'meeting.called',
        meeting: MEETING,
        notice: encodeBase64(makeCommitment(noticeSalt, encodeCanonicalBytes(notice))),
      },
      registrar,
    ),
    { salt: encodeBase64(noticeSalt), payload: notice },
  );

  const keys = roll.map((_, i) => keyOf('device', i));
  const ballots: BallotPayload[] = roll.map(({ entitlement, voter }, i) => ({
    meeting: MEETING,
    voter,
    entitlements: [entitlement],
    choices: Object.fromEntries(
      notice.items.map(({ id }, k) => [id, (['for', 'for', 'against', 'abstain'] as Choice[])[(i + k) % 4]!]),
    ),
  }));
  const result = countMeeting({ meeting: MEETING, items: notice.items, roll, ballots });
  submit(
    leafOf(
      {
        kind: 'meeting.opened',
        meeting: MEETING,
        rollRoot: encodeBase64(rootOf(roll.map(encodeCanonicalBytes))),
        rollSize: roll.length,
        rollWeight: result.roll.area,
      },
      registrar,
    ),
  );
  for (const [i, { voter }] of roll.entries()) {
    const key = keys[i]!;
    const possession = encodeBase64(nativeSign(null, possessionMessage(MEETING, voter), key.secret));
    submit(leafOf({ kind: 'key.registered', meeting: MEETING, voter, key: key.text, possession }, registrar));
  }
  for (const [i, ballot] of ballots.entries()) {
    const salt = bytes('ballot', i);
    const commitment = encodeBase64(makeCommitment(salt, encodeCanonicalBytes(ballot)));
    const nonce = encodeBase64(bytes('nonce', i).slice(0, 16));
    submit(
      leafOf({ kind: 'ballot', meeting: MEETING, voter: ballot.voter, nonce, ballot: commitment }, keys[i]!),
      {
        salt: encodeBase64(salt),
        payload: ballot,
      },
    );
  }
  await flush();
  const box = store.entries.slice(1).map(({ leaf }) => leaf);
  submit(
    leafOf(
      { kind: 'meeting.closed', meeting: MEETING, boxRoot: encodeBase64(rootOf(box)), boxSize: box.length },
      registrar,
    ),
  );
  submit(
    leafOf(
      { kind: 'result', meeting: MEETING, result: encodeBase64(sha256(encodeCanonicalBytes(result))) },
      registrar,
    ),
  );
  await flush();

  const decoder = new TextDecoder();
  const lines: string[] = [];
  const source = {
    origin: ORIGIN,
    meeting: MEETING,
    checkpoint: decoder.decode((await tiles.read('checkpoint'))!),
    roll,
    result,
    entries: store.entries.map(({ index, leaf }): BundleEntry => {
      const text = decoder.decode(leaf);
      return { index, entry: decodeEntry(text), ...openings.get(text) };
    }),
  };
  for await (const line of writeBundle(source)) lines.push(line);
  return {
    bundle: lines.join(''),
    logKey: formatVerifierKey(ORIGIN, publicKeyOf(logSeed)),
    files: tiles.files,
    entries: store.entries.length,
  };
}

/** An Ed25519 key, its public half as entries name it. */
export type BenchKey = { readonly text: string; readonly secret: KeyObject };

/** Signing by node:crypto: a hundred thousand signatures are made in seconds. */
export function leafOf(draft: EntryDraft, key: BenchKey): string {
  const unsigned = prepareEntry(draft, key.text);
  return encodeEntry(
    attachSignature(unsigned, nativeSign(null, entryMessage(unsigned), key.secret)) as Entry,
  );
}

/** The same key for the same words, so that a run can be repeated. */
export function keyOf(purpose: string, number: number): BenchKey {
  const seed = bytes(purpose, number);
  const secret = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const { x } = secret.export({ format: 'jwk' });
  return { text: encodeBase64(Buffer.from(x!, 'base64url')), secret };
}

/** 32 bytes that are the same in every run. */
const bytes = (purpose: string, number: number): Uint8Array =>
  createHash('sha256').update(`${purpose} ${number}`).digest();
