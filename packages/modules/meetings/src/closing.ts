// Closing a meeting, step by step: stop the voting, seal the box, count, publish result and minutes.
// Each step is one transaction that holds the meeting, looks whether the step was done, and does it; so that a process may
// die between any two of them, and two processes may run the same closing, and the outcome is the same.
//
//   open -> closing                        casting waits for this lock, and then finds the meeting no longer open
//   every entry handed over is logged      nothing of the meeting can come after it
//   the closing checkpoint is there        where the opening pinned witnesses: they saw the log at or after the announced end
//   meeting.closed is logged               root and size of the box, in log order, and the closing checkpoint
//   result is logged                       counted from the log's leaves
//   minutes is logged                      the file is named by its own hash, so that a second attempt hurts nothing
//   the witnesses saw that too             so that the bundle of a closed meeting can be checked under their signatures
//   closing -> closed, owners are told
import { setTimeout as delay } from 'node:timers/promises';
import type { Locale } from '@veche/core/locale.ts';
import { refuse, type Refusal } from '@veche/core/refusal.ts';
import { encodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { parseCheckpoint } from '@veche/ledger/checkpoint.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import { parseLogKeys } from '@veche/ledger/log-keys.ts';
import { parseNote } from '@veche/ledger/note.ts';
import { parsePolicy, readCosigned } from '@veche/ledger/policy.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import type { House } from '@veche/module-kit/module.ts';
import { describeError } from '@veche/module-kit/server.ts';
import { withAgents } from '@veche/people/register/acting-store.ts';
import { getBuilding } from '@veche/people/store.ts';
import { layBox, resultOf } from './closing/box.ts';
import { withBoxThread, type BoxThread } from './closing/box-thread.ts';
import { drawUp } from './closing/editions.ts';
import { insertEdition } from './closing/store.ts';
import { recordDecisions } from './decisions/record.ts';
import { layCarried } from './follow-ups/joined.ts';
import { planFollowUps } from './follow-ups/run.ts';
import { chooseSignatures } from './domain/chosen-signatures.ts';
import { CloseFault } from './domain/close.ts';
import { firstParticulars } from './domain/minutes-model.ts';
import { signEntry, submitEntry, type SignedEntry } from './milestone.ts';
import { noticeValues } from './opening.ts';
import type { ClosingRow } from './schema.ts';
import {
  findMeeting,
  findMeetingsClosing,
  listVoters,
  lockMeeting,
  noticeOf,
  pageEffective,
  pageRoll,
  readMilestones,
  updateMeeting,
  type MeetingKey,
  type MeetingRow,
  type Milestone,
} from './store.ts';

/** How long one call waits for the log and its witnesses; a closing that takes longer is carried on by the job. */
const LOG_WAIT_MS = 10_000;
/** Witnesses that answer do so within a second; whoever closes is not kept waiting for those that are away. */
const WITNESS_WAIT_MS = 4_000;
/** The job comes again by itself, and other meetings wait for their turn. */
const RESUME_WAIT_MS = 2_000;
const LOOK_AGAIN_MS = 50;
/** Witnessed checkpoints after the announced end that are looked through for one by the pinned witnesses. */
const MOST_LOOKED_AT = 100;

/** Stops the voting. Once here, the meeting will be closed, whatever happens to this process. */
export async function beginClosing(
  house: House,
  key: MeetingKey,
  personId: string,
  language: Locale,
): Promise<Refusal<'not-found' | 'not-open' | 'too-early'> | null> {
  return house.db.transaction(async (tx) => {
    const row = await lockMeeting(tx, key);
    if (!row || row.state === 'draft') return refuse('not-found');
    if (row.state === 'closing') return null;
    if (row.state !== 'open') return refuse('not-open');
    const now = house.clock.now();
    if (now < row.closesAt!) return refuse('too-early');
    await updateMeeting(tx, key, { state: 'closing', closedAt: now, closedBy: personId, language });
    return null;
  });
}

/** Closings that this process is at: of a large building they take longer than the job lets pass, and twice is no faster. */
const underWay = new Set<string>();

/**
 * Carries a closing on from wherever it stands.
 * @returns false when the log has not taken everything in time, or too few witnesses have seen it: to be called again
 *   later.
 * @throws CloseFault: when log and database contradict each other; the meeting stays in `closing` for a person to look.
 */
export async function finishClosing(
  house: House,
  key: MeetingKey,
  waitMs: number = LOG_WAIT_MS,
): Promise<boolean> {
  underWay.add(key.id);
  try {
    house.ledger.wake();
    const minutes = await withBoxThread((thread) => makePapers(house, key, thread, waitMs));
    if (minutes === null || !(await isPublic(house, minutes, waitMs))) return false;

    await announceResult(house, key);
    return true;
  } finally {
    underWay.delete(key.id);
  }
}

/** From the sealed box to the minutes. @returns the idem of the minutes' entry; null when the log is too slow. */
async function makePapers(
  house: House,
  key: MeetingKey,
  thread: BoxThread,
  waitMs: number,
): Promise<string | null> {
  const lastIndex = await layWholeBox(house, key, thread, waitMs);
  if (lastIndex === null) return null;
  const isWitnessed = (): Promise<boolean> => hasClosing(house, key, lastIndex);
  if (!(await eventually(isWitnessed, Math.min(waitMs, WITNESS_WAIT_MS)))) return null;

  const closed = await reachMilestone(house, key, 'meeting.closed', async (row) => {
    const sealed = await thread.ask('seal');
    const closing = row.policy === null ? null : await findClosing(house, row, lastIndex);
    if (row.policy !== null && closing === null)
      throw new Error('expected the closing checkpoint found before');
    const entry = signEntry(house, key, {
      kind: 'meeting.closed',
      boxRoot: sealed.root,
      boxSize: sealed.size,
      ...(closing ? { closing: encodeBase64(sha256(encodeUtf8(closing.note))) } : {}),
    });
    return { entry, change: { closing } };
  });
  if (!(await isLogged(house, [closed], waitMs))) return null;

  const result = await reachMilestone(house, key, 'result', async (row) => {
    await thread.lay('roll', pageRoll(house.db, key));
    await thread.lay('effective', pageEffective(house.db, key));
    await layCarried(house, row, thread);
    const { items, sale } = noticeOf(row);
    const counted = await thread.ask('count', {
      meeting: key.id,
      items,
      closingSize: row.closing?.size ?? null,
      ...(sale === undefined ? {} : { sale }),
    });
    const entry = signEntry(house, key, { kind: 'result', result: counted.hash });
    return { entry, change: { result: counted.text } };
  });
  if (!(await isLogged(house, [result], waitMs))) return null;

  return reachMilestone(house, key, 'minutes', async (row) => {
    const { regime } = await getBuilding(house.db, key.buildingId);
    const particulars = firstParticulars(regime);
    const { entry, row: edition } = await drawUp(house, row, 1, particulars, null, thread);
    return {
      entry,
      change: { minutesFile: edition.pdfFile },
      also: (tx) => insertEdition(tx, edition),
    };
  });
}

/** Carries on every closing that was left half way; one that cannot go on does not hold up the others. */
export async function resumeClosings(house: House): Promise<void> {
  for (const key of await findMeetingsClosing(house.db)) {
    if (underWay.has(key.id)) continue;
    try {
      await finishClosing(house, key, RESUME_WAIT_MS);
    } catch (error) {
      const code = error instanceof CloseFault ? error.code : undefined;
      house.log.error(
        { meeting: key.id, fault: code, ...describeError(error) },
        'a meeting could not be closed',
      );
    }
  }
}

/**
 * Lays the box in the thread when the log has all that casting handed over: after `open -> closing` there is no more to
 * come.
 * @returns the index of its last entry, −1 of an empty one; null when the log has not taken everything in time
 */
async function layWholeBox(
  house: House,
  key: MeetingKey,
  thread: BoxThread,
  waitMs: number,
): Promise<number | null> {
  const { lastIndex, missing } = await layBox(house, key, thread);
  if (missing.length === 0) return lastIndex;
  if (!(await isLogged(house, missing, waitMs))) return null;
  return (await layBox(house, key, thread)).lastIndex;
}

/** Whether the log has them all; whether anybody has witnessed that is another question. */
async function isLogged(house: House, idems: readonly string[], waitMs: number): Promise<boolean> {
  let left = idems;
  return eventually(async () => {
    const logged = new Set((await house.ledger.read(left)).map(({ idem }) => idem));
    left = left.filter((idem) => !logged.has(idem));
    return left.length === 0;
  }, waitMs);
}

/**
 * Whether the entry is under the checkpoint that everybody is given, where witnesses are asked the witnessed one: the bundle
 * ends there, and a receipt may know of a checkpoint a moment before it is shown.
 */
async function isPublic(house: House, idem: string, waitMs: number): Promise<boolean> {
  const [receipt] = await house.ledger.receipts([idem], waitMs);
  if (receipt?.state !== (house.ledger.policy === null ? 'logged' : 'witnessed')) return false;
  const isShown = async (): Promise<boolean> =>
    receipt.index < parseCheckpoint(parseNote(await house.ledger.checkpoint()).text).size;
  return eventually(isShown, Math.min(waitMs, WITNESS_WAIT_MS));
}

/** Looks until it is so, or the time is up. */
async function eventually(isSo: () => Promise<boolean>, waitMs: number): Promise<boolean> {
  const end = performance.now() + waitMs;
  for (;;) {
    if (await isSo()) return true;
    if (performance.now() >= end) return false;
    await delay(LOOK_AGAIN_MS);
  }
}

/** Whether nothing hinders the close: the checkpoint to close by is there, or was pinned already, or none is asked for. */
async function hasClosing(house: House, key: MeetingKey, lastIndex: number): Promise<boolean> {
  const row = (await findMeeting(house.db, key))!;
  return row.policy === null || row.closing !== null || (await findClosing(house, row, lastIndex)) !== null;
}

/**
 * The first checkpoint that covers all that was accepted and that the witnesses pinned at the opening saw at or after the
 * announced end; null while there is none.
 */
async function findClosing(house: House, row: MeetingRow, lastIndex: number): Promise<ClosingRow | null> {
  const announcedEnd = Math.ceil(row.closesAt!.getTime() / 1000);
  const policy = parsePolicy(row.policy!);
  const logKeys = parseLogKeys(house.ledger.verifierKey);
  const judges = [...logKeys, ...policy.witnesses.map(({ verifier }) => verifier)];
  // Where other witnesses are asked by now than those that were pinned, what is witnessed for the log need not be for this
  // meeting: then the next one may.
  let from = announcedEnd;
  let least = lastIndex + 1;
  for (let looked = 0; looked < MOST_LOOKED_AT; looked++) {
    const found = await house.ledger.witnessedFrom(from, least);
    if (!found) return null;
    const note = chooseSignatures(found.note, judges);
    const { size, quorumTime, cosignatures } = readCosigned(note, logKeys, policy);
    if (quorumTime !== null && quorumTime >= announcedEnd) {
      const witnesses = cosignatures.map(({ witness, time }) => ({ name: witness, time }));
      return { note, size, quorumTime, witnesses };
    }
    from = found.quorumTime + 1;
    least = found.size;
  }
  return null;
}

/**
 * Does a step of the closing unless it was done. What `make` gives depends only on what can no longer change, so it
 * is made before the lock is taken, and given up when another process was quicker.
 * @returns the idem of the step's entry
 */
async function reachMilestone(
  house: House,
  key: MeetingKey,
  kind: Milestone,
  make: (row: MeetingRow) => Promise<{
    entry: SignedEntry;
    change?: Partial<MeetingRow>;
    also?: (tx: Tx) => Promise<void>;
  }>,
): Promise<string> {
  const known = (await readMilestones(house.db, key)).get(kind);
  if (known) return known;
  const row = await findMeeting(house.db, key);
  const { entry, change, also } = await make(row!);
  const idem = await house.db.transaction(async (tx) => {
    await lockMeeting(tx, key);
    const reached = (await readMilestones(tx, key)).get(kind);
    if (reached) return reached;
    if (change) await updateMeeting(tx, key, change);
    await also?.(tx);
    await submitEntry(tx, house, key, entry, house.clock.now());
    return entry.idem;
  });
  house.ledger.wake();
  return idem;
}

async function announceResult(house: House, key: MeetingKey): Promise<void> {
  await house.db.transaction(async (tx) => {
    const row = await lockMeeting(tx, key);
    if (row?.state !== 'closing') return;
    await updateMeeting(tx, key, { state: 'closed' });
    await recordDecisions(tx, key, row);
    await planFollowUps(tx, key, row);
    const result = resultOf(row);
    const passed = result.items.filter(({ verdict }) => verdict === 'passed').length;
    const voters = await withAgents(tx, key.buildingId, await listVoters(tx, key), house.clock.now());
    const values = { ...noticeValues(noticeOf(row), key), passed };
    await house.notices.send(
      tx,
      voters.map((personId) => ({
        personId,
        template: 'meetings.notice.result',
        buildingId: key.buildingId,
        about: key.id,
        once: `${key.id}/result`,
        values,
      })),
    );
    await house.events.emit(tx, 'meeting.closed', { buildingId: key.buildingId, meetingId: key.id });
  });
}

/** Closes as far as the log allows within one call; see {@link finishClosing}. */
export async function closeMeeting(
  house: House,
  key: MeetingKey,
  personId: string,
  language: Locale,
): Promise<Refusal<'not-found' | 'not-open' | 'too-early'> | null> {
  const refused = await beginClosing(house, key, personId, language);
  if (refused) return refused;
  const done = await finishClosing(house, key);
  if (!done)
    house.log.warn({ meeting: key.id }, 'the log or its witnesses are slow: the closing goes on by itself');
  return null;
}
