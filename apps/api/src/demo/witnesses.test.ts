import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareDataDir } from '@veche/files/data-dir.ts';
import { signCheckpoint } from '@veche/ledger/checkpoint.ts';
import { cosignatureSeconds, createNoteSigner, parseSignatureLine } from '@veche/ledger/note.ts';
import { encodeAddCheckpoint } from '@veche/ledger/witness.ts';
import { askWitness } from '@veche/witness/ask.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ClockState } from './clock.ts';
import { forgetDemoWitnesses, openDemoWitnesses } from './witnesses.ts';

const log = createNoteSigner('log.example', new Uint8Array(32).fill(9));
const checkpoint = signCheckpoint('log.example', 1, new Uint8Array(32).fill(1), log);

/** The clock of a demonstration at that Unix second; it stands still. */
function clockAt(seconds: number): { state: ClockState; move: (to: number) => void } {
  const state: ClockState = new BigInt64Array(new SharedArrayBuffer(16));
  const move = (to: number): void => void Atomics.store(state, 1, BigInt(to * 1000));
  move(seconds);
  return { state, move };
}

async function openWitnesses() {
  const root = await mkdtemp(join(tmpdir(), 'veche-demo-witnesses-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const dataDir = await prepareDataDir(root);
  const logged: string[] = [];
  const keep = (_: unknown, text: string): void => void logged.push(text);
  const open = async (clock: ClockState) => {
    const witnesses = await openDemoWitnesses({
      dataDir,
      verifierKeys: [log.vkey],
      clock,
      log: { info: keep, warn: keep, error: keep },
    });
    onTestFinished(witnesses.close);
    return witnesses;
  };
  return { dataDir, open, logged };
}

/** The Unix second in the witness's cosignature of the one checkpoint, or what it says instead. */
async function ask(url: string, oldSize: number): Promise<number | string> {
  const body = encodeAddCheckpoint({ oldSize, proof: [], checkpoint });
  const reply = await askWitness({ url, body, timeoutMs: 5_000 });
  return reply.reply === 'cosigned' ? cosignatureSeconds(parseSignatureLine(reply.lines[0]!)) : reply.reply;
}

describe('the witnesses of a demonstration', () => {
  it('cosign, each of them, by the clock of the demonstration, moved for them as soon as it was moved', async () => {
    const { open } = await openWitnesses();
    const clock = clockAt(1_000);
    const urls = await (await open(clock.state)).serve();
    expect(urls.size).toBe(3);
    for (const url of urls.values()) expect(await ask(url, 0)).toBe(1_000);
    for (const seconds of [1_001, 90_000, 5_000_000]) {
      clock.move(seconds);
      for (const url of urls.values()) expect(await ask(url, 1)).toBe(seconds);
    }
  });

  it('say to the log what they refuse to sign for', async () => {
    const { open, logged } = await openWitnesses();
    const clock = clockAt(1_000);
    const [url] = [...(await (await open(clock.state)).serve()).values()];
    await ask(url!, 0);
    clock.move(999);
    expect(await ask(url!, 1)).toBe('busy');
    await expect.poll(() => logged.join()).toContain('the clock is behind the last cosignature');
  });

  it('are away once they are closed, and remember everything when they are opened again', async () => {
    const { open } = await openWitnesses();
    const clock = clockAt(1_000);
    const first = await open(clock.state);
    const [before] = [...(await first.serve()).values()];
    expect(await ask(before!, 0)).toBe(1_000);
    await first.close();
    expect(await ask(before!, 1)).toBe('unreachable');
    await first.close();
    const [after] = [...(await (await open(clock.state)).serve()).values()];
    expect(await ask(after!, 0)).toBe('conflict');
    expect(await ask(after!, 1)).toBe(1_000);
  });

  it('are not served over the stores of others, and are closed all the same', async () => {
    const { dataDir, open } = await openWitnesses();
    const clock = clockAt(1_000);
    const first = await open(clock.state);
    await first.serve();
    await first.close();
    await rm(join(dataDir.root, 'keys'), { recursive: true });
    await prepareDataDir(dataDir.root);
    const second = await open(clock.state);
    await expect(second.serve()).rejects.toMatchObject({ code: 'OTHER_WITNESS' });
    await second.close();
    await forgetDemoWitnesses(dataDir);
    expect((await (await open(clock.state)).serve()).size).toBe(3);
  });
});
