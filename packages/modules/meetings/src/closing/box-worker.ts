// The thread in which a meeting is sealed, counted and written down: seconds of arithmetic and drawing in a large building.
// It is given the lists of one meeting in pages, and asked. It knows no database, and keeps nothing for the next meeting.
import { hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { Locale } from '@veche/core/locale.ts';
import { useSha256 } from '@veche/ledger/hash.ts';
import type { BallotPayload, NoticeItem } from '@veche/ledger/meeting.ts';
import type { SalePolicy } from '@veche/rules/passing.ts';
import { replay as replayBox, type ReplayOptions, type Replayed } from '@veche/rules/replay.ts';
import { translateIn } from '../catalogs.ts';
import { countedBallots, makeAnnexes, type AnnexFile, type AnnexInput } from '../domain/annexes.ts';
import { ballotFates, type BallotFate, type FatesInput } from '../domain/ballot-fates.ts';
import { countBox, openBallots, sealBox, type BoxEntry, type SealedBox } from '../domain/close.ts';
import { writeMinutes } from '../domain/minutes.ts';
import type { MinutesModel } from '../domain/minutes-model.ts';
import type { RollEntry } from '../domain/roll.ts';

/** What is laid in the thread before it is asked. */
export type Lists = {
  box: BoxEntry[];
  roll: RollEntry[];
  /** The roll as it is after all that passed during the vote. Laid where something did. */
  now: RollEntry[];
  /** Entitlement, and the idem of the ballot that the database takes to count. */
  effective: (readonly [entitlement: string, idem: string])[];
  /** Person and name. */
  names: (readonly [personId: string, name: string])[];
  /** The ballots of the vote that this one joins, in log order. Laid exactly where it joins one. */
  carried: BallotPayload[];
};

const noLists = (): Lists => ({
  box: [],
  roll: [],
  now: [],
  effective: [],
  names: [],
  carried: [],
});
/** Whether the vote joins another: its first ballots may be none. */
let isJoined = false;
let lists = noLists();

/** Pages come in the order of the database. */
const boxInOrder = (): readonly BoxEntry[] => lists.box.sort((a, b) => a.index - b.index);

const carriedBallots = () => (isJoined ? { carried: lists.carried } : {});

const work = {
  /** Needs the box. */
  seal: (): SealedBox => sealBox(boxInOrder()),

  /** Needs the box, the roll and what is effective. */
  count(input: Omit<Parameters<typeof countBox>[0], 'box' | 'roll' | 'effective'>): {
    readonly text: string;
    readonly hash: string;
  } {
    const effective = new Map(lists.effective);
    const counted = countBox({
      ...input,
      ...carriedBallots(),
      box: boxInOrder(),
      roll: lists.roll,
      effective,
    });
    return { text: counted.text, hash: counted.hash };
  },

  /** Needs the box, the roll and the names. */
  annexes({
    language,
    closingSize,
    sale,
    ...input
  }: Omit<AnnexInput, 'roll' | 'now' | 'names' | 'counted'> & {
    readonly language: Locale;
    readonly closingSize: number | null;
    readonly sale: SalePolicy | undefined;
  }): AnnexFile[] {
    const { roll, now } = lists;
    const counted = countedBallots(boxInOrder(), closingSize, sale, lists.carried);
    return makeAnnexes(
      { ...input, roll, ...(now.length > 0 ? { now } : {}), names: new Map(lists.names), counted },
      translateIn(language),
    );
  },

  /** Needs the box. The ballots that do not count, or not for every share. */
  setAside(input: Omit<FatesInput, 'box'>): BallotFate[] {
    return ballotFates({ ...input, box: boxInOrder() }).filter(({ fate }) => fate !== 'counted');
  },

  /** The files of an edition. */
  async minutes({
    minutes,
    drawnUpAt,
  }: {
    readonly minutes: MinutesModel;
    readonly drawnUpAt: Date;
  }): Promise<Readonly<Record<'pdf' | 'xml' | 'json', Uint8Array>>> {
    // What draws is loaded by the first who needs it: a replay never does.
    const [{ renderMinutes }, { renderMinutesJson, renderMinutesXml }] = await Promise.all([
      import('../minutes-pdf.ts'),
      import('./minutes-xml.ts'),
    ]);
    return {
      pdf: await renderMinutes(writeMinutes(minutes, translateIn(minutes.language)), drawnUpAt),
      xml: renderMinutesXml(minutes),
      json: renderMinutesJson(minutes),
    };
  },

  /** Needs the box and the roll. */
  replay({
    meeting,
    items,
    closingSize,
    sale,
    options,
  }: {
    readonly meeting: string;
    readonly items: readonly NoticeItem[];
    readonly closingSize: number | null;
    readonly sale: SalePolicy | undefined;
    readonly options: ReplayOptions;
  }): readonly Replayed[] {
    const { inTime, late, amendments } = openBallots(boxInOrder(), closingSize, sale);
    const box = { meeting, items, roll: lists.roll, ballots: inTime, late, amendments, ...carriedBallots() };
    return replayBox(sale === undefined ? box : { ...box, sale }, options);
  },
};
export type Work = typeof work;

export type BoxQuestion =
  | {
      readonly lay: keyof Lists;
      readonly rows: readonly unknown[];
      /** In the place of what was laid before. */
      readonly afresh: boolean;
    }
  | { readonly forget: true }
  | { readonly ask: keyof Work; readonly input: unknown };

/** An error goes over by its parts: a copy between threads would keep neither its name nor its code. */
export type BoxAnswer =
  | { readonly value: unknown }
  | {
      readonly error: {
        readonly name: string;
        readonly message: string;
        readonly code: unknown;
        readonly stack: string | undefined;
      };
    };

async function answer(question: BoxQuestion): Promise<unknown> {
  if ('forget' in question) {
    lists = noLists();
    isJoined = false;
  } else if ('lay' in question) {
    const { lay: name, rows, afresh } = question;
    if (afresh) lists[name] = [];
    isJoined ||= name === 'carried';
    (lists[name] as unknown[]).push(...rows);
  } else return await (work[question.ask] as (input: unknown) => unknown)(question.input);
  return null;
}

parentPort!.on('message', (question: BoxQuestion) => {
  const reply = (message: BoxAnswer): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- between threads, which have no origin to name
    parentPort!.postMessage(message);
  };
  answer(question).then(
    (value) => reply({ value }),
    (error: unknown) => {
      const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      reply({ error: { name, message, code, stack } });
    },
  );
});

useSha256((bytes) => hash('sha256', bytes, 'buffer'));
