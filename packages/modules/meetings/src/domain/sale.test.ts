import { describe, expect, it } from 'vitest';
import { findCaster, findCountedVote, type SaleRule } from './sale.ts';

const at = (day: number, hour = 0): Date => new Date(Date.UTC(2026, 2, day, hour));
const CLOSE = at(20);
const SALE = [{ at: at(10), to: 'boris' }];
const vote = (by: string, day: number) => ({ by, castAt: at(day, 12), id: `${by} ${day}` });
const counted = (rule: SaleRule, passings: typeof SALE, ...votes: ReturnType<typeof vote>[]) =>
  findCountedVote(rule, 'anna', passings, votes, CLOSE)?.id ?? null;

describe('a share sold during the vote', () => {
  it('stays with whoever owned it at the opening, where the notice says so', () => {
    expect(findCaster('stays', 'anna', SALE, at(15))).toBe('anna');
    expect(counted('stays', SALE, vote('anna', 5))).toBe('anna 5');
    expect(counted('stays', SALE, vote('anna', 5), vote('boris', 15))).toBe('anna 5');
    expect(counted('stays', SALE, vote('anna', 15))).toBe('anna 15');
  });

  it('is cast by the new owner from the day of the sale, and the old vote counts until then', () => {
    expect(findCaster('follows-title', 'anna', SALE, at(9, 23))).toBe('anna');
    expect(findCaster('follows-title', 'anna', SALE, at(10))).toBe('boris');
    expect(counted('follows-title', SALE, vote('anna', 5))).toBe('anna 5');
    expect(counted('follows-title', SALE, vote('anna', 5), vote('boris', 15))).toBe('boris 15');
    expect(counted('follows-title', SALE, vote('boris', 5))).toBeNull();
    expect(counted('follows-title', SALE, vote('anna', 5), vote('anna', 15))).toBe('anna 5');
  });

  it('is void where the notice says so: neither the old vote nor a new one counts', () => {
    expect(findCaster('void', 'anna', SALE, at(9))).toBe('anna');
    expect(findCaster('void', 'anna', SALE, at(10))).toBeNull();
    expect(counted('void', SALE, vote('anna', 5), vote('boris', 15))).toBeNull();
    expect(counted('void', [], vote('anna', 5))).toBe('anna 5');
  });

  it('twice, or to somebody unknown, goes by the last holder of each moment', () => {
    const twice = [...SALE, { at: at(12), to: 'vera' }];
    expect(counted('follows-title', twice, vote('boris', 11), vote('vera', 15))).toBe('vera 15');
    expect(counted('follows-title', twice, vote('boris', 15))).toBeNull();
    const unknown = [{ at: at(10), to: null }];
    expect(findCaster('follows-title', 'anna', unknown, at(15))).toBeNull();
  });

  it('after the close changes nothing, whatever the rule', () => {
    const late = [{ at: CLOSE, to: 'boris' }];
    for (const rule of ['stays', 'follows-title', 'void'] as const)
      expect(counted(rule, late, vote('anna', 5))).toBe('anna 5');
  });
});
