import { encodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { makeCommitment } from '@veche/ledger/commitment.ts';
import { encodeEntry, signEntry } from '@veche/ledger/entry.ts';
import { replay } from '@veche/rules/replay.ts';
import { describe, expect, it, vi } from 'vitest';
import { translateIn } from '../catalogs.ts';
import { makeAnnexes, countedBallots } from '../domain/annexes.ts';
import { ballotIdem, encodeBallot } from '../domain/ballot.ts';
import { CloseFault, countBox, sealBox, type BoxEntry } from '../domain/close.ts';
import { exampleBallots, exampleMinutes, exampleNotice, exampleRoll } from '../domain/example.ts';
import { composeMinutes } from '../domain/minutes-model.ts';
import { writeMinutes } from '../domain/minutes.ts';
import type { RollEntry } from '../domain/roll.ts';
import { renderMinutes } from '../minutes-pdf.ts';
import { withBoxThread, type BoxThread } from './box-thread.ts';
import { renderMinutesJson, renderMinutesXml } from './minutes-xml.ts';

// A thread begins within a second or two, and later on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 30_000 });

const salt = new Uint8Array(32).fill(3);
const { meeting, items } = exampleNotice;
const box: BoxEntry[] = exampleBallots.map((ballot, position) => {
  const payload = encodeBallot({ meeting, ...ballot });
  const leaf = encodeEntry(
    signEntry(
      {
        kind: 'ballot',
        meeting,
        voter: ballot.voter,
        nonce: encodeBase64(new Uint8Array(16).fill(position)),
        ballot: encodeBase64(makeCommitment(salt, encodeUtf8(payload))),
      },
      new Uint8Array(32).fill(position + 1),
    ),
  );
  return { idem: ballotIdem(leaf), index: 10 + position, leaf, payload, salt: encodeBase64(salt) };
});
const effective = new Map(
  box.flatMap(({ idem }, i) =>
    exampleBallots[i]!.entitlements.map((entitlement) => [entitlement, idem] as const),
  ),
);
const roll: RollEntry[] = exampleRoll.map((record, i) => ({
  ...record,
  personId: record.voter === '' ? null : record.voter,
  premisesId: record.unit,
  premisesNumber: String(i + 1),
  premisesKind: 'flat',
}));
const names = new Map(
  roll.flatMap(({ personId }) => (personId === null ? [] : [[personId, `Имя ${personId}`]])),
);

/** Pages of one row each, the last first: the database has an order of its own. */
async function* pages<T>(rows: Iterable<T>): AsyncGenerator<T[]> {
  for (const row of [...rows].reverse()) yield [row];
}
async function layAll(thread: BoxThread): Promise<void> {
  await thread.lay('box', pages(box));
  await thread.lay('roll', pages([...roll].reverse()));
  await thread.lay('effective', pages(effective));
  await thread.lay('names', pages(names as Map<string, string>));
}

describe('the thread of a box', () => {
  it('seals and counts to the byte what is sealed and counted here', async () => {
    const { text, hash } = countBox({ meeting, items, roll, box, effective, closingSize: 12 });
    await withBoxThread(async (thread) => {
      await layAll(thread);
      expect(await thread.ask('seal')).toEqual(sealBox(box));
      expect(await thread.ask('count', { meeting, items, closingSize: 12 })).toEqual({ text, hash });
    });
  });

  it('draws the same files as are drawn here', async () => {
    const drawnUpAt = new Date('2026-03-23T09:00:00Z');
    const minutes = composeMinutes(exampleMinutes, 'ru', translateIn('ru'));
    const files = await withBoxThread((thread) => thread.ask('minutes', { minutes, drawnUpAt }));
    expect(files.xml).toEqual(renderMinutesXml(minutes));
    expect(files.json).toEqual(renderMinutesJson(minutes));
    expect(files.pdf).toEqual(await renderMinutes(writeMinutes(minutes, translateIn('ru')), drawnUpAt));
  });

  it('makes the same annexes, and replays the same box', async () => {
    const salts = [salt, salt, salt] as const;
    const input = {
      notice: '{}',
      result: '{}',
      items,
      salts,
      actedFor: new Map([['e1', 'по доверенности']]),
    };
    const counted = countedBallots(box, null);
    const ballots = exampleBallots;
    await withBoxThread(async (thread) => {
      await layAll(thread);
      const asked = { ...input, language: 'ru', closingSize: null, sale: undefined } as const;
      expect(await thread.ask('annexes', asked)).toEqual(
        makeAnnexes({ ...input, roll, names: names as Map<string, string>, counted }, translateIn('ru')),
      );
      const options = { denominatorCm2: 100_000_000 };
      expect(
        await thread.ask('replay', { meeting, items, closingSize: null, sale: undefined, options }),
      ).toEqual(replay({ meeting, items, roll, ballots, late: 0, amendments: [] }, options));
    });
  });

  it('says what contradicts itself as it is said here, and goes on', async () => {
    await withBoxThread(async (thread) => {
      await layAll(thread);
      await thread.lay('effective', pages([]));
      const count = () => thread.ask('count', { meeting, items, closingSize: null });
      await expect(count()).rejects.toThrow(CloseFault);
      await expect(count()).rejects.toMatchObject({ code: 'effective-ballots-differ', name: 'CloseFault' });
      await thread.lay('box', pages([{ ...box[0]!, leaf: box[0]!.leaf.replace('"kind"', '"kinds"') }]));
      await expect(count()).rejects.toMatchObject({ name: 'LedgerFault', code: 'entry' });
    });
  });

  it('keeps nothing of one meeting for the next', async () => {
    await withBoxThread(layAll);
    await withBoxThread(async (thread) => {
      expect(thread.has('box')).toBe(false);
      expect(await thread.ask('seal')).toEqual(sealBox([]));
    });
  });
});
