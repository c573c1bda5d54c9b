import { describe, expect, it } from 'vitest';
import { packAnswers, packChecks, unpackAnswers, unpackChecks } from './signature-batch.ts';

const bytes = (length: number, from: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (from + i * 7) & 0xff);

describe('signatures as one block of bytes', () => {
  it.each([0, 1, 2, 300])('come out as they went in, in the same order: %i', (count) => {
    const checks = Array.from({ length: count }, (_, i) => ({
      key: bytes(32, i),
      signature: bytes(64, i + 1),
      // Of all lengths, none and more than one byte can count among them.
      message: bytes(i * 3, i + 2),
    }));
    expect(unpackChecks(packChecks(checks))).toEqual(checks);
  });

  it.each([0, 1, 7, 8, 9, 300])('are answered by as many bits: %i', (count) => {
    const answers = Array.from({ length: count }, (_, i) => i % 3 === 0 || i % 5 === 2);
    const packed = packAnswers(answers);
    expect(packed).toHaveLength(Math.ceil(count / 8));
    expect(unpackAnswers(packed, count)).toEqual(answers);
  });
});
