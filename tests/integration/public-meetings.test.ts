// The list of meetings that anybody may see, page by page over a real database.
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import { exampleNotice } from '@veche/meetings/domain/example.ts';
import { insertDraft, listNewestCalled, updateMeeting } from '@veche/meetings/store.ts';
import { insertBuilding } from '@veche/people/store.ts';
import { expect, it } from 'vitest';
import { freshDatabase } from '../support/database.ts';

it('goes on where it ended, each meeting once, also among those called at the same moment', async () => {
  const { db } = await freshDatabase();
  const now = new Date('2026-03-01T08:15:00.123Z');
  const building = await insertBuilding(
    db,
    { address: 'ул. Лесная, д. 5', city: 'Казань', timeZone: 'Europe/Moscow', areaCm2: 0 },
    now,
  );
  const notice = encodeCanonical(exampleNotice);
  const draft = {
    title: '',
    form: 'absentee',
    openness: 'public',
    opensAt: null,
    closesAt: null,
    items: [],
  } as const;
  for (const [i, id] of ['a', 'b', 'c', 'd', 'e', 'draft'].entries()) {
    const key = { buildingId: building.id, id };
    await insertDraft(db, key, draft, 'ru', now);
    // Two by two at the same moment.
    const calledAt = new Date(now.getTime() + Math.floor(i / 2));
    if (id !== 'draft') await updateMeeting(db, key, { state: 'called', notice, calledAt });
  }
  const seen: string[] = [];
  let before: Parameters<typeof listNewestCalled>[2] = null;
  for (;;) {
    const page: Awaited<ReturnType<typeof listNewestCalled>> = await listNewestCalled(db, 2, before);
    seen.push(...page.map(({ id }) => id));
    const last = page.at(-1);
    if (!last) break;
    before = { calledAt: last.calledAt!, id: last.id };
  }
  expect(seen).toEqual(['e', 'd', 'c', 'b', 'a']);
});
