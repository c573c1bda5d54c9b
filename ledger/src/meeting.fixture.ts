// A small meeting written through the real sequencer, for tests and for the examples of SPEC.md. Everything in it
// follows from its settings: the same settings give the same bytes.
import { decodeUtf8, encodeBase64, encodeHex, encodeUtf8 } from './bytes.ts';
import type { LogReader } from './audit.ts';
import { writeBundle } from './bundle.ts';
import type { BundleEntry } from './bundle.ts';
import { signCheckpoint } from './checkpoint.ts';
import { makeCommitment } from './commitment.ts';
import { publicKeyOf, sign } from './ed25519.ts';
import { decodeEntry, encodeEntry, possessionMessage, signEntry } from './entry.ts';
import type { Entry, EntryDraft } from './entry.ts';
import { fraction, plus, readFraction, times, writeFraction } from './fraction.ts';
import { sha256 } from './hash.ts';
import { encodeCanonicalBytes } from './jcs.ts';
import type {
  Amendment,
  BallotPayload,
  Choice,
  MeetingResult,
  Notice,
  RollRecord,
  TieDecision,
} from './meeting.ts';
import { createMemoryHeadStore, createMemoryTileStore } from './memory-stores.ts';
import { createCosigner, createNoteSigner, signatureLine } from './note.ts';
import { recountMeeting } from './recount.ts';
import { createSequencer } from './sequencer.ts';
import { rootOf } from './tree.ts';

/** 32 bytes that follow from a label. */
export const seedOf = (label: string): Uint8Array => sha256(encodeUtf8(label));

export const ORIGIN = 'veche.test/log/v1';
export const MEETING = 'm1';
export const logSigner = createNoteSigner(ORIGIN, seedOf('log'));
export const registrarSeed = seedOf('registrar');

const half = { weight: 'area', side: 'for', base: 'participants', cmp: '>', num: 1, den: 2 } as const;
const quorum = { weight: 'area', cmp: '>', num: 1, den: 2 } as const;
const rule = {
  version: 1,
  regime: 'ru',
  effectiveFrom: '2005-03-01',
  legalRef: 'ЖК РФ, ст. 46 ч. 1',
  confidence: 'confirmed',
  quorum: [quorum],
  quorumScope: 'meeting',
  abstain: 'in-base',
} as const;

export const notice: Notice = {
  meeting: MEETING,
  title: 'Годовое собрание',
  form: 'absentee',
  building: { address: 'г. Пример, ул. Вечевая, 1', areaCm2: 2_150_000 },
  timeZone: 'Europe/Moscow',
  opensAt: '2026-05-01T06:00:00Z',
  closesAt: '2026-05-20T15:00:00Z',
  items: [
    {
      id: 'i1',
      number: 1,
      text: 'Утвердить отчёт',
      explanation: 'Отчёт совета дома за год',
      rule: { ...rule, id: 'ru.participants', tests: [[half]] },
    },
    {
      id: 'i2',
      number: 2,
      text: 'Капитальный ремонт крыши',
      explanation: 'Смета и сроки приложены',
      rule: {
        ...rule,
        id: 'ru.two-thirds-all',
        tests: [[{ ...half, base: 'all', cmp: '>=', num: 2, den: 3 }]],
      },
    },
  ],
};

const recordOf = (id: string, voter: string, unit: string, areaCm2: number, share: string): RollRecord => ({
  entitlement: id,
  voter,
  unit,
  entrance: '1',
  areaCm2,
  share,
  salt: encodeBase64(seedOf(`roll ${id}`)),
});

/** Four flats: one owner alone, three co-owners by thirds, a flat whose owner is unknown, and one of the first owner. */
export const roll: readonly RollRecord[] = [
  recordOf('e1', 'v1', 'u1', 543_000, '1'),
  recordOf('e2', 'v2', 'u2', 505_000, '1/3'),
  recordOf('e3', 'v3', 'u2', 505_000, '1/3'),
  recordOf('e4', 'v4', 'u2', 505_000, '1/3'),
  recordOf('e5', '', 'u3', 400_000, '1'),
  recordOf('e6', 'v1', 'u4', 702_000, '1'),
];

export type Cast = {
  readonly voter: string;
  readonly entitlements: readonly string[];
  readonly choices: Readonly<Record<string, Choice>>;
};

