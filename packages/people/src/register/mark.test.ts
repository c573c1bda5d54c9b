import { isRefusal } from '@veche/core/refusal.ts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changeMark,
  isMarkedOn,
  marksAt,
  MARK_KINDS,
  stateMark,
  type Mark,
  type MarkAct,
  type MarkChange,
  type MarkVersion,
} from './mark.ts';

const CLAIM = { kind: 'court', number: '2-114/2026', date: '2026-02-01' } as const;
const debt = (change: Partial<Mark> = {}): Mark => ({
  kind: 'debtor',
  personId: 'anna',
  premisesId: null,
  document: CLAIM,
  from: '2026-03-01',
  until: null,
  ...change,
});

/** Marks of a building, recorded one after another; nothing is ever taken away. */
class Book {
  versions: MarkVersion[] = [];
  #next = 1;
  get known(): MarkVersion[] {
    return this.versions.filter(({ supersededAt }) => supersededAt === null);
  }
  #write(mark: string, act: MarkAct, said: Mark, at: string): string {
    const recordedAt = new Date(at);
    this.versions = this.versions.map((version) =>
      version.mark === mark && version.supersededAt === null
        ? { ...version, supersededAt: recordedAt }
        : version,
    );
    this.versions.push({ ...said, id: `v${this.#next++}`, mark, act, recordedAt, supersededAt: null });
    return mark;
  }
  state(mark: Mark, at = '2026-03-05T09:00:00Z'): string {
    const stated = stateMark(this.known, mark);
    return isRefusal(stated) ? stated.refused : this.#write(`m${this.#next}`, 'stated', stated, at);
  }
  change(mark: string, change: MarkChange, at = '2026-04-05T09:00:00Z'): string {
    const said = changeMark(this.known, mark, change);
    return isRefusal(said) ? said.refused : this.#write(mark, change.act, said, at);
  }
  on(day: string, known = '2027-01-01T00:00:00Z'): string[] {
    return marksAt(this.versions, { day, known: new Date(known) })
      .map(({ kind, personId, premisesId }) => `${kind} ${personId} ${premisesId ?? '*'}`)
      .toSorted();
  }
}

