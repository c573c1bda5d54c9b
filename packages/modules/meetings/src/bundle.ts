// The audit bundle of a closed meeting, streamed: what the log only commits to, for anyone who wants to recount.
// Holds pseudonyms, areas and choices; never a name, a number of a flat or a contact.
import { parseCheckpoint } from '@veche/ledger/checkpoint.ts';
import { decodeEntry } from '@veche/ledger/entry.ts';
import { writeBundle, type BundleEntry } from '@veche/ledger/bundle.ts';
import { decodeCanonical } from '@veche/ledger/jcs.ts';
import type { RollRecord } from '@veche/ledger/meeting.ts';
import { parseLogKeys } from '@veche/ledger/log-keys.ts';
import { parseNote } from '@veche/ledger/note.ts';
import { parsePolicy } from '@veche/ledger/policy.ts';
import type { House } from '@veche/module-kit/module.ts';
import { resultOf } from './closing/box.ts';
import { chooseSignatures } from './domain/chosen-signatures.ts';
import { publishedRecord } from './domain/roll.ts';
import { findJoined } from './follow-ups/joined.ts';
import { findMeeting, pageIdems, pageRoll, readOpenings, type MeetingKey, type MeetingRow } from './store.ts';

const ENTRIES_PAGE = 500;
const CHUNK_CHARS = 64 * 1024;

/**
 * The lines of the bundle in chunks of bytes, read page by page as they are asked for.
 */
export function streamBundle(house: House, key: MeetingKey, row: MeetingRow): ReadableStream<Uint8Array> {
  const lines = bundleLines(house, key, row);
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      let chunk = '';
      while (chunk.length < CHUNK_CHARS) {
        const next = await lines.next();
        if (next.done) {
          if (chunk !== '') controller.enqueue(encoder.encode(chunk));
          controller.close();
          return;
        }
        chunk += next.value;
      }
      controller.enqueue(encoder.encode(chunk));
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
}

async function* bundleLines(house: House, key: MeetingKey, row: MeetingRow): AsyncGenerator<string> {
  const logKeys = parseLogKeys(house.ledger.verifierKey);
  const witnesses = row.policy === null ? [] : parsePolicy(row.policy).witnesses;
  const checkpoint = chooseSignatures(await house.ledger.checkpoint(), [
    ...logKeys,
    ...witnesses.map(({ verifier }) => verifier),
  ]);
  const { size } = parseCheckpoint(parseNote(checkpoint).text);
  const joined = findJoined(row);
  yield* writeBundle({
    origin: house.ledger.origin,
    meeting: key.id,
    checkpoint,
    ...(row.policy !== null && row.closing !== null
      ? { witnessed: { policy: row.policy, closing: row.closing.note } }
      : {}),
    roll: readPublishedRoll(house, key),
    entries: readLogged(house, key, size),
    result: resultOf(row),
    ...(joined ? { earlier: bundleLines(house, joined, (await findMeeting(house.db, joined))!) } : {}),
  });
}

async function* readPublishedRoll(house: House, key: MeetingKey): AsyncGenerator<RollRecord> {
  for await (const page of pageRoll(house.db, key)) yield* page.map(publishedRecord);
}

/**
 * Every entry of the meeting below `size`, each with what opens its commitment, and every registrar entry before the last
 * of them, in log order: the log may have grown since the checkpoint of that size was taken. Where each stands is held in
 * memory; what they say is read page by page.
 */
async function* readLogged(house: House, key: MeetingKey, size: number): AsyncGenerator<BundleEntry> {
  const places: { readonly idem: string; readonly index: number }[] = [];
  for await (const idems of pageIdems(house.db, key))
    for (const { idem, index } of await house.ledger.read(idems))
      if (index < size) places.push({ idem, index });
  const last = places.reduce((most, { index }) => Math.max(most, index), 0);
  for (const { idem, index } of await house.ledger.registrarEntries())
    if (index < last) places.push({ idem, index });
  places.sort((a, b) => a.index - b.index);

  for (let from = 0; from < places.length; from += ENTRIES_PAGE) {
    const idems = places.slice(from, from + ENTRIES_PAGE).map(({ idem }) => idem);
    const [rows, logged] = await Promise.all([readOpenings(house.db, key, idems), house.ledger.read(idems)]);
    const openings = new Map(rows.map((row) => [row.idem, row]));
    for (const { idem, index, leaf } of logged) {
      const row = openings.get(idem);
      const opening =
        row?.payload != null && row.salt !== null
          ? { salt: row.salt, payload: decodeCanonical(row.payload) }
          : {};
      yield { index, entry: decodeEntry(leaf), ...opening };
    }
  }
}
