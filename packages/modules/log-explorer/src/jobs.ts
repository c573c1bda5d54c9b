// Keeps every entry findable, a while after it was logged and apart from the way of a vote.
import type { House, Job } from '@veche/module-kit/module.ts';

const AT_ONCE = 5_000;

export const jobs = ({ ledger }: House): readonly Job[] => [
  {
    name: 'log.index-entries',
    everySeconds: 10,
    async run() {
      while ((await ledger.indexEntries(AT_ONCE)) === AT_ONCE);
    },
  },
];
