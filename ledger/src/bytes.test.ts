import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, decodeHex, decodeUtf8, encodeBase64, encodeHex, encodeUtf8 } from './bytes.ts';
import { LedgerFault } from './fault.ts';

describe('base64', () => {
  it('agrees with the platform both ways', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(encodeBase64(bytes)).toBe(btoa(String.fromCharCode(...bytes)));
        expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
      }),
    );
  });
  it('reads a text only when encoding gives that text again', () => {
    const text = fc.string({ unit: fc.constantFrom(...'AQgwz019+/=- _'), maxLength: 8 });
    fc.assert(
      fc.property(text, (candidate) => {
        let back = candidate;
        try {
          back = encodeBase64(decodeBase64(candidate));
        } catch (fault) {
          if (!(fault instanceof LedgerFault)) throw fault;
        }
        expect(back).toBe(candidate);
      }),
      { numRuns: 2_000 },
    );
  });
  it.each([
    'AQ',
    'AQ=',
    'AQI',
    'AQJ=',
    'AR==',
    'A===',
    '====',
    'AQ==\n',
    ' AQ==',
    'AQ-_',
    'AQ==AQ==',
    'ＡQ==',
  ])('refuses %j', (text) => expect(() => decodeBase64(text)).toThrow(LedgerFault));
  it('refuses another length than the one asked for', () => {
    expect(() => decodeBase64('AQI=', 3)).toThrow('expected 3 bytes of canonical base64');
  });
});

describe('hex', () => {
  it('comes back as it went', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeHex(encodeHex(bytes))).toEqual(bytes);
      }),
    );
  });
  it.each(['0', 'AB', '0x00', 'zz', '00 '])('refuses %j', (text) =>
    expect(() => decodeHex(text)).toThrow(LedgerFault),
  );
});

describe('UTF-8', () => {
  it('comes back byte by byte, a byte order mark included', () => {
    const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x41]);
    expect(encodeUtf8(decodeUtf8(bytes))).toEqual(bytes);
  });
  it.each([[[0xff]], [[0xc3]], [[0xed, 0xa0, 0x80]], [[0xc0, 0x80]]])('refuses the bytes %j', (bytes) =>
    expect(() => decodeUtf8(new Uint8Array(bytes))).toThrow(LedgerFault),
  );
  it('refuses half of a surrogate pair', () => expect(() => encodeUtf8('a\ud800')).toThrow(LedgerFault));
});
