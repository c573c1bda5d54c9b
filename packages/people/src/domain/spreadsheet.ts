// Reads a CSV or XLSX file into rows of text cells, exactly as a person sees them. Formulas are never executed: the
// value that the file holds is read. A file beyond the limits is refused before it is unpacked in memory.
import { CsvError, parse } from 'csv-parse/sync';
import { readSheet } from 'read-excel-file/universal';

/** A table of text cells. */
export type Sheet = {
  readonly header: readonly string[];
  /** The rows below the header, blank ones left out, each as long as the header. */
  readonly rows: readonly (readonly string[])[];
  /** For each row its number in the file as a person counts it: the first line is 1. */
  readonly rowNumbers: readonly number[];
};

export type SheetLimits = {
  readonly bytes: number;
  /** Bytes of text after unpacking a gzip or XLSX file. */
  readonly unpackedBytes: number;
  readonly rows: number;
  readonly columns: number;
};

export const REGISTER_LIMITS: SheetLimits = {
  bytes: 5 * 1024 * 1024,
  unpackedBytes: 64 * 1024 * 1024,
  rows: 20_000,
  columns: 60,
};

export type SpreadsheetFaultCode =
  | 'too-large'
  | 'too-many-rows'
  | 'too-many-columns'
  | 'empty-file'
  | 'old-excel'
  | 'broken-archive'
  | 'broken-workbook'
  | 'broken-csv'
  | 'broken-text';

/** A file that cannot be read as a table. The text holds nothing of the file's contents. */
export class SpreadsheetFault extends Error {
  readonly code: SpreadsheetFaultCode;
  /** What was found and what was expected, for the message `register.problem.<code>`: `row`, `column`, `limit`. */
  readonly facts: Readonly<Record<string, string | number>>;
  constructor(code: SpreadsheetFaultCode, facts: Record<string, string | number> = {}, cause?: unknown) {
    super(`unreadable spreadsheet: ${code}`, { cause });
    this.name = 'SpreadsheetFault';
    this.code = code;
    this.facts = facts;
  }
}

type Table = readonly (readonly string[])[];

/**
 * Reads the first sheet of an XLSX file, or a CSV file (`;`, `,` or tab; UTF-8 with or without BOM, UTF-16 with BOM, or
 * windows-1251), gzipped or not. The header is the first row with the most cells filled among the first twenty.
 * @throws SpreadsheetFault: when the file is no such table or is beyond the limits.
 */
export async function readSpreadsheet(
  bytes: Uint8Array,
  limits: SheetLimits = REGISTER_LIMITS,
): Promise<Sheet> {
  if (bytes.length > limits.bytes) throw new SpreadsheetFault('too-large', { limit: limits.bytes });
  const table = startsWith(bytes, ZIP)
    ? await readWorkbook(bytes, limits)
    : readCsv(await unpack(bytes, limits), limits);
  return sheetOf(table, limits);
}

const ZIP = [0x50, 0x4b, 0x03, 0x04];
const GZIP = [0x1f, 0x8b];
const OLD_EXCEL = [0xd0, 0xcf, 0x11, 0xe0];

const startsWith = (bytes: Uint8Array, head: readonly number[]): boolean =>
  head.every((byte, i) => bytes[i] === byte);

async function unpack(bytes: Uint8Array, limits: SheetLimits): Promise<Uint8Array> {
  if (startsWith(bytes, OLD_EXCEL)) throw new SpreadsheetFault('old-excel');
  return startsWith(bytes, GZIP) ? inflate(bytes, 'gzip', limits) : bytes;
}

/** Unpacks by the platform's own decoder, and stops at the limit instead of filling the memory. */
async function inflate(
  packed: Uint8Array,
  format: 'gzip' | 'deflate-raw',
  limits: SheetLimits,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    const source = new Blob([Uint8Array.from(packed)]).stream();
    for await (const chunk of source.pipeThrough(new DecompressionStream(format))) {
      size += chunk.length;
      if (size > limits.unpackedBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new SpreadsheetFault('broken-archive', {}, cause);
  }
  if (size > limits.unpackedBytes) throw new SpreadsheetFault('too-large', { limit: limits.unpackedBytes });
  const content = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    content.set(chunk, at);
    at += chunk.length;
  }
  return content;
}

