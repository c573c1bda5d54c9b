import { encodeUtf8 } from '@veche/ledger/bytes.ts';
import { assert, asyncProperty, integer } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSignature, SignatureFault, type SignableFile } from './detached-signature.ts';
import type { SignerReport } from '../domain/signer-report.ts';
import { PEM_SIGNATURE, SIGNATURES, SIGNED_TEXT } from './signatures.fixture.ts';

const der = (name: keyof typeof SIGNATURES): Uint8Array =>
  new Uint8Array(Buffer.from(SIGNATURES[name], 'base64'));
const minutes: readonly SignableFile[] = [
  { form: 'xml', content: encodeUtf8('<minutes/>') },
  { form: 'pdf', content: encodeUtf8(SIGNED_TEXT) },
];
const others: readonly SignableFile[] = [{ form: 'pdf', content: encodeUtf8('%PDF other minutes\n') }];
const verdictsOf = async (signature: Uint8Array, files = minutes) =>
  (await readSignature(signature, files)).map(({ verdict, covers }) => [verdict, covers]);
const replaced = (bytes: Uint8Array, from: string, to: string): Uint8Array => {
  const text = Buffer.from(bytes).toString('hex');
  expect(text).toContain(from);
  return new Uint8Array(Buffer.from(text.replaceAll(from, to), 'hex'));
};
const refusalOf = async (bytes: Uint8Array): Promise<string | null> => {
  try {
    await readSignature(bytes, minutes);
    return null;
  } catch (error) {
    if (error instanceof SignatureFault) return error.code;
    throw error;
  }
};

describe('a detached signature', () => {
  it.each(['rsaSha256', 'ecdsaSha384', 'attached', 'withoutAttributes'] as const)(
    'by another program is told to be of the minutes, and of which file: %s',
    async (name) => {
      expect(await verdictsOf(der(name))).toEqual([['fits', 'pdf']]);
    },
  );

  it('is read as DER, as PEM and as bare base64', async () => {
    expect(await verdictsOf(encodeUtf8(PEM_SIGNATURE))).toEqual([['fits', 'pdf']]);
    expect(await verdictsOf(encodeUtf8(SIGNATURES.rsaSha256))).toEqual([['fits', 'pdf']]);
  });

  it('says who signed by the certificate, when by their clock, and never a tax or insurance number', async () => {
    const [report] = await readSignature(der('rsaSha256'), minutes);
    expect(report).toMatchObject({
      subject: 'Orlova Anna Petrovna',
      position: 'Chair',
      organization: 'House council',
      algorithm: 'RSA, SHA-256',
      signedAt: expect.stringMatching(/^2026-11-22T/),
      serial: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    expect(Object.keys(report!)).not.toContain('taxNumber');
  });

  it('of several people names each', async () => {
    expect(await verdictsOf(der('twoSigners'))).toEqual([
      ['fits', 'pdf'],
      ['fits', 'pdf'],
    ]);
  });

  it('of other minutes is not one of these', async () => {
    for (const name of ['rsaSha256', 'attached', 'withoutAttributes'] as const)
      expect(await verdictsOf(der(name), others)).toEqual([['other-file', null]]);
  });

  it('whose last byte was changed is broken', async () => {
    const changed = der('rsaSha256');
    changed[changed.length - 1]! ^= 1;
    expect(await verdictsOf(changed)).toEqual([['broken', 'pdf']]);
  });

  it('by GOST is kept and said not to be checked', async () => {
    // SHA-256 becomes GOST R 34.11-2012: an identifier of the same length is put in its place.
    const sha = '0609608648016503040201';
    const gost = '06092a8503070101020203';
    const [report] = await readSignature(replaced(der('rsaSha256'), sha, gost), minutes);
    expect(report).toMatchObject({ verdict: 'not-checked', covers: null, subject: 'Orlova Anna Petrovna' });
  });

  it('that is none is refused: a picture, a certificate alone, nothing at all, or the minutes themselves', async () => {
    for (const bytes of [encodeUtf8(SIGNED_TEXT), new Uint8Array(0), new Uint8Array(64).fill(0x30)])
      expect(await refusalOf(bytes)).toBe('not-a-signature');
  });

  it('with any byte changed or cut off anywhere never fits where it should not, and never stops the server', async () => {
    const sound = der('ecdsaSha384');
    await assert(
      asyncProperty(
        integer({ min: 0, max: sound.length - 1 }),
        integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const changed = sound.slice();
          changed[at]! ^= flip;
          for (const bytes of [changed, sound.slice(0, at)]) {
            const told = await readSignature(bytes, others).catch((error: unknown) => error);
            const isSafe = Array.isArray(told)
              ? (told as SignerReport[]).every(({ verdict }) => verdict !== 'fits')
              : told instanceof SignatureFault;
            expect(isSafe).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
