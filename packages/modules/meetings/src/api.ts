// The endpoints of meetings: each handler finds, decides in the domain or in one act, stores, and answers.
import { formatRational } from '@veche/core/rational.ts';
import type { Translate } from '@veche/core/messages.ts';
import { isRefusal, refuse } from '@veche/core/refusal.ts';
import { encodeHex } from '@veche/ledger/bytes.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import type { House } from '@veche/module-kit/module.ts';
import { route, type Route } from '@veche/module-kit/route.ts';
import type { Caller } from '@veche/module-kit/who.ts';
import { findCounterparts } from '@veche/people/register/acting-store.ts';
import { listPersonsOf } from '@veche/people/register/person-store.ts';
import { findReachable } from '@veche/people/message-store.ts';
import { findBuilding, personNames } from '@veche/people/store.ts';
import { explainItem } from '@veche/rules/explain.ts';
import { streamBundle } from './bundle.ts';
import { countOpenFindings } from './calling/inspect.ts';
import { findLaw } from './calling/law.ts';
import { createCasting } from './casting.ts';
import { closeMeeting } from './closing.ts';
import * as contract from './contract.ts';
import { registerKey } from './device-keys.ts';
import { arithmeticLines } from './domain/arithmetic.ts';
import { keepFollowing, type Draft } from './domain/call.ts';
import { dayIn, wholeSeconds } from './domain/instant.ts';
import { weightOf } from './domain/roll.ts';
import { readSettled } from './follow-ups/settled.ts';
import { markRoutes } from './marks/api.ts';
import { callDraft } from './opening.ts';
import { readOwnBallot } from './own-ballot.ts';
import { countedView } from './rules/counted-view.ts';
import { findInstalled } from './rules/installed.ts';
import { isMember, mayDo } from './permissions.ts';
import {
  deleteDraft,
  findByShortId,
  findEntry,
  findMeeting,
  insertDraft,
  listMeetings,
  listNewestCalled,
  noticeOf,
  readMissing,
  standingOfPersons,
  updateDraft,
  type MeetingKey,
  type MeetingRow,
} from './store.ts';
import { createViews, isVotingOver, keyOf, ruleTexts, rulesOfToday } from './view.ts';

const NEWEST = 50;

/** The moment of a call and the meeting's id, as `next` of the list gave them. */
function readCursor(before: string): { calledAt: Date; id: string } {
  const dash = before.indexOf('-');
  return { calledAt: new Date(Number(before.slice(0, dash))), id: before.slice(dash + 1) };
}

