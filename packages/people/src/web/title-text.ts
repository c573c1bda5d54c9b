// How a title is called on a page: whoever holds it, the room of a communal flat, and the paper it rests on.
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import { dayText } from './day-text.ts';

type Held = {
  readonly owner: { readonly name: string } | null;
  readonly jointWith: readonly { readonly name: string }[];
  readonly room: string;
};

/** `Orlova Anna and Orlov Ivan, jointly (room 2)`; the unknown owner by that name. */
export function ownerText({ owner, jointWith, room }: Held, t: Translate): string {
  const names = [owner?.name ?? t('people.register.unknown'), ...jointWith.map(({ name }) => name)];
  const who = names.length > 1 ? t('people.premises.jointly', { names: names.join(', ') }) : names[0]!;
  return room === '' ? who : t('people.premises.room', { who, room });
}

type Paper = {
  readonly kind: string | null;
  readonly number: string;
  readonly date: string | null;
  /** As the register wrote it, where nobody has read it further. */
  readonly text?: string;
};

/** `Contract of sale No. 7 of 5 March 2026`; empty when there is none. */
export const paperText = ({ kind, number, date, text }: Paper, t: Translate, locale: Locale): string =>
  text ||
  [
    kind && t(`people.document.${kind}`),
    number && t('people.document.number', { number }),
    date && t('people.document.date', { day: dayText(date, locale) }),
  ]
    .filter(Boolean)
    .join(' ');
