// Where people's data can be looked at. Every look is written down: who, whose, where and when; the owner sees it.

export const LOOK_PLACES = [
  'register',
  'premises',
  'duplicates',
  'persons',
  'representations',
  'export',
] as const;
export type LookPlace = (typeof LOOK_PLACES)[number];
