import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linked } from './linked-text.ts';

describe('addresses in a text', () => {
  it('finds an address and leaves the full stop outside of it', () => {
    expect(linked('Vote: http://localhost:3000/b/1. Thank you')).toEqual([
      { text: 'Vote: ' },
      { text: 'http://localhost:3000/b/1', href: 'http://localhost:3000/b/1' },
      { text: '. Thank you' },
    ]);
  });
  it('makes no link of another scheme', () => {
    expect(linked('javascript:alert(1)')).toEqual([{ text: 'javascript:alert(1)' }]);
  });
  it('loses no character of any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(
          linked(text)
            .map((part) => part.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});
