// Minutes drawn up: one model becomes PDF, XML and JSON, and with the annexes files of the house named by their hashes.
// An edition is never changed: what was wrong or missing is put right by the next one, and the log names both.
import { refuse, type Refusal } from '@veche/core/refusal.ts';
import { encodeBase64, encodeHex } from '@veche/ledger/bytes.ts';
import { parseCheckpoint } from '@veche/ledger/checkpoint.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import { parseNote } from '@veche/ledger/note.ts';
import type { House } from '@veche/module-kit/module.ts';
import { getBuilding } from '@veche/people/store.ts';
import { listOverrides } from '../calling/store.ts';
import { translateIn } from '../catalogs.ts';
import { acceptedRisks } from '../domain/accepted.ts';
import { composeMinutes, type Particulars } from '../domain/minutes-model.ts';
import { layCarried } from '../follow-ups/joined.ts';
import { readSettled } from '../follow-ups/settled.ts';
import { signEntry, submitEntry, type SignedEntry } from '../milestone.ts';
import { countPassings } from '../sales/store.ts';
import {
  findMeeting,
  lockMeeting,
  MILESTONES,
  noticeOf,
  numberOfMeeting,
  pageRoll,
  readMilestones,
  type MeetingKey,
  type MeetingRow,
} from '../store.ts';
import { layBox, layNames } from './box.ts';
import { withBoxThread, type BoxThread } from './box-thread.ts';
import { makeFurtherAnnexes } from './further-annexes.ts';
import { findActedFor, wordsFor, type ActedFor } from './representation.ts';
import type { KeptAnnex } from './schema.ts';
import {
  insertEdition,
  isStanding,
  listEditions,
  listSignatures,
  publishedAnnex,
  type EditionRow,
} from './store.ts';

/** More editions than any meeting needs: past this somebody plays with the files. */
const MOST_EDITIONS = 50;

export type DrawnUp = { readonly entry: SignedEntry; readonly row: EditionRow };

/**
 * Makes the files of an edition and the entry that names them; logs nothing yet.
 * @param author - null: the close; its minutes bear the moment of the seal, so that they do not depend on the clock
 */
export async function drawUp(
  house: House,
  row: MeetingRow,
  edition: number,
  particulars: Particulars,
  author: { readonly personId: string; readonly at: Date } | null,
  thread: BoxThread,
): Promise<DrawnUp> {
  const key = { buildingId: row.buildingId, id: row.id };
  const translate = translateIn(row.language);
  const [building, milestones, number, editions, taken, acting] = await Promise.all([
    getBuilding(house.db, key.buildingId),
    readMilestones(house.db, key),
    numberOfMeeting(house.db, key.buildingId, row.calledAt!),
    listEditions(house.db, key),
    listOverrides(house.db, key),
    findActedFor(house, row),
  ]);
  const notice = noticeOf(row);
  const logged = new Map(
    (await house.ledger.read([...milestones.values()])).map(({ idem, index }) => [idem, index]),
  );
  // What the annexes hold is fixed by the close, so that every edition has the same ones.
  const known = editions.find(({ annexes }) => annexes.length > 0)?.annexes;
  const annexes = known ?? (await keepAnnexes(house, key, row, acting, thread));
  const drawnUpAt = author?.at ?? row.closedAt!;
  const minutes = composeMinutes(
    {
      notice,
      result: await readSettled(house.db, row),
      city: building.city,
      number,
      edition,
      particulars,
      annexes: annexes.map(publishedAnnex),
      accepted: acceptedRisks(notice, taken, translate),
      representation: acting.counts,
      passed: await countPassings(house.db, key),
      shortNotice: row.shortNotice,
      calledAt: row.calledAt!,
      openedAt: row.openedAt!,
      closedAt: row.closedAt!,
      drawnUpAt,
      journal: MILESTONES.flatMap((kind) => {
        const index = kind === 'minutes' ? undefined : logged.get(milestones.get(kind) ?? '');
        return index === undefined ? [] : [{ kind, index }];
      }),
      closing: row.closing,
      logKey: house.ledger.verifierKey.trim().split('\n').join(', '),
      webOrigin: house.webOrigin,
      buildingId: key.buildingId,
    },
    row.language,
    translate,
  );
  const files = await thread.ask('minutes', { minutes, drawnUpAt });
  const pdf = await keep(house, key, files.pdf, 'pdf');
  const xml = await keep(house, key, files.xml, 'xml');
  const json = await keep(house, key, files.json, 'json');
  const entry = signEntry(house, key, {
    kind: 'minutes',
    pdf: pdf.hash,
    xml: xml.hash,
    json: json.hash,
    language: row.language,
  });
  return {
    entry,
    row: {
      buildingId: key.buildingId,
      meeting: key.id,
      edition,
      language: row.language,
      particulars,
      annexes: [...annexes],
      pdfFile: pdf.name,
      xmlFile: xml.name,
      jsonFile: json.name,
      idem: entry.idem,
      drawnUpBy: author?.personId ?? null,
      drawnUpAt,
    },
  };
}

