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
import { readEntries, readRollPage, type MeetingKey, type MeetingRow } from './store.ts';

const ROLL_PAGE = 2_000;
const CHUNK_CHARS = 64 * 1024;

/**
 * The lines of the bundle in chunks of bytes. The roll is read page by page; the entries of the meeting are held in
 * memory while it streams, about 1.5 KB each.
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
  yield* writeBundle({
    origin: house.ledger.origin,
    meeting: key.id,
    checkpoint,
    ...(row.policy !== null && row.closing !== null
      ? { witnessed: { policy: row.policy, closing: row.closing.note } }
      : {}),
    roll: readPublishedRoll(house, key),
    entries: await readLogged(house, key, size),
    result: resultOf(row),
  });
}

async function* readPublishedRoll(house: House, key: MeetingKey): AsyncGenerator<RollRecord> {
  for (let from = 0; ; from += ROLL_PAGE) {
    const page = await readRollPage(house.db, key, from, ROLL_PAGE);
    yield* page.map(publishedRecord);
    if (page.length < ROLL_PAGE) return;
  }
}

/**
 * Every entry of the meeting below `size`, each with what opens its commitment, and every registrar entry before the last
 * of them, in log order: the log may have grown since the checkpoint of that size was taken.
 */
async function readLogged(house: House, key: MeetingKey, size: number): Promise<BundleEntry[]> {
  const rows = new Map((await readEntries(house.db, key)).map((row) => [row.idem, row]));
  const logged = (await house.ledger.read([...rows.keys()])).filter(({ index }) => index < size);
  const last = logged.at(-1)?.index ?? 0;
  const registrars = (await house.ledger.registrarEntries()).filter(({ index }) => index < last);
  return [...registrars, ...logged]
    .toSorted((a, b) => a.index - b.index)
    .map(({ idem, index, leaf }) => {
      const row = rows.get(idem);
      const opening =
        row?.payload != null && row.salt !== null
          ? { salt: row.salt, payload: decodeCanonical(row.payload) }
          : {};
      return { index, entry: decodeEntry(leaf), ...opening };
    });
}
