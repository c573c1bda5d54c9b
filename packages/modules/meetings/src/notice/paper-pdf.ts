// Sets letters, posters and the sheet for signatures as PDFs for A4 paper: real text in embedded fonts, tagged, with a code
// to scan. Decides nothing about content; the same paper gives the same bytes.
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import PdfFile from 'pdfkit';
import makeCode from 'qrcode-generator';
import type { PaperNotice } from './paper.ts';

const require = createRequire(import.meta.url);
// PT Sans was drawn for the public services of Russia; SIL Open Font License.
const REGULAR = '@expo-google-fonts/pt-sans/400Regular/PTSans_400Regular.ttf';
const BOLD = '@expo-google-fonts/pt-sans/700Bold/PTSans_700Bold.ttf';

const MARGIN = 56;
const COLOR = { text: '#1a1a1a', quiet: '#555555', line: '#b5b5b5', fill: '#f2f2f2' } as const;

type Pdf = PDFKit.PDFDocument;
type Structure = PDFKit.PDFStructureElement;
type Paper = { readonly pdf: Pdf; readonly root: Structure; finish(): Promise<Uint8Array> };

let fontFiles: Promise<readonly [Buffer, Buffer]> | undefined;
const readFonts = () =>
  (fontFiles ??= Promise.all([readFile(require.resolve(REGULAR)), readFile(require.resolve(BOLD))]));

/** @param moment - stands as the date of the file, so that it does not depend on the clock */
async function openPaper(language: string, title: string, moment: Date): Promise<Paper> {
  const [regular, bold] = await readFonts();
  const pdf = new PdfFile({
    size: 'A4',
    margins: { top: MARGIN, bottom: MARGIN, left: MARGIN, right: MARGIN },
    pdfVersion: '1.7',
    tagged: true,
    lang: language,
    displayTitle: true,
    autoFirstPage: false,
    info: { Title: title, Creator: 'Veche', Producer: 'Veche', CreationDate: moment, ModDate: moment },
  });
  const chunks: Uint8Array[] = [];
  pdf.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    pdf.on('end', resolve);
    pdf.on('error', reject);
  });
  pdf.registerFont('regular', regular);
  pdf.registerFont('bold', bold);
  const root = pdf.struct('Document');
  pdf.addStructure(root);
  return {
    pdf,
    root,
    finish: async () => {
      root.end();
      pdf.end();
      await ended;
      return new Uint8Array(Buffer.concat(chunks));
    },
  };
}

const widthOf = (pdf: Pdf): number => pdf.page.width - 2 * MARGIN;

function write(paper: Paper, tag: string, draw: () => unknown): void {
  paper.root.add(paper.pdf.struct(tag as never, {}, () => void draw()));
}

type Style = { size: number; bold?: boolean; quiet?: boolean; gap?: number };
const style = (pdf: Pdf, { size, bold = false, quiet = false }: Style): Pdf =>
  pdf
    .font(bold ? 'bold' : 'regular')
    .fontSize(size)
    .fillColor(quiet ? COLOR.quiet : COLOR.text);

function paragraph(paper: Paper, text: string, look: Style, tag = 'P'): void {
  const { pdf } = paper;
  write(paper, tag, () => style(pdf, look).text(text, MARGIN, pdf.y, { width: widthOf(pdf), lineGap: 2 }));
  pdf.y += look.gap ?? look.size * 0.5;
}

/** A code that a phone reads, with the address as its text. */
function drawCode(paper: Paper, url: string, x: number, y: number, size: number): void {
  const { pdf } = paper;
  const code = makeCode(0, 'M');
  code.addData(url);
  code.make();
  const count = code.getModuleCount();
  const side = size / count;
  paper.root.add(
    pdf.struct('Figure', { alt: url, bbox: [x, y, x + size, y + size] } as never, () => {
      for (let row = 0; row < count; row++)
        for (let column = 0; column < count; column++)
          // A hair wider than its field, so that no light line shows between dark fields.
          if (code.isDark(row, column)) pdf.rect(x + column * side, y + row * side, side + 0.1, side + 0.1);
      pdf.fill('#000000');
    }),
  );
}

