// The routes of the log's explorer and of its operators. Figures are of the whole installation and a few seconds old at most.
import { refuse } from '@veche/core/refusal.ts';
import type { House, LedgerStatus } from '@veche/module-kit/module.ts';
import { route, type Route } from '@veche/module-kit/route.ts';
import type { MirrorVitals, Vitals } from '@veche/module-kit/vitals.ts';
import * as contract from './contract.ts';
import { alarmsOf } from './domain/alarms.ts';
import { barsOf } from './domain/growth.ts';
import { standingOf } from './domain/standing.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** What everybody may ask for costs the database one reading in this time, however many ask. */
const FRESH_MS = 2_000;
const RECENT_MINUTES = 5;

export function routes(house: House): readonly Route[] {
  const { ledger } = house;
  const status = shared(() => ledger.status());
  const growth = async (stepSeconds: number, steps: number) => {
    // Heads are signed by the machine's own clock.
    const now = Math.floor((await house.vitals()).nowMs / 1_000);
    const points = await ledger.growth(now - steps * stepSeconds);
    const size = (await status.recent()).head?.size ?? 0;
    return barsOf(points, size, now, stepSeconds, steps);
  };
  const standing = ({ state, head, witnessed }: LedgerStatus, now: Date) =>
    standingOf(
      { state, witnessed, hasPolicy: ledger.policy !== null, headSize: head?.size ?? 0 },
      toSeconds(now),
    );

  return [
    route(contract.getLog, async ({ now }) => {
      const log = await status.recent();
      const { head, witnessed, witnesses } = log;
      return {
        origin: ledger.origin,
        now: now.toISOString(),
        demo: house.demo,
        state: standing(log, now),
        policy: ledger.policy,
        head: head && { size: head.size, at: toInstant(head.atMs) },
        witnessed: witnessed && { size: witnessed.size, quorumTime: witnessed.quorumTime },
        witnesses: witnesses.map(({ name, cosigned }) => ({ name, cosigned })),
      };
    }),

    route(contract.getStanding, async ({ now }) => {
      const log = await status.recent();
      const hasWitnesses = ledger.policy !== null;
      const size = (hasWitnesses ? log.witnessed?.size : log.head?.size) ?? 0;
      return { state: standing(log, now), size, hasWitnesses };
    }),

    route(contract.getGrowth, async ({ query }) => {
      const [stepSeconds, steps] = query.by === 'hour' ? [HOUR, 48] : [DAY, 60];
      return { stepSeconds, bars: await growth(stepSeconds, steps) };
    }),

    route(contract.listMeetingEntries, async ({ params, query }) => {
      const found = await ledger.entriesOf(params.meeting, query.from, query.limit + 1);
      return {
        entries: found.slice(0, query.limit).map(({ index, leaf }) => ({ index, leaf })),
        next: found[query.limit]?.index ?? null,
        behind: await ledger.searchLag(),
      };
    }),

    route(contract.listRegistrars, async () => ({
      indexes: (await ledger.registrarEntries()).map(({ index }) => index),
    })),

    route(contract.findEntry, async ({ query }) => {
      const index = await ledger.findByHash(query.hash);
      return index === null ? refuse('not-found') : { index };
    }),

    route(contract.getOperations, async ({ now }) => {
      const [log, vitals] = await Promise.all([status.anew(), house.vitals()]);
      return {
        ...operationsOf(log, vitals, now, ledger.policy !== null),
        origin: ledger.origin,
        policy: ledger.policy,
        growth: await growth(HOUR, 48),
      };
    }),
  ];
}

