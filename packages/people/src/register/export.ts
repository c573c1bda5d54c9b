// The register in use as a spreadsheet, in the columns that the import reads. Every cell is text: what begins like a
// formula must be executed by no program that opens the file.
import type { Locale } from '@veche/core/locale.ts';
import writeExcelFile from 'write-excel-file/node';
import { formatCsv } from '../domain/register-sample.ts';
import { REGISTER_HEADERS } from '../register-template.ts';

export type ExportedTitle = {
  readonly premises: string;
  readonly kind: string;
  readonly entrance: string;
  /** Square metres with a point. */
  readonly area: string;
  readonly owner: string;
  readonly ownerKind: string;
  readonly taxNumber: string;
  readonly share: string;
  readonly document: string;
  readonly email: string;
  readonly phone: string;
  readonly heldFrom: string;
};

/** What a spreadsheet takes for a formula, or for the command of one (CWE-1236). */
const FORMULA = /^[=+\-@\t\r]/;

/** A cell of a CSV file that stays text: an apostrophe before what would be executed; the import takes it away again. */
export const plainCell = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

const cellsOf = (title: ExportedTitle): string[] => [
  title.premises,
  title.kind,
  title.entrance,
  title.area,
  title.owner,
  title.ownerKind,
  title.taxNumber,
  title.share,
  title.document,
  title.email,
  title.phone,
  title.heldFrom,
];

/** With a mark that tells Excel the encoding. */
export function exportCsv(titles: readonly ExportedTitle[], locale: Locale): Uint8Array {
  const rows = titles.map((title) => cellsOf(title).map(plainCell));
  const header = REGISTER_HEADERS[locale];
  return new TextEncoder().encode(formatCsv({ header, rows, rowNumbers: rows.map((_, i) => i + 2) }));
}

/** Strings of a workbook are never formulas, whatever they begin with. */
export async function exportWorkbook(titles: readonly ExportedTitle[], locale: Locale): Promise<Uint8Array> {
  const header = REGISTER_HEADERS[locale].map((value) => ({
    value,
    type: String,
    fontWeight: 'bold' as const,
  }));
  const rows = titles.map((title) => cellsOf(title).map((value) => ({ value, type: String })));
  return new Uint8Array(await writeExcelFile([header, ...rows], { stickyRowsCount: 1 }).toBuffer());
}
