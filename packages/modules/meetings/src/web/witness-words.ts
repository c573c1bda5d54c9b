// What a page says of the witnesses of one receipt: the state in a sentence, never a name of a key.
import type { Format } from '@veche/ui/format.ts';
import type { Translate } from '@veche/core/messages.ts';
import type { FactState } from './FactTrack.svelte';
import type { KeptReceipt } from './device-store.ts';
import type { WitnessState } from './watch-witnesses.svelte.ts';

export const WITNESS_FACTS: Readonly<Record<WitnessState, FactState>> = {
  none: 'none',
  waiting: 'waiting',
  slow: 'waiting',
  witnessed: 'done',
  broken: 'broken',
};

export function sayWitnessed(
  t: Translate,
  format: Format,
  timeZone: string,
  state: WitnessState,
  { witnessed }: KeptReceipt,
): string {
  if (state !== 'witnessed' || !witnessed) return t(`fact.witnessed.${state}`);
  return t('fact.witnessed.yes', {
    count: witnessed.by.length,
    names: witnessed.by.map(({ name }) => name).join(', '),
    when: format.dateTime(new Date(witnessed.at * 1000), timeZone),
  });
}