export function routes(house: House): readonly Route[] {
  const { db } = house;
  const casting = createCasting(house);
  const views = createViews(house);

  /** The meeting, when the caller may know of it: drafts are for those who call. */
  const findVisible = async (key: MeetingKey, caller: Caller | null): Promise<MeetingRow | null> => {
    const row = await findMeeting(db, key);
    return row && (row.state !== 'draft' || mayDo(caller, 'meetings.call')) ? row : null;
  };
  /** Whether there is anything that the caller may cast, for themselves or for another. */
  const mayCast = async (key: MeetingKey, caller: Caller, now: Date): Promise<boolean> => {
    const facts = await casting.findFacts(key);
    if (facts === null || isRefusal(facts)) return false;
    return facts.actors.list(caller, facts.dayOf(now)).some(({ castable }) => castable.size > 0);
  };
  const view = async (
    key: MeetingKey,
    { caller, now, translate }: { caller: Caller | null; now: Date; translate: Translate },
  ) => {
    const row = await findVisible(key, caller);
    const building = row && (await findBuilding(db, key.buildingId));
    if (!row || !building) return refuse('not-found');
    const hasVote = caller !== null && row.state === 'open' && (await mayCast(key, caller, now));
    return views.meeting(row, building, { caller, hasVote, now, translate });
  };
  const keyFrom = (params: { building: string; meeting: string }): MeetingKey => ({
    buildingId: params.building,
    id: params.meeting,
  });

  return [
    route(contract.listRules, async ({ query, now, translate }) => {
      const law = await findLaw(db, query.building);
      return law ? { rules: rulesOfToday(law, now, translate) } : refuse('not-found');
    }),

    route(contract.listMeetings, async ({ params, caller, now }) => {
      if (!(await findBuilding(db, params.building))) return refuse('not-found');
      const rows = await listMeetings(db, params.building, mayDo(caller, 'meetings.call'));
      const mine = caller
        ? await readMine(db, params.building, caller.personId, now)
        : new Map<string, 'to-vote' | 'voted'>();
      return {
        meetings: await Promise.all(
          rows.map(async (row) => ({
            id: row.id,
            title: row.title,
            state: row.state,
            opensAt: row.opensAt?.toISOString() ?? null,
            closesAt: row.closesAt?.toISOString() ?? null,
            votingEnded: isVotingOver(row, now),
            items: row.draft.items.length,
            percent: (await views.turnout(row, now))?.percent ?? null,
            mine: mine.get(row.id) ?? null,
          })),
        ),
      };
    }),

    route(contract.listPublicMeetings, async ({ query, now }) => {
      const rows = await listNewestCalled(db, NEWEST + 1, query.before ? readCursor(query.before) : null);
      const shown = rows.slice(0, NEWEST);
      const last = shown.at(-1);
      return {
        meetings: shown.map((row) => ({
          id: row.id,
          buildingId: row.buildingId,
          address: row.address,
          timeZone: row.timeZone,
          title: row.title,
          state: row.state,
          closesAt: row.closesAt?.toISOString() ?? null,
          votingEnded: isVotingOver(row, now),
        })),
        next: last && rows.length > NEWEST ? `${last.calledAt!.getTime()}-${last.id}` : null,
      };
    }),

    route(contract.draftMeeting, async (input) => {
      const building = await findBuilding(db, input.params.building);
      if (!building) return refuse('not-found');
      const draft = draftFrom(input.body);
      const unknown = findUnknownRule(draft, building.timeZone, input.now);
      if (unknown) return refuse('unknown-rule', { item: unknown });
      const nobody = await findUnknownParty(db, building.id, draft);
      if (nobody) return refuse('unknown-person', { item: nobody });
      const key = { buildingId: building.id, id: encodeHex(house.random(12)) };
      await insertDraft(db, key, draft, input.locale, input.now);
      return view(key, input);
    }),

    route(contract.editDraft, async (input) => {
      const key = keyFrom(input.params);
      const building = await findBuilding(db, key.buildingId);
      if (!building) return refuse('not-found');
      const before = await findMeeting(db, key);
      const draft = before ? keepFollowing(before.draft, draftFrom(input.body)) : draftFrom(input.body);
      const unknown = findUnknownRule(draft, building.timeZone, input.now);
      if (unknown) return refuse('unknown-rule', { item: unknown });
      const nobody = await findUnknownParty(db, building.id, draft);
      if (nobody) return refuse('unknown-person', { item: nobody });
      if (!(await updateDraft(db, key, draft)))
        return refuse((await findMeeting(db, key)) ? 'already-called' : 'not-found');
      return view(key, input);
    }),

    route(contract.deleteDraft, async ({ params }) => {
      const key = keyFrom(params);
      if (await deleteDraft(db, key)) return null;
      return refuse((await findMeeting(db, key)) ? 'already-called' : 'not-found');
    }),

    route(contract.callMeeting, async (input) => {
      const key = keyFrom(input.params);
      const refused = await callDraft(house, key, {
        personId: input.caller.personId,
        language: input.locale,
        overrides: input.body.overrides,
        now: input.now,
      });
      return refused ?? view(key, input);
    }),

    route(contract.findMeetingPlace, async ({ params }) => {
      const key = await findByShortId(db, params.meeting);
      return key ? { building: key.buildingId, meeting: key.id } : refuse('not-found');
    }),

    route(contract.getMeeting, async (input) => view(keyFrom(input.params), input)),

    route(contract.getMissing, async ({ params, caller, now }) => {
      const key = keyFrom(params);
      const row = await findVisible(key, caller);
      if (!row) return refuse('not-found');
      if (row.openedAt === null) return refuse('not-open');
      const missing = await readMissing(db, key);
      const persons = missing.flatMap(({ personId }) => personId ?? []);
      const agents = await findCounterparts(db, { buildingId: key.buildingId, persons, now }, 'agents');
      const everybody = [...persons, ...[...agents.values()].flatMap((all) => all.map(({ id }) => id))];
      const [names, found] = await Promise.all([personNames(db, everybody), findReachable(db, everybody)]);
      const reachable = new Set(found.filter(({ email, phone }) => email || phone).map(({ id }) => id));
      const agentsOf = (personId: string | null) => (personId === null ? [] : (agents.get(personId) ?? []));
      const byEntrance = Map.groupBy(missing, ({ entrance }) => entrance);
      return {
        entrances: [...byEntrance]
          .sort(([a], [b]) => compareNumbers(a, b))
          .map(([entrance, premises]) => ({
            entrance,
            premises: premises
              .sort((a, b) => compareNumbers(a.number, b.number))
              .map((one) => ({
                number: one.number,
                owner: (one.personId !== null && names.get(one.personId)) || null,
                area: formatRational(weightOf(one)),
                agents: agentsOf(one.personId).map(({ id }) => names.get(id) ?? ''),
                reachable: [one.personId ?? '', ...agentsOf(one.personId).map(({ id }) => id)].some((id) =>
                  reachable.has(id),
                ),
              })),
          })),
      };
    }),

    route(contract.getMyBallot, async ({ params, query, caller, now }) => {
      const key = keyFrom(params);
      const row = await findVisible(key, caller);
      if (!row) return refuse('not-found');
      if (row.openedAt === null || row.rollWeight === null) return refuse('not-open');
      const facts = await casting.findFacts(key);
      if (facts === null || isRefusal(facts)) return facts ?? refuse('not-found');
      return readOwnBallot(house, facts, caller, query.voter, { rollWeight: row.rollWeight, now });
    }),

    route(contract.registerKey, async ({ params, body, caller, now }) =>
      registerKey(house, casting, keyFrom(params), caller, body, now),
    ),

    route(contract.castBallot, async ({ params, body, caller, now }) =>
      casting.cast(keyFrom(params), caller, body, now),
    ),

    route(contract.getReceipt, async ({ params, caller, now }) => {
      const key = keyFrom(params);
      const facts = await casting.findFacts(key);
      if (facts === null || isRefusal(facts)) return refuse('not-found');
      const entry = await findEntry(db, key, params.idem);
      if (!entry || entry.voter === null) return refuse('not-found');
      // Whoever acted keeps the receipts of what they cast when the authority has ended.
      const isTheirs =
        entry.castBy === caller.personId || facts.actors.find(caller, entry.voter, facts.dayOf(now)) !== null;
      return isTheirs ? casting.receiptOf(params.idem) : refuse('not-found');
    }),

    route(contract.closeMeeting, async (input) => {
      const key = keyFrom(input.params);
      const row = await findMeeting(db, key);
      // Looked at only when the end has come: before that another refusal is due.
      if (row?.state === 'open' && isVotingOver(row, input.now)) {
        const count = await countOpenFindings(house, row, input.now);
        if (count > 0) return refuse('findings-open', { count });
      }
      const refused = await closeMeeting(house, key, input.caller.personId, input.locale);
      return refused ?? view(key, input);
    }),

    route(contract.getResult, async (input) => {
      const key = keyFrom(input.params);
      const row = await findVisible(key, input.caller);
      if (!row) return refuse('not-found');
      if (row.state !== 'closed') return refuse('not-closed');
      const meeting = await view(key, input);
      if (isRefusal(meeting)) return meeting;
      const { items } = noticeOf(row);
      const result = await readSettled(db, row);
      return {
        meeting,
        roll: result.roll,
        ballots: result.ballots,
        items: result.items.map((item, position) => {
          const { text, rule } = items[position]!;
          return {
            item: item.item,
            number: item.number,
            text,
            ...ruleTexts(rule, input.translate),
            ...countedView(item),
            arithmetic: arithmeticLines(explainItem(item, rule), input.locale, input.translate),
          };
        }),
      };
    }),

    route(contract.getBundle, async ({ params, caller }) => {
      const row = await findVisible(keyFrom(params), caller);
      if (!row) return refuse('not-found');
      if (row.state !== 'closed') return refuse('not-closed');
      if (row.openness === 'members' && !isMember(caller)) return refuse('members-only');
      return {
        content: streamBundle(house, keyOf(row), row),
        fileName: `veche-${row.id}.jsonl`,
      };
    }),

    ...markRoutes(house, casting),
  ];
}

