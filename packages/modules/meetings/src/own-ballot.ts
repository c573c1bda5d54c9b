// What a person sees of the votes they may cast, their own and those of owners they act for. A choice is shown to the owner,
// to who holds the share with them and to whoever cast it, and to nobody else who acts.
import { formatRational, sum } from '@veche/core/rational.ts';
import { refuse, type Refusal } from '@veche/core/refusal.ts';
import { decodeCanonical } from '@veche/ledger/jcs.ts';
import { parseBallotPayload } from '@veche/ledger/meeting.ts';
import type { ReplyOf } from '@veche/module-kit/endpoint.ts';
import type { House } from '@veche/module-kit/module.ts';
import { findObjector } from '@veche/people/register/joint.ts';
import { personNames } from '@veche/people/store.ts';
import type { VotingFacts } from './casting.ts';
import type * as contract from './contract.ts';
import { holdersOf, type Actor, type Standing } from './domain/acting.ts';
import { weightOf, type RollEntry } from './domain/roll.ts';
import { percentOf } from './domain/turnout.ts';
import { effectiveAmong, listBallots, listKeys, rollAmong } from './store.ts';

type OwnBallot = ReplyOf<typeof contract.getMyBallot>;

/**
 * @param voter - for whose votes; undefined: one's own, else of the first for whom the actor may cast
 * @param rollWeight - of the whole roll, rational text
 */
