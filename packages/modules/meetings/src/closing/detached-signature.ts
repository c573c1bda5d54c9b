// Reads a detached signature of the minutes (CMS: CAdES, PKCS #7, `.sig` and `.p7s`) and says what it shows.
// It tells whether the signature is of these minutes by the key of its certificate. Whose certificate that is, it cannot
// tell: no list of issuers is kept here. What it cannot compute, as with GOST, it says it has not checked.
import { webcrypto } from 'node:crypto';
import { decodeUtf8, encodeHex } from '@veche/ledger/bytes.ts';
import { fromBER, OctetString } from 'asn1js';
import { Certificate, ContentInfo, CryptoEngine, setEngine, SignedData, type SignerInfo } from 'pkijs';
import type { MinutesForm, SignerReport } from '../domain/signer-report.ts';

const ENGINE = 'veche';
setEngine(ENGINE, new CryptoEngine({ name: ENGINE, crypto: webcrypto as never }));

/** The file is not a signature that can be read. The text holds nothing of it. */
export class SignatureFault extends Error {
  readonly code: 'not-a-signature' | 'no-certificate' | 'too-many-signers';
  constructor(code: SignatureFault['code'], options?: ErrorOptions) {
    super(`cannot read the signature: ${code}`, options);
    this.name = 'SignatureFault';
    this.code = code;
  }
}

const MOST_SIGNERS = 8;
const OID = {
  signedData: '1.2.840.113549.1.7.2',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  commonName: '2.5.4.3',
  surname: '2.5.4.4',
  givenName: '2.5.4.42',
  title: '2.5.4.12',
  organization: '2.5.4.10',
} as const;
/** Digests that are sound today; SHA-1 is not. */
const DIGESTS: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
};
const KEYS: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.1': 'RSA',
  '1.2.840.10045.2.1': 'ECDSA',
};
const NAMES: Readonly<Record<string, string>> = {
  '1.2.643.7.1.1.1.1': 'ГОСТ Р 34.10-2012 (256)',
  '1.2.643.7.1.1.1.2': 'ГОСТ Р 34.10-2012 (512)',
};

export type SignableFile = { readonly form: MinutesForm; readonly content: Uint8Array };

/**
 * Reads every signer of the file, in its order.
 * @param files - the minutes it should be of, in any of their forms
 * @throws SignatureFault: when it is no CMS signature, has no certificate of a signer, or more than 8 signers.
 */
export async function readSignature(
  signature: Uint8Array,
  files: readonly SignableFile[],
): Promise<SignerReport[]> {
  const signed = parseSigned(signature);
  if (signed.signerInfos.length === 0) throw new SignatureFault('not-a-signature');
  if (signed.signerInfos.length > MOST_SIGNERS) throw new SignatureFault('too-many-signers');
  const reports: SignerReport[] = [];
  for (const [index, signer] of signed.signerInfos.entries())
    reports.push(await readSigner(signed, signer, index, files));
  return reports;
}

async function readSigner(
  signed: SignedData,
  signer: SignerInfo,
  index: number,
  files: readonly SignableFile[],
): Promise<SignerReport> {
  const certificate = certificateOf(signed, signer);
  const digest = DIGESTS[signer.digestAlgorithm.algorithmId];
  const keyId = certificate.subjectPublicKeyInfo.algorithm.algorithmId;
  const key = KEYS[keyId];
  const covers = digest ? await findCovered(signed, signer, digest, files) : null;
  const verdict =
    !digest || !key
      ? 'not-checked'
      : covers === null
        ? 'other-file'
        : (await holds(signed, index, covers.content))
          ? 'fits'
          : 'broken';
  const subject = namesOf(certificate.subject);
  const person = [subject(OID.surname), subject(OID.givenName)].filter((part) => part !== null).join(' ');
  const signingTime = attributeOf(signer, OID.signingTime) as { toDate?: () => Date } | null;
  return {
    verdict,
    covers: covers?.form ?? null,
    subject: person || subject(OID.commonName) || '—',
    position: subject(OID.title),
    organization: subject(OID.organization),
    issuer: namesOf(certificate.issuer)(OID.commonName) ?? '—',
    serial: encodeHex(new Uint8Array(certificate.serialNumber.valueBlock.valueHexView)),
    notBefore: certificate.notBefore.value.toISOString(),
    notAfter: certificate.notAfter.value.toISOString(),
    signedAt: signingTime?.toDate?.().toISOString() ?? null,
    algorithm: digest && key ? `${key}, ${digest}` : (NAMES[keyId] ?? keyId),
  };
}

/** The file whose digest the signer signed; for a signature without attributes or with the file inside, whichever it is. */
async function findCovered(
  signed: SignedData,
  signer: SignerInfo,
  digest: string,
  files: readonly SignableFile[],
): Promise<SignableFile | null> {
  const inside = signed.encapContentInfo.eContent;
  const content = inside instanceof OctetString ? new Uint8Array(inside.getValue()) : null;
  const said = attributeOf(signer, OID.messageDigest);
  for (const file of files) {
    if (content && !equals(content, file.content)) continue;
    if (!said) {
      if (content || (await holds(signed, signed.signerInfos.indexOf(signer), file.content))) return file;
      continue;
    }
    const hash = new Uint8Array(await webcrypto.subtle.digest(digest, copyOf(file.content)));
    if (said instanceof OctetString && equals(new Uint8Array(said.getValue()), hash)) return file;
  }
  return null;
}

async function holds(signed: SignedData, signer: number, content: Uint8Array): Promise<boolean> {
  try {
    const data = signed.encapContentInfo.eContent ? {} : { data: copyOf(content).buffer };
    return await signed.verify({ signer, checkChain: false, ...data });
  } catch {
    // pkijs throws for most of what does not verify.
    return false;
  }
}

function parseSigned(signature: Uint8Array): SignedData {
  try {
    const parsed = fromBER(copyOf(derOf(signature)).buffer);
    if (parsed.offset === -1) throw new SignatureFault('not-a-signature');
    const info = new ContentInfo({ schema: parsed.result });
    if (info.contentType !== OID.signedData) throw new SignatureFault('not-a-signature');
    return new SignedData({ schema: info.content as never });
  } catch (cause) {
    throw cause instanceof SignatureFault ? cause : new SignatureFault('not-a-signature', { cause });
  }
}

/** Programs write it as DER, as PEM or as bare base64. */
function derOf(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0x30) return bytes;
  const text = decodeUtf8(bytes).replace(/-----[A-Z0-9 ]+-----/g, '');
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

function certificateOf(signed: SignedData, signer: SignerInfo): Certificate {
  const certificates = (signed.certificates ?? []).filter((one) => one instanceof Certificate);
  const sid = signer.sid as { serialNumber?: { isEqual(other: unknown): boolean } };
  const found =
    certificates.find(({ serialNumber }) => sid.serialNumber?.isEqual(serialNumber)) ??
    (certificates.length === 1 ? certificates[0] : undefined);
  if (!found) throw new SignatureFault('no-certificate');
  return found;
}

const attributeOf = (signer: SignerInfo, type: string): unknown =>
  signer.signedAttrs?.attributes.find((one) => one.type === type)?.values[0] ?? null;

/** A part of a name by its object identifier. Tax and insurance numbers in it are never taken. */
const namesOf =
  (name: Certificate['subject']) =>
  (type: string): string | null => {
    const value: unknown = name.typesAndValues.find((one) => one.type === type)?.value.valueBlock.value;
    return typeof value === 'string' && value !== '' ? value.slice(0, 200) : null;
  };

const copyOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
const equals = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