/** Of meetings in which the person has votes, their own or of those they act for: whether any were cast. */
async function readMine(tx: Tx, buildingId: string, personId: string, now: Date) {
  const persons = [personId];
  const owners = await findCounterparts(tx, { buildingId, persons, now }, 'principals');
  return standingOfPersons(tx, buildingId, [personId, ...(owners.get(personId) ?? []).map(({ id }) => id)]);
}

const compareNumbers = (a: string, b: string): number => a.localeCompare(b, 'ru', { numeric: true });

function draftFrom(body: Draft): Draft {
  return {
    ...body,
    gathering: body.gathering && { ...body.gathering, at: wholeSeconds(body.gathering.at) },
    opensAt: body.opensAt === null ? null : wholeSeconds(body.opensAt),
    closesAt: body.closesAt === null ? null : wholeSeconds(body.closesAt),
  };
}

/** The number of the first item whose rule is not in force today; null when all are. */
function findUnknownRule(draft: Draft, timeZone: string, now: Date): number | null {
  const position = draft.items.findIndex(({ ruleId }) => !findInstalled(ruleId, dayIn(timeZone, now)));
  return position < 0 ? null : position + 1;
}

/** The number of the first item with a party whom the register does not know; null when all are known. */
async function findUnknownParty(tx: Tx, buildingId: string, draft: Draft): Promise<number | null> {
  const ids = [...new Set(draft.items.flatMap(({ parties }) => parties ?? []))];
  if (ids.length === 0) return null;
  const known = new Set(
    (await listPersonsOf(tx, buildingId, { ids, limit: ids.length })).map(({ id }) => id),
  );
  const position = draft.items.findIndex(({ parties }) => (parties ?? []).some((id) => !known.has(id)));
  return position < 0 ? null : position + 1;
}
