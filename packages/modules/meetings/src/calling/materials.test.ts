import { describe, expect, it } from 'vitest';
import { cleanName, sniffMaterial } from './materials.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const pdf = bytes('%PDF-1.7 …');

describe('a document', () => {
  it.each([
    ['Смета.PDF', pdf, 'application/pdf'],
    ['двор.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), 'image/jpeg'],
    ['план.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1), 'image/png'],
    ['договор.odt', bytes('PK\u0003\u0004mimetype'), 'application/vnd.oasis.opendocument.text'],
    ['цены.csv', bytes('лифт;1'), 'text/csv'],
  ])('is taken when its content is what its name says: %s', (name, content, type) => {
    expect(sniffMaterial(name, content)).toBe(type);
  });

  it.each([
    ['a program', 'смета.exe', bytes('MZ')],
    ['a page with scripts', 'смета.html', bytes('<script>')],
    ['a drawing with scripts', 'план.svg', bytes('<svg onload="">')],
    ['a page under the name of a PDF', 'смета.pdf', bytes('<html>')],
    ['a spreadsheet with macros', 'смета.xlsx', bytes('PK\u0003\u0004 xl/vbaProject.bin')],
    ['bytes under the name of a text', 'смета.txt', Uint8Array.of(0xff, 0xfe, 0x00)],
    ['nothing', 'смета.pdf', new Uint8Array()],
    ['a name without an ending', 'смета', pdf],
  ])('is refused as %s', (_, name, content) => {
    expect(sniffMaterial(name, content)).toBeNull();
  });

  it('loses from its name what could be a path, a control sign or a header', () => {
    expect(cleanName('../..\\etc/смета\r\nX: 1.pdf')).toBe('.. .. etc смета X 1.pdf');
    expect(cleanName(`${'я'.repeat(300)}.pdf`)).toHaveLength(150);
  });
});
