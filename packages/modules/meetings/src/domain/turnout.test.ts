import { describe, expect, it } from 'vitest';
import { measureTurnout, percentOf, stepSeconds, TIMELINE_STEPS } from './turnout.ts';

const opensAt = new Date('2026-03-01T00:00:00Z');
const closesAt = new Date('2026-03-11T00:00:00Z');

describe('turnout', () => {
  it('adds areas by exact shares, by entrance and in all', () => {
    const turnout = measureTurnout({
      parts: [
        { entrance: '10', share: '1', allCm2: 1_000_000n, participantsCm2: 1_000_000n },
        { entrance: '2', share: '1/3', allCm2: 700_000n, participantsCm2: 700_000n },
        { entrance: '2', share: '2/3', allCm2: 700_000n, participantsCm2: 0n },
      ],
      steps: [],
      headsAll: 3,
      headsParticipants: 2,
      opensAt,
      closesAt,
      now: opensAt,
    });
    expect(turnout).toMatchObject({ areaAll: '1700000', areaParticipants: '3700000/3', percent: '72.55' });
    expect(turnout.byEntrance).toEqual([
      { entrance: '2', areaAll: '700000', areaParticipants: '700000/3' },
      { entrance: '10', areaAll: '1000000', areaParticipants: '1000000' },
    ]);
  });

  it('draws at most 200 points that only rise, from the opening to now', () => {
    const steps = Array.from({ length: TIMELINE_STEPS }, (_, step) => ({ step, share: '1', areaCm2: 10n }));
    const now = new Date('2026-03-20T00:00:00Z');
    const { timeline } = measureTurnout({
      parts: [],
      steps: steps.reverse(),
      headsAll: 0,
      headsParticipants: 0,
      opensAt,
      closesAt,
      now,
    });
    expect(timeline.length).toBeLessThanOrEqual(200);
    expect(timeline[0]).toEqual({ at: opensAt.toISOString(), areaParticipants: '0' });
    expect(timeline.at(-1)).toEqual({
      at: closesAt.toISOString(),
      areaParticipants: String(10 * TIMELINE_STEPS),
    });
    const areas = timeline.map(({ areaParticipants }) => Number(areaParticipants));
    expect(areas).toEqual([...areas].sort((a, b) => a - b));
    expect(TIMELINE_STEPS * stepSeconds(opensAt, closesAt) * 1000).toBeGreaterThanOrEqual(
      closesAt.getTime() - opensAt.getTime(),
    );
  });

  it('says 0.00 over nothing', () => {
    expect(percentOf('0', '0')).toBe('0.00');
    expect(percentOf('1', '3')).toBe('33.33');
  });
});
