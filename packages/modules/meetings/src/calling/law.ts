// The law of a building: rules, terms, library, calendar, the profile of the minutes and what binds follow it. Whose law it is
// stays as it was while a meeting is under way: nobody changes the law under people who vote by it.
import type { Translate } from '@veche/core/messages.ts';
import { refuse, type Refusal } from '@veche/core/refusal.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import type { Caller } from '@veche/module-kit/who.ts';
import { findBuilding, lockBuilding, updateRegime, type Building } from '@veche/people/store.ts';
import { builtIn } from '@veche/rules/presets.ts';
import { installedRules } from '../rules/installed.ts';
import { mayDo } from '../permissions.ts';
import { countRunning } from './store.ts';

export type Law = Pick<Building, 'regime' | 'timeZone'>;

/** By what law to answer somebody who names no building: the one that buildings have unless another was chosen. */
const UNNAMED: Law = { regime: 'ru', timeZone: 'Europe/Moscow' };

/** The law of the building; null when there is none with this id. */
export const findLaw = async (tx: Tx, building: string | undefined): Promise<Law | null> =>
  building === undefined ? UNNAMED : findBuilding(tx, building);

/** Laws with rules that can be counted: those that come with the product, and those of the operator's own files. */
export const listLaws = (): readonly string[] => [
  ...new Set(installedRules().presets.flatMap(({ regime, rule }) => (rule === null ? [] : [regime]))),
];

const NAMED: ReadonlySet<string> = new Set(builtIn.presets.map(({ regime }) => regime));

/** The name of a law; of one that a file brought, its code. */
export const nameOfLaw = (regime: string, translate: Translate): string =>
  NAMED.has(regime) ? translate(`regime.${regime}`) : `${translate('regime.other')} (${regime})`;

export async function lawView(
  tx: Tx,
  { id, regime }: Building,
  caller: Caller | null,
  translate: Translate,
): Promise<{
  regime: string;
  name: string;
  choices: { regime: string; name: string }[];
  running: number;
}> {
  const named = (one: string) => ({ regime: one, name: nameOfLaw(one, translate) });
  return {
    ...named(regime),
    choices: mayDo(caller, 'meetings.set-law') ? listLaws().map(named) : [],
    running: await countRunning(tx, id),
  };
}

/** Whoever calls a meeting holds the building too, so that the two cannot pass each other. */
export async function changeLaw(
  db: Tx,
  buildingId: string,
  regime: string,
): Promise<null | Refusal<'not-found' | 'unknown-law' | 'meeting-running'>> {
  return db.transaction(async (tx) => {
    const building = await lockBuilding(tx, buildingId);
    if (!building) return refuse('not-found');
    if (!listLaws().includes(regime)) return refuse('unknown-law');
    const running = await countRunning(tx, buildingId);
    if (running > 0) return refuse('meeting-running', { count: running });
    await updateRegime(tx, buildingId, regime);
    return null;
  });
}