function sheetOf(table: Table, limits: SheetLimits): Sheet {
  const filled = (row: readonly string[]): number => row.filter((cell) => cell !== '').length;
  const top = table.slice(0, 20).map(filled);
  const headerAt = top.indexOf(Math.max(...top));
  const headerRow = table[headerAt];
  if (!headerRow || filled(headerRow) === 0) throw new SpreadsheetFault('empty-file');
  const width = Math.max(...table.map((row) => row.findLastIndex((cell) => cell !== '') + 1));
  if (width > limits.columns) throw new SpreadsheetFault('too-many-columns', { limit: limits.columns });
  const padded = (row: readonly string[]): string[] => Array.from({ length: width }, (_, i) => row[i] ?? '');
  const rows: string[][] = [];
  const rowNumbers: number[] = [];
  table.slice(headerAt + 1).forEach((row, i) => {
    if (filled(row) === 0) return;
    rows.push(padded(row));
    rowNumbers.push(headerAt + i + 2);
  });
  if (rows.length > limits.rows) throw new SpreadsheetFault('too-many-rows', { limit: limits.rows });
  if (rows.length === 0) throw new SpreadsheetFault('empty-file');
  return { header: padded(headerRow), rows, rowNumbers };
}

/**
 * Without outer spaces; no-break spaces become spaces, so that what looks equal is equal. The apostrophe that keeps a
 * spreadsheet from executing a cell, as our own export writes it, is no part of what the cell says.
 */
