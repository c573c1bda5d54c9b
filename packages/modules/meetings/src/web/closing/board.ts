// What the page of the papers is given, and the steps it draws.
import type { Answer } from '@veche/module-kit/client.ts';
import type { getClosing } from '../../closing/contract.ts';

export type ClosingBoard = Answer<typeof getClosing>;

export const PATH = ['seal', 'verdicts', 'minutes', 'signatures', 'package', 'told'] as const;

/** Which steps of the path are done; the first that is not is the one to do now. */
export function stepsDone({ state, steps, editions }: ClosingBoard): ReadonlySet<(typeof PATH)[number]> {
  const isMarked = (step: string) => steps.some((one) => one.step === step);
  return new Set([
    'seal',
    'verdicts',
    ...(editions.length > 0 ? (['minutes'] as const) : []),
    ...(state === 'drawn-up' ? [] : (['signatures'] as const)),
    ...(state === 'sent' ? (['package'] as const) : []),
    ...(isMarked('owners-told') ? (['told'] as const) : []),
  ]);
}
