// How long ago something was, in the largest unit that says enough.

export type Ago = { readonly unit: 'seconds' | 'minutes' | 'hours' | 'days'; readonly count: number };

/** @param seconds since then; a moment that lies ahead counts as this one. */
export function agoOf(seconds: number): Ago {
  const past = Math.max(0, Math.floor(seconds));
  if (past < 60) return { unit: 'seconds', count: past };
  if (past < 3_600) return { unit: 'minutes', count: Math.floor(past / 60) };
  if (past < 2 * 86_400) return { unit: 'hours', count: Math.floor(past / 3_600) };
  return { unit: 'days', count: Math.floor(past / 86_400) };
}