export const casts: readonly Cast[] = [
  { voter: 'v1', entitlements: ['e1', 'e6'], choices: { i1: 'against', i2: 'for' } },
  { voter: 'v2', entitlements: ['e2'], choices: { i1: 'for' } },
  { voter: 'v3', entitlements: ['e3'], choices: { i1: 'abstain', i2: 'against' } },
  { voter: 'v1', entitlements: ['e1', 'e6'], choices: { i1: 'for', i2: 'for' } },
  { voter: 'v1', entitlements: ['e6'], choices: { i1: 'for', i2: 'abstain' } },
];

/** A flat sold to a newcomer, and half of a co-owner's third sold to another co-owner. */
export const AMENDMENTS: readonly Amendment[] = [
  { entitlement: 'e6', to: 'v5', why: 'transfer' },
  { entitlement: 'e2', to: 'v3', why: 'transfer', part: { entitlement: 'e7', share: '1/6' } },
];

/** Three witnesses, by the names of the policy: the key of each is named `<name>.test`. */
export const WITNESSES = ['board', 'city', 'resident'] as const;
export type WitnessName = (typeof WITNESSES)[number];
/** When voting ends by the notice, in Unix seconds. */
export const CLOSES_AT = Date.parse(notice.closesAt) / 1_000;

/** Two of the three are enough. */
export const POLICY = [
  `log ${logSigner.vkey}`,
  ...WITNESSES.map((name) => `witness ${name} ${createCosigner(`${name}.test`, seedOf(name), 0).vkey}`),
  `group two-of-three 2 ${WITNESSES.join(' ')}`,
  'quorum two-of-three',
  '',
].join('\n');

/** The note with the cosignature of each witness at its Unix second. */
export function cosign(note: string, times: Partial<Record<WitnessName, number>>): string {
  const text = encodeUtf8(note.slice(0, note.lastIndexOf('\n\n') + 1));
  const lines = Object.entries(times).map(([name, time]) =>
    signatureLine(createCosigner(`${name}.test`, seedOf(name), time), text),
  );
  return note + lines.join('');
}

export type MeetingWorld = {
  readonly files: Map<string, Uint8Array>;
  readonly log: LogReader;
  readonly logKey: string;
  readonly entries: readonly BundleEntry[];
  readonly result: MeetingResult;
  readonly minutes: Uint8Array;
  /** The lines of the bundle, each with its newline. */
  readonly bundle: readonly string[];
  /** Checkpoints in the order they were published. */
  readonly checkpoints: readonly string[];
  /** The note of the closing checkpoint; null in a meeting without witnesses. */
  readonly closing: string | null;
};

export type MeetingSettings = {
  readonly meeting: string;
  readonly notice: Notice;
  readonly roll: readonly RollRecord[];
  readonly casts: readonly Cast[];
  /** The vote that this one joins: it stands before this one in the same log. Its notice is to name it. */
  readonly joins: MeetingWorld | null;
  /** What the notice says of shares that change hands. */
  readonly sale: NonNullable<Notice['sale']> | null;
  /** Amendments of the roll, each list logged when so many of the casts came before it. */
  readonly amended: readonly { readonly before: number; readonly amendments: readonly Amendment[] }[];
  /** Entries of other meetings, logged in between: before each entry of this one. */
  readonly othersBetween: number;
  /** In a log with witnesses: how many of the casts come after the closing checkpoint, and who cosigned that one when. */
  readonly witnessed: {
    readonly late: number;
    readonly cosigned: Partial<Record<WitnessName, number>>;
  } | null;
  /** Changes what is written, to make meetings that must not pass. */
  readonly tamper: Partial<{
    draft(draft: EntryDraft): EntryDraft;
    /** The leaves in the order they are logged; entries left out here are left out of the log. */
    log(entries: readonly BundleEntry[]): readonly BundleEntry[];
    /** What the bundle shows of what was logged. */
    show(entries: readonly BundleEntry[]): readonly BundleEntry[];
    result(result: MeetingResult): MeetingResult;
    roll(roll: readonly RollRecord[]): readonly RollRecord[];
    payload(payload: BallotPayload): BallotPayload;
    /** What is logged of an amendment, and what the notice says of sales; what was counted stays. */
    amendment(amendment: Amendment): Amendment;
    sale: NonNullable<Notice['sale']>;
    /** The lines that the bundle holds of the vote that this one joins. */
    earlier(lines: readonly string[]): readonly string[];
    /** The note of the closing checkpoint, before the close names it. */
    closing(note: string): string;
  }>;
};

