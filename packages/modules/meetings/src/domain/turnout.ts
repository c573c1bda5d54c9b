// How much of the house has taken part so far: in area, in heads, by entrance and over time.
// Knows who took part and never how: nothing here may look at a choice.
import {
  add,
  formatRational,
  multiply,
  parseRational,
  rational,
  zero,
  type Rational,
} from '@veche/core/rational.ts';
import { quantityOfPercent } from '@veche/rules/explain.ts';

/** Areas of the entitlements of one entrance that hold one and the same share: shares are exact, so sums are too. */
export type TurnoutPart = {
  readonly entrance: string;
  /** Rational text. */
  readonly share: string;
  /** Sums of whole areas, cm². */
  readonly allCm2: bigint;
  readonly participantsCm2: bigint;
};

/** Areas of entitlements that first took part within one step of time. */
export type TurnoutStep = {
  /** Number of the step since the opening, from 0. */
  readonly step: number;
  readonly share: string;
  readonly areaCm2: bigint;
};

export type Turnout = {
  /** Rational text, cm². */
  areaAll: string;
  areaParticipants: string;
  /** Two decimals and a point, for display. */
  percent: string;
  headsAll: number;
  headsParticipants: number;
  byEntrance: { entrance: string; areaAll: string; areaParticipants: string }[];
  timeline: { at: string; areaParticipants: string }[];
};

/** At most so many steps make the picture of turnout over time. */
export const TIMELINE_STEPS = 198;

/** The length of one step, so that the whole voting fits into {@link TIMELINE_STEPS}. */
export const stepSeconds = (opensAt: Date, closesAt: Date): number =>
  Math.max(1, Math.ceil((closesAt.getTime() - opensAt.getTime()) / 1000 / TIMELINE_STEPS));

export function measureTurnout(input: {
  readonly parts: readonly TurnoutPart[];
  readonly steps: readonly TurnoutStep[];
  readonly headsAll: number;
  readonly headsParticipants: number;
  readonly opensAt: Date;
  readonly closesAt: Date;
  readonly now: Date;
}): Turnout {
  const entrances = new Map<string, { all: Rational; participants: Rational }>();
  let all = zero;
  let participants = zero;
  for (const part of input.parts) {
    const share = parseRational(part.share);
    const partAll = multiply(rational(part.allCm2), share);
    const partParticipants = multiply(rational(part.participantsCm2), share);
    const sums = entrances.get(part.entrance) ?? { all: zero, participants: zero };
    entrances.set(part.entrance, {
      all: add(sums.all, partAll),
      participants: add(sums.participants, partParticipants),
    });
    all = add(all, partAll);
    participants = add(participants, partParticipants);
  }
  const areaAll = formatRational(all);
  const areaParticipants = formatRational(participants);
  return {
    areaAll,
    areaParticipants,
    percent: percentOf(areaParticipants, areaAll),
    headsAll: input.headsAll,
    headsParticipants: input.headsParticipants,
    byEntrance: [...entrances]
      .sort(([a], [b]) => a.localeCompare(b, 'ru', { numeric: true }))
      .map(([entrance, sums]) => ({
        entrance,
        areaAll: formatRational(sums.all),
        areaParticipants: formatRational(sums.participants),
      })),
    timeline: timelineOf(input),
  };
}

function timelineOf({
  steps,
  opensAt,
  closesAt,
  now,
}: {
  readonly steps: readonly TurnoutStep[];
  readonly opensAt: Date;
  readonly closesAt: Date;
  readonly now: Date;
}): Turnout['timeline'] {
  const stepMs = stepSeconds(opensAt, closesAt) * 1000;
  const end = Math.min(closesAt.getTime(), Math.max(now.getTime(), opensAt.getTime()));
  const bySteps = new Map<number, Rational>();
  for (const { step, share, areaCm2 } of steps)
    bySteps.set(step, add(bySteps.get(step) ?? zero, multiply(rational(areaCm2), parseRational(share))));
  const points = [{ at: opensAt.toISOString(), areaParticipants: '0' }];
  let total = zero;
  for (const [step, area] of [...bySteps].sort(([a], [b]) => a - b)) {
    total = add(total, area);
    const at = Math.min(end, opensAt.getTime() + (step + 1) * stepMs);
    points.push({ at: new Date(at).toISOString(), areaParticipants: formatRational(total) });
  }
  const last = points.at(-1)!;
  if (new Date(last.at).getTime() < end)
    points.push({ at: new Date(end).toISOString(), areaParticipants: last.areaParticipants });
  return points;
}

/** part / whole in percent with two decimals and a point; `0.00` over nothing. */
export const percentOf = (part: string, whole: string): string =>
  quantityOfPercent(part, whole)?.decimal ?? '0.00';