export async function readOwnBallot(
  house: House,
  facts: VotingFacts,
  actor: Actor,
  voter: string | undefined,
  { rollWeight, now }: { readonly rollWeight: string; readonly now: Date },
): Promise<OwnBallot | Refusal<'not-an-owner' | 'not-your-premises'>> {
  const { db } = house;
  const { key } = facts;
  const standings = facts.actors.list(actor, facts.dayOf(now));
  const first =
    standings.find(({ ownerId }) => ownerId === actor.personId) ??
    standings.find(({ castable }) => castable.size > 0) ??
    standings[0];
  if (!first) return refuse('not-an-owner');
  const chosen = voter === undefined ? first : standings.find((one) => one.voter === voter);
  if (!chosen) return refuse('not-your-premises');

  const entitlements = standings.flatMap(({ castable, barred }) => [...castable.keys(), ...barred.keys()]);
  const [lines, effective, devices, ballots, objections] = await Promise.all([
    rollAmong(db, key, entitlements),
    effectiveAmong(db, key, entitlements),
    listKeys(db, key, chosen.voter),
    listBallots(db, key, chosen.voter),
    readObjections(house, facts, chosen),
  ]);
  const lineOf = new Map(lines.map((line) => [line.entitlement, line]));
  const mine = ordered([...chosen.castable.keys()], lineOf);
  const joint = [...chosen.titles.values()].some(({ jointWith }) => jointWith.includes(actor.personId));
  const isHolder = chosen.ownerId === actor.personId || joint;
  // Whoever may act no more sees what they did, and nothing of what came after.
  const isPast = !isHolder && chosen.castable.size === 0;
  const seen = ballots.filter(({ castBy }) => !isPast || castBy === actor.personId);
  const shown = devices.filter(({ registeredBy }) => isHolder || registeredBy === actor.personId);
  const [logged, names] = await Promise.all([
    house.ledger.read([...shown, ...seen].map(({ idem }) => idem)),
    personNames(db, [
      ...standings.flatMap((one) => [one.ownerId, ...[...one.titles.values()].flatMap((t) => t.jointWith)]),
      ...seen.flatMap(({ castBy }) => castBy ?? []),
      ...[...objections.values()].flatMap(({ by }) => by ?? []),
    ]),
  ]);
  const nameOf = (id: string): string => names.get(id) ?? '';
  const indexOf = new Map(logged.map(({ idem, index }) => [idem, index]));
  const counting = new Set(effective.values());
  const weight = formatRational(sum(mine.map(weightOf)));
  return {
    voter: chosen.voter,
    owner: { name: nameOf(chosen.ownerId), isMe: chosen.ownerId === actor.personId },
    acting: standings.map((one) => {
      const castable = [...one.castable.keys()];
      return {
        voter: one.voter,
        name: nameOf(one.ownerId),
        isMe: one.ownerId === actor.personId,
        bases: [...new Set([...one.castable.values()].filter((basis) => basis !== null))],
        castable: castable.length,
        weight: formatRational(sum(ordered(castable, lineOf).map(weightOf))),
        hasVoted: castable.length === 0 ? null : castable.every((id) => effective.has(id)),
        barred: [...new Set(one.barred.values())],
      };
    }),
    entitlements: mine.map((line) => {
      const title = chosen.titles.get(line.entitlement);
      return {
        id: line.entitlement,
        premises: line.premisesNumber,
        kind: line.premisesKind,
        entrance: line.entrance,
        areaCm2: line.areaCm2,
        share: line.share,
        weight: formatRational(weightOf(line)),
        basis: chosen.castable.get(line.entitlement) ?? null,
        joint:
          title && title.jointWith.length > 0
            ? {
                title: title.id,
                with: holdersOf(chosen, line.entitlement)
                  .filter((id) => id !== actor.personId)
                  .map(nameOf),
              }
            : null,
      };
    }),
    barred: ordered([...chosen.barred.keys()], lineOf).map((line) => {
      const objection = objections.get(line.entitlement);
      return {
        id: line.entitlement,
        premises: line.premisesNumber,
        kind: line.premisesKind,
        why: chosen.barred.get(line.entitlement)!,
        objection: objection
          ? {
              title: objection.title,
              by: objection.by && nameOf(objection.by),
              isMine: objection.by === actor.personId,
            }
          : null,
      };
    }),
    weight,
    weightAll: rollWeight,
    percent: percentOf(weight, rollWeight),
    devices: shown.map((device) => ({
      key: device.key,
      label: device.label,
      registeredAt: device.registeredAt.toISOString(),
      index: indexOf.get(device.idem) ?? null,
    })),
    ballots: seen.map((ballot) => ({
      idem: ballot.idem,
      castAt: ballot.createdAt.toISOString(),
      index: indexOf.get(ballot.idem) ?? null,
      effective: counting.has(ballot.idem),
      by:
        ballot.castBy !== null && ballot.basis !== null
          ? { name: nameOf(ballot.castBy), basis: ballot.basis, isMe: ballot.castBy === actor.personId }
          : null,
      choices:
        isHolder || ballot.castBy === actor.personId
          ? { ...parseBallotPayload(decodeCanonical(ballot.payload!)).choices }
          : null,
    })),
    logKey: house.ledger.verifierKey,
    policy: house.ledger.policy,
  };
}

/** In the order people count premises. */
const ordered = (ids: readonly string[], lineOf: ReadonlyMap<string, RollEntry>): RollEntry[] =>
  ids
    .flatMap((id) => lineOf.get(id) ?? [])
    .sort(
      (a, b) =>
        a.premisesNumber.localeCompare(b.premisesNumber, 'ru', { numeric: true }) ||
        (a.entitlement < b.entitlement ? -1 : 1),
    );

/** Whose objection bars what; `by` null: it was written down by somebody who holds no part. */
async function readObjections(house: House, { key }: VotingFacts, { barred, titles }: Standing) {
  const found = new Map<string, { title: string; by: string | null }>();
  for (const [entitlement, why] of barred) {
    const title = titles.get(entitlement);
    if (why !== 'objection' || !title) continue;
    const by = await findObjector(house.db, key.buildingId, title);
    const isHolder = by !== null && [title.personId, ...title.jointWith].includes(by);
    found.set(entitlement, { title: title.id, by: isHolder ? by : null });
  }
  return found;
}
