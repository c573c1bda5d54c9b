// Whether votes cast here bind the owners, in the reader's words: the law looks at who runs the service and at the form.
import type { Translate } from '@veche/core/messages.ts';
import type { House } from '@veche/module-kit/module.ts';
import type { Building } from '@veche/people/store.ts';
import { standingOf, type Standing } from '@veche/rules/standing.ts';
import { dayIn } from '../domain/instant.ts';
import type { MeetingRow } from '../store.ts';

/** What kind of operator runs the installation: `private`, `regional-system`, `gis-zhkh`. */
export const operatorOf = ({ operator }: Pick<House, 'operator'>): string => operator ?? 'private';

/** Whether votes bind, by the first day of the vote; by today while that is open. */
export const standingAt = (
  operator: string,
  { form, opensAt }: Pick<MeetingRow, 'form' | 'opensAt'>,
  { regime, timeZone }: Pick<Building, 'regime' | 'timeZone'>,
  now: Date,
): Standing => standingOf(regime, operator, form, dayIn(timeZone, opensAt ?? now));

export function standingView(
  operator: string,
  row: Pick<MeetingRow, 'form' | 'opensAt'>,
  building: Pick<Building, 'regime' | 'timeZone'>,
  now: Date,
  translate: Translate,
): { binding: boolean; why: string } {
  const standing = standingAt(operator, row, building, now);
  if (standing.binding) return { binding: true, why: translate(`standing.binding.${row.form}`) };
  return {
    binding: false,
    why: translate('standing.advisory', {
      law: standing.legalRef,
      operators: standing.allowed.map((one) => translate(`operator.${one}`)).join(', '),
      confidence: standing.confidence,
    }),
  };
}
