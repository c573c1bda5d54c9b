// Sets the minutes as a PDF for A4 paper: real text in embedded fonts, a structure that a screen reader can walk,
// bookmarks, page numbers. Decides nothing about content; the same document gives the same bytes.
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import PdfFile from 'pdfkit';
import type { Block, MinutesDocument } from './domain/minutes.ts';

const require = createRequire(import.meta.url);
const FONTS = {
  // PT Sans was drawn for the public services of Russia; SIL Open Font License.
  regular: '@expo-google-fonts/pt-sans/400Regular/PTSans_400Regular.ttf',
  bold: '@expo-google-fonts/pt-sans/700Bold/PTSans_700Bold.ttf',
} as const;

const MARGIN = 56;
const TEXT_SIZE = 10.5;
const COLOR = { text: '#1a1a1a', quiet: '#555555', line: '#b5b5b5', fill: '#f2f2f2' } as const;
/** A verdict is said in words; the bar beside it only helps the eye. */
const VERDICT_BAR: Readonly<Record<string, string>> = {
  passed: '#1b6e3c',
  failed: '#9b2226',
  'no-quorum': '#7a5c00',
};

type Pdf = PDFKit.PDFDocument;
type Structure = PDFKit.PDFStructureElement;

let fontFiles: Promise<Record<keyof typeof FONTS, Buffer>> | undefined;
const readFonts = () =>
  (fontFiles ??= Promise.all([
    readFile(require.resolve(FONTS.regular)),
    readFile(require.resolve(FONTS.bold)),
  ]).then(([regular, bold]) => ({ regular, bold })));

/**
 * The file of the minutes, tagged PDF 1.7.
 * @param moment - when the box was sealed; stands as the date of the file, so that it does not depend on the clock
 */
export async function renderMinutes(document: MinutesDocument, moment: Date): Promise<Uint8Array> {
  const fonts = await readFonts();
  const pdf = new PdfFile({
    size: 'A4',
    margins: { top: MARGIN, bottom: MARGIN + 14, left: MARGIN, right: MARGIN },
    pdfVersion: '1.7',
    tagged: true,
    lang: document.language,
    displayTitle: true,
    bufferPages: true,
    info: {
      Title: document.title,
      Creator: 'Veche',
      Producer: 'Veche',
      CreationDate: moment,
      ModDate: moment,
    },
  });
  const chunks: Uint8Array[] = [];
  pdf.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    pdf.on('end', resolve);
    pdf.on('error', reject);
  });
  pdf.registerFont('regular', fonts.regular);
  pdf.registerFont('bold', fonts.bold);

  const root = pdf.struct('Document');
  pdf.addStructure(root);
  const bookmarks = new Bookmarks(pdf);
  for (const [position, block] of document.blocks.entries()) {
    // A heading goes over the page together with what it is the heading of.
    if (block.kind === 'heading') keepTogether(pdf, heightWanted(document.blocks, position));
    drawBlock(pdf, root, bookmarks, block);
  }
  root.end();
  numberPages(pdf, document.footer);
  pdf.end();
  await ended;
  return new Uint8Array(Buffer.concat(chunks));
}

