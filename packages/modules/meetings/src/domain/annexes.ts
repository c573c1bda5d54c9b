// The annexes of the minutes as files: the notice and the result as they were logged, and the lists with names.
// A list with names begins with a random number, so that its SHA-256, which is public, cannot be guessed back to the list.
import type { Translate } from '@veche/core/messages.ts';
import {
  formatRational,
  multiply,
  parseRational,
  rational,
  toDecimal,
  divide,
} from '@veche/core/rational.ts';
import { encodeHex, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import { decodeEntry } from '@veche/ledger/entry.ts';
import { decodeCanonical } from '@veche/ledger/jcs.ts';
import { parseBallotPayload, type BallotPayload, type NoticeItem } from '@veche/ledger/meeting.ts';
import { stringify } from 'csv-stringify/sync';
import type { SalePolicy } from '@veche/rules/passing.ts';
import { openAmendments, passVotes, type BoxEntry } from './close.ts';
import type { AnnexKind, MinutesAnnex } from './minutes-model.ts';
import type { RollEntry } from './roll.ts';

export type AnnexFile = { readonly annex: MinutesAnnex; readonly content: Uint8Array };

/**
 * The ballot that counts for each entitlement: the last one in the log's order that came in time.
 * @param closingSize - size of the closing checkpoint; null where the meeting has none
 * @param sale - what becomes of the vote of a share that passes; absent: it stays
 * @param carried - the ballots of the vote that this one joins
 */
export function countedBallots(
  box: readonly BoxEntry[],
  closingSize: number | null,
  sale?: SalePolicy,
  carried: readonly BallotPayload[] = [],
): ReadonlyMap<string, BallotPayload> {
  const counted = new Map(
    carried.flatMap((ballot) => ballot.entitlements.map((entitlement) => [entitlement, ballot] as const)),
  );
  for (const boxed of box) {
    const { leaf, payload, index } = boxed;
    if (closingSize !== null && index >= closingSize) continue;
    const entry = decodeEntry(leaf);
    const amended = openAmendments(boxed, entry);
    if (amended) passVotes(counted, amended, sale);
    if (payload === null || entry.kind !== 'ballot') continue;
    const ballot = parseBallotPayload(decodeCanonical(payload));
    for (const entitlement of ballot.entitlements) counted.set(entitlement, ballot);
  }
  return counted;
}

export type AnnexInput = {
  /** Canonical JSON, as it was committed to. */
  readonly notice: string;
  readonly result: string;
  readonly items: readonly NoticeItem[];
  readonly roll: readonly RollEntry[];
  /** The roll as it is after all that passed during the vote; absent: as at the opening. */
  readonly now?: readonly RollEntry[];
  /** By person. */
  readonly names: ReadonlyMap<string, string>;
  readonly counted: ReadonlyMap<string, BallotPayload>;
  /** By entitlement, who cast its ballot and on what basis, in words: where that was not the owner. */
  readonly actedFor: ReadonlyMap<string, string>;
  /** 32 random bytes for each list with names. */
  readonly salts: readonly [Uint8Array, Uint8Array, Uint8Array];
};

/** In the order of their numbers. */
export function makeAnnexes(input: AnnexInput, translate: Translate): AnnexFile[] {
  const roll = input.roll.toSorted(byPremises);
  const [rollSalt, participantsSalt, votesSalt] = input.salts;
  const owner = ({ personId }: RollEntry): string =>
    (personId !== null && input.names.get(personId)) || translate('annex.unknown-owner');
  const who = (row: RollEntry): string[] => [
    translate('annex.premises', { kind: row.premisesKind, number: row.premisesNumber }),
    row.entrance,
    owner(row),
    squareMetres(row),
  ];
  const whoHead = [
    'annex.column.premises',
    'annex.column.entrance',
    'annex.column.owner',
    'annex.column.votes',
  ].map((key) => translate(key));
  const choice = (ballot: BallotPayload, item: string): string =>
    translate(`annex.choice.${ballot.choices[item] ?? 'unmarked'}`);
  const took = (input.now?.toSorted(byPremises) ?? roll).filter(({ entitlement }) =>
    input.counted.has(entitlement),
  );
  // What the owner of then cast for a share that passed counts on, and is told as theirs.
  const ownerOf = new Map([...(input.now ?? []), ...roll].map((row) => [row.voter, row.personId]));
  const voted = (row: RollEntry): string[] => {
    const { voter } = input.counted.get(row.entitlement)!;
    return voter === row.voter ? who(row) : who({ ...row, personId: ownerOf.get(voter) ?? null });
  };

  const list = (kind: AnnexKind, salt: Uint8Array, head: readonly string[], rows: string[][]): Content => ({
    kind,
    type: 'csv',
    personal: true,
    content: encodeUtf8(
      stringify([[translate(`annex.${kind}`), encodeHex(salt)], [...head], ...rows], {
        bom: true,
        delimiter: ';',
        quoted: true,
        // A name that a table program would take for a formula is text.
        escape_formulas: true,
        record_delimiter: 'windows',
      }),
    ),
  });
  const contents: Content[] = [
    { kind: 'notice', type: 'json', personal: false, content: encodeUtf8(input.notice) },
    list(
      'roll',
      rollSalt,
      [...whoHead, translate('annex.column.area'), translate('annex.column.share')],
      roll.map((row) => [...who(row), toDecimal(rational(row.areaCm2, 10_000), 4), row.share]),
    ),
    list(
      'participants',
      participantsSalt,
      [...whoHead, translate('annex.column.how')],
      took.map((row) => [
        ...voted(row),
        input.actedFor.get(row.entitlement) ?? translate('annex.electronic'),
      ]),
    ),
    list(
      'votes',
      votesSalt,
      [...whoHead, ...input.items.map(({ number }) => translate('annex.column.item', { number }))],
      took.map((row) => {
        const ballot = input.counted.get(row.entitlement)!;
        return [...voted(row), ...input.items.map(({ id }) => choice(ballot, id))];
      }),
    ),
    { kind: 'result', type: 'json', personal: false, content: encodeUtf8(input.result) },
  ];
  return contents.map(({ kind, type, personal, content }, position) => ({
    content,
    annex: {
      number: position + 1,
      kind,
      title: translate(`annex.${kind}`),
      fileName: `annex-${position + 1}-${kind}.${type}`,
      sha256: encodeHex(sha256(content)),
      bytes: content.length,
      personal,
    },
  }));
}

type Content = {
  readonly kind: AnnexKind;
  readonly type: 'csv' | 'json';
  readonly personal: boolean;
  readonly content: Uint8Array;
};

/** Exact where that can be written in decimals, else the fraction. */
function squareMetres({ areaCm2, share }: RollEntry): string {
  const value = divide(multiply(rational(areaCm2), parseRational(share)), rational(10_000));
  const decimal = toDecimal(value, 4);
  return value.den === 1n || 10_000n % value.den === 0n ? decimal : formatRational(value);
}

// Made once: to compare by locale without one costs a hundred times as much.
const inOrder = new Intl.Collator('ru', { numeric: true });
const byPremises = (a: RollEntry, b: RollEntry): number =>
  inOrder.compare(a.premisesNumber, b.premisesNumber) || (a.entitlement < b.entitlement ? -1 : 1);
