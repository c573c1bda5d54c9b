import { describe, expect, it } from 'vitest';
import { signCheckpoint } from './checkpoint.ts';
import { sha256 } from './hash.ts';
import { parseLogKeys, trustNextKeys } from './log-keys.ts';
import { createCosigner, createNoteSigner, parseVerifierKey } from './note.ts';

const ORIGIN = 'veche.test/log/v1';
const seed = (fill: number) => new Uint8Array(32).fill(fill);
const [oldKey, newKey, stranger] = [1, 2, 3].map((fill) => createNoteSigner(ORIGIN, seed(fill))) as [
  ReturnType<typeof createNoteSigner>,
  ReturnType<typeof createNoteSigner>,
  ReturnType<typeof createNoteSigner>,
];
const [old, next, foreign] = [oldKey, newKey, stranger].map(({ vkey }) => parseVerifierKey(vkey)) as [
  ReturnType<typeof parseVerifierKey>,
  ReturnType<typeof parseVerifierKey>,
  ReturnType<typeof parseVerifierKey>,
];
const signedBy = (...signers: (typeof oldKey)[]) =>
  signCheckpoint(ORIGIN, 5, sha256(new Uint8Array([1])), ...signers);

describe('the keys of a log', () => {
  it('are read from the text that a log serves, each once', () => {
    const text = `${newKey.vkey}\n${oldKey.vkey}\n${newKey.vkey}\n`;
    expect(parseLogKeys(text).map(({ vkey }) => vkey)).toEqual([newKey.vkey, oldKey.vkey]);
  });

  it.each([
    ['nothing', ''],
    ['another log’s', `${oldKey.vkey}\n${createNoteSigner('other.test', seed(1)).vkey}\n`],
    ['a witness’s', createCosigner(ORIGIN, seed(1), 0).vkey],
    ['too many', Array.from({ length: 65 }, (_, i) => createNoteSigner(ORIGIN, seed(i)).vkey).join('\n')],
  ])('are not %s', (_, text) => {
    expect(() => parseLogKeys(text)).toThrow(/expected/);
  });
});

describe('a new key of a log', () => {
  it('is believed when it signed the checkpoint that a trusted key signed, and the old one stays', () => {
    expect(trustNextKeys(signedBy(newKey, oldKey), [old], [next, old])).toEqual([next, old]);
  });

  it('is not believed for being offered alone, nor for signing alone', () => {
    expect(trustNextKeys(signedBy(oldKey), [old], [next, old])).toEqual([old]);
    expect(() => trustNextKeys(signedBy(newKey), [old], [next, old])).toThrow(/not signed by a known key/);
    expect(trustNextKeys(signedBy(newKey, oldKey), [old], [foreign, old])).toEqual([old]);
  });

  it('is not believed with a signature that does not hold', () => {
    const forged = signedBy(newKey, oldKey).replace(
      /(— \S+ \S{12})(\S)/,
      (_, line: string, letter: string) => line + (letter === 'A' ? 'B' : 'A'),
    );
    expect(() => trustNextKeys(forged, [old], [next])).toThrow(/signature/);
  });

  it('is not believed under another name', () => {
    const elsewhere = parseVerifierKey(createNoteSigner('other.test', seed(2)).vkey);
    expect(trustNextKeys(signedBy(newKey, oldKey), [old], [elsewhere])).toEqual([old]);
  });

  it('follows through any number of changes, one after the other', () => {
    const first = trustNextKeys(signedBy(newKey, oldKey), [old], [next]);
    expect(trustNextKeys(signedBy(stranger, newKey), first, [foreign, next])).toEqual([foreign, next, old]);
  });
});
