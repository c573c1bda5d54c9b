// The endpoints of what follows the count: each finds the closed meeting, acts once, and answers.
import { isRefusal, refuse } from '@veche/core/refusal.ts';
import type { House } from '@veche/module-kit/module.ts';
import { route, type Route } from '@veche/module-kit/route.ts';
import type { Caller } from '@veche/module-kit/who.ts';
import type { FileAnswer } from '@veche/module-kit/endpoint.ts';
import { getMinutes } from '../contract.ts';
import { isMember } from '../permissions.ts';
import { findMeeting, type MeetingKey } from '../store.ts';
import * as contract from './contract.ts';
import { drawUpAnew, findShown } from './editions.ts';
import { listEditions, publishedAnnex, type EditionRow } from './store.ts';

type InMeeting = { readonly building: string; readonly meeting: string };
const keyFrom = (params: InMeeting): MeetingKey => ({ buildingId: params.building, id: params.meeting });

export function closingRoutes(house: House): readonly Route[] {
  const { db } = house;

  /** The meeting, when its papers are there. */
  const findClosed = async (params: InMeeting) => {
    const key = keyFrom(params);
    const row = await findMeeting(db, key);
    if (!row || row.state === 'draft') return refuse('not-found');
    return row.state === 'closed' ? { key, row } : refuse('not-closed');
  };

  const board = async (key: MeetingKey) => {
    const editions = await listEditions(db, key);
    const logged = new Map(
      (await house.ledger.read(editions.map(({ idem }) => idem))).map(({ idem, index }) => [idem, index]),
    );
    return {
      editions: editions.map((one) => ({
        edition: one.edition,
        profile: one.particulars.profile,
        language: one.language,
        drawnUpAt: one.drawnUpAt.toISOString(),
        index: logged.get(one.idem) ?? null,
        forms: (['pdf', 'xml', 'json'] as const).filter((form) => one[`${form}File`] !== null),
        particulars: {
          ...one.particulars,
          signatories: [...one.particulars.signatories],
          heard: Object.fromEntries(
            Object.entries(one.particulars.heard).map(([item, names]) => [item, [...names]]),
          ),
        },
      })),
      annexes: (editions.at(-1)?.annexes ?? []).map(publishedAnnex),
    };
  };

  const minutesIn =
    (form: 'pdf' | 'xml' | 'json') =>
    async (input: {
      params: InMeeting;
      query: { edition?: number | undefined };
      caller: Caller | null;
    }): Promise<FileAnswer | ReturnType<typeof refuse<'not-found' | 'not-closed'>>> => {
      const found = await findClosed(input.params);
      if (isRefusal(found)) return found;
      const shown = await findAsked(house, found.key, isMember(input.caller), input.query.edition);
      const file = shown?.[`${form}File`];
      const content = file ? await house.files.get(file) : null;
      if (!shown || !content) return refuse('not-found');
      const name = `minutes-${found.row.id}${shown.edition > 1 ? `-${shown.edition}` : ''}.${form}`;
      return { content, headers: { 'content-disposition': `inline; filename="${name}"` } };
    };

  return [
    route(getMinutes, minutesIn('pdf')),
    route(contract.getMinutesXml, minutesIn('xml')),
    route(contract.getMinutesJson, minutesIn('json')),

    route(contract.getClosing, async ({ params }) => {
      const found = await findClosed(params);
      return isRefusal(found) ? found : board(found.key);
    }),

    route(contract.drawUpMinutes, async ({ params, body, caller, now }) => {
      const key = keyFrom(params);
      const refused = await drawUpAnew(house, key, body, { personId: caller.personId, at: now });
      return refused ?? board(key);
    }),

    route(contract.getAnnex, async ({ params }) => {
      const found = await findClosed(params);
      if (isRefusal(found)) return found;
      const annexes = (await listEditions(db, found.key)).at(-1)?.annexes ?? [];
      const annex = annexes.find(({ number }) => String(number) === params.annex);
      const content = annex ? await house.files.get(annex.file) : null;
      if (!annex || !content) return refuse('not-found');
      return { content, fileName: annex.fileName };
    }),
  ];
}

async function findAsked(
  house: House,
  key: MeetingKey,
  isMember: boolean,
  edition: number | undefined,
): Promise<EditionRow | null> {
  if (edition === undefined) return findShown(house, key, isMember);
  // A stranger may ask for the one that names nobody and for no other.
  if (!isMember && edition > 1) return null;
  return (await listEditions(house.db, key)).find((one) => one.edition === edition) ?? null;
}
