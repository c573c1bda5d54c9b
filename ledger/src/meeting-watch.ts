// Follows all meetings of a log at once, entry by entry, with what the log alone shows: who wrote what, in which order, and
// whether the box that a close seals is all that the log has of the meeting. Contents are not seen here: that is the audit's.
// Holds of a meeting a running tree and the keys of its voters, until it closes; afterwards only that it did.
import { decodeBase64, encodeBase64, equalBytes } from './bytes.ts';
import type { SignatureCheck } from './ed25519.ts';
import {
  ENTRY_KINDS,
  decodeAnyEntry,
  decodeEntry,
  signatureOfEntry,
  signatureOfPossession,
} from './entry.ts';
import type { Entry } from './entry.ts';
import { LedgerFault } from './fault.ts';
import { createTreeBuilder, leafHash } from './tree.ts';
import type { TreeBuilder } from './tree.ts';

/** What is wrong with an entry, where it stands. */
export type EntryFaultCode =
  | 'entry-malformed'
  | 'first-entry'
  | 'wrong-origin'
  | 'wrong-author'
  | 'wrong-order'
  | 'wrong-signature'
  | 'possession-unproven'
  | 'key-not-registered'
  | 'box-root'
  | 'box-size'
  | 'witness-fields';
/** What is lawful and worth telling. */
export type EntryNoticeCode = 'ballot-after-close' | 'key-after-close';

export type EntryFinding = {
  readonly code: EntryFaultCode | EntryNoticeCode;
  readonly index: number;
  readonly meeting?: string;
};

/** A signature that has still to be checked, and what is wrong when it does not hold. */
export type DueCheck = { readonly check: SignatureCheck; readonly finding: EntryFinding };

const STAGES = ['meeting.called', 'meeting.opened', 'meeting.closed', 'result'] as const;
/** Stages by how many of them there were. */
const [CALLED, OPENED, COUNTED] = [1, 2, 4];

/** JSON; believed when it is given back. */
export type MeetingWatchState = {
  /** The registrar's key in force; empty before the first entry. */
  readonly registrar: string;
  readonly meetings: Readonly<
    Record<
      string,
      {
        /** How many of called, opened, closed and result there were. */
        readonly stage: number;
        /** Until the close. */
        readonly open?: {
          readonly boxSize: number;
          readonly boxPeaks: readonly string[];
          readonly hasPolicy: boolean;
          /** Keys of each voter. */
          readonly keys: Readonly<Record<string, readonly string[]>>;
        };
      }
    >
  >;
};

type Meeting = { stage: number; hasPolicy: boolean; box: TreeBuilder | null; keys: Map<string, string[]> };

export type MeetingWatch = {
  /**
   * Takes the next entry of the log.
   * @returns what is wrong or worth telling, and the signatures to be checked
   */
  take(index: number, leaf: Uint8Array): { findings: EntryFinding[]; checks: DueCheck[] };
  state(): MeetingWatchState;
};

/**
 * A watch from the first entry of a log on, or from where an earlier one came to.
 * @example createMeetingWatch('veche.test/log/v1').take(0, leaf).findings // [{ code: 'first-entry', index: 0, meeting: 'm1' }]
 */
