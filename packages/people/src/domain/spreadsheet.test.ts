import { describe, expect, it } from 'vitest';
import writeExcelFile, { type SheetData } from 'write-excel-file/node';
import { REGISTER_LIMITS, readSpreadsheet, SpreadsheetFault } from './spreadsheet.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Letters of windows-1251 for the few texts here. */
const windows1251 = (text: string): Uint8Array =>
  Uint8Array.from(
    [...text].map((c) =>
      c === 'ё' ? 0xb8 : c >= 'А' && c <= 'я' ? c.charCodeAt(0) - 0x350 : c.charCodeAt(0),
    ),
  );

const fault = (code: string) => expect.objectContaining({ name: 'SpreadsheetFault', code });

describe('a CSV file', () => {
  const table = { header: ['Номер', 'Площадь', 'Имя'], rows: [['1', '54,3', 'Щёкина, Я']], rowNumbers: [2] };
  it.each([
    ['semicolons', utf8('Номер;Площадь;Имя\r\n1;54,3;Щёкина, Я\r\n')],
    ['commas', utf8('Номер,Площадь,Имя\n1,"54,3","Щёкина, Я"\n')],
    ['tabs', utf8('Номер\tПлощадь\tИмя\n1\t54,3\tЩёкина, Я')],
    ['a byte order mark', utf8('\ufeffНомер;Площадь;Имя\r\n1;54,3;Щёкина, Я')],
    ['windows-1251', windows1251('Номер;Площадь;Имя\r\n1;54,3;Щёкина, Я\r\n')],
    ['UTF-16', new Uint8Array(Buffer.from('\ufeffНомер;Площадь;Имя\r\n1;54,3;Щёкина, Я\r\n', 'utf16le'))],
    ['old Mac line ends', utf8('Номер;Площадь;Имя\r1;54,3;Щёкина, Я\r')],
    ['two kinds of line ends', utf8('Номер;Площадь;Имя\n1;54,3;Щёкина, Я\r\n')],
    ['outer and no-break spaces', utf8('Номер ; Площадь;Имя\n 1;\u00a054,3 ;Щёкина,\u00a0Я\n')],
    ['a row shorter than the widest', utf8('Номер;Площадь;Имя\n1;54,3;Щёкина, Я;;;\n')],
  ])('with %s is read', async (_, bytes) => {
    expect(await readSpreadsheet(bytes)).toEqual(table);
  });

  it('keeps the numbers of its rows past a title, blank lines and line breaks in cells', async () => {
    const sheet = await readSpreadsheet(
      utf8('Реестр дома;;\n;;\nНомер;Имя;Доля\n1;"Анна\nБорисова";1/2\n;;\n2;Глеб;1\n'),
    );
    expect(sheet.header).toEqual(['Номер', 'Имя', 'Доля']);
    expect(sheet.rows.map(([, name]) => name)).toEqual(['Анна\nБорисова', 'Глеб']);
    expect(sheet.rowNumbers).toEqual([4, 6]);
  });

  it('is read from a gzip file', async () => {
    const packed = new Blob([Uint8Array.from(utf8('a;b\n1;2\n'))])
      .stream()
      .pipeThrough(new CompressionStream('gzip'));
    const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
    expect((await readSpreadsheet(bytes)).rows).toEqual([['1', '2']]);
    await expect(readSpreadsheet(bytes.slice(0, -6))).rejects.toEqual(fault('broken-archive'));
    await expect(readSpreadsheet(bytes, { ...REGISTER_LIMITS, unpackedBytes: 5 })).rejects.toEqual(
      fault('too-large'),
    );
  });

  it('is never executed: a formula stays text', async () => {
    expect((await readSpreadsheet(utf8('a;b\n=1+1;"=HYPERLINK(""x"")"\n'))).rows).toEqual([
      ['=1+1', '=HYPERLINK("x")'],
    ]);
  });

  it.each([
    ['empty-file', ''],
    ['empty-file', 'a;b\n'],
    ['empty-file', ';;\n;;\n'],
    ['broken-csv', 'a;b\n1;"2\n3;4\n'],
    ['broken-text', 'a;b\n\u0000;2\n'],
    ['too-many-columns', `${'a;'.repeat(61)}\n${'1;'.repeat(61)}\n`],
    ['too-many-rows', `a;b\n${'1;2\n'.repeat(20_001)}`],
    ['too-large', `a;b\n${'1;2'.repeat(2_000_000)}`],
  ])('is refused as %s', async (code, text) => {
    await expect(readSpreadsheet(utf8(text))).rejects.toEqual(fault(code));
  });

  it('takes exactly as many rows as the limit', async () => {
    expect((await readSpreadsheet(utf8(`a;b\n${'1;2\n'.repeat(20_000)}`))).rows).toHaveLength(20_000);
  });

  it('says on which line a quote was left open', async () => {
    await expect(readSpreadsheet(utf8('a;b\n1;2\n3;4"x"5\n'))).rejects.toMatchObject({ facts: { row: 3 } });
  });

  it('is told from the old Excel format', async () => {
    await expect(readSpreadsheet(Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0))).rejects.toEqual(
      fault('old-excel'),
    );
  });
});

