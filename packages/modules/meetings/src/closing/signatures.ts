// Signatures of the minutes: taken, read, kept; withdrawn they stay, since somebody has given them.
import { refuse, type Refusal } from '@veche/core/refusal.ts';
import { encodeHex } from '@veche/ledger/bytes.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import type { House } from '@veche/module-kit/module.ts';
import { randomUuid } from '@veche/people/uuid.ts';
import type { SignatoryRole } from '../domain/minutes-model.ts';
import { mayStand } from '../domain/minutes-state.ts';
import { lockMeeting, type MeetingKey } from '../store.ts';
import { MINUTES_FORMS, type SignerReport } from '../domain/signer-report.ts';
import { insertSignature, listEditions, listSignatures, type EditionRow } from './store.ts';

/** More than signatories there can be, with a few who signed twice. */
const MOST_SIGNATURES = 60;

export type SignatureRefusal = Refusal<
  | 'not-closed'
  | 'not-newest-edition'
  | 'not-a-signature'
  | 'signature-of-other-file'
  | 'signature-broken'
  | 'too-many-signatures'
>;

/** Reads a signature against the edition it is given for and keeps it. The same file twice is one signature. */
export async function addSignature(
  house: House,
  key: MeetingKey,
  given: {
    readonly edition: number;
    readonly role: SignatoryRole;
    readonly fileName: string;
    readonly content: Uint8Array;
    readonly personId: string;
    readonly now: Date;
  },
): Promise<SignatureRefusal | null> {
  const newest = (await listEditions(house.db, key)).at(-1);
  if (!newest) return refuse('not-closed');
  if (newest.edition !== given.edition) return refuse('not-newest-edition');
  const signers = await readSigners(house, newest, given.content);
  if ('refused' in signers) return signers;
  const hash = encodeHex(sha256(given.content));
  const file = `minutes/${key.id}/${hash}.p7s`;
  await house.files.put(file, given.content);
  return house.db.transaction(async (tx) => {
    await lockMeeting(tx, key);
    if ((await listEditions(tx, key)).at(-1)?.edition !== given.edition) return refuse('not-newest-edition');
    const known = await listSignatures(tx, key);
    if (known.length >= MOST_SIGNATURES) return refuse('too-many-signatures', { most: MOST_SIGNATURES });
    const isKnown = known.some(
      (one) =>
        one.withdrawnAt === null &&
        one.edition === given.edition &&
        one.sha256 === hash &&
        one.role === given.role,
    );
    if (isKnown) return null;
    await insertSignature(tx, {
      buildingId: key.buildingId,
      meeting: key.id,
      id: randomUuid(house.random),
      edition: given.edition,
      role: given.role,
      file,
      fileName: given.fileName,
      sha256: hash,
      signers,
      uploadedBy: given.personId,
      uploadedAt: given.now,
      withdrawnBy: null,
      withdrawnAt: null,
    });
    return null;
  });
}

async function readSigners(
  house: House,
  edition: EditionRow,
  content: Uint8Array,
): Promise<SignerReport[] | SignatureRefusal> {
  const files = [];
  for (const form of MINUTES_FORMS) {
    const name = edition[`${form}File`];
    const kept = name === null ? null : await house.files.get(name);
    if (kept) files.push({ form, content: kept });
  }
  // Needed a few times a year: what reads certificates is loaded only then.
  const { readSignature, SignatureFault } = await import('./detached-signature.ts');
  let signers: SignerReport[];
  try {
    signers = await readSignature(content, files);
  } catch (error) {
    if (error instanceof SignatureFault) return refuse('not-a-signature');
    throw error;
  }
  if (mayStand(signers)) return signers;
  return refuse(
    signers.some(({ verdict }) => verdict === 'broken') ? 'signature-broken' : 'signature-of-other-file',
  );
}