function operationsOf(log: LedgerStatus, vitals: Vitals, now: Date, hasPolicy: boolean) {
  const headSize = log.head?.size ?? 0;
  const ageOf = (seconds: number): number => Math.max(0, toSeconds(now) - seconds);
  const witnesses = log.witnesses.map(({ name, cosigned, last, failures, badCosignatures }) => ({
    name,
    cosigned,
    lagEntries: headSize - (cosigned?.size ?? 0),
    ageSeconds: cosigned && ageOf(cosigned.time),
    lastReply: last?.reply ?? null,
    lastAt: last && toInstant(last.atMs),
    failures,
    badCosignatures,
  }));
  const witnessed = log.witnessed && {
    size: log.witnessed.size,
    quorumTime: log.witnessed.quorumTime,
    ageSeconds: ageOf(log.witnessed.quorumTime),
  };
  const publicSize = hasPolicy ? (witnessed?.size ?? 0) : headSize;
  const mirror = vitals.mirror && mirrorOf(vitals.mirror, vitals.nowMs, publicSize);
  return {
    now: now.toISOString(),
    state: log.state,
    fault: log.fault,
    epoch: log.epoch,
    head: log.head && {
      size: headSize,
      at: toInstant(log.head.atMs),
      // The head is signed by the machine's own clock, which a demonstration's may run ahead of.
      ageSeconds: Math.max(0, Math.floor((vitals.nowMs - log.head.atMs) / 1_000)),
    },
    witnessed,
    waiting: log.waiting,
    staged: log.staged,
    witnesses,
    forks: log.forks.map(({ foundAtMs, cleared, ...fork }) => ({
      ...fork,
      foundAt: toInstant(foundAtMs),
      clearedAt: cleared && toInstant(cleared.atMs),
      clearedWhy: cleared && cleared.why,
    })),
    disk: vitals.disk && { ...vitals.disk },
    memoryBytes: vitals.memoryBytes,
    mirror,
    queues: vitals.queues && vitals.queues.map((queue) => ({ ...queue })),
    since: toInstant(vitals.sinceMs),
    problems: vitals.problems.map((problem) => ({ ...problem })),
    minutes: vitals.minutes.map(({ atMs, ...minute }) => ({ at: toInstant(atMs), ...minute })),
    alarms: alarmsOf({
      state: log.state,
      fault: log.fault,
      hasPolicy,
      headSize,
      witnessedSize: witnessed?.size ?? 0,
      witnessedAge: witnessed?.ageSeconds ?? null,
      waiting: log.waiting,
      staged: log.staged,
      witnesses: witnesses.map(({ ageSeconds, ...one }) => ({ ...one, age: ageSeconds })),
      changed: log.audit?.broken ?? null,
      mirrorAge: mirror && mirror.ageSeconds,
      queues: vitals.queues ?? [],
      disk: vitals.disk,
      recentFailures: vitals.minutes.slice(-RECENT_MINUTES).reduce((sum, { failures }) => sum + failures, 0),
    }).map(({ facts, ...alarm }) => ({ ...alarm, facts: { ...facts } })),
  };
}

const mirrorOf = ({ sinceMs, last, failures }: MirrorVitals, nowMs: number, publicSize: number) => ({
  size: last?.size ?? 0,
  lagEntries: Math.max(0, publicSize - (last?.size ?? 0)),
  copied: last !== null,
  ageSeconds: Math.max(0, Math.floor((nowMs - (last?.atMs ?? sinceMs)) / 1_000)),
  failures,
});

/**
 * One reading for everybody who asks within {@link FRESH_MS}; a failed one is not kept. What is read anew is everybody's
 * from then on: once an operator has seen a fork, no page says that all is well.
 */
function shared<T>(read: () => Promise<T>): { recent(): Promise<T>; anew(): Promise<T> } {
  let kept: { value: Promise<T>; until: number } | null = null;
  const anew = (): Promise<T> => {
    const value = read();
    const mine = { value, until: performance.now() + FRESH_MS };
    kept = mine;
    value.catch(() => {
      if (kept === mine) kept = null;
    });
    return value;
  };
  return { recent: () => (kept && performance.now() < kept.until ? kept.value : anew()), anew };
}

const toInstant = (milliseconds: number): string => new Date(milliseconds).toISOString();
const toSeconds = (at: Date): number => Math.floor(at.getTime() / 1_000);