/** Draws up a closed meeting's minutes anew with the names of those who sign, and hands them to the log. */
export async function drawUpAnew(
  house: House,
  key: MeetingKey,
  particulars: Particulars,
  author: { readonly personId: string; readonly at: Date },
): Promise<Refusal<
  'not-found' | 'not-closed' | 'too-many-editions' | 'drawn-up-meanwhile' | 'already-signed'
> | null> {
  const editions = await listEditions(house.db, key);
  const next = (editions.at(-1)?.edition ?? 0) + 1;
  if (next > MOST_EDITIONS) return refuse('too-many-editions', { most: MOST_EDITIONS });
  const before = await findMeeting(house.db, key);
  if (!before || before.state === 'draft') return refuse('not-found');
  if (before.state !== 'closed') return refuse('not-closed');
  // The files are made before the lock is taken: they hurt nobody when another was quicker.
  const { entry, row } = await withBoxThread((thread) =>
    drawUp(house, before, next, particulars, author, thread),
  );
  const refused = await house.db.transaction(async (tx) => {
    await lockMeeting(tx, key);
    if (((await listEditions(tx, key)).at(-1)?.edition ?? 0) >= next) return refuse('drawn-up-meanwhile');
    if ((await listSignatures(tx, key)).some(isStanding(next - 1))) return refuse('already-signed');
    await insertEdition(tx, row);
    await submitEntry(tx, house, key, entry, author.at);
    return null;
  });
  house.ledger.wake();
  return refused;
}

/**
 * The edition that a reader is given: the newest that the public log holds for people of the building, for strangers the
 * first, which names nobody. Null before the first.
 */
export async function findShown(
  house: House,
  key: MeetingKey,
  forMembers: boolean,
): Promise<EditionRow | null> {
  const editions = await listEditions(house.db, key);
  const first = editions[0] ?? null;
  if (!forMembers || editions.length < 2) return first;
  const { size } = parseCheckpoint(parseNote(await house.ledger.checkpoint()).text);
  const logged = await house.ledger.read(editions.map(({ idem }) => idem));
  const shown = new Set(logged.filter(({ index }) => index < size).map(({ idem }) => idem));
  return editions.findLast(({ idem }) => shown.has(idem)) ?? first;
}

async function keepAnnexes(
  house: House,
  key: MeetingKey,
  row: MeetingRow,
  acting: ActedFor,
  thread: BoxThread,
): Promise<KeptAnnex[]> {
  if (!thread.has('box')) await layBox(house, key, thread);
  if (!thread.has('roll')) await thread.lay('roll', pageRoll(house.db, key));
  if ((await countPassings(house.db, key)) > 0) await thread.lay('now', pageRoll(house.db, key, 'now'));
  if (!thread.has('carried')) await layCarried(house, row, thread);
  await layNames(house, key, thread);
  const files = await thread.ask('annexes', {
    language: row.language,
    closingSize: row.closing?.size ?? null,
    sale: noticeOf(row).sale,
    notice: row.notice!,
    result: row.result!,
    items: noticeOf(row).items,
    actedFor: await wordsFor(house, acting, translateIn(row.language)),
    salts: [house.random(32), house.random(32), house.random(32)],
  });
  const kept: KeptAnnex[] = [];
  for (const { annex, content } of files) {
    const type = annex.fileName.slice(annex.fileName.lastIndexOf('.') + 1);
    kept.push({ ...annex, file: (await keep(house, key, content, type)).name });
  }
  const { deliveries, materials } = await makeFurtherAnnexes(house, row, kept.length + 1);
  kept.push({ ...deliveries.annex, file: (await keep(house, key, deliveries.content, 'csv')).name });
  for (const { annex, file } of materials) kept.push({ ...annex, file });
  return kept;
}

/** Puts a file under its own hash: put twice it is the same file. */
async function keep(
  house: House,
  key: MeetingKey,
  content: Uint8Array,
  type: string,
): Promise<{ name: string; hash: string }> {
  const hash = sha256(content);
  const name = `minutes/${key.id}/${encodeHex(hash)}.${type}`;
  await house.files.put(name, content);
  return { name, hash: encodeBase64(hash) };
}
