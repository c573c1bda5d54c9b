// Whether votes cast here bind the owners, by who runs the service: some laws let only named systems hold them.
// The restrictions are data with dates; nothing here decides by the name of a country.
import type { Confidence } from './decision-rule.ts';
import operators from './operators.json' with { type: 'json' };

export type MeetingForm = 'absentee' | 'mixed' | 'in-person';

/** A law that says who may hold electronic votes that bind. */
export type OperatorRestriction = {
  readonly regime: string;
  /** First day of the voting for which it holds, `YYYY-MM-DD`. */
  readonly since: string;
  readonly forms: readonly MeetingForm[];
  /** Kinds of operators; any other may hold advisory votes only. */
  readonly bindingElectronicVoteAllowedBy: readonly string[];
  readonly legalRef: string;
  readonly confidence: Confidence;
};

export type Standing =
  | { readonly binding: true }
  | {
      readonly binding: false;
      readonly reason: 'operator-not-allowed';
      readonly allowed: readonly string[];
      readonly legalRef: string;
      readonly confidence: Confidence;
    };

const RESTRICTIONS = operators as readonly OperatorRestriction[];

/** All that are known, for a page that shows them. */
export const listRestrictions = (regime: string): readonly OperatorRestriction[] =>
  RESTRICTIONS.filter((one) => one.regime === regime);

/**
 * Whether votes cast through the service bind.
 * @param operator - what kind of operator runs it: `gis-zhkh`, `regional-system`, `private`
 * @param day - first day of the voting in the building's time zone, `YYYY-MM-DD`
 */
export function standingOf(regime: string, operator: string, form: MeetingForm, day: string): Standing {
  const against = RESTRICTIONS.find(
    (one) =>
      one.regime === regime &&
      one.since <= day &&
      one.forms.includes(form) &&
      !one.bindingElectronicVoteAllowedBy.includes(operator),
  );
  if (!against) return { binding: true };
  const { bindingElectronicVoteAllowedBy: allowed, legalRef, confidence } = against;
  return { binding: false, reason: 'operator-not-allowed', allowed, legalRef, confidence };
}
