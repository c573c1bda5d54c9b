// Which roles may do what in meetings, and the same question asked inside a handler.
import type { Caller, Permission, Permissions } from '@veche/module-kit/who.ts';

export const permissions = {
  'meetings.call': ['chair', 'operator'],
  // Those to whom a vote is put. Casting itself asks the roll and the register, and says why somebody may not.
  'meetings.vote': ['owner', 'representative', 'chair', 'commission', 'auditor', 'operator'],
  // Whose law a house stands under is a fact about the house, not a choice of those who are about to vote.
  'meetings.set-law': ['operator'],
  'meetings.close': ['chair', 'operator'],
  // Nobody else's: not even of whoever runs the service.
  'meetings.decide-ties': ['chair'],
  'meetings.see-missing': ['chair', 'commission', 'operator'],
  // Who was told of a meeting and how: the proofs, with contacts masked.
  'meetings.see-deliveries': ['chair', 'commission', 'auditor', 'operator'],
  'meetings.notify': ['chair', 'operator'],
  'meetings.see-decisions': ['owner', 'representative', 'chair', 'commission', 'auditor', 'operator'],
  'meetings.see-closing': ['chair', 'commission', 'auditor', 'operator'],
  // Who voted how, by name: for those whom the law gives it to, not for whoever runs the service.
  'meetings.see-annexes': ['chair', 'commission', 'auditor'],
  // A person of the building, by name: whoever runs the service answers for nobody's law.
  'meetings.confirm-rules': ['chair', 'commission'],
  'meetings.replay': ['chair', 'commission', 'auditor', 'operator'],
} as const satisfies Permissions;

/** Whether the caller holds the permission in the building of the request. */
export const mayDo = (caller: Caller | null, permission: keyof typeof permissions & Permission): boolean =>
  caller !== null &&
  caller.roles.some((role) => (permissions[permission] as readonly string[]).includes(role));

/** Whether the caller is one of the people of the building. */
export const isMember = (caller: Caller | null): boolean => caller !== null && caller.roles.length > 0;
