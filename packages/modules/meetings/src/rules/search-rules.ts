// Looking for a rule in the library: by words of whatever is said of it, by country, by how sure we are. Pure.

export type Wanted = {
  readonly words: string;
  readonly regime: string;
  readonly confidence?: string | undefined;
};

type Searched = {
  readonly id: string;
  readonly regime: string;
  readonly legalRef: string;
  readonly confidence: string;
};

/**
 * The rules that have every word somewhere in what is said of them; empty wishes ask for nothing.
 * @param said - what a reader is told of the rule besides its id and article
 */
export function searchRules<Rule extends Searched>(
  rules: readonly Rule[],
  wanted: Wanted,
  said: (rule: Rule) => readonly string[],
): Rule[] {
  const words = wanted.words.toLowerCase().split(/\s+/).filter(Boolean);
  return rules.filter((rule) => {
    if (wanted.regime !== '' && rule.regime !== wanted.regime) return false;
    if (wanted.confidence !== undefined && rule.confidence !== wanted.confidence) return false;
    if (words.length === 0) return true;
    const text = [rule.id, rule.legalRef, ...said(rule)].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
