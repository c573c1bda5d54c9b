import { encodeBase64, encodeHex } from '@veche/ledger/bytes.ts';
import { describe, expect, it } from 'vitest';
import { parseAsked } from './asked.ts';

const bytes = new Uint8Array(32).fill(0xfb);

describe('what is looked for', () => {
  it.each([
    ['1204', { for: 'entry', index: 1204 }],
    [' 1 204 ', { for: 'entry', index: 1204 }],
    ['1\u00a0204', { for: 'entry', index: 1204 }],
    [encodeHex(bytes).toUpperCase(), { for: 'hash', hash: encodeHex(bytes) }],
    [encodeBase64(bytes), { for: 'hash', hash: encodeHex(bytes) }],
    ['Xk3_d-9', { for: 'meeting', meeting: 'Xk3_d-9' }],
    ['', null],
    ['two words', null],
    ['../../etc', null],
    ['a'.repeat(65), null],
  ] as const)('%j is understood', (text, asked) => expect(parseAsked(text)).toEqual(asked));
});
