// The lists of a large meeting page by page over a real database: each row once, the last one too, whatever the size.
import { createHash, randomUUID } from 'node:crypto';
import {
  insertBallots,
  insertRoll,
  pageEffective,
  pageEntries,
  pageIdems,
  pageRoll,
  putEffective,
  readOpenings,
  readRoll,
  type BallotRow,
} from '@veche/meetings/store.ts';
import { describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/database.ts';

const { db, sql } = await freshDatabase();
/** All rows of all pages. */
async function rowsOf<Row>(pages: AsyncIterable<readonly Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}
const idemOf = (n: number): string => createHash('sha256').update(String(n)).digest('hex');

/** A meeting with so many lines on its roll, and a ballot for each. */
async function meetingOf(size: number) {
  const key = { buildingId: randomUUID(), id: `m${size}` };
  await sql`
    INSERT INTO meetings.meetings (building_id, id, title, form, openness, state, language, created_at, draft)
    VALUES (${key.buildingId}, ${key.id}, 't', 'absentee', 'public', 'open', 'ru', now(), '{}')`;
  const lines = Array.from({ length: size }, (_, i) => ({
    entitlement: `e${i}`,
    voter: `v${i}`,
    unit: `u${i}`,
    entrance: '1',
    areaCm2: 1,
    share: '1',
    salt: '',
    personId: null,
    premisesId: randomUUID(),
    premisesNumber: String(i),
    premisesKind: 'flat',
    marks: [],
  }));
  const ballots = lines.map(({ entitlement, voter }, i): BallotRow => ({
    buildingId: key.buildingId,
    meeting: key.id,
    idem: idemOf(i),
    voter,
    payload: '{}',
    salt: '',
    entitlements: [entitlement],
    castAt: new Date('2026-03-02T10:00:00Z'),
  }));
  if (size > 0) {
    await insertRoll(db, key, lines);
    await insertBallots(db, ballots);
    await putEffective(db, ballots);
  }
  return key;
}

describe.each([0, 1, 999, 1_000, 1_001, 2_000])('a meeting of %i lines', (size) => {
  it('is read page by page as it is read whole', async () => {
    const key = await meetingOf(size);
    const numbers = Array.from({ length: size }, (_, i) => i);
    const idems = numbers.map(idemOf).sort();

    const roll = await rowsOf(pageRoll(db, key));
    expect(roll).toEqual(await readRoll(db, key));
    expect(roll.map(({ entitlement }) => entitlement)).toEqual(numbers.map((i) => `e${i}`));

    const entries = await rowsOf(pageEntries(db, key));
    expect(entries.map(({ idem }) => idem)).toEqual(idems);
    expect(await rowsOf(pageIdems(db, key))).toEqual(idems);

    const effective = await rowsOf(pageEffective(db, key));
    expect(new Map(effective)).toEqual(new Map(numbers.map((i) => [`e${i}`, idemOf(i)])));
    expect(effective).toHaveLength(size);
  });
});

describe('entries that are asked for by name', () => {
  it('are those of this meeting alone', async () => {
    const [mine, theirs] = [await meetingOf(3), await meetingOf(5)];
    const asked = [idemOf(1), idemOf(4), idemOf(9)];
    const idemsOf = async (key: typeof mine): Promise<string[]> =>
      (await readOpenings(db, key, asked)).map(({ idem }) => idem).sort();
    expect(await idemsOf(mine)).toEqual([idemOf(1)]);
    expect(await idemsOf(theirs)).toEqual([idemOf(1), idemOf(4)].sort());
  });
});
