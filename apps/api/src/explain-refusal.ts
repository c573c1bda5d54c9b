// Why the sequencer refuses to go on over what it found at the start, in words for the operator and with what to do.
import type { SequencerFault, SequencerFaultCode } from '@veche/ledger/sequencer.ts';

const RECOVER =
  'Nothing may be signed over it. Bring the missing entries back with: npm run recover (see docs/running.md, Recovery)';

const WORDS: Partial<Record<SequencerFaultCode, string>> = {
  'public-larger': `the public log is larger than the one in this database, which was restored from an old backup. ${RECOVER}`,
  'mirror-larger': `the mirror holds more of the log than this database, which was restored from an old backup. ${RECOVER}`,
  'checkpoint-missing': `this database knows a log, but its public files are gone. ${RECOVER}`,
  'staging-missing': `the public files are behind this database, and what is missing is not in it. ${RECOVER}`,
  'head-missing':
    'there is a public log, but this database knows none: it is another database, or an empty one. Restore the one that ' +
    'belongs to the log, then run: npm run recover',
  forked:
    'the public files and this database are two histories of one log. Keep both as they are: only a person can find out which ' +
    'one the voters have seen',
  'mirror-forked':
    'the mirror and this database are two histories of one log. Keep both as they are: only a person can find out which one ' +
    'the voters have seen',
  'tiles-broken':
    'files of the public log are missing or damaged: put them back with: npm run recover -- --from <mirror>',
  'head-unsigned': 'the log in this database was signed with another key than those of VECHE_DATA_DIR',
  'clock-behind': 'the clock of this machine is behind the last signature of the log: set it right',
};

/** The sequencer will not start; the text says why and what an operator can do. */
export class RefusalAtStart extends Error {
  override readonly name = 'RefusalAtStart';
  readonly code: string;
  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The fault itself where there is nothing to add. */
export function explainRefusal(fault: SequencerFault): Error {
  const text = WORDS[fault.code];
  return text === undefined ? fault : new RefusalAtStart(fault.code, text, { cause: fault });
}
