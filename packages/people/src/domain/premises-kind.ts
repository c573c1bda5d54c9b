// What kind of premises a row is about, read from the words that registers use for it.

export const PREMISES_KINDS = ['flat', 'nonresidential', 'parking', 'room'] as const;
/** `room` is a room in a communal flat; its area includes its part of the flat's common area. */
export type PremisesKind = (typeof PREMISES_KINDS)[number];

const WORDS: readonly (readonly [RegExp, PremisesKind])[] = [
  [/^(м\/?м|мм|маш|парк|гараж|бокс|parking|garage|car)/, 'parking'],
  [/^(неж|н\/п|нп|офис|магазин|кладов|комм|апарт|встро|non|office|shop|store|commercial)/, 'nonresidential'],
  [/^(комн|room)/, 'room'],
  [/^(кв|жил|flat|apartment|apt|residential|dwelling)/, 'flat'],
];

/**
 * The kind a word or phrase means, in Russian or English: `квартира`, `нежилое помещение`, `м/м`, `flat`.
 * @returns null when no known word fits.
 */
export function findPremisesKind(text: string): PremisesKind | null {
  const word = text.trim().toLowerCase().replaceAll('ё', 'е');
  return WORDS.find(([form]) => form.test(word))?.[1] ?? null;
}