/** Holds the meeting: called, opened, keys, ballots, closed, result, minutes. */
export async function holdMeeting(changed: Partial<MeetingSettings> = {}): Promise<MeetingWorld> {
  const settings: MeetingSettings = {
    meeting: MEETING,
    notice,
    roll,
    casts,
    joins: null,
    sale: null,
    amended: [],
    othersBetween: 0,
    witnessed: null,
    tamper: {},
    ...changed,
  };
  const { tamper } = settings;
  const meetingRoll = tamper.roll?.(settings.roll) ?? settings.roll;
  const store = createMemoryHeadStore();
  const tiles = createMemoryTileStore();
  const registrar = signEntry(
    { kind: 'registrar', origin: ORIGIN, key: encodeBase64(publicKeyOf(registrarSeed)) },
    registrarSeed,
  );
  const checkpoints: string[] = [];
  let now = 0;
  const sequencer = createSequencer({
    origin: ORIGIN,
    signer: logSigner,
    store,
    tiles,
    now: () => ++now,
    epoch: 0,
    firstEntry: () => encodeUtf8(encodeEntry(registrar)),
    onPublished: ({ head }) => checkpoints.push(head.checkpoint),
  });
  await sequencer.start();

  /** The leaves as they are logged after the registrar's, those of other meetings in between. */
  const inLog = <T extends { readonly entry: Entry }>(entries: readonly T[]) => {
    const leaves: { readonly leaf: string; readonly of: T | null }[] = [];
    for (const one of entries) {
      for (let i = 0; i < settings.othersBetween; i++) {
        const result = encodeBase64(seedOf(`other ${leaves.length}`));
        const other = signEntry({ kind: 'result', meeting: 'other', result }, registrarSeed);
        leaves.push({ leaf: encodeEntry(other), of: null });
      }
      leaves.push({ leaf: encodeEntry(one.entry), of: one });
    }
    return leaves;
  };
  const closingNote = (entries: readonly Entry[]): string => {
    const leaves = [
      encodeEntry(registrar),
      ...inLog(entries.map((entry) => ({ entry }))).map(({ leaf }) => leaf),
    ];
    const note = signCheckpoint(ORIGIN, leaves.length, rootOf(leaves.map(encodeUtf8)), logSigner);
    const cosigned = cosign(note, settings.witnessed!.cosigned);
    return tamper.closing?.(cosigned) ?? cosigned;
  };

  const written: { entry: Entry; salt?: string; payload?: unknown }[] = [];
  const write = (
    draft: EntryDraft,
    seed: Uint8Array,
    opening: { salt?: string; payload?: unknown } = {},
  ): void => {
    const entry = signEntry(tamper.draft?.(draft) ?? draft, seed);
    written.push({ entry: decodeEntry(encodeEntry(entry)), ...opening });
  };
  const commit = (label: string, payload: unknown) => {
    const salt = seedOf(`salt ${label}`);
    return {
      commitment: encodeBase64(makeCommitment(salt, encodeCanonicalBytes(payload))),
      opening: { salt: encodeBase64(salt), payload },
    };
  };

  const { sale } = settings;
  const called = commit(
    'notice',
    sale === null ? settings.notice : { ...settings.notice, sale: tamper.sale ?? sale },
  );
  write(
    { kind: 'meeting.called', meeting: settings.meeting, notice: called.commitment },
    registrarSeed,
    called.opening,
  );
  const weight = meetingRoll
    .map(({ areaCm2, share }) => times(fraction(BigInt(areaCm2)), readFraction(share)))
    .reduce(plus);
  write(
    {
      kind: 'meeting.opened',
      meeting: settings.meeting,
      rollRoot: encodeBase64(rootOf(meetingRoll.map(encodeCanonicalBytes))),
      rollSize: meetingRoll.length,
      rollWeight: writeFraction(weight),
      ...(settings.witnessed ? { policy: encodeBase64(sha256(encodeUtf8(POLICY))) } : {}),
    },
    registrarSeed,
  );
  for (const voter of new Set(settings.casts.map((cast) => cast.voter))) {
    const seed = seedOf(`device ${voter}`);
    const possession = encodeBase64(sign(possessionMessage(settings.meeting, voter), seed));
    const key = encodeBase64(publicKeyOf(seed));
    write({ kind: 'key.registered', meeting: settings.meeting, voter, key, possession }, registrarSeed);
  }
  const amendBefore = (place: number): void => {
    for (const [i, { before, amendments }] of settings.amended.entries()) {
      if (before !== place) continue;
      const logged = amendments.map((amendment) => tamper.amendment?.(amendment) ?? amendment);
      const { commitment, opening } = commit(`amendments ${i}`, {
        meeting: settings.meeting,
        amendments: logged,
      });
      write(
        { kind: 'roll.amended', meeting: settings.meeting, amendments: commitment },
        registrarSeed,
        opening,
      );
    }
  };
  const ballots: BallotPayload[] = settings.casts.map(({ voter, entitlements, choices }, i) => {
    amendBefore(i);
    const honest = { meeting: settings.meeting, voter, entitlements, choices };
    const payload = tamper.payload?.(honest) ?? honest;
    const { commitment, opening } = commit(`ballot ${i}`, payload);
    const nonce = encodeBase64(seedOf(`nonce ${i}`).slice(0, 16));
    write(
      { kind: 'ballot', meeting: settings.meeting, voter, nonce, ballot: commitment },
      seedOf(`device ${voter}`),
      opening,
    );
    return payload;
  });
  amendBefore(settings.casts.length);
  const late = settings.witnessed?.late ?? 0;
  const closing = settings.witnessed
    ? closingNote(written.slice(0, written.length - late).map(({ entry }) => entry))
    : null;
  const box = written.map(({ entry }) => encodeUtf8(encodeEntry(entry)));
  write(
    {
      kind: 'meeting.closed',
      meeting: settings.meeting,
      boxRoot: encodeBase64(rootOf(box)),
      boxSize: box.length,
      ...(closing === null ? {} : { closing: encodeBase64(sha256(encodeUtf8(closing))) }),
    },
    registrarSeed,
  );
  const counted = recountMeeting({
    meeting: settings.meeting,
    items: settings.notice.items,
    roll: meetingRoll,
    ballots: ballots.slice(0, ballots.length - late),
    ...(sale === null ? {} : { sale }),
    amendments: settings.amended.flatMap(({ before, amendments }) =>
      amendments.map((amendment) => ({ ...amendment, before })),
    ),
    ...(settings.witnessed ? { late } : {}),
    ...(settings.joins ? { carried: ballotsOf(settings.joins) } : {}),
  });
  const result = tamper.result?.(counted) ?? counted;
  const resultHash = encodeBase64(sha256(encodeCanonicalBytes(result)));
  write({ kind: 'result', meeting: settings.meeting, result: resultHash }, registrarSeed);
  const minutes = encodeUtf8('%PDF-2.0 minutes');
  write(
    { kind: 'minutes', meeting: settings.meeting, pdf: encodeBase64(sha256(minutes)), language: 'ru' },
    registrarSeed,
  );

  const numbered = written.map((one, i): BundleEntry => ({ index: i, ...one }));
  const logged: BundleEntry[] = [{ index: 0, entry: registrar }];
  const before = settings.joins?.entries.slice(1) ?? [];
  inLog([...before, ...(tamper.log?.(numbered) ?? numbered)]).forEach(({ leaf, of }, i) => {
    const idem = encodeHex(sha256(encodeUtf8(`${i + 1} ${leaf}`)));
    store.submit({ id: `s${i + 1}`, idem, leaf: encodeUtf8(leaf) });
    if (of && !before.includes(of)) logged.push({ ...of, index: i + 1 });
  });
  while ((await sequencer.step()) > 0);

  const shown = tamper.show?.(logged) ?? logged;
  const bundle: string[] = [];
  if (settings.witnessed) {
    const later = { board: CLOSES_AT + 60, city: CLOSES_AT + 61, resident: CLOSES_AT + 62 };
    checkpoints.push(cosign(checkpoints.pop()!, later));
    tiles.files.set('checkpoint', encodeUtf8(checkpoints.at(-1)!));
  }
  const checkpoint = checkpoints.at(-1)!;
  for await (const line of writeBundle({
    origin: ORIGIN,
    meeting: settings.meeting,
    checkpoint,
    ...(closing === null ? {} : { witnessed: { policy: POLICY, closing } }),
    roll: meetingRoll,
    entries: shown,
    result,
    ...(settings.joins
      ? { earlier: tamper.earlier?.(settings.joins.bundle) ?? settings.joins.bundle }
      : tamper.earlier
        ? { earlier: tamper.earlier([]) }
        : {}),
  }))
    bundle.push(line);
  return {
    files: tiles.files,
    log: logOver(tiles.files),
    logKey: logSigner.vkey,
    entries: logged,
    result,
    minutes,
    bundle,
    checkpoints,
    closing,
  };
}

