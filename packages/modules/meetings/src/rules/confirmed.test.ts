import { encodeCanonical } from '@veche/ledger/jcs.ts';
import { nameEntrance } from '@veche/rules/decision-rule.ts';
import { builtIn, findPreset } from '@veche/rules/presets.ts';
import { describe, expect, it } from 'vitest';
import { isConfirmedBy, isWithdrawn } from './confirmed.ts';

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

describe('a word for a rule that was taken back', () => {
  const { rule } = findPreset('ru.unanimous', DAY)!;
  const at = (day: number): Date => new Date(Date.UTC(2026, 10, day));
  const word = (from: number, until: number | null) => ({
    ...confirmationOf('ru.unanimous'),
    confirmedAt: at(from),
    withdrawnAt: until === null ? null : at(until),
  });

  it('is missed when it held at the call and nobody answers any more', () => {
    expect(isWithdrawn(rule, [word(1, 9)], at(5))).toBe(true);
  });
  it('is not missed when it still holds, when another took its place, or when it never held at the call', () => {
    expect(isWithdrawn(rule, [word(1, null)], at(5))).toBe(false);
    expect(isWithdrawn(rule, [word(1, 9), word(10, null)], at(5))).toBe(false);
    expect(isWithdrawn(rule, [word(1, 3)], at(5))).toBe(false);
    expect(isWithdrawn(rule, [word(6, 9)], at(5))).toBe(false);
    expect(isWithdrawn(rule, [], at(5))).toBe(false);
  });
});
