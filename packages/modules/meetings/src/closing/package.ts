// The package for the housing inspection or another authority: one ZIP, streamed file by file, with the minutes, their
// signatures, every annex, who was told by the day of the package, the list that those present sign where people came
// together, a cover letter, and the SHA-256 of each in a list that `sha256sum -c` checks.
// Holds personal data: it is made for whoever may see the annexes, and nothing of it is kept.
import type { Translate } from '@veche/core/messages.ts';
import { encodeHex, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import type { House } from '@veche/module-kit/module.ts';
import { makeZip } from 'client-zip';
import { formatDay } from '../domain/figures.ts';
import type { MinutesDocument } from '../domain/minutes.ts';
import { createPapers } from '../notice/papers.ts';
import { noticeOf, type MeetingRow } from '../store.ts';
import { drawAttendance } from './attendance.ts';
import type { EditionRow, SignatureRow } from './store.ts';

export const MANIFEST = 'SHA256SUMS';

export type PackageInput = {
  readonly row: MeetingRow;
  readonly edition: EditionRow;
  /** Of this edition, without those that were withdrawn. */
  readonly signatures: readonly SignatureRow[];
  readonly number: number;
  readonly title: string;
  readonly address: string;
  readonly timeZone: string;
  /** When the package is made: stands in the letter. */
  readonly now: Date;
};

type Entry = { readonly name: string; readonly load: () => Promise<Uint8Array | null> };

/**
 * The bytes of the ZIP. One file at a time is held in memory.
 * @throws RangeError: from the stream, when a file of the minutes is gone from the files of the house.
 */
export function streamPackage(
  house: House,
  input: PackageInput,
  translate: Translate,
): ReadableStream<Uint8Array> {
  const entries = [...entriesOf(house, input), ...drawnAnew(house, input)];
  const sums: { name: string; hash: string }[] = [];
  async function* files() {
    for (const { name, load } of entries) {
      const content = await load();
      if (!content) throw new RangeError(`expected the file ${name}`);
      sums.push({ name, hash: encodeHex(sha256(content)) });
      yield { name, input: content, lastModified: input.edition.drawnUpAt };
    }
    const { renderMinutes } = await import('../minutes-pdf.ts');
    const letter = await renderMinutes(writeLetter(input, sums, translate), input.now);
    sums.push({ name: 'cover-letter.pdf', hash: encodeHex(sha256(letter)) });
    yield { name: 'cover-letter.pdf', input: letter, lastModified: input.now };
    const manifest = encodeUtf8(sums.map(({ name, hash }) => `${hash}  ${name}\n`).join(''));
    yield { name: MANIFEST, input: manifest, lastModified: input.now };
  }
  return makeZip(files());
}

/** What is not fixed by the close: it goes on after it, or is signed by hand. */
function drawnAnew(house: House, { row, edition: { language }, now }: PackageInput): Entry[] {
  const deliveries = { kind: 'called', only: 'all', locale: language, now } as const;
  return [
    { name: 'deliveries.csv', load: () => createPapers(house).deliveries(row, deliveries) },
    ...(noticeOf(row).gathering
      ? [{ name: 'present-with-signatures.pdf', load: () => drawAttendance(house, row, language, now) }]
      : []),
  ];
}

function entriesOf(house: House, { edition, signatures }: PackageInput): Entry[] {
  const kept = (name: string, file: string | null): Entry[] =>
    file === null ? [] : [{ name, load: () => house.files.get(file) }];
  return [
    ...kept('minutes.pdf', edition.pdfFile),
    ...kept('minutes.xml', edition.xmlFile),
    ...kept('minutes.json', edition.jsonFile),
    // Named by us: what somebody called a file at home has no place in a path.
    ...signatures.flatMap(({ role, file }, i) => kept(`signatures/${i + 1}-${role}.p7s`, file)),
    ...edition.annexes.flatMap(({ fileName, file }) => kept(`annexes/${fileName}`, file)),
  ];
}

function writeLetter(
  { edition, signatures, number, title, address, timeZone, now }: PackageInput,
  sums: readonly { name: string; hash: string }[],
  translate: Translate,
): MinutesDocument {
  const { language } = edition;
  return {
    language,
    title: translate('package.letter.title'),
    subject: address,
    footer: translate('minutes.footer', { number, address }),
    blocks: [
      { kind: 'heading', level: 1, text: translate('package.letter.title') },
      {
        kind: 'paragraph',
        tone: 'strong',
        text: translate(`package.letter.to.${edition.particulars.profile}`),
      },
      { kind: 'paragraph', text: translate('package.letter.text', { number, address, title }) },
      {
        kind: 'facts',
        rows: [
          [translate('package.letter.date'), formatDay(now, language, timeZone)],
          [translate('package.letter.edition'), String(edition.edition)],
          [translate('package.letter.signatures'), String(signatures.length)],
          [translate('package.letter.sender'), edition.particulars.initiator ?? '____________________'],
        ],
      },
      { kind: 'heading', level: 2, text: translate('package.letter.files') },
      { kind: 'lines', lines: sums.flatMap(({ name, hash }, i) => [`${i + 1}. ${name}`, `SHA-256 ${hash}`]) },
      { kind: 'paragraph', tone: 'quiet', text: translate('package.letter.check', { manifest: MANIFEST }) },
      { kind: 'paragraph', tone: 'quiet', text: translate('package.letter.personal') },
      {
        kind: 'signatures',
        signatories: [{ role: translate('package.letter.signed'), name: null }],
        hints: [translate('minutes.signature-line'), translate('minutes.name-line')],
      },
    ],
  };
}