// ---- XLSX -----------------------------------------------------------------------------------------------------------

const workbook = async (rows: SheetData): Promise<Uint8Array> =>
  new Uint8Array(await writeExcelFile(rows).toBuffer());

/** A workbook by hand, for what no writer writes: the sheet's rows as XML. Stored, not compressed. */
function handMade(rowsXml: string, styles = ''): Uint8Array {
  const xml = (body: string): Uint8Array => utf8(`<?xml version="1.0" encoding="UTF-8"?>${body}`);
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const packages = 'http://schemas.openxmlformats.org/package/2006/relationships';
  return zip({
    '[Content_Types].xml': xml(
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    ),
    'xl/workbook.xml': xml(
      `<workbook xmlns="${main}" xmlns:r="${relations}"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': xml(
      `<Relationships xmlns="${packages}"><Relationship Id="rId1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
    ),
    'xl/styles.xml': xml(
      `<styleSheet xmlns="${main}"><cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" xfId="0"/><xf numFmtId="14" xfId="0"/></cellXfs>${styles}</styleSheet>`,
    ),
    'xl/worksheets/sheet1.xml': xml(
      `<worksheet xmlns="${main}"><sheetData>${rowsXml}</sheetData></worksheet>`,
    ),
  });
}

const text = (value: string, at: string): string => `<c r="${at}" t="inlineStr"><is><t>${value}</t></is></c>`;
const HEAD = `<row r="1">${text('Номер', 'A1')}${text('Площадь', 'B1')}</row>`;

