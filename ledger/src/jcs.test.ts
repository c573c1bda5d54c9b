import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LedgerFault } from './fault.ts';
import { decodeCanonical, encodeCanonical } from './jcs.ts';

describe('canonical JSON', () => {
  it('sorts keys by UTF-16 code units, as RFC 8785 section 3.2.3 shows', () => {
    const value = {
      '€': 'Euro',
      '\r': 'CR',
      '\ufb33': 'Dalet',
      1: 'One',
      '😀': 'Grin',
      '\u0080': 'Control',
      ö: 'O',
    };
    expect(Object.values(JSON.parse(encodeCanonical(value)) as object)).toEqual([
      'One',
      'CR',
      'Control',
      'O',
      'Euro',
      'Grin',
      'Dalet',
    ]);
    expect(encodeCanonical(value)).toBe(
      '{"\\r":"CR","1":"One","\u0080":"Control","ö":"O","€":"Euro","😀":"Grin","\ufb33":"Dalet"}',
    );
  });
  it('writes text as RFC 8785 section 3.2.2.2 does', () => {
    expect(encodeCanonical('€$\u000f\nA\'B"\\\\"/')).toBe('"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"');
  });
  it('has one text for a value, and reads only that one', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.maxSafeInteger().map((n) => (n === 0 ? 0 : n)),
        fc.boolean(),
        fc.constant(null),
        fc.string({ unit: 'grapheme' }),
        fc.array(tie('any')),
        fc.dictionary(fc.string({ unit: 'grapheme' }), tie('any'), { noNullPrototype: true }),
      ),
    })).any;
    fc.assert(
      fc.property(value, (any) => {
        const text = encodeCanonical(any);
        expect(encodeCanonical(decodeCanonical(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(any);
        expect(() => decodeCanonical(`${text} `)).toThrow(LedgerFault);
      }),
    );
  });
  it.each([
    '{"b":1,"a":2}',
    '{"a":1,"a":1}',
    '{"a": 1}',
    '[1.0]',
    '[1e3]',
    '[-0]',
    '[1.5]',
    '[9007199254740993]',
    '"\\u0041"',
    '"\\ud800"',
    '"\\/"',
    '\ufeff1',
    '',
    '[1,]',
    `${'['.repeat(100)}${']'.repeat(100)}`,
  ])('refuses %s', (text) => expect(() => decodeCanonical(text)).toThrow(LedgerFault));
  it.each([1.5, NaN, Infinity, -0, 2 ** 53, 10n, undefined, () => 1, new Date(0), 'a\udc00', new Map()])(
    'has no text for %s',
    (value) => expect(() => encodeCanonical(value)).toThrow(LedgerFault),
  );
});
