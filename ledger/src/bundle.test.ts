import { describe, expect, it } from 'vitest';
import { BundleFault, MAX_LINE_BYTES, parseBundle, readLines } from './bundle.ts';
import { encodeUtf8 } from './bytes.ts';
import { LedgerFault } from './fault.ts';
import { encodeCanonical } from './jcs.ts';
import { createHttpLogReader } from './log-reader.ts';
import { holdMeeting } from './meeting.fixture.ts';

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
const linesOf = (...chunks: Uint8Array[]) => collect(readLines(chunks));

describe('lines', () => {
  it('come out of chunks cut anywhere, within a character too', async () => {
    const bytes = encodeUtf8('вече\n\nстрока\n');
    for (let cut = 0; cut <= bytes.length; cut++)
      expect(await linesOf(bytes.slice(0, cut), bytes.slice(cut))).toEqual(['вече', '', 'строка']);
  });
  it('are refused when cut short, too long, or not UTF-8, by their number', async () => {
    const faults: [Uint8Array[], number][] = [
      [[encodeUtf8('a\nb')], 2],
      [[encodeUtf8('a\n'), new Uint8Array([0xff, 10])], 2],
      [[new Uint8Array(MAX_LINE_BYTES + 1).fill(65), new Uint8Array([10])], 1],
      [[new Uint8Array([...new Uint8Array(MAX_LINE_BYTES + 1).fill(65), 10])], 1],
    ];
    for (const [chunks, line] of faults) {
      const fault = await linesOf(...chunks).catch((thrown: unknown) => thrown);
      expect(fault).toBeInstanceOf(BundleFault);
      expect(fault).toMatchObject({ line });
    }
  });
});

describe('a bundle', () => {
  it('is refused at the first line that has another form or place', async () => {
    const { bundle } = await holdMeeting();
    const lines = bundle.map((line) => line.slice(0, -1));
    const parse = async (at: number, text: string) => {
      const fault = await collect(parseBundle(lines.with(at, text))).catch((thrown: unknown) => thrown);
      return fault instanceof BundleFault ? fault.line : fault;
    };
    const changed = (at: number, fields: object) =>
      encodeCanonical({ ...(JSON.parse(lines[at]!) as object), ...fields });
    expect(await collect(parseBundle(lines))).toHaveLength(24);
    const closing = lines.findIndex((line) => line.includes('"meeting.closed"'));
    for (const [at, text] of [
      [0, changed(0, { format: 'veche-bundle/v2' })],
      [0, changed(0, { t: 'header' })],
      [0, changed(0, { t: 'constructor' })],
      [0, '[]'],
      [0, lines[0]!.replace(':', ': ')],
      [1, changed(1, { note: 1 })],
      [2, changed(2, { extra: 1 })],
      [8, changed(8, { index: -1 })],
      [9, changed(9, { index: 0 })],
      [closing, changed(closing, { salt: '', payload: {} })],
      [23, changed(23, { lines: 23 })],
      [23, lines[22]!],
    ] as const)
      expect(await parse(at, text), text.slice(0, 80)).toBe(at + 1);
  });
});

describe('the log over HTTP', () => {
  const answering = (status: number, content = '') =>
    createHttpLogReader('https://veche.example/log/v1/', async (url) => {
      expect(url).toBe('https://veche.example/log/v1/checkpoint');
      return { ok: status === 200, status, arrayBuffer: async () => encodeUtf8(content).slice().buffer };
    });
  const codeOf = (reading: Promise<unknown>) =>
    reading
      .then(() => 'nothing')
      .catch((thrown: unknown) => (thrown instanceof LedgerFault ? thrown.code : thrown));

  it('tells a file that is not there from a server that does not answer', async () => {
    expect(await answering(200, 'note').checkpoint()).toBe('note');
    expect(await answering(404).read('checkpoint')).toBeNull();
    expect(await codeOf(answering(503).read('checkpoint'))).toBe('unreachable');
    expect(await codeOf(answering(404).checkpoint())).toBe('unreachable');
    const broken = createHttpLogReader('https://veche.example', () => Promise.reject(new Error('offline')));
    expect(await codeOf(broken.checkpoint())).toBe('unreachable');
  });
});