describe('an XLSX file', () => {
  it('gives numbers as they are shown, dates as days, and text as it is', async () => {
    const bytes = await workbook([
      [{ value: 'Номер' }, { value: 'Площадь' }, { value: 'Доля' }, { value: 'Дата' }],
      [
        { value: 12 },
        { value: 54.3 },
        { value: '1/3' },
        { value: new Date('2021-02-03T00:00:00Z'), format: 'dd.mm.yyyy' },
      ],
      [{ value: '12а' }, { value: 0.1 + 0.2 }, { value: 0.5 }, null],
    ]);
    expect(await readSpreadsheet(bytes)).toEqual({
      header: ['Номер', 'Площадь', 'Доля', 'Дата'],
      rows: [
        ['12', '54.3', '1/3', '2021-02-03'],
        ['12а', '0.3', '0.5', ''],
      ],
      rowNumbers: [2, 3],
    });
  });

  it.each([
    ['54.299999999999997', '54.3'],
    ['54.3', '54.3'],
    ['1E-4', '0.0001'],
    ['1.2045E3', '1204.5'],
    ['7707083893', '7707083893'],
    ['500100732259', '500100732259'],
    ['-0.5', '-0.5'],
    ['0', '0'],
    ['0.33333333333333331', '0.333333333333333'],
    ['123456789012345678', '123456789012346000'],
  ])('gives the stored number %s as %s', async (stored, shown) => {
    const sheet = await readSpreadsheet(
      handMade(`${HEAD}<row r="2">${text('1', 'A2')}<c r="B2"><v>${stored}</v></c></row>`),
    );
    expect(sheet.rows).toEqual([['1', shown]]);
  });

  it('reads the value a formula left, and never the formula', async () => {
    const sheet = await readSpreadsheet(
      handMade(`${HEAD}<row r="2">${text('1', 'A2')}<c r="B2"><f>WEBSERVICE("x")</f><v>54.3</v></c></row>`),
    );
    expect(sheet.rows).toEqual([['1', '54.3']]);
  });

  it('shows a share that a spreadsheet turned into a date for what it is', async () => {
    const sheet = await readSpreadsheet(
      handMade(`${HEAD}<row r="2">${text('1', 'A2')}<c r="B2" s="1"><v>46082</v></c></row>`),
    );
    expect(sheet.rows).toEqual([['1', '2026-03-01']]);
  });

  it('keeps the numbers of rows past empty ones', async () => {
    const sheet = await readSpreadsheet(
      handMade(`${HEAD}<row r="5">${text('1', 'A5')}${text('2', 'B5')}</row>`),
    );
    expect(sheet.rowNumbers).toEqual([5]);
  });

  it('is refused when it names a cell that would fill the memory', async () => {
    const deep = handMade(`${HEAD}<row r="1048576">${text('1', 'A1048576')}</row>`);
    await expect(readSpreadsheet(deep)).rejects.toEqual(fault('too-many-rows'));
    const wide = handMade(`${HEAD}<row r="2">${text('1', 'XFD2')}</row>`);
    await expect(readSpreadsheet(wide)).rejects.toEqual(fault('too-many-columns'));
  });

  it('is refused when it unpacks to more than the limit', async () => {
    const rows = Array.from({ length: 2_000 }, (_, i) => [
      { value: String(i) },
      { value: `${i} `.repeat(100) },
    ]);
    const bytes = await workbook(rows);
    expect(bytes.length).toBeLessThan(100_000);
    const limits = { ...REGISTER_LIMITS, unpackedBytes: 300_000 };
    await expect(readSpreadsheet(bytes, limits)).rejects.toEqual(fault('too-large'));
  });

  it('is never read half: any byte changed in the archive gives the same table or a fault', async () => {
    const bytes = handMade(`${HEAD}<row r="2">${text('1', 'A2')}<c r="B2"><v>54.3</v></c></row>`);
    const whole = JSON.stringify(await readSpreadsheet(bytes));
    const outcomes = new Set<string>();
    for (let at = 0; at < bytes.length; at += 7) {
      const broken = Uint8Array.from(bytes);
      broken[at]! ^= 0x21;
      outcomes.add(
        await readSpreadsheet(broken).then(
          (sheet) => (JSON.stringify(sheet) === whole ? 'the same table' : `another table by byte ${at}`),
          (error: unknown) => (error instanceof SpreadsheetFault ? 'a fault' : `a bug by byte ${at}`),
        ),
      );
    }
    expect(outcomes).toEqual(new Set(['the same table', 'a fault']));
  });

  it.each([
    ['broken-archive', utf8('PK\u0003\u0004 and nothing more')],
    ['broken-workbook', zip({ 'letter.xml': utf8('<a/>') })],
  ])('is refused as %s', async (code, bytes) => {
    await expect(readSpreadsheet(bytes)).rejects.toEqual(fault(code));
  });
});

/** A ZIP archive of stored files (APPNOTE 4.3). */
function zip(files: Record<string, Uint8Array>): Uint8Array {
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(crc(content), 10);
    fields.writeUInt32LE(content.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const head = Buffer.concat([Buffer.from('PK\u0003\u0004'), fields, Buffer.from(name)]);
    const entry = Buffer.alloc(46);
    entry.write('PK\u0001\u0002', 'latin1');
    fields.copy(entry, 6, 0, 26);
    entry.writeUInt32LE(offset, 42);
    local.push(head, Buffer.from(content));
    directory.push(Buffer.concat([entry, Buffer.from(name)]));
    offset += head.length + content.length;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return new Uint8Array(Buffer.concat([...local, ...directory, end]));
}

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}
