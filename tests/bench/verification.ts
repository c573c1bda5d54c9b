// What verifying costs: a meeting of 600 owners and 10 items held over HTTP and then checked by the shell command and in
// the browser, and the growth from a thousand to a hundred thousand entries.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { auditMeeting } from '@veche/ledger/audit.ts';
import { readLines } from '@veche/ledger/bundle.ts';
import { createWebVerifier } from '@veche/ledger/webcrypto.ts';
import { launchBrowser, PHONE } from '../support/browser.ts';
import { holdMeeting } from '../story/hold-meeting.ts';
import { startVeche } from './children.ts';
import type { Figure } from './figures.ts';
import { makeMeeting } from './synthetic-meeting.ts';
import { walkVerifier } from './walk.ts';

const root = resolve(import.meta.dirname, '../..');

export async function benchVerification(say: (text: string) => void): Promise<Figure[]> {
  return [...(await benchMeeting(say)), ...(await benchGrowth(say))];
}

async function benchMeeting(say: (text: string) => void): Promise<Figure[]> {
  const veche = await startVeche();
  const folder = mkdtempSync(join(tmpdir(), 'veche-verify-'));
  try {
    const story = await holdMeeting({
      origin: veche.origin,
      owners: 600,
      items: 10,
      inFlight: 16,
      seed: 3,
      say,
    });
    writeFileSync(join(folder, 'bundle.jsonl'), story.bundle);
    const log = `${veche.origin}/log/v1`;
    const seconds = await timeVerify([join(folder, 'bundle.jsonl'), '--log', log, '--vkey', story.logKey]);
    const browser = await launchBrowser();
    const walk = await walkVerifier(browser, veche.origin, story.place, PHONE);
    await browser.close();
    return [
      {
        name: 'a meeting of 600 owners and 10 items held through the API',
        value: story.figures.seconds,
        unit: 's',
      },
      {
        name: 'the same verified from the shell, process start included',
        value: seconds,
        unit: 's',
        limit: { atMost: 60 },
      },
      {
        name: 'the same verified in the browser, phone-sized page',
        value: walk.seconds,
        unit: 's',
        limit: { atMost: 60 },
      },
    ];
  } finally {
    await veche.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchGrowth(say: (text: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  let perEntryBefore = 0;
  for (const size of [1_000, 10_000, 100_000]) {
    const meeting = await makeMeeting(size, 10);
    say(
      `a synthetic log of ${meeting.entries} entries, a bundle of ${(meeting.bundle.length / 2 ** 20).toFixed(1)} MiB`,
    );
    const began = performance.now();
    const report = await auditMeeting({
      bundle: readLines([new TextEncoder().encode(meeting.bundle)]),
      log: {
        checkpoint: async () => new TextDecoder().decode(meeting.files.get('checkpoint')!),
        read: async (path) => meeting.files.get(path) ?? null,
      },
      logKey: meeting.logKey,
      verifier: createWebVerifier(),
      scan: 'log',
    });
    const seconds = (performance.now() - began) / 1000;
    if (!report.ok)
      throw new Error(`the synthetic meeting does not verify: ${JSON.stringify(report.broken)}`);
    const perEntry = (seconds / meeting.entries) * 1e6;
    figures.push({ name: `verifying ${meeting.entries} entries`, value: seconds, unit: 's' });
    figures.push({ name: `  per entry`, value: perEntry, unit: 'µs' });
    // Linear growth: a tenfold meeting may cost an entry a quarter more, for caches and the collector, and no further.
    if (perEntryBefore > 0)
      figures.push({
        name: '  per entry, beside the meeting ten times smaller',
        value: perEntry / perEntryBefore,
        unit: '',
        limit: { atMost: 1.25 },
      });
    perEntryBefore = perEntry;
  }
  return figures;
}

/** Seconds of the whole process. @throws Error: when it does not exit with 0. */
async function timeVerify(args: string[]): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, ['ledger/bin/verify', ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((ended) => child.on('exit', ended));
  if (code !== 0) throw new Error(`verify ended with ${code}`);
  return (performance.now() - began) / 1000;
}