describe('a mark of an owner', () => {
  it('holds from its first day up to the day on which it ends', () => {
    const book = new Book();
    const mark = book.state(debt());
    expect([book.on('2026-02-28'), book.on('2026-03-01')]).toEqual([[], ['debtor anna *']]);
    book.change(mark, { act: 'ended', on: '2026-05-01' });
    expect([book.on('2026-04-30'), book.on('2026-05-01')]).toEqual([['debtor anna *'], []]);
  });

  it('that was wrong all along is withdrawn, and a roll of before is made as it was known then', () => {
    const book = new Book();
    const mark = book.state(debt(), '2026-03-05T09:00:00Z');
    expect(book.change(mark, { act: 'withdrawn' }, '2026-04-05T09:00:00Z')).toBe(mark);
    expect(book.on('2026-03-10')).toEqual([]);
    expect(book.on('2026-03-10', '2026-04-05T08:59:59Z')).toEqual(['debtor anna *']);
    expect(book.change(mark, { act: 'ended', on: '2026-05-01' })).toBe('no-such-mark');
  });

  it('is corrected in its days and its paper, and both editions stay', () => {
    const book = new Book();
    const mark = book.state(debt());
    book.change(mark, { act: 'corrected', from: '2026-03-15', document: { ...CLAIM, number: '2-115/2026' } });
    expect(book.on('2026-03-10')).toEqual([]);
    expect(book.versions.map(({ act, document }) => `${act} ${document.number}`)).toEqual([
      'stated 2-114/2026',
      'corrected 2-115/2026',
    ]);
    expect(book.change(mark, { act: 'corrected', from: '2026-03-15' })).toBe('nothing-changes');
  });

  it('rests on a paper, and does not end before it begins', () => {
    const book = new Book();
    expect(book.state(debt({ document: { kind: null, number: '', date: null } }))).toBe('document-missing');
    expect(book.state(debt({ until: '2026-03-01' }))).toBe('ends-before-it-begins');
    const mark = book.state(debt());
    expect(book.change(mark, { act: 'ended', on: '2026-03-01' })).toBe('ends-before-it-begins');
  });

  it('is not said twice of the same days, and may be said of one premises and of all', () => {
    const book = new Book();
    const mark = book.state(debt());
    expect(book.state(debt({ from: '2026-06-01' }))).toBe('mark-stands');
    expect(book.state(debt({ premisesId: 'flat' }))).not.toBe('mark-stands');
    book.change(mark, { act: 'ended', on: '2026-06-01' });
    expect(book.state(debt({ from: '2026-06-01' }))).not.toBe('mark-stands');
  });

  it('of a representative is of one premises, where nobody else speaks on the same days', () => {
    const book = new Book();
    const speaks = (personId: string, change: Partial<Mark> = {}) =>
      debt({ kind: 'representative', premisesId: 'flat', personId, ...change });
    expect(book.state(speaks('anna', { premisesId: null }))).toBe('premises-missing');
    const mark = book.state(speaks('anna'));
    expect(book.state(speaks('boris', { from: '2026-05-01' }))).toBe('representative-named');
    expect(book.state(speaks('boris', { premisesId: 'shop' }))).not.toBe('representative-named');
    book.change(mark, { act: 'ended', on: '2026-05-01' });
    const next = book.state(speaks('boris', { from: '2026-05-01' }));
    expect(book.on('2026-05-01')).toContain('representative boris flat');
    // The end of the first is not moved over the days of the second.
    expect(book.change(mark, { act: 'corrected', until: null })).toBe('representative-named');
    expect(book.change(next, { act: 'withdrawn' })).toBe(next);
    expect(book.change(mark, { act: 'corrected', until: null })).toBe(mark);
  });

  it('of whatever was recorded: at most one speaks for a premises on any day, and the past as it was known never changes', () => {
    const day = fc.integer({ min: 1, max: 28 }).map((n) => `2026-03-${String(n).padStart(2, '0')}`);
    const acts = fc.array(
      fc.record({
        act: fc.constantFrom('stated', 'ended', 'corrected', 'withdrawn'),
        kind: fc.constantFrom(...MARK_KINDS),
        personId: fc.constantFrom('anna', 'boris'),
        premisesId: fc.constantFrom(null, 'flat', 'shop'),
        from: day,
        until: fc.option(day),
        which: fc.nat({ max: 9 }),
      }),
      { minLength: 1, maxLength: 25 },
    );
    fc.assert(
      fc.property(acts, (recorded) => {
        const book = new Book();
        const seen: { known: string; marks: string[] }[] = [];
        recorded.forEach(({ act, which, until, ...said }, i) => {
          const at = new Date(Date.UTC(2026, 5, 1, 0, i)).toISOString();
          const mark = book.versions[which % Math.max(1, book.versions.length)]?.mark ?? 'none';
          if (act === 'stated') book.state({ ...said, until, document: CLAIM }, at);
          else if (act === 'ended') book.change(mark, { act, on: said.from }, at);
          else if (act === 'corrected') book.change(mark, { act, from: said.from, until }, at);
          else book.change(mark, { act: 'withdrawn' }, at);
          for (const premises of ['flat', 'shop'])
            for (let n = 1; n <= 28; n++) {
              const on = `2026-03-${String(n).padStart(2, '0')}`;
              const speakers = book.known.filter(
                (one) => one.kind === 'representative' && one.premisesId === premises && isMarkedOn(one, on),
              );
              expect(speakers.length).toBeLessThanOrEqual(1);
            }
          seen.push({ known: at, marks: book.on('2026-03-14', at) });
        });
        for (const { known, marks } of seen) expect(book.on('2026-03-14', known)).toEqual(marks);
      }),
      { numRuns: 200 },
    );
  });
});