const cleanCell = (text: string): string =>
  text
    .replace(/[\u00a0\u202f]/g, ' ')
    .trim()
    .replace(/^'(?=[=+\-@])/, '');

// ---- CSV --------------------------------------------------------------------------------------------------------

function readCsv(bytes: Uint8Array, limits: SheetLimits): Table {
  const text = decodeText(bytes);
  try {
    const table = parse(text, {
      delimiter: findDelimiter(text),
      relax_column_count: true,
      skip_empty_lines: false,
      // Files glued from two sources end their lines in two ways.
      record_delimiter: ['\r\n', '\n', '\r'],
      // One more than allowed, so that a longer file is known for one without being parsed whole.
      to: limits.rows + 21,
      max_record_size: 1_000_000,
    });
    return table.map((row) => row.map(cleanCell));
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new SpreadsheetFault('broken-csv', { row: Number(cause['lines'] ?? 1) }, cause);
  }
}

function decodeText(bytes: Uint8Array): string {
  const decode = (encoding: string, fatal: boolean): string =>
    new TextDecoder(encoding, { fatal }).decode(bytes);
  let text: string;
  if (startsWith(bytes, [0xff, 0xfe])) text = decode('utf-16le', false);
  else if (startsWith(bytes, [0xfe, 0xff])) text = decode('utf-16be', false);
  else {
    try {
      text = decode('utf-8', true);
    } catch {
      // Every byte sequence is some windows-1251 text, so it is tried last; Russian UTF-8 is never taken for it.
      text = decode('windows-1251', false);
    }
  }
  if (text.includes('\u0000')) throw new SpreadsheetFault('broken-text');
  return text;
}

/** The separator that gives the most columns, the same number on most of the first lines. */
function findDelimiter(text: string): string {
  const sample = text.slice(0, 65_536);
  const head = sample.slice(
    0,
    sample.length < text.length ? sample.lastIndexOf('\n') + 1 || sample.length : undefined,
  );
  let best = { delimiter: ';', score: 0 };
  for (const delimiter of [';', ',', '\t']) {
    const widths = widthsOf(head, delimiter);
    const columns = Math.max(1, ...widths.keys());
    // Columns × lines that have that many: commas inside addresses give few lines of equal width.
    const score = Math.max(
      0,
      ...[...widths].filter(([width]) => width > 1).map(([width, lines]) => width * lines * lines),
    );
    if (columns > 1 && score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

function widthsOf(text: string, delimiter: string): Map<number, number> {
  const widths = new Map<number, number>();
  let width = 1;
  let quoted = false;
  for (const character of text.endsWith('\n') ? text : `${text}\n`) {
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === delimiter) width++;
    else if (character === '\n') {
      widths.set(width, (widths.get(width) ?? 0) + 1);
      width = 1;
    }
  }
  return widths;
}

// ---- XLSX -------------------------------------------------------------------------------------------------------

async function readWorkbook(bytes: Uint8Array, limits: SheetLimits): Promise<Table> {
  await checkArchive(bytes, limits);
  let cells;
  try {
    cells = await readSheet<string>(new Blob([Uint8Array.from(bytes)]), {
      parseNumber: shownNumber,
      trim: true,
    });
  } catch (cause) {
    throw new SpreadsheetFault('broken-workbook', {}, cause);
  }
  return cells.map((row) => row.map((cell) => cleanCell(shownCell(cell))));
}

function shownCell(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return cell.toISOString().slice(0, 10);
  return String(cell);
}

/**
 * A number of the file as Excel shows it in full: 15 significant digits, no exponent. The file may hold
 * 54.299999999999997 where a person typed 54.3; only text comes out, so nothing is ever computed from the float.
 */
function shownNumber(stored: string): string {
  const value = Number(stored);
  if (!Number.isFinite(value)) return stored;
  const [mantissa = '0', exponent = '0'] = value.toExponential(14).split('e');
  const digits = mantissa.replace(/[-.]/g, '');
  const point = 1 + Number(exponent);
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  const fraction = (point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits).replace(/0+$/, '');
  return `${value < 0 ? '-' : ''}${whole}${fraction && `.${fraction}`}`;
}

type ArchiveFile = { readonly name: string; readonly content: () => Promise<Uint8Array> };

/**
 * Refuses an archive that would unpack to more than the limits, and a sheet that names cells far outside of them: a
 * file of a few bytes may ask for a table of 17 billion cells.
 */
async function checkArchive(bytes: Uint8Array, limits: SheetLimits): Promise<void> {
  let left = limits.unpackedBytes;
  for (const file of listArchive(bytes, limits)) {
    if (!/\.(xml|rels)$/.test(file.name)) continue;
    const content = await file.content();
    left -= content.length;
    if (left < 0) throw new SpreadsheetFault('too-large', { limit: limits.unpackedBytes });
    if (file.name.startsWith('xl/worksheets/')) checkCellNames(content, limits);
  }
}

const CELL_NAME = /<(?:\w+:)?(?:c|row)\b[^>]*?\sr\s*=\s*["']\s*([A-Z]*)(\d+)/g;

function checkCellNames(sheetXml: Uint8Array, limits: SheetLimits): void {
  for (const [, letters = '', digits = ''] of new TextDecoder().decode(sheetXml).matchAll(CELL_NAME)) {
    if (Number(digits) > limits.rows + 21)
      throw new SpreadsheetFault('too-many-rows', { limit: limits.rows });
    const column = [...letters].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0);
    // Formatted empty cells often reach far to the right; 1,024 columns of them do no harm.
    if (column > 1_024) throw new SpreadsheetFault('too-many-columns', { limit: limits.columns });
  }
}

/** The files of a ZIP archive by its central directory (APPNOTE 4.3.12), which is what the workbook reader goes by. */
function listArchive(bytes: Uint8Array, limits: SheetLimits): ArchiveFile[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    let end = bytes.length - 22;
    while (view.getUint32(end, true) !== 0x06054b50) end--;
    const files: ArchiveFile[] = [];
    let at = view.getUint32(end + 16, true);
    for (let count = view.getUint16(end + 10, true); count > 0; count--) {
      if (view.getUint32(at, true) !== 0x02014b50) throw new RangeError('expected a directory record');
      const method = view.getUint16(at + 10, true);
      const checksum = view.getUint32(at + 16, true);
      const packed = view.getUint32(at + 20, true);
      const nameLength = view.getUint16(at + 28, true);
      const local = view.getUint32(at + 42, true);
      const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
      const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      const body = bytes.subarray(start, start + packed);
      files.push({ name, content: () => unpackFile(body, method, checksum, limits) });
      at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
    return files;
  } catch (cause) {
    throw new SpreadsheetFault('broken-archive', {}, cause);
  }
}

async function unpackFile(
  body: Uint8Array,
  method: number,
  checksum: number,
  limits: SheetLimits,
): Promise<Uint8Array> {
  if (method !== 0 && method !== 8) throw new SpreadsheetFault('broken-archive');
  const content = method === 0 ? body : await inflate(body, 'deflate-raw', limits);
  if (crc32(content) !== checksum) throw new SpreadsheetFault('broken-archive');
  return content;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 as ZIP has it (ISO 3309, polynomial 04C11DB7 reflected). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
