// Documents of a meeting: what may be attached, and keeping it. Nothing that a browser or an office program would run is
// taken, and what is taken is told by its content, not by what whoever sends it says it is.
import { refuse, type Refusal } from '@veche/core/refusal.ts';
import { encodeBase64, encodeHex } from '@veche/ledger/bytes.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import type { House } from '@veche/module-kit/module.ts';
import { lockMeeting, type MeetingKey } from '../store.ts';
import { insertMaterial, listMaterials } from './store.ts';

/** A meeting has so many at most; how large each may be is in the contract. */
const MAX_MATERIALS = 30;

const OFFICE = 'application/vnd.openxmlformats-officedocument';
const OPEN = 'application/vnd.oasis.opendocument';

/** Media types by the ending of the name, with the bytes a file of the kind begins with; null: plain text. */
const KINDS: Readonly<Record<string, readonly [type: string, begins: readonly number[] | null]>> = {
  pdf: ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  png: ['image/png', [0x89, 0x50, 0x4e, 0x47]],
  jpg: ['image/jpeg', [0xff, 0xd8, 0xff]],
  jpeg: ['image/jpeg', [0xff, 0xd8, 0xff]],
  docx: [`${OFFICE}.wordprocessingml.document`, [0x50, 0x4b, 0x03, 0x04]],
  xlsx: [`${OFFICE}.spreadsheetml.sheet`, [0x50, 0x4b, 0x03, 0x04]],
  odt: [`${OPEN}.text`, [0x50, 0x4b, 0x03, 0x04]],
  ods: [`${OPEN}.spreadsheet`, [0x50, 0x4b, 0x03, 0x04]],
  txt: ['text/plain', null],
  csv: ['text/csv', null],
};

/** The media type of a file by its name and its content; null when it is none that is taken. */
export function sniffMaterial(name: string, bytes: Uint8Array): string | null {
  const kind = KINDS[/\.([a-z0-9]+)$/.exec(name.toLowerCase())?.[1] ?? ''];
  if (!kind || bytes.length === 0) return null;
  const [type, begins] = kind;
  if (begins === null) return isText(bytes) ? type : null;
  if (!begins.every((byte, i) => bytes[i] === byte)) return null;
  // A program inside an office document: it would run on the owners' machines.
  return MACROS.some((part) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(part))
    ? null
    : type;
}

const MACROS = ['vbaProject.bin', 'Basic/script-lc.xml'];

function isText(bytes: Uint8Array): boolean {
  try {
    return !new TextDecoder('utf-8', { fatal: true }).decode(bytes).includes('\0');
  } catch {
    return false;
  }
}

/** A name without what a file system or a reader could stumble over. */
export const cleanName = (name: string): string =>
  name
    .normalize('NFC')
    .replace(/[\p{C}/\\:*?"<>|]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
    .slice(-150);

/** Keeps a document with a draft. */
export async function attach(
  house: House,
  key: MeetingKey,
  given: {
    readonly name: string;
    readonly item: number | null;
    readonly bytes: Uint8Array;
    readonly personId: string;
    readonly now: Date;
  },
): Promise<Refusal<'not-found' | 'already-called' | 'file-not-taken' | 'too-many-files'> | null> {
  const name = cleanName(given.name);
  const type = sniffMaterial(name, given.bytes);
  if (type === null) return refuse('file-not-taken');
  const id = encodeHex(house.random(12));
  const file = `materials/${key.buildingId}/${key.id}/${id}`;
  // The file first: a crash here leaves a file that no row names, never a row without its file.
  await house.files.put(file, given.bytes);
  return house.db.transaction(async (tx) => {
    const row = await lockMeeting(tx, key);
    if (!row) return refuse('not-found');
    if (row.state !== 'draft') return refuse('already-called');
    if ((await listMaterials(tx, key)).length >= MAX_MATERIALS) return refuse('too-many-files');
    await insertMaterial(tx, {
      buildingId: key.buildingId,
      meeting: key.id,
      id,
      item: given.item,
      name,
      type,
      bytes: given.bytes.length,
      sha256: encodeBase64(sha256(given.bytes)),
      file,
      uploadedBy: given.personId,
      uploadedAt: given.now,
    });
    return null;
  });
}
