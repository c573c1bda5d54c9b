// The endpoints of the notice centre: each finds the meeting, asks the domain, stores, and answers.
import { createHash } from 'node:crypto';
import { parseRational, multiply, rational } from '@veche/core/rational.ts';
import { isRefusal, refuse } from '@veche/core/refusal.ts';
import type { House } from '@veche/module-kit/module.ts';
import { route, type Route } from '@veche/module-kit/route.ts';
import type { Caller } from '@veche/module-kit/who.ts';
import { readEventsAbout } from '@veche/people/message-proofs.ts';
import { findStanding } from '@veche/people/store.ts';
import { isVotingOver, keyOf } from '../view.ts';
import { mayDo } from '../permissions.ts';
import { findMeeting, noticeOf, type MeetingKey } from '../store.ts';
import { writeCalendar } from './calendar.ts';
import * as contract from './contract.ts';
import { measureGaps, measureNeed } from './outstanding.ts';
import { createPapers } from './papers.ts';
import { listRecipients, readTold, type Recipient, type Told } from './recipients.ts';
import { resendNotice, sendReminder } from './reminders.ts';
import { KINDS, LEVELS, maskContact, type Kind, type Level } from './standing.ts';
import {
  deleteCalendarFeed,
  findFeedPerson,
  findFeedSince,
  findHandDelivery,
  insertHandDeliveries,
  listCalledIn,
  putCalendarFeed,
  putProof,
  readTakenPart,
  withdraw,
} from './store.ts';

const OWNERS_PER_PAGE = 200;
const TIMELINE_POINTS = 100;
const FEED_MEETINGS = 100;