/** Lines to write on and frames are no part of the text that is read out. */
function asArtifact(pdf: Pdf, draw: () => void): void {
  pdf.markContent('Artifact', { type: 'Layout' } as never);
  draw();
  pdf.endMarkedContent();
}

const CODE = 92;

/** Draws the code with its words beside it; on a page of its own where it does not fit. */
function codeWithWords(paper: Paper, notice: PaperNotice, size: number): void {
  const { pdf } = paper;
  if (pdf.y + size + 20 > pdf.page.height - MARGIN) pdf.addPage();
  const top = pdf.y + 6;
  drawCode(paper, notice.url, MARGIN, top, size);
  const left = MARGIN + size + 18;
  const width = widthOf(pdf) - size - 18;
  write(paper, 'P', () =>
    style(pdf, { size: 11.5, bold: true }).text(notice.urlHint, left, top + 6, { width, lineGap: 2 }),
  );
  write(paper, 'P', () =>
    style(pdf, { size: 10, quiet: true }).text(notice.url, left, pdf.y + 6, { width, link: notice.url }),
  );
  pdf.x = MARGIN;
  pdf.y = Math.max(pdf.y, top + size) + 12;
}

/** A letter as it lies in a window envelope. */
export type Letter = {
  readonly notice: PaperNotice;
  /** The lines of the address: name, street, premises. */
  readonly address: readonly string[];
  readonly greeting: string;
  readonly day: string;
};

/**
 * All letters as one file, each beginning on a page of its own.
 * @throws RangeError: when there is no letter.
 */
export async function renderLetters(letters: readonly Letter[], moment: Date): Promise<Uint8Array> {
  const [first] = letters;
  if (!first) throw new RangeError('expected at least one letter');
  const paper = await openPaper(first.notice.language, first.notice.heading, moment);
  const { pdf } = paper;
  for (const { notice, address, greeting, day } of letters) {
    pdf.addPage();
    // Where the window of a DL envelope is when the sheet is folded in three.
    pdf.y = 118;
    for (const line of address) paragraph(paper, line, { size: 11.5, gap: 1 });
    pdf.y = 232;
    paragraph(paper, day, { size: 10.5, quiet: true });
    paragraph(paper, notice.heading, { size: 16, bold: true }, 'H1');
    paragraph(paper, greeting, { size: 11.5 });
    paragraph(paper, notice.lead, { size: 11.5, gap: 8 });
    for (const [label, value] of notice.facts)
      write(paper, 'P', () => {
        style(pdf, { size: 11, quiet: true }).text(`${label}: `, MARGIN, pdf.y, {
          continued: true,
          width: widthOf(pdf),
          lineGap: 3,
        });
        style(pdf, { size: 11, bold: true }).text(value);
      });
    pdf.y += 8;
    drawAgenda(paper, notice, 11);
    for (const text of notice.after) paragraph(paper, text, { size: 11 });
    codeWithWords(paper, notice, CODE);
    paragraph(paper, notice.footer, { size: 9, quiet: true });
  }
  return paper.finish();
}

function drawAgenda(paper: Paper, notice: PaperNotice, size: number): void {
  paragraph(paper, notice.agendaHeading, { size: size + 2, bold: true, gap: 3 }, 'H2');
  for (const [position, { text, rule }] of notice.items.entries()) {
    paragraph(paper, `${position + 1}. ${text}`, { size, gap: 0 });
    paragraph(paper, rule, { size: size - 1.5, quiet: true, gap: size * 0.4 });
  }
  paper.pdf.y += 4;
}

/** What stands below a poster: by whom and when it was put up, to be filled in by hand. */
export type Poster = { readonly notice: PaperNotice; readonly entrance: string; readonly signature: string };

/**
 * A poster for each entrance, on one page where the agenda lets it, in the largest print that fits.
 * @throws RangeError: when there is no poster.
 */
