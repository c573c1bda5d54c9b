import { gzipSync } from 'node:zlib';
import writeExcelFile from 'write-excel-file/node';
import { describe, expect, it, vi } from 'vitest';
import { REGISTER_LIMITS, SpreadsheetFault } from './domain/spreadsheet.ts';
import { readInThread, reconcileInThread } from './spreadsheet-thread.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const codeOf = (read: Promise<unknown>) =>
  read.then(
    () => 'read',
    (error: unknown) => (error instanceof SpreadsheetFault ? error.code : String(error)),
  );
/** How often the event loop came round while something was awaited. */
async function roundsDuring<T>(work: Promise<T>): Promise<{ rounds: number; result: T }> {
  let rounds = 0;
  const timer = setInterval(() => rounds++, 2);
  const result = await work;
  clearInterval(timer);
  return { rounds, result };
}
const HEAD = 'Помещение;Площадь;Собственник;Доля\n';

// A thread begins within a second or two, and later on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 20_000 });

describe('a file from outside', () => {
  it('is read in a thread of its own, and says what it says', async () => {
    const { rows } = await readInThread(utf8(`${HEAD}1;54,3;Орлова Анна;1/3\n`), REGISTER_LIMITS);
    expect(rows).toEqual([['1', '54,3', 'Орлова Анна', '1/3']]);
    const mapping = { premises: 0, area: 1, owner: 2, share: 3 };
    const bytes = utf8(`${HEAD}1;54,3;Орлова Анна;1/3\n`);
    const judged = await reconcileInThread(bytes, REGISTER_LIMITS, { mapping, areaCm2: 0 });
    expect(judged).toMatchObject({ errors: 0, areaCm2: 543_000, unknownOwners: 1 });
    expect(await reconcileInThread(bytes, REGISTER_LIMITS, { mapping: { premises: 0 }, areaCm2: 0 })).toEqual(
      {
        missing: ['area', 'owner'],
      },
    );
  });

  it('of a million rows is refused, and the server answers others meanwhile', async () => {
    const row = '1234;54,30;Сидоров Сидор Сидорович;1/2\n';
    const million = gzipSync(HEAD + row.repeat(1_000_000));
    expect(million.length).toBeLessThan(REGISTER_LIMITS.bytes);
    const { rounds, result } = await roundsDuring(codeOf(readInThread(million, REGISTER_LIMITS)));
    // Beyond the unpacked size or beyond the rows, whichever comes first.
    expect(['too-large', 'too-many-rows']).toContain(result);
    expect(rounds).toBeGreaterThan(10);
  });

  it('that is a workbook of too many rows is refused by the numbers of its rows', async () => {
    const many = Array.from({ length: 25_000 }, (_, i) => [
      { value: `${i}`, type: String },
      { value: 'x', type: String },
    ]);
    const bytes = new Uint8Array(await writeExcelFile(many).toBuffer());
    expect(await codeOf(readInThread(bytes, REGISTER_LIMITS))).toBe('too-many-rows');
  });

  it('that unpacks to more than any register is refused before it fills the memory', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, '1;'));
    expect(await codeOf(readInThread(bomb, REGISTER_LIMITS))).toBe('too-large');
  });

  it('waits for its turn when many come at once, and none is lost', async () => {
    const files = Array.from({ length: 6 }, (_, i) => utf8(`${HEAD}${i};50;Орлова;1\n`));
    const sheets = await Promise.all(files.map((file) => readInThread(file, REGISTER_LIMITS)));
    expect(sheets.map(({ rows }) => rows[0]![0])).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  it('keeps the text of a formula as text, and takes away the mark that our export puts before it', async () => {
    const { rows } = await readInThread(
      utf8(`${HEAD}1;50;=1+1;1\n2;50;'=1+1;1\n3;50;'+7 916;1\n`),
      REGISTER_LIMITS,
    );
    expect(rows.map((row) => row[2])).toEqual(['=1+1', '=1+1', '+7 916']);
  });
});
