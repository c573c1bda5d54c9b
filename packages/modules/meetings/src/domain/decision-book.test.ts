import { describe, expect, it } from 'vitest';
import { checkLink, standingOf, type DecisionLink } from './decision-book.ts';

const taken = (...numbers: number[]) => numbers.map((number) => ({ number, passed: true }));
const link = (from: number, kind: DecisionLink['kind'], to: number): DecisionLink => ({ from, kind, to });

describe('the register of decisions', () => {
  it('keeps both of two meetings over the same agenda: the later one stands beside the earlier until somebody records which repeals which', () => {
    expect([...standingOf(taken(1, 2), []).values()]).toEqual(['in-force', 'in-force']);
    expect(standingOf(taken(1, 2), [link(2, 'repeals', 1)])).toEqual(
      new Map([
        [2, 'in-force'],
        [1, 'repealed'],
      ]),
    );
  });

  it('says of an amended decision that it stands, amended', () => {
    expect(standingOf(taken(1, 2), [link(2, 'amends', 1)]).get(1)).toBe('amended');
  });

  it('brings a decision back when the one that repealed it is repealed', () => {
    const links = [link(2, 'repeals', 1), link(3, 'repeals', 2)];
    expect(standingOf(taken(1, 2, 3), links).get(1)).toBe('in-force');
    expect(standingOf(taken(1, 2, 3, 4), [...links, link(4, 'repeals', 3)]).get(1)).toBe('repealed');
  });

  it('knows what did not pass as not taken', () => {
    expect(standingOf([{ number: 1, passed: false }], []).get(1)).toBe('not-taken');
  });

  it('refuses a link to a later or the same decision, to one that is not there or did not pass, and the same link twice', () => {
    const decisions = new Map([...taken(1, 2), { number: 3, passed: false }].map((one) => [one.number, one]));
    expect(checkLink(link(1, 'repeals', 2), decisions, [])).toBe('not-a-later-decision');
    expect(checkLink(link(2, 'repeals', 2), decisions, [])).toBe('not-a-later-decision');
    expect(checkLink(link(2, 'repeals', 9), decisions, [])).toBe('no-such-decision');
    expect(checkLink(link(3, 'repeals', 1), decisions, [])).toBe('not-passed');
    expect(checkLink(link(2, 'amends', 1), decisions, [link(2, 'repeals', 1)])).toBe('already-linked');
    expect(checkLink(link(2, 'amends', 1), decisions, [])).toBeNull();
  });
});
