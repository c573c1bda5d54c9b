// How a title is called on a page: whoever holds it, and the room of a communal flat.
import type { Translate } from '@veche/core/messages.ts';

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