/** Headings of level 2 and 3 as an outline. */
class Bookmarks {
  readonly #pdf: Pdf;
  #section: PDFKit.PDFOutline | undefined;
  constructor(pdf: Pdf) {
    this.#pdf = pdf;
  }
  add(level: 1 | 2 | 3, text: string): void {
    const title = text.length > 90 ? `${text.slice(0, 89)}…` : text;
    if (level < 3) this.#section = this.#pdf.outline.addItem(title, { expanded: true });
    else (this.#section ?? this.#pdf.outline).addItem(title);
  }
}

function drawBlock(pdf: Pdf, root: Structure, bookmarks: Bookmarks, block: Block): void {
  switch (block.kind) {
    case 'heading': {
      const size = { 1: 18, 2: 13.5, 3: 11.5 }[block.level];
      if (block.level > 1) pdf.moveDown(block.level === 2 ? 1.1 : 0.9);
      bookmarks.add(block.level, block.text);
      write(pdf, root, `H${block.level}`, () =>
        pdf.font('bold').fontSize(size).fillColor(COLOR.text).text(block.text, { lineGap: 1 }),
      );
      pdf.moveDown(0.35);
      return;
    }
    case 'paragraph':
      write(pdf, root, 'P', () =>
        pdf
          .font(block.tone === 'strong' ? 'bold' : 'regular')
          .fontSize(block.tone === 'quiet' ? TEXT_SIZE - 1 : TEXT_SIZE)
          .fillColor(block.tone === 'quiet' ? COLOR.quiet : COLOR.text)
          .text(block.text, { lineGap: 2 }),
      );
      pdf.moveDown(0.5);
      return;
    case 'lines':
      for (const line of block.lines) {
        write(pdf, root, 'P', () =>
          pdf.font('regular').fontSize(TEXT_SIZE).fillColor(COLOR.text).text(line, { lineGap: 2 }),
        );
        pdf.moveDown(0.15);
      }
      pdf.moveDown(0.35);
      return;
    case 'facts':
      drawFacts(pdf, root, block.rows);
      return;
    case 'table':
      drawTable(pdf, root, block);
      return;
    case 'verdict':
      drawVerdict(pdf, root, block);
      return;
    case 'signatures':
      drawSignatures(pdf, root, block);
  }
}

/** How much room a heading and the beginning of what follows it should have, in points. */
function heightWanted(blocks: readonly Block[], position: number): number {
  const [heading, next] = [blocks[position], blocks[position + 1]];
  const own = heading?.kind === 'heading' && heading.level === 3 ? 190 : 100;
  return next?.kind === 'heading' ? own + heightWanted(blocks, position + 1) : own;
}

/** Draws one tagged element that may run over the end of a page. */
function write(pdf: Pdf, root: Structure, tag: string, draw: () => unknown): void {
  const element = pdf.struct(tag as never, {}, () => void draw());
  root.add(element);
}

const contentWidth = (pdf: Pdf): number => pdf.page.width - 2 * MARGIN;
const bottomOf = (pdf: Pdf): number => pdf.page.height - pdf.page.margins.bottom;

/** Starts a new page when less than `height` is left, so that a heading does not stand alone. */
function keepTogether(pdf: Pdf, height: number): void {
  if (pdf.y + height > bottomOf(pdf) && pdf.y > MARGIN) pdf.addPage();
}

function drawFacts(pdf: Pdf, root: Structure, rows: readonly (readonly [string, string])[]): void {
  const label = Math.round(contentWidth(pdf) * 0.38);
  pdf.font('regular').fontSize(TEXT_SIZE).fillColor(COLOR.text);
  drawGrid(
    pdf,
    root,
    [label, contentWidth(pdf) - label].map((width) => ({ width })),
    rows.map(([name, value]) => [headOf('Row', name, { textColor: COLOR.quiet }), { text: value }]),
  );
}

function drawTable(pdf: Pdf, root: Structure, block: Extract<Block, { kind: 'table' }>): void {
  const whole = block.widths.reduce((all, width) => all + width, 0);
  const sideOf = (column: number) => (column === 0 ? 'left' : 'right');
  pdf
    .font('regular')
    .fontSize(TEXT_SIZE - 0.5)
    .fillColor(COLOR.text);
  drawGrid(
    pdf,
    root,
    block.widths.map((width, column) => ({
      width: (contentWidth(pdf) * width) / whole,
      align: { x: sideOf(column), y: 'top' } as const,
    })),
    [
      block.head.map((text, column) =>
        headOf('Column', text, {
          font: { src: 'bold', size: TEXT_SIZE - 1.5 },
          backgroundColor: COLOR.fill,
          align: { x: sideOf(column), y: 'bottom' },
        }),
      ),
      ...block.rows.map((row) => row.map((text, column) => (column === 0 ? headOf('Row', text) : { text }))),
    ],
  );
}

type Cell = PDFKit.Mixins.CellOptions;

/** A heading cell; `scope` tells a screen reader what it is the heading of. */
const headOf = (scope: 'Row' | 'Column', text: string, style: Cell = {}): Cell & { scope: string } => ({
  ...style,
  type: 'TH',
  scope,
  text,
});

function drawGrid(
  pdf: Pdf,
  root: Structure,
  columnStyles: PDFKit.Mixins.ColumnStyle[],
  data: Cell[][],
): void {
  // The types of pdfkit do not know yet that a table may hang in the structure.
  const options = {
    structParent: root,
    columnStyles,
    defaultStyle: { border: [0, 0, 0.5, 0], borderColor: COLOR.line, padding: [3, 4, 3, 2] },
    data,
  } as unknown as PDFKit.Mixins.TableOptionsWithData;
  pdf.table(options);
  pdf.x = MARGIN;
  pdf.moveDown(0.7);
}

function drawVerdict(pdf: Pdf, root: Structure, block: Extract<Block, { kind: 'verdict' }>): void {
  const width = contentWidth(pdf) - 24;
  pdf.font('bold').fontSize(TEXT_SIZE + 0.5);
  const height = pdf.heightOfString(block.text, { width }) + 12;
  keepTogether(pdf, height + 8);
  const top = pdf.y;
  asArtifact(pdf, () => {
    pdf.rect(MARGIN, top, contentWidth(pdf), height).fill(COLOR.fill);
    pdf.rect(MARGIN, top, 4, height).fill(VERDICT_BAR[block.verdict] ?? COLOR.quiet);
  });
  write(pdf, root, 'P', () =>
    pdf
      .font('bold')
      .fontSize(TEXT_SIZE + 0.5)
      .fillColor(COLOR.text)
      .text(block.text, MARGIN + 14, top + 5, { width }),
  );
  pdf.x = MARGIN;
  pdf.y = top + height;
  pdf.moveDown(0.6);
}

function drawSignatures(pdf: Pdf, root: Structure, block: Extract<Block, { kind: 'signatures' }>): void {
  const rowHeight = 46;
  for (const { role, name } of block.signatories) {
    keepTogether(pdf, rowHeight);
    const top = pdf.y;
    const left = MARGIN + contentWidth(pdf) * 0.38;
    const middle = MARGIN + contentWidth(pdf) * 0.62;
    asArtifact(pdf, () => {
      pdf.lineWidth(0.6).strokeColor(COLOR.text);
      pdf
        .moveTo(left, top + 24)
        .lineTo(middle - 10, top + 24)
        .stroke();
      pdf
        .moveTo(middle, top + 24)
        .lineTo(MARGIN + contentWidth(pdf), top + 24)
        .stroke();
    });
    write(pdf, root, 'P', () => {
      pdf.font('regular').fontSize(TEXT_SIZE).fillColor(COLOR.text);
      pdf.text(role, MARGIN, top + 11, { width: left - MARGIN - 8 });
      if (name !== null)
        pdf.text(name, middle, top + 10, {
          width: MARGIN + contentWidth(pdf) - middle,
          height: 14,
          lineBreak: false,
          ellipsis: true,
        });
      pdf.fontSize(8).fillColor(COLOR.quiet);
      pdf.text(block.hints[0], left, top + 27, { width: middle - 10 - left });
      pdf.text(block.hints[1], middle, top + 27, { width: MARGIN + contentWidth(pdf) - middle });
    });
    pdf.x = MARGIN;
    pdf.y = top + rowHeight;
  }
}

/** Lines, bars and page numbers are no part of the text that is read out. */
function asArtifact(pdf: Pdf, draw: () => void): void {
  pdf.markContent('Artifact', { type: 'Layout' } as never);
  draw();
  pdf.endMarkedContent();
}

function numberPages(pdf: Pdf, footer: string): void {
  const { start, count } = pdf.bufferedPageRange();
  for (let page = start; page < start + count; page++) {
    pdf.switchToPage(page);
    // The foot stands below the margin, where text would otherwise start another page.
    const { bottom } = pdf.page.margins;
    pdf.page.margins.bottom = 0;
    asArtifact(pdf, () => {
      const y = pdf.page.height - MARGIN + 6;
      pdf.font('regular').fontSize(8.5).fillColor(COLOR.quiet);
      pdf.text(footer, MARGIN, y, { width: contentWidth(pdf) * 0.8, lineBreak: false, ellipsis: true });
      pdf.text(`${page + 1} / ${count}`, MARGIN, y, {
        width: contentWidth(pdf),
        align: 'right',
        lineBreak: false,
      });
    });
    pdf.page.margins.bottom = bottom;
  }
}