export function createMeetingWatch(origin: string, from?: MeetingWatchState): MeetingWatch {
  let registrar = from?.registrar ?? '';
  const meetings = new Map<string, Meeting>(
    Object.entries(from?.meetings ?? {}).map(([id, { stage, open }]) => [
      id,
      {
        stage,
        hasPolicy: open?.hasPolicy ?? false,
        box: open
          ? createTreeBuilder({
              size: open.boxSize,
              peaks: open.boxPeaks.map((hash) => decodeBase64(hash, 32)),
            })
          : null,
        keys: new Map(Object.entries(open?.keys ?? {}).map(([voter, keys]) => [voter, [...keys]])),
      },
    ]),
  );

  const take: MeetingWatch['take'] = (index, leaf) => {
    const findings: EntryFinding[] = [];
    const checks: DueCheck[] = [];
    let any: ReturnType<typeof decodeAnyEntry>;
    let entry: Entry | null;
    try {
      any = decodeAnyEntry(leaf);
      entry = Object.hasOwn(ENTRY_KINDS, any.kind) ? decodeEntry(leaf) : null;
    } catch (cause) {
      if (!(cause instanceof LedgerFault)) throw cause;
      return { findings: [{ code: 'entry-malformed', index }], checks };
    }
    const id = entry && 'meeting' in entry ? entry.meeting : null;
    const told = (code: EntryFinding['code']): EntryFinding => ({
      code,
      index,
      ...(id === null ? {} : { meeting: id }),
    });
    const find = (code: EntryFinding['code']): void => void findings.push(told(code));
    checks.push({ check: signatureOfEntry(entry ?? any), finding: told('wrong-signature') });
    if ((index === 0) !== (registrar === '') || (index === 0 && entry?.kind !== 'registrar')) {
      find('first-entry');
      return { findings, checks };
    }
    // What another module writes is its own to judge.
    if (!entry) return { findings, checks };
    if (entry.kind === 'registrar') {
      if (entry.origin !== origin) find('wrong-origin');
      if (entry.by !== (index === 0 ? entry.key : registrar)) find('wrong-author');
      else registrar = entry.key;
      return { findings, checks };
    }
    if (entry.kind !== 'ballot' && entry.by !== registrar) find('wrong-author');
    takeOfMeeting(entry, leaf, find, (check) => checks.push({ check, finding: told('possession-unproven') }));
    return { findings, checks };
  };

  const takeOfMeeting = (
    entry: Exclude<Entry, { kind: 'registrar' }>,
    leaf: Uint8Array,
    find: (code: EntryFinding['code']) => void,
    mustHold: (check: SignatureCheck) => void,
  ): void => {
    const meeting = meetings.get(entry.meeting) ?? {
      stage: 0,
      hasPolicy: false,
      box: createTreeBuilder(),
      keys: new Map<string, string[]>(),
    };
    const milestone = STAGES.indexOf(entry.kind as (typeof STAGES)[number]);
    const least = {
      'key.registered': CALLED,
      'roll.amended': OPENED,
      ballot: OPENED,
      'tie.decided': COUNTED,
      minutes: COUNTED,
    }[entry.kind as string];
    const isTooLate = entry.kind === 'roll.amended' && meeting.stage > OPENED;
    if (isTooLate || (milestone >= 0 ? milestone !== meeting.stage : meeting.stage < least!)) {
      find('wrong-order');
      // A meeting that was never called is not followed: anything could be written under its name.
      if (!meetings.has(entry.meeting)) return;
    } else if (milestone >= 0) meeting.stage = milestone + 1;
    meetings.set(entry.meeting, meeting);
    const isClosed = meeting.box === null;

    if (entry.kind === 'meeting.opened') meeting.hasPolicy = entry.policy !== undefined;
    if (entry.kind === 'key.registered') {
      mustHold(signatureOfPossession(entry));
      if (isClosed) find('key-after-close');
      else meeting.keys.set(entry.voter, [...(meeting.keys.get(entry.voter) ?? []), entry.key]);
    }
    if (entry.kind === 'ballot') {
      if (isClosed) find('ballot-after-close');
      else if (!meeting.keys.get(entry.voter)?.includes(entry.by)) find('key-not-registered');
    }
    if (entry.kind === 'meeting.closed' && meeting.box) {
      if (meeting.box.size !== entry.boxSize) find('box-size');
      else if (!equalBytes(meeting.box.root(), decodeBase64(entry.boxRoot))) find('box-root');
      if ((entry.closing !== undefined) !== meeting.hasPolicy) find('witness-fields');
      meeting.box = null;
      meeting.keys = new Map();
    }
    meeting.box?.append(leafHash(leaf));
  };

  return {
    take,
    state: () => ({
      registrar,
      meetings: Object.fromEntries(
        [...meetings].map(([id, { stage, box, hasPolicy, keys }]) => [
          id,
          {
            stage,
            ...(box
              ? {
                  open: {
                    boxSize: box.size,
                    boxPeaks: box.peaks().map(encodeBase64),
                    hasPolicy,
                    keys: Object.fromEntries(keys),
                  },
                }
              : {}),
          },
        ]),
      ),
    }),
  };
}

/**
 * Whether a finding is a fault, and not only worth telling.
 * @example isEntryFault({ code: 'ballot-after-close' }) // false
 */
export const isEntryFault = ({ code }: EntryFinding): boolean =>
  code !== 'ballot-after-close' && code !== 'key-after-close';
