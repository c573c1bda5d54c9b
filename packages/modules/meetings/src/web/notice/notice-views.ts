// What the pages of the notice centre are given, under short names, and how levels look.
import type { Answer } from '@veche/module-kit/client.ts';
import type { StatusTone } from '@veche/ui/Status.svelte';
import type { getNotices, getOutstanding, getOwnerProof } from '../../notice/contract.ts';

export type Notices = Answer<typeof getNotices>;
export type OwnerProof = Answer<typeof getOwnerProof>;
export type OutstandingVotes = Answer<typeof getOutstanding>;

export const LEVEL_TONES: Readonly<Record<Notices['owners'][number]['standing']['level'], StatusTone>> = {
  received: 'good',
  delivered: 'good',
  sent: 'info',
  waiting: 'warn',
  none: 'bad',
};