export function noticeRoutes(house: House): readonly Route[] {
  const { db } = house;
  const papers = createPapers(house);
  const keyFrom = (params: { building: string; meeting: string }): MeetingKey => ({
    buildingId: params.building,
    id: params.meeting,
  });

  /** The meeting, once there are notices of it. */
  const findCalled = async (params: { building: string; meeting: string }, caller: Caller | null) => {
    const row = await findMeeting(db, keyFrom(params));
    if (!row || (row.state === 'draft' && !mayDo(caller, 'meetings.call'))) return refuse('not-found');
    return row.state === 'draft' ? refuse('not-called') : row;
  };
  const findToldPerson = async (params: { building: string; meeting: string; person: string }) => {
    const key = keyFrom(params);
    const row = await findMeeting(db, key);
    return row && row.state !== 'draft' ? papers.readProof(row, params.person) : null;
  };

  return [
    route(contract.getNotices, async ({ params, query, caller, now }) => {
      const key = keyFrom(params);
      const row = await findCalled(params, caller);
      if (isRefusal(row)) return row;
      const [{ known, unknown }, told] = await Promise.all([
        listRecipients(db, key, row, now),
        readTold(db, key),
      ]);
      const kinds = KINDS.flatMap((kind) => summaryOf(kind, known, told) ?? []);
      const kind = query.kind ?? kinds.at(-1)?.kind ?? 'called';
      const standings = known.map((one) => ({ ...one, standing: told.standingOf(one, kind) }));
      const shown = standings.filter(
        ({ entrances, contacts, standing }) =>
          (query.entrance === undefined || entrances.includes(query.entrance)) &&
          (query.show !== 'untold' || standing.level === 'none') &&
          (query.show !== 'dead' || contacts.email === 'dead' || contacts.sms === 'dead'),
      );
      const page = shown.slice(query.after, query.after + OWNERS_PER_PAGE);
      const posters = told.byHand.filter((one) => one.channel === 'poster' && one.kind === kind);
      const isOpen = row.state === 'open' && !isVotingOver(row, now);
      return {
        kind,
        kinds,
        entrances: [
          ...new Set([...known.flatMap(({ entrances }) => entrances), ...unknown.map((one) => one.entrance)]),
        ]
          .sort((a, b) => a.localeCompare(b, 'ru', { numeric: true }))
          .map((entrance) => {
            const there = standings.filter(({ entrances }) => entrances.includes(entrance));
            return {
              entrance,
              owners: there.length,
              told: there.filter(({ standing }) => isTold(standing.level)).length,
              poster: posters.find((one) => one.entrance === entrance)?.happenedAt.toISOString() ?? null,
            };
          }),
        unknownPremises: unknown.length,
        timeline: timelineOf(standings.map(({ standing }) => standing)),
        owners: page.map(({ personId, name, entrances, premises, contacts, freeze, standing }) => ({
          personId,
          name,
          entrances: [...entrances],
          premises: [...premises],
          ...contacts,
          freeze,
          standing: { ...standing, at: standing.at?.toISOString() ?? null },
        })),
        total: shown.length,
        next: query.after + page.length < shown.length ? query.after + page.length : null,
        may: {
          notify: mayDo(caller, 'meetings.notify'),
          remind: mayDo(caller, 'meetings.notify') && isOpen,
        },
      };
    }),

    route(contract.getOwnerProof, async ({ params }) => {
      const proof = await findToldPerson(params);
      if (!proof) return refuse('not-found');
      const events = Map.groupBy(
        await readEventsAbout(db, params.meeting, params.person),
        ({ messageId }) => messageId,
      );
      return {
        name: proof.name,
        premises: [...proof.premises],
        messages: proof.messages.map((message) => ({
          id: message.id,
          kind: message.kind,
          channel: message.channel,
          to: maskContact(message.recipient),
          state: message.state,
          createdAt: message.createdAt.toISOString(),
          contentHash: message.contentHash,
          reference: message.reference,
          events: (events.get(message.id) ?? []).map(({ kind, at, code }) => ({
            kind,
            at: at.toISOString(),
            code,
          })),
        })),
        byHand: proof.byHand.flatMap((one) =>
          one.channel === 'poster'
            ? []
            : [
                {
                  id: one.id,
                  kind: one.kind,
                  channel: one.channel,
                  happenedAt: one.happenedAt.toISOString(),
                  recordedAt: one.recordedAt.toISOString(),
                  recordedBy: proof.names.get(one.recordedBy) ?? null,
                  detail: one.detail,
                  proofHash: one.proofHash,
                  withdrawn:
                    one.withdrawnAt === null
                      ? null
                      : { at: one.withdrawnAt.toISOString(), why: one.withdrawnWhy ?? '' },
                },
              ],
        ),
      };
    }),

    route(contract.getOwnerProofPdf, async ({ params, locale, now }) => {
      const proof = await findToldPerson(params);
      if (!proof) return refuse('not-found');
      return { content: await papers.proofPdf(proof, locale, now), fileName: `notice-${params.person}.pdf` };
    }),

    ...(['letters', 'posters', 'sheet', 'deliveries'] as const).map((name) => {
      const endpoint = {
        letters: contract.getLetters,
        posters: contract.getPosters,
        sheet: contract.getDeliverySheet,
        deliveries: contract.getDeliveries,
      }[name];
      return route(endpoint, async ({ params, query, caller, locale, now }) => {
        const row = await findCalled(params, caller);
        if (isRefusal(row)) return row;
        if (query.kind === 'result' && row.state !== 'closed') return refuse('not-closed');
        const content = await papers[name](row, { ...query, locale, now });
        if (!content) return refuse('nobody-to-write-to');
        return { content, fileName: `${name}-${row.id}.${name === 'deliveries' ? 'csv' : 'pdf'}` };
      });
    }),

    route(contract.resendNotice, async ({ params, body, now }) => {
      const people = await resendNotice(house, keyFrom(params), {
        kind: body.kind,
        persons: body.persons ?? null,
        now,
      });
      return isRefusal(people) ? people : { people };
    }),

    route(contract.sendReminder, async ({ params, now }) => {
      const people = await sendReminder(house, keyFrom(params), now);
      return isRefusal(people) ? people : { people };
    }),

    route(contract.recordHandDelivery, async ({ params, body, caller, now }) => {
      const key = keyFrom(params);
      const row = await findCalled(params, caller);
      if (isRefusal(row)) return row;
      const happenedAt = new Date(body.happenedAt);
      if (happenedAt > now) return refuse('in-the-future');
      const { known, unknown } = await listRecipients(db, key, row, now);
      const persons = new Set(known.map(({ personId }) => personId));
      const entrances = new Set([
        ...known.flatMap((one) => one.entrances),
        ...unknown.map((one) => one.entrance),
      ]);
      const targets =
        body.channel === 'poster'
          ? body.entrances.map((entrance) => ({ personId: null, entrance }))
          : body.persons.map((personId) => ({ personId, entrance: null }));
      const isThere = ({ personId, entrance }: (typeof targets)[number]): boolean =>
        personId === null ? entrances.has(entrance ?? '') : persons.has(personId);
      if (!targets.every(isThere)) return refuse('not-an-owner-there');
      const rows = targets.map((target) => ({
        ...key,
        meeting: key.id,
        id: newUuid(house),
        kind: body.kind,
        channel: body.channel,
        ...target,
        happenedAt,
        recordedAt: now,
        recordedBy: caller.personId,
        detail: body.detail,
        proofFile: null,
        proofType: null,
        proofHash: null,
        withdrawnAt: null,
        withdrawnBy: null,
        withdrawnWhy: null,
      }));
      await insertHandDeliveries(db, rows);
      return { ids: rows.map(({ id }) => id) };
    }),

    route(contract.putDeliveryProof, async ({ params, body }) => {
      const key = keyFrom(params);
      const found = await findHandDelivery(db, key, params.delivery);
      if (!found) return refuse('not-found');
      if (found.proofFile !== null) return refuse('proof-there');
      const proofType = typeOfFile(body);
      if (!proofType) return refuse('not-such-a-file');
      const proofHash = createHash('sha256').update(body).digest('hex');
      const proofFile = `deliveries/${key.id}/${found.id}`;
      await house.files.put(proofFile, body);
      if (!(await putProof(db, key, found.id, { proofFile, proofType, proofHash })))
        return refuse('proof-there');
      return { sha256: proofHash };
    }),

    route(contract.getDeliveryProof, async ({ params }) => {
      const found = await findHandDelivery(db, keyFrom(params), params.delivery);
      const content = found?.proofFile ? await house.files.get(found.proofFile) : null;
      if (!found || !content) return refuse('not-found');
      return {
        content,
        type: found.proofType ?? 'application/octet-stream',
        headers: {
          'content-security-policy': "sandbox; default-src 'none'",
          'x-content-type-options': 'nosniff',
        },
      };
    }),

    route(contract.withdrawHandDelivery, async ({ params, body, caller, now }) => {
      const key = keyFrom(params);
      if (!(await findHandDelivery(db, key, params.delivery))) return refuse('not-found');
      const done = await withdraw(db, key, params.delivery, {
        withdrawnAt: now,
        withdrawnBy: caller.personId,
        withdrawnWhy: body.why,
      });
      return done ? null : refuse('already-withdrawn');
    }),

    route(contract.getCalendar, async ({ params, caller, translate }) => {
      const row = await findCalled(params, caller);
      if (isRefusal(row)) return row;
      const notice = noticeOf(row);
      const meeting = { notice, buildingId: row.buildingId, calledAt: row.calledAt! };
      return {
        content: writeCalendar(notice.title, [meeting], house.webOrigin, translate),
        fileName: `meeting-${row.id}.ics`,
      };
    }),

    route(contract.getMyCalendarFeed, async ({ caller }) => ({
      since: (await findFeedSince(db, caller.personId))?.toISOString() ?? null,
    })),

    route(contract.makeCalendarFeed, async ({ caller, now }) => {
      const token = Buffer.from(house.random(24)).toString('base64url');
      await putCalendarFeed(db, caller.personId, hashToken(token), now);
      return { url: `${house.webOrigin}/api/v1/calendars/${token}.ics` };
    }),

    route(contract.deleteCalendarFeed, async ({ caller }) => {
      await deleteCalendarFeed(db, caller.personId);
      return null;
    }),

    route(contract.getCalendarFeed, async ({ params, translate, now }) => {
      const personId = await findFeedPerson(db, hashToken(params.calendar.slice(0, -'.ics'.length)));
      if (!personId) return refuse('not-found');
      const { buildings } = await findStanding(db, personId, now);
      const rows = await listCalledIn(
        db,
        buildings.filter(({ holdings }) => holdings.length > 0).map(({ id }) => id),
        FEED_MEETINGS,
      );
      return {
        content: writeCalendar(
          translate('notice.calendar.feed'),
          rows.map((row) => ({ notice: noticeOf(row), buildingId: row.buildingId, calledAt: row.calledAt! })),
          house.webOrigin,
          translate,
        ),
      };
    }),

    route(contract.getOutstanding, async ({ params, caller }) => {
      const row = await findCalled(params, caller);
      if (isRefusal(row)) return row.refused === 'not-found' ? refuse('not-found') : refuse('not-open');
      if (row.openedAt === null) return refuse('not-open');
      const shares = (await readTakenPart(db, keyOf(row))).map(({ areaCm2, share, ...rest }) => ({
        ...rest,
        area: multiply(rational(areaCm2), parseRational(share)),
      }));
      return {
        items: noticeOf(row).items.map(({ id, text, rule }, position) => ({
          item: id,
          number: position + 1,
          text,
          ...measureNeed(rule, shares),
        })),
        entrances: measureGaps(shares),
      };
    }),
  ];
}

