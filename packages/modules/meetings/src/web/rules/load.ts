// What the pages of rules load, for the library of everybody and for the one of a building.
import type { Call } from '@veche/module-kit/client.ts';
import { getLibraryRule, listRuleLibrary } from '../../rules/contract.ts';
import { readWanted, type LibraryRule, type RuleLibrary, type Wanted } from './library.ts';

export type RuleList = {
  readonly library: RuleLibrary;
  readonly wanted: Wanted;
  /** Those side by side. */
  readonly chosen: readonly LibraryRule[];
};

/** The rules that the address asks for, and those it puts side by side. */
export async function loadRules(call: Call, url: URL): Promise<RuleList> {
  const wanted = readWanted(url.searchParams);
  const { words, regime, confidence, compared } = wanted;
  const [library, ...chosen] = await Promise.all([
    call(listRuleLibrary, { query: { words, regime, ...(confidence === '' ? {} : { confidence }) } }),
    ...compared.map((rule) => call(getLibraryRule, { params: { rule } })),
  ]);
  return { library, wanted, chosen };
}
