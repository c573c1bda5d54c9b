import { array, assert, constantFrom, property } from 'fast-check';
import { smpp } from './smpp-library.ts';
import { describe, expect, it } from 'vitest';
import { cutIntoParts, type SmsPart } from './sms-parts.ts';

/** What a phone shows: the parts by their numbers, without their headers. */
const join = (parts: readonly SmsPart[]): string =>
  parts
    .map(({ content, dataCoding, hasHeader }) => {
      const bytes = hasHeader ? content.subarray(6) : content;
      return dataCoding === 0
        ? smpp.encodings.ASCII.decode(bytes)
        : Buffer.from(bytes).swap16().toString('utf16le');
    })
    .join('');

describe('a text as SMS', () => {
  it.each([
    ['160 Latin letters are one message', 'a'.repeat(160), [0, 1, 160]],
    ['161 are two, of 153 and 8', 'a'.repeat(161), [0, 2, 159]],
    ['a brace takes two places', '{'.repeat(81), [0, 2, 158]],
    ['70 Cyrillic letters are one message', 'я'.repeat(70), [8, 1, 140]],
    ['71 are two, of 67 and 4', 'я'.repeat(71), [8, 2, 140]],
    ['one Cyrillic letter makes all of it UCS-2', `${'a'.repeat(70)}я`, [8, 2, 140]],
  ] as const)('%s', (_, text, [coding, count, firstBytes]) => {
    const parts = cutIntoParts(text, 7);
    expect([parts[0]!.dataCoding, parts.length, parts[0]!.content.length]).toEqual([
      coding,
      count,
      firstBytes,
    ]);
    expect(join(parts)).toBe(text);
    const headers = parts
      .filter(({ hasHeader }) => hasHeader)
      .map(({ content }) => [...content.subarray(0, 6)]);
    expect(headers).toEqual(count === 1 ? [] : parts.map((_part, i) => [5, 0, 3, 7, count, i + 1]));
  });

  it('is never longer than a phone takes, comes back whole, and no character is cut in two', () => {
    const character = constantFrom('a', 'Z', ' ', '{', '€', 'я', 'Ж', '№', '🏠', '\n');
    assert(
      property(array(character, { maxLength: 400 }), (characters) => {
        const text = characters.join('');
        const parts = cutIntoParts(text, 255);
        expect(join(parts)).toBe(text);
        for (const { content, dataCoding, hasHeader } of parts) {
          expect(content.length).toBeLessThanOrEqual(dataCoding === 0 ? (hasHeader ? 159 : 160) : 140);
          expect(dataCoding === 8 && content.length % 2 === 1).toBe(false);
        }
      }),
    );
  });

  it('of more parts than can be numbered is no text', () => {
    expect(() => cutIntoParts('я'.repeat(67 * 256), 0)).toThrow(RangeError);
  });
});