const isTold = (level: Level): boolean => level !== 'none' && level !== 'waiting';

/** Null when nothing of the kind was ever sent or done. */
function summaryOf(kind: Kind, known: readonly Recipient[], told: Told) {
  const moments = [
    ...told.sent.filter((one) => one.kind === kind).map(({ createdAt }) => createdAt.getTime()),
    ...told.byHand.filter((one) => one.kind === kind).map(({ happenedAt }) => happenedAt.getTime()),
  ];
  if (moments.length === 0) return null;
  const levels = known.map((one) => told.standingOf(one, kind).level);
  const counts = Object.fromEntries(
    LEVELS.map((level) => [level, levels.filter((one) => one === level).length]),
  ) as Record<Level, number>;
  return {
    kind,
    firstAt: new Date(moments.reduce((a, b) => Math.min(a, b))).toISOString(),
    owners: known.length,
    counts,
  };
}

/** How many were told by each moment, in at most so many points. */
function timelineOf(standings: readonly { level: Level; at: Date | null }[]): { at: string; told: number }[] {
  const moments = standings
    .flatMap(({ level, at }) => (isTold(level) && at ? [at.getTime()] : []))
    .sort((a, b) => a - b);
  const step = Math.max(1, Math.ceil(moments.length / TIMELINE_POINTS));
  return moments
    .map((at, position) => ({ at: new Date(at).toISOString(), told: position + 1 }))
    .filter((_, position) => (position + 1) % step === 0 || position === moments.length - 1);
}

const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** By the first bytes: what a browser says of a file is not believed. */
function typeOfFile(bytes: Uint8Array): (typeof contract.PROOF_TYPES)[number] | null {
  const begins = (...start: number[]): boolean => start.every((byte, position) => bytes[position] === byte);
  if (begins(0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png';
  return begins(0x25, 0x50, 0x44, 0x46, 0x2d) ? 'application/pdf' : null;
}

/** Version 4, of the house's randomness. */
function newUuid(house: House): string {
  const bytes = Buffer.from(house.random(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