/** The ballots of a meeting in log order. */
const ballotsOf = ({ entries }: MeetingWorld): readonly BallotPayload[] =>
  entries.flatMap(({ entry, payload }) => (entry.kind === 'ballot' ? [payload as BallotPayload] : []));

/** A rule by which whoever is asked and stays silent is for, and the one that leads there. */
const assent = { ...notice.items[1]!.rule, id: 'test.silent', silent: 'for' } as const;
export const asking: Notice = {
  ...notice,
  items: notice.items.map((item) => ({
    ...item,
    rule: {
      ...item.rule,
      fallback: {
        kind: 'silent-assent',
        on: ['failed'],
        trigger: [],
        rule: assent.id,
        minDelay: 'P30D',
        maxDepth: 1,
      },
    },
  })),
};

/** The second item of the meeting is not decided; those who took no part are asked, and their silence is assent. */
export async function holdJoined(
  changed: Partial<MeetingSettings> = {},
  follows: Partial<NonNullable<Notice['follows']>> = {},
): Promise<MeetingWorld> {
  const first = await holdMeeting({ notice: asking });
  return holdMeeting({
    meeting: 'm2',
    notice: {
      ...notice,
      meeting: 'm2',
      items: [{ ...notice.items[1]!, rule: assent, round: 1 }],
      follows: {
        meeting: MEETING,
        kind: 'silent-assent',
        result: encodeBase64(sha256(encodeCanonicalBytes(first.result))),
        ...follows,
      },
    },
    casts: [{ voter: 'v4', entitlements: ['e4'], choices: { i2: 'against' } }],
    joins: first,
    ...changed,
  });
}

