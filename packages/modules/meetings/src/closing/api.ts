// The endpoints of what follows the count: each finds the closed meeting, acts once, and answers.
import type { Translate } from '@veche/core/messages.ts';
import { isRefusal, refuse } from '@veche/core/refusal.ts';
import type { House } from '@veche/module-kit/module.ts';
import { route, type Route } from '@veche/module-kit/route.ts';
import type { Caller } from '@veche/module-kit/who.ts';
import type { FileAnswer } from '@veche/module-kit/endpoint.ts';
import { insertLook } from '@veche/people/register/title-store.ts';
import { listOverrides } from '../calling/store.ts';
import { getMinutes } from '../contract.ts';
import { acceptedRisks } from '../domain/accepted.ts';
import { challengesAmong, deadlinesOf, regimesWithChallenge } from '../domain/deadlines.ts';
import { dayIn } from '../domain/instant.ts';
import { minutesState } from '../domain/minutes-state.ts';
import { translateIn } from '../catalogs.ts';
import { isMember, mayDo } from '../permissions.ts';
import { findMeeting, noticeOf, numberOfMeeting, type MeetingKey, type MeetingRow } from '../store.ts';
import { writeChallengeCalendar } from './challenge-calendar.ts';
import * as contract from './contract.ts';
import { drawUpAnew, findShown } from './editions.ts';
import { streamPackage } from './package.ts';
import { addSignature } from './signatures.ts';
import {
  isStanding,
  listEditions,
  listSignatures,
  listSteps,
  publishedAnnex,
  putStep,
  withdrawSignature,
  type EditionRow,
  type StepRow,
} from './store.ts';

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

  const board = async (
    key: MeetingKey,
    row: MeetingRow,
    { caller, now, translate }: { caller: Caller; now: Date; translate: Translate },
  ) => {
    const [editions, signatures, steps, taken] = await Promise.all([
      listEditions(db, key),
      listSignatures(db, key),
      listSteps(db, key),
      listOverrides(db, key),
    ]);
    const { timeZone } = noticeOf(row);
    const newest = editions.at(-1);
    const isDone = new Set(steps.map(({ step }) => step));
    const logged = new Map(
      (await house.ledger.read(editions.map(({ idem }) => idem))).map(({ idem, index }) => [idem, index]),
    );
    return {
      state: minutesState(signatures.filter(isStanding(newest?.edition ?? 0)), isDone),
      closedOn: dayIn(timeZone, row.closedAt!),
      today: dayIn(timeZone, now),
      may: { close: mayDo(caller, 'meetings.close'), seeAnnexes: mayDo(caller, 'meetings.see-annexes') },
      signatures: signatures.map((one) => ({
        id: one.id,
        edition: one.edition,
        role: one.role,
        fileName: one.fileName,
        sha256: one.sha256,
        uploadedAt: one.uploadedAt.toISOString(),
        withdrawnAt: one.withdrawnAt?.toISOString() ?? null,
        signers: one.signers,
      })),
      accepted: acceptedRisks(noticeOf(row), taken, translate),
      steps: steps.map(({ step, doneOn: on, note }) => ({ step, doneOn: on, note })),
      deadlines: calendarOf(row, editions, steps),
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

  /** By when an owner may go to court. */
  const challenges = async (key: MeetingKey, row: MeetingRow) => {
    const [editions, steps] = await Promise.all([listEditions(db, key), listSteps(db, key)]);
    return challengesAmong(calendarOf(row, editions, steps));
  };

  /** Written down before a list of people is given: the owners see who took it. */
  const noteLook = (row: MeetingRow, caller: Caller, place: 'annexes' | 'package', now: Date) =>
    insertLook(
      db,
      {
        buildingId: row.buildingId,
        personId: caller.personId,
        place,
        premisesIds: null,
        why: row.title,
      },
      now,
    );

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

    route(contract.getClosing, async (input) => {
      const found = await findClosed(input.params);
      return isRefusal(found) ? found : board(found.key, found.row, input);
    }),

    route(contract.drawUpMinutes, async ({ params, body, caller, now, translate }) => {
      const found = await findClosed(params);
      if (isRefusal(found)) return found;
      const author = { personId: caller.personId, at: now };
      const refused = await drawUpAnew(house, found.key, body, author);
      return refused ?? board(found.key, found.row, { caller, now, translate });
    }),

    route(contract.addSignature, async ({ params, query, body, caller, now, translate }) => {
      const found = await findClosed(params);
      if (isRefusal(found)) return found;
      const { edition, role, fileName } = query;
      const { personId } = caller;
      const given = { edition, role, fileName, content: body, personId, now };
      const refused = await addSignature(house, found.key, given);
      return refused ?? board(found.key, found.row, { caller, now, translate });
    }),

    route(contract.withdrawSignature, async ({ params, caller, now, translate }) => {
      const found = await findClosed(params);
      if (isRefusal(found)) return found;
      const by = { personId: caller.personId, now };
      if (!(await withdrawSignature(db, found.key, params.signature, by))) return refuse('not-found');
      return board(found.key, found.row, { caller, now, translate });
    }),

    route(contract.getSignature, async ({ params }) => {
      const found = await findClosed(params);
      if (isRefusal(found)) return found;
      const one = (await listSignatures(db, found.key)).find(({ id }) => id === params.signature);
      const content = one ? await house.files.get(one.file) : null;
      if (!one || !content) return refuse('not-found');
      return { content, fileName: `${one.role}-${one.sha256.slice(0, 8)}.p7s` };
    }),

    route(contract.markStep, async ({ params, body, caller, now, translate }) => {
      const found = await findClosed(params);
      if (isRefusal(found)) return found;
      const { key, row } = found;
      const { timeZone } = noticeOf(row);
      if (body.doneOn > dayIn(timeZone, now)) return refuse('day-ahead');
      if (body.doneOn < dayIn(timeZone, row.closedAt!)) return refuse('day-before-close');
      await putStep(db, {
        buildingId: key.buildingId,
        meeting: key.id,
        step: params.step,
        doneOn: body.doneOn,
        note: body.note,
        markedBy: caller.personId,
        markedAt: now,
      });
      return board(key, row, { caller, now, translate });
    }),

    route(contract.getChallenge, async ({ params, translate }) => {
      const found = await findClosed(params);
      if (isRefusal(found)) return found;
      const { key, row } = found;
      const regimes = noticeOf(row).items.map(({ rule }) => rule.regime);
      return {
        how: regimesWithChallenge(regimes).map((regime) => translate(`challenge.how.${regime}`)),
        terms: (await challenges(key, row)).map(({ what, day, provisional, legalRef, confidence }) => ({
          what,
          day,
          provisional,
          legalRef,
          confidence,
        })),
      };
    }),

    route(contract.getChallengeCalendar, async ({ params, translate }) => {
      const found = await findClosed(params);
      if (isRefusal(found)) return found;
      const { key, row } = found;
      const { building, meeting, title } = noticeOf(row);
      const facts = {
        meeting,
        title,
        address: building.address,
        page: `${house.webOrigin}/buildings/${key.buildingId}/meetings/${meeting}/result`,
        closedAt: row.closedAt!,
      };
      return {
        content: writeChallengeCalendar(facts, await challenges(key, row), translate),
        fileName: `challenge-${meeting}.ics`,
      };
    }),

    route(contract.getPackage, async ({ params, caller, now }) => {
      const found = await findClosed(params);
      if (isRefusal(found)) return found;
      const { key, row } = found;
      const edition = (await listEditions(db, key)).at(-1);
      if (!edition) return refuse('not-closed');
      await noteLook(row, caller, 'package', now);
      const { building, timeZone, title } = noticeOf(row);
      const input = {
        row,
        edition,
        signatures: (await listSignatures(db, key)).filter(isStanding(edition.edition)),
        number: await numberOfMeeting(db, key.buildingId, row.calledAt!),
        title,
        address: building.address,
        timeZone,
        now,
      };
      return {
        content: streamPackage(house, input, translateIn(edition.language)),
        fileName: `package-${row.id}.zip`,
      };
    }),

    route(contract.getAnnex, async ({ params, caller, now }) => {
      const found = await findClosed(params);
      if (isRefusal(found)) return found;
      const annexes = (await listEditions(db, found.key)).at(-1)?.annexes ?? [];
      const annex = annexes.find(({ number }) => String(number) === params.annex);
      const content = annex ? await house.files.get(annex.file) : null;
      if (!annex || !content) return refuse('not-found');
      if (annex.personal) await noteLook(found.row, caller, 'annexes', now);
      return { content, fileName: annex.fileName };
    }),
  ];
}

/** What the law wants after the meeting, as far as it is done. */
function calendarOf(row: MeetingRow, editions: readonly EditionRow[], steps: readonly StepRow[]) {
  const { timeZone, items } = noticeOf(row);
  const drawnUpOn = editions[0] ? dayIn(timeZone, editions[0].drawnUpAt) : undefined;
  return deadlinesOf(new Set(items.map(({ rule }) => rule.regime)), dayIn(timeZone, row.closedAt!), {
    ...Object.fromEntries(steps.map(({ step, doneOn }) => [step, doneOn])),
    ...(drawnUpOn === undefined ? {} : { minutes: drawnUpOn }),
  });
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