export async function renderPosters(posters: readonly Poster[], moment: Date): Promise<Uint8Array> {
  const [first] = posters;
  if (!first) throw new RangeError('expected at least one poster');
  const paper = await openPaper(first.notice.language, first.notice.heading, moment);
  const { pdf } = paper;
  for (const { notice, entrance, signature } of posters) {
    pdf.addPage();
    if (entrance) paragraph(paper, entrance, { size: 13, quiet: true, gap: 4 });
    paragraph(paper, notice.heading, { size: 28, bold: true, gap: 8 }, 'H1');
    paragraph(paper, notice.lead, { size: 15, gap: 10 });
    for (const [label, value] of notice.facts) {
      paragraph(paper, label, { size: 11, quiet: true, gap: 0 });
      paragraph(paper, value, { size: 15, bold: true, gap: 5 });
    }
    const room = pdf.page.height - MARGIN - pdf.y - 190;
    drawAgenda(
      paper,
      notice,
      [15, 13.5, 12, 11, 10].find((size) => heightOf(pdf, notice, size) <= room) ?? 10,
    );
    codeWithWords(paper, notice, 120);
    paragraph(paper, signature, { size: 10, quiet: true, gap: 0 });
  }
  return paper.finish();
}

function heightOf(pdf: Pdf, notice: PaperNotice, size: number): number {
  const lines = notice.items.flatMap(({ text, rule }) => [
    style(pdf, { size }).heightOfString(`0. ${text}`, { width: widthOf(pdf), lineGap: 2 }),
    style(pdf, { size: size - 1.5 }).heightOfString(rule, { width: widthOf(pdf), lineGap: 2 }) + size * 0.4,
  ]);
  return lines.reduce((all, one) => all + one, size * 2.5);
}

/** The sheet on which owners sign: a line for each, in the order of entrances and premises. */
export type Sheet = {
  readonly language: string;
  readonly heading: string;
  readonly lead: string;
  readonly head: readonly string[];
  /** Parts of the width, one per column. */
  readonly widths: readonly number[];
  readonly sections: readonly { readonly title: string; readonly rows: readonly (readonly string[])[] }[];
  readonly signature: string;
};

const ROW = 30;

export async function renderSheet(sheet: Sheet, moment: Date): Promise<Uint8Array> {
  const paper = await openPaper(sheet.language, sheet.heading, moment);
  const { pdf } = paper;
  const whole = sheet.widths.reduce((all, width) => all + width, 0);
  pdf.addPage();
  paragraph(paper, sheet.heading, { size: 16, bold: true }, 'H1');
  paragraph(paper, sheet.lead, { size: 10.5 });
  for (const { title, rows } of sheet.sections) {
    if (pdf.y + 3 * ROW > pdf.page.height - MARGIN) pdf.addPage();
    paragraph(paper, title, { size: 12.5, bold: true, gap: 3 }, 'H2');
    style(pdf, { size: 9.5 });
    // The types of pdfkit do not know yet that a table may hang in the structure.
    const table = {
      structParent: paper.root,
      columnStyles: sheet.widths.map((width) => ({ width: (widthOf(pdf) * width) / whole })),
      rowStyles: (row: number) => (row === 0 ? {} : { minHeight: ROW }),
      defaultStyle: { border: 0.5, borderColor: COLOR.line, padding: [4, 4, 4, 4] },
      data: [
        sheet.head.map((text) => ({
          type: 'TH',
          scope: 'Column',
          text,
          backgroundColor: COLOR.fill,
          font: { src: 'bold', size: 9 },
        })),
        ...rows.map((row) => row.map((text) => ({ text }))),
      ],
    } as unknown as PDFKit.Mixins.TableOptionsWithData;
    pdf.table(table);
    pdf.x = MARGIN;
    pdf.y += 12;
  }
  if (pdf.y + 60 > pdf.page.height - MARGIN) pdf.addPage();
  pdf.y += 18;
  const top = pdf.y;
  asArtifact(pdf, () => {
    pdf.lineWidth(0.6).strokeColor(COLOR.text);
    pdf
      .moveTo(MARGIN, top)
      .lineTo(MARGIN + widthOf(pdf) * 0.6, top)
      .stroke();
  });
  pdf.y = top + 4;
  paragraph(paper, sheet.signature, { size: 9, quiet: true });
  return paper.finish();
}
