import { encodeCanonical } from '@veche/ledger/jcs.ts';
import { nameEntrance } from '@veche/rules/decision-rule.ts';
import { builtIn, findPreset } from '@veche/rules/presets.ts';
import { describe, expect, it } from 'vitest';
import { isConfirmedBy } from './confirmed.ts';

const DAY = '2026-11-22';
const confirmationOf = (id: string) => {
  const { rule } = builtIn.versions(id)[0]!;
  return { rule: rule.id, version: rule.version, text: encodeCanonical(rule) };
};

describe('a rule in a meeting that binds', () => {
  it('is confirmed by whoever answers for it, and by nobody who answers for another', () => {
    const { rule } = findPreset('ru.unanimous', DAY)!;
    expect(isConfirmedBy(rule, [])).toBe(false);
    expect(isConfirmedBy(rule, [confirmationOf('ru.tszh-found')])).toBe(false);
    expect(isConfirmedBy(rule, [confirmationOf('ru.unanimous')])).toBe(true);
  });
  it('is confirmed for whatever entrance the item names', () => {
    const { rule } = findPreset('ru.cl45.many-entrances', DAY)!;
    expect(isConfirmedBy(nameEntrance(rule, '3'), [confirmationOf('ru.cl45.many-entrances')])).toBe(true);
  });
  it('is not the rule that was confirmed once its file was changed', () => {
    const { rule } = findPreset('ru.unanimous', DAY)!;
    expect(isConfirmedBy({ ...rule, quorum: [] }, [confirmationOf('ru.unanimous')])).toBe(false);
    expect(isConfirmedBy({ ...rule, version: 2 }, [confirmationOf('ru.unanimous')])).toBe(false);
  });
});