/** One item on which co-owners of equal shares differ, by a rule that gives the chair the casting vote. */
const even: Notice = {
  ...notice,
  items: [
    {
      ...notice.items[0]!,
      rule: {
        ...notice.items[0]!.rule,
        quorum: [],
        tie: 'chair-casts',
        tests: [[{ ...half, weight: 'unit', base: 'expressed' }]],
      },
    },
  ],
};

/** A meeting that ends in a tie, with these decisions of its chair logged after the result. */
export async function holdTied(...decisions: readonly Partial<TieDecision>[]): Promise<MeetingWorld> {
  const casts: readonly Cast[] = [
    { voter: 'v2', entitlements: ['e2'], choices: { i1: 'for' } },
    { voter: 'v3', entitlements: ['e3'], choices: { i1: 'against' } },
  ];
  const { result } = await holdMeeting({ notice: even, casts });
  const hash = encodeBase64(sha256(encodeCanonicalBytes(result)));
  const decided = decisions.map((change, i): BundleEntry => {
    const payload: TieDecision = { meeting: MEETING, item: 'i1', choice: 'for', result: hash, ...change };
    const salt = seedOf(`tie ${i}`);
    const decision = encodeBase64(makeCommitment(salt, encodeCanonicalBytes(payload)));
    const entry = signEntry({ kind: 'tie.decided', meeting: MEETING, decision }, registrarSeed);
    return { index: 0, entry, salt: encodeBase64(salt), payload };
  });
  return holdMeeting({ notice: even, casts, tamper: { log: (logged) => [...logged, ...decided] } });
}

/** Reads a log from files in memory. */
export const logOver = (files: ReadonlyMap<string, Uint8Array>): LogReader => ({
  checkpoint: async () => decodeUtf8(files.get('checkpoint')!),
  read: async (path) => files.get(path) ?? null,
});
