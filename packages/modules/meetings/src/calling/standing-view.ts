// Whether votes cast here bind the owners, in the reader's words: the law looks at who runs the service and at the form.
import type { Translate } from '@veche/core/messages.ts';
import type { Building } from '@veche/people/store.ts';
import { standingOf } from '@veche/rules/standing.ts';
import { dayIn } from '../domain/instant.ts';
import type { MeetingRow } from '../store.ts';
import { REGIME } from './regime.ts';

/** @param operator - what kind of operator runs the installation: `private`, `regional-system`, `gis-zhkh` */
export function standingView(
  operator: string,
  row: Pick<MeetingRow, 'form' | 'opensAt'>,
  building: Pick<Building, 'timeZone'>,
  now: Date,
  translate: Translate,
): { binding: boolean; why: string } {
  const standing = standingOf(REGIME, operator, row.form, dayIn(building.timeZone, row.opensAt ?? now));
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
