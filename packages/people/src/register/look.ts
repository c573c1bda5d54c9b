// Where people's data can be looked at. Every look is written down: who, whose, where and when; the owner sees it.

export const LOOK_PLACES = [
  'register',
  'premises',
  'duplicates',
  'persons',
  'representations',
  'marks',
  'export',
  // Of a closed meeting: a list with names among the annexes of its minutes, all of them at once, and the auditor's desk.
  'annexes',
  'package',
  'ballots',
] as const;
export type LookPlace = (typeof LOOK_PLACES)[number];
