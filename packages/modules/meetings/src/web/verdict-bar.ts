// The picture of a verdict as data: the sides of the whole building in a row, and where the line stands on that scale.
// It only places what the result says; it must never decide anything.
import { formatRational, multiply, parseRational, rational, subtract } from '@veche/core/rational.ts';
import type { ItemResultView } from './views.ts';

type Part = 'for' | 'against' | 'abstain' | 'unmarked' | 'spoiled' | 'absent';
export type VerdictBar = {
  readonly parts: readonly {
    readonly part: Part;
    readonly value: string;
    readonly tone: 'one' | 'two' | 'three' | 'blank' | 'rest';
  }[];
  /** Null where nothing is measured in area of the whole building. `need` in cm², on the scale of the parts. */
  readonly threshold: {
    readonly need: string;
    /** Of the base, such as `2/3`. */
    readonly fraction: string;
    readonly base: string;
    readonly cmp: string;
  } | null;
};

/** The bar of an item: votes for it begin at the left edge, so that passing is reaching beyond the line. */
export function barOf({ sums, tests }: Pick<ItemResultView, 'sums' | 'tests'>): VerdictBar {
  const { area } = sums;
  const absent = formatRational(subtract(parseRational(area.all), parseRational(area.participants)));
  const measured = tests
    .flat()
    .find(
      ({ weight, side, base }) =>
        side === 'for' && !base.startsWith('entrance:') && (weight === 'area' || weight === 'share'),
    );
  return {
    parts: [
      { part: 'for', value: area.for, tone: 'one' },
      { part: 'against', value: area.against, tone: 'two' },
      { part: 'abstain', value: area.abstain, tone: 'three' },
      { part: 'unmarked', value: area.unmarked, tone: 'blank' },
      ...(area.spoiled === undefined
        ? []
        : [{ part: 'spoiled' as const, value: area.spoiled, tone: 'blank' as const }]),
      { part: 'absent', value: absent, tone: 'rest' },
    ],
    threshold: measured
      ? {
          need:
            measured.weight === 'area'
              ? measured.need
              : formatRational(multiply(parseRational(measured.need), parseRational(area.all))),
          fraction: formatRational(rational(measured.num, measured.den)),
          base: measured.base,
          cmp: measured.cmp,
        }
      : null,
  };
}
