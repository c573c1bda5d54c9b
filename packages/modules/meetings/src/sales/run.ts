// Follows the register while votes are cast: what passed since the opening is compared with what was written down of it, and
// the difference goes into the log, onto the roll and to both owners. Told of a change, or woken by a day that has come, it
// looks at all there is; so that it may run twice, late, or after something that was corrected, and the outcome is the same.
import {
  compare,
  formatRational,
  parseRational,
  subtract,
  zero,
  type Rational,
} from '@veche/core/rational.ts';
import { decodeBase64, encodeBase64, encodeHex, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { makeCommitment } from '@veche/ledger/commitment.ts';
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import type { Notice } from '@veche/ledger/meeting.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import type { House } from '@veche/module-kit/module.ts';
import { describeError } from '@veche/module-kit/server.ts';
import { dayIn } from '@veche/people/register/local-day.ts';
import { findPremises, readPassingVersions } from '@veche/people/register/title-store.ts';
import { passedBetween } from '@veche/people/register/titles.ts';
import { passLines, transfersOf, type Passed } from '../domain/sale.ts';
import { signEntry, submitEntry } from '../milestone.ts';
import { lockMeeting, noticeOf, updateMeeting, type MeetingKey } from '../store.ts';
import {
  countHeadsNow,
  findOpenMeetings,
  insertPassings,
  listPassings,
  passOnRoll,
  readHeldLines,
  readPseudonyms,
  type PassingRow,
} from './store.ts';

/** A premises with what passed of it. */
type PassedOf = { readonly premisesId: string; readonly passed: Passed };

/** Follows the register in every open meeting; one that cannot be followed does not hold up the others. */
export async function followSales(house: House, buildingId?: string): Promise<void> {
  for (const key of await findOpenMeetings(house.db, house.clock.now(), buildingId)) {
    try {
      await followSalesOf(house, key);
    } catch (error) {
      // A reaction to one building is tried again by the queue; the round of all goes on with the next.
      if (buildingId !== undefined) throw error;
      house.log.error({ meeting: key.id, ...describeError(error) }, 'a sale could not be followed');
    }
  }
}

async function followSalesOf(house: House, key: MeetingKey): Promise<void> {
  const amended = await house.db.transaction(async (tx) => {
    const row = await lockMeeting(tx, key);
    const now = house.clock.now();
    // What passes after the announced end is no matter of this vote, however long the close takes.
    if (row?.state !== 'open' || now < row.opensAt! || now >= row.closesAt!) return false;
    const notice = noticeOf(row);
    const rule = notice.sale ?? 'stays';
    const before = await listPassings(tx, key);
    const passed = await findPassed(tx, house, key, { notice, before, opensAt: row.opensAt!, now });
    if (passed.length === 0) return false;
    for (const one of passed) await passOnRoll(tx, key, one.passed, rule === 'void');
    const idem = await logAmendments(tx, house, key, passed, now);
    await insertPassings(
      tx,
      passed.map(({ premisesId, passed: { from, to, share, line } }, i): PassingRow => ({
        buildingId: key.buildingId,
        meeting: key.id,
        position: before.length + i + 1,
        premisesId,
        fromPerson: from,
        toPerson: to,
        share: formatRational(share),
        entitlement: line?.entitlement ?? null,
        became: line?.became ?? null,
        fromVoter: line?.fromVoter ?? null,
        idem: line?.amendment ? idem : null,
        recordedAt: now,
      })),
    );
    if (rule !== 'stays') {
      await updateMeeting(tx, key, {
        actorsVersion: row.actorsVersion + 1,
        rollHeads: await countHeadsNow(tx, key),
      });
      const lost = passed.filter(({ passed: { line } }) => line === null).length;
      if (lost > 0)
        house.log.warn({ meeting: key.id, shares: lost }, 'shares passed that the roll does not have');
    }
    await tellBoth(tx, house, key, notice, passed, before.length);
    return true;
  });
  if (amended) house.ledger.wake();
}

/** What the register says now and nobody has written down yet. */
async function findPassed(
  tx: Tx,
  house: House,
  key: MeetingKey,
  given: {
    readonly notice: Notice;
    readonly before: readonly PassingRow[];
    readonly opensAt: Date;
    readonly now: Date;
  },
): Promise<PassedOf[]> {
  const { notice, before, opensAt, now } = given;
  const [opened, today] = [dayIn(opensAt, notice.timeZone), dayIn(now, notice.timeZone)];
  const versions = Map.groupBy(
    await readPassingVersions(tx, key.buildingId, opened, today),
    ({ premisesId }) => premisesId,
  );
  const recorded = Map.groupBy(before, ({ premisesId }) => premisesId);
  const rule = notice.sale ?? 'stays';
  let pseudonyms: Map<string, string> | undefined;
  const found: PassedOf[] = [];
  for (const premisesId of new Set([...versions.keys(), ...recorded.keys()])) {
    const known = versions.get(premisesId) ?? [];
    const balance = passedBetween(known, opened, today);
    for (const { fromPerson, toPerson, share } of recorded.get(premisesId) ?? []) {
      change(balance, fromPerson, parseRational(share));
      change(balance, toPerson, subtract(zero, parseRational(share)));
    }
    const transfers = transfersOf(balance);
    if (transfers.length === 0) continue;
    if (rule === 'stays') {
      found.push(...transfers.map((transfer) => ({ premisesId, passed: { ...transfer, line: null } })));
      continue;
    }
    const names = (pseudonyms ??= await readPseudonyms(tx, key));
    const passed = passLines(
      rule,
      await readHeldLines(tx, key, premisesId),
      transfers,
      {
        voterOf: (person) => {
          const voter = names.get(person) ?? encodeHex(house.random(12));
          names.set(person, voter);
          return voter;
        },
        newLine: () => encodeHex(house.random(12)),
      },
      // Whoever gives away what the register has never known him to hold was written down by mistake.
      (person) => person !== null && !known.some(({ personId }) => personId === person),
    );
    found.push(...passed.map((one) => ({ premisesId, passed: one })));
  }
  return found;
}

function change(balance: Map<string | null, Rational>, name: string | null, by: Rational): void {
  const held = balance.get(name);
  const now = held === undefined ? by : subtract(held, subtract(zero, by));
  if (compare(now, zero) === 0) balance.delete(name);
  else balance.set(name, now);
}

/** @returns the idem of the entry; null where nothing on the roll changed */
async function logAmendments(
  tx: Tx,
  house: House,
  key: MeetingKey,
  passed: readonly PassedOf[],
  now: Date,
): Promise<string | null> {
  const amendments = passed.flatMap((one) => one.passed.line?.amendment ?? []);
  if (amendments.length === 0) return null;
  const payload = encodeCanonical({ meeting: key.id, amendments });
  const salt = encodeBase64(house.random(32));
  const entry = signEntry(house, key, {
    kind: 'roll.amended',
    amendments: encodeBase64(makeCommitment(decodeBase64(salt, 32), encodeUtf8(payload))),
  });
  await submitEntry(tx, house, key, entry, now, { payload, salt });
  return entry.idem;
}

/** Both owners are told what becomes of the vote, so that the one does not wonder and the other does not miss it. */
async function tellBoth(
  tx: Tx,
  house: House,
  key: MeetingKey,
  notice: Notice,
  passed: readonly PassedOf[],
  recorded: number,
): Promise<void> {
  const sale = { 'follows-title': 'follows', void: 'void', stays: 'stays' }[notice.sale ?? 'stays'];
  for (const [
    i,
    {
      premisesId,
      passed: { from, to },
    },
  ] of passed.entries()) {
    const premises = await findPremises(tx, key.buildingId, premisesId);
    const values = {
      title: notice.title,
      premises: premises?.number ?? '',
      sale,
      building: key.buildingId,
      meeting: key.id,
    };
    await house.notices.send(
      tx,
      [
        { personId: from, template: 'meetings.notice.share-given' },
        { personId: to, template: 'meetings.notice.share-taken' },
      ].flatMap(({ personId, template }) =>
        personId === null
          ? []
          : [
              {
                personId,
                template,
                buildingId: key.buildingId,
                once: `${key.id}/${template}/${recorded + i + 1}`,
                values,
              },
            ],
      ),
    );
  }
}
