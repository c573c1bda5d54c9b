import { encodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { parseCheckpoint, signCheckpoint } from '@veche/ledger/checkpoint.ts';
import { publicKeyOf } from '@veche/ledger/ed25519.ts';
import { encodeEntry, signEntry, type Entry } from '@veche/ledger/entry.ts';
import { logOfLeaves } from '@veche/ledger/log.fixture.ts';
import { cosign, holdMeeting, logSigner, ORIGIN, POLICY, seedOf } from '@veche/ledger/meeting.fixture.ts';
import { createNoteSigner, parseNote } from '@veche/ledger/note.ts';
import { leafHash, rootOf } from '@veche/ledger/tree.ts';
import { describe, expect, it } from 'vitest';
import { browserMemory } from './log-memory.ts';
import { LogBroken, openLog, type LogMemory, type SeenLog } from './open-log.ts';
import { kindOf, readEntry, readLeaf } from './read-entry.ts';

const world = await holdMeeting({ othersBetween: 20 });
const newest = world.checkpoints.at(-1)!;
const { size } = parseCheckpoint(parseNote(newest).text);

const FIRST_TILE = 'tile/0/000';
const FIRST_BUNDLE = 'tile/entries/000';

/** Serves files as a web server does. */
const serve =
  (change: Record<string, Uint8Array | null> = {}) =>
  async (url: string) => {
    const path = url.replace('/log/v1/', '');
    const own: Record<string, Uint8Array> = {
      checkpoint: encodeUtf8(newest),
      vkey: encodeUtf8(`${logSigner.vkey}\n`),
    };
    const content = Object.hasOwn(change, path)
      ? change[path]!
      : (own[path] ?? world.files.get(path) ?? null);
    return {
      ok: content !== null,
      status: content === null ? 404 : 200,
      arrayBuffer: async () => (content ?? new Uint8Array()).slice().buffer as ArrayBuffer,
    };
  };
const memoryOf = (seen: SeenLog | null = null): LogMemory & { seen(): SeenLog | null } => {
  let kept = seen;
  return { load: () => kept, keep: (next) => void (kept = next), seen: () => kept };
};
const open = (
  change: Parameters<typeof serve>[0] = {},
  memory: LogMemory = memoryOf(),
  policy: string | null = null,
) => openLog({ url: '/log/v1', fetch: serve(change), policy, memory });
const codeOf = (opened: Promise<unknown>): Promise<string> =>
  opened.then(
    () => 'ok',
    (error: unknown) => (error instanceof LogBroken ? `${error.code} ${error.path}`.trim() : String(error)),
  );

describe('opening the log', () => {
  it('reads what it says and remembers it', async () => {
    const memory = memoryOf();
    const log = await open({}, memory);
    expect(log.checkpoint.size).toBe(size);
    expect(log.seenSize).toBe(null);
    expect(memory.seen()).toEqual({ keys: [logSigner.vkey], note: newest, size });
    expect((await open({}, memory)).seenSize).toBe(size);
  });

  it('sees that it has grown since', async () => {
    const old = world.checkpoints.find((note) => parseCheckpoint(parseNote(note).text).size > 0)!;
    const oldSize = parseCheckpoint(parseNote(old).text).size;
    expect(oldSize).toBeLessThan(size);
    const memory = memoryOf({ keys: [logSigner.vkey], note: old, size: oldSize });
    expect((await open({}, memory)).seenSize).toBe(oldSize);
    expect(memory.seen()!.size).toBe(size);
  });

  it('tells who cosigned, and when the quorum was there', async () => {
    const cosigned = cosign(newest, { board: 1_800_000_000, city: 1_800_000_007 });
    const log = await open({ checkpoint: encodeUtf8(cosigned) }, memoryOf(), POLICY);
    expect(log.cosignatures).toEqual([
      { witness: 'board', time: 1_800_000_000 },
      { witness: 'city', time: 1_800_000_007 },
    ]);
    expect(log.quorumTime).toBe(1_800_000_007);
    expect((await open({}, memoryOf(), POLICY)).quorumTime).toBe(null);
  });

  it('notices another history than the one it has seen, longer or shorter', async () => {
    const otherRoot = rootOf([new Uint8Array([1]), new Uint8Array([2])]);
    const other = signCheckpoint(ORIGIN, 2, otherRoot, logSigner);
    expect(await codeOf(open({}, memoryOf({ keys: [logSigner.vkey], note: other, size: 2 })))).toBe('forked');
    const longer = signCheckpoint(ORIGIN, size + 1, otherRoot, logSigner);
    expect(await codeOf(open({}, memoryOf({ keys: [logSigner.vkey], note: longer, size: size + 1 })))).toBe(
      'forked',
    );
  });

  it('takes a new key only beside one it knows', async () => {
    const next = createNoteSigner(ORIGIN, seedOf('next log key'));
    const { root } = parseCheckpoint(parseNote(newest).text);
    const vkey = encodeUtf8(`${next.vkey}\n${logSigner.vkey}\n`);
    const alone = encodeUtf8(signCheckpoint(ORIGIN, size, root, next));
    const both = encodeUtf8(signCheckpoint(ORIGIN, size, root, next, logSigner));
    const seen: SeenLog = { keys: [logSigner.vkey], note: newest, size };
    expect(await codeOf(open({ checkpoint: alone, vkey }, memoryOf(seen)))).toBe('other-key');
    const memory = memoryOf(seen);
    await open({ checkpoint: both, vkey }, memory);
    expect(memory.seen()!.keys).toEqual([next.vkey, logSigner.vkey]);
    expect(await codeOf(open({ checkpoint: alone, vkey }, memory))).toBe('ok');
  });

  it('names the file that is wrong, and does not take silence for a fault', async () => {
    const changed = world.files.get(FIRST_TILE)!.slice();
    changed[40]! ^= 1;
    const seen: SeenLog = {
      keys: [logSigner.vkey],
      note: signCheckpoint(ORIGIN, 1, leafHash(await readLeaf(await open(), 0)), logSigner),
      size: 1,
    };
    expect(await codeOf(open({ [FIRST_TILE]: changed }, memoryOf(seen)))).toBe(`file ${FIRST_TILE}`);
    expect(await codeOf(open({ checkpoint: null }))).toBe('unreachable');
    const spoilt = encodeUtf8(newest.replace(/.{6}\n$/, 'AAAA==\n'));
    expect(await codeOf(open({ checkpoint: spoilt }))).toMatch(/^(signature|other-key)$/);
  });
});

describe('reading an entry', () => {
  it('shows every entry of the log with its author, and the steps to the root', async () => {
    const log = await open();
    const kinds = new Set<string>();
    for (let index = 0; index < size; index++) {
      const read = await readEntry(log, index, [0]);
      expect(read.entry!.isSigned, String(index)).toBe(true);
      expect(read.entry!.isKnown).toBe(true);
      expect(read.steps.at(-1)!.hash).toEqual(log.checkpoint.root);
      expect(read.entry!.author.role).toBe(read.entry!.kind === 'ballot' ? 'device' : 'registrar');
      kinds.add(read.entry!.kind);
    }
    expect([...kinds]).toContain('meeting.closed');
    expect((await readEntry(log, 0, [])).entry!.kind).toBe('registrar');
  });

  it('names the bundle that was changed', async () => {
    const path = FIRST_BUNDLE;
    const changed = world.files.get(path)!.slice();
    changed[100]! ^= 1;
    const log = await open({ [path]: changed });
    expect(await codeOf(readEntry(log, 3, [0]))).toBe(`file ${path}`);
  });

  it('knows the registrar by every key that the log handed the office to, and by no other', async () => {
    const [first, second, stranger] = ['registrar', 'registrar 2', 'stranger'].map(seedOf) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const keyOf = (seed: Uint8Array): string => encodeBase64(publicKeyOf(seed));
    const naming = (named: Uint8Array, by: Uint8Array): Entry =>
      signEntry({ kind: 'registrar', origin: ORIGIN, key: keyOf(named) }, by);
    const result = (by: Uint8Array): Entry =>
      signEntry({ kind: 'result', meeting: 'm', result: encodeBase64(seedOf('result')) }, by);
    const leaves = [
      naming(first, first),
      result(first),
      naming(stranger, stranger),
      naming(second, first),
      result(second),
      result(first),
      result(stranger),
    ].map((entry) => encodeUtf8(encodeEntry(entry)));
    const { files, root } = logOfLeaves(leaves);
    const log = await open({
      ...Object.fromEntries(files),
      checkpoint: encodeUtf8(signCheckpoint(ORIGIN, leaves.length, root, logSigner)),
    });
    const rolesBy = (registrars: number[]) =>
      Promise.all(
        leaves.map(async (_, index) => (await readEntry(log, index, registrars)).entry!.author.role),
      );
    const roles = ['registrar', 'registrar', 'other', 'registrar', 'registrar', 'other', 'other'];
    expect(await rolesBy([0, 2, 3])).toEqual(roles);
    // Where the service says something else the log is believed, and nobody is called registrar who is not.
    expect(await rolesBy([3, 1, 6, 3])).toEqual(roles);
    expect(await rolesBy([])).toEqual(roles.with(4, 'other').with(5, 'registrar'));
  });

  it('has no kind for what is no entry', () => expect(kindOf(encodeUtf8('{"kind":"x"}'))).toBe(null));
});

describe('the memory of a browser', () => {
  it('gives back what it kept, and nothing when it was tampered with or cannot be used', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    const seen: SeenLog = { keys: ['a'], note: 'n', size: 3 };
    browserMemory(storage).keep(seen);
    expect(browserMemory(storage).load()).toEqual(seen);
    kept.set('veche_log', '{"keys":"a"}');
    expect(browserMemory(storage).load()).toBe(null);
    kept.set('veche_log', 'not JSON');
    expect(browserMemory(storage).load()).toBe(null);
    expect(browserMemory(null).load()).toBe(null);
  });
});
