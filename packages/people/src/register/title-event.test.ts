import { add, compare, formatRational, one, parseRational, rational, zero } from '@veche/core/rational.ts';
import { isRefusal } from '@veche/core/refusal.ts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { whoActs } from './representation.ts';
import { NO_DOCUMENT, readDocument } from './title-document.ts';
import { decideEvent, type NewVersion, type Recipient, type TitleEvent } from './title-event.ts';
import { findOverfullDay, registerAt, sumOn, type TitleVersion } from './titles.ts';

/** Who casts a title in person; null: nobody. */
const voterOf = ({ personId, freeze }: Pick<TitleVersion, 'personId' | 'freeze'>): string | null => {
  if (personId === null) return null;
  const owner = { id: personId, kind: 'natural', birthDay: null } as const;
  return whoActs(owner, [], { premisesId: 'p', day: '2026-03-01', freeze }).self ? personId : null;
};

const ZONE = 'Europe/Moscow';
const DEED = readDocument('Договор купли-продажи № 5 от 01.03.2026');
const to = (personId: string | null, share: string, jointWith: string[] = []): Recipient => ({
  personId,
  share: parseRational(share),
  jointWith,
  room: '',
});

/** A premises whose events are recorded one after another; nothing is ever taken away. */
class Book {
  versions: TitleVersion[] = [];
  #next = 1;
  constructor(...first: (Partial<Omit<NewVersion, 'share'>> & { personId: string | null; share: string })[]) {
    this.#open(
      first.map(({ share, ...version }) => ({
        ...title(version.personId),
        ...version,
        share: parseRational(share),
      })),
      new Date('2026-01-01T00:00:00Z'),
    );
  }
  #open(opened: readonly NewVersion[], recordedAt: Date): void {
    for (const version of opened)
      this.versions.push({ ...version, id: `t${this.#next++}`, recordedAt, supersededAt: null });
  }
  get known(): TitleVersion[] {
    return this.versions.filter(({ supersededAt }) => supersededAt === null);
  }
  record(event: TitleEvent, at = '2026-03-05T09:00:00Z'): string {
    const change = decideEvent('flat', this.known, event);
    if ('refused' in change) return change.refused;
    const recordedAt = new Date(at);
    this.versions = this.versions.map((version) =>
      change.closed.includes(version.id) ? { ...version, supersededAt: recordedAt } : version,
    );
    this.#open(change.opened, recordedAt);
    return 'recorded';
  }
  idOf(personId: string | null): string {
    return this.known.find((version) => version.personId === personId && version.heldTo === null)!.id;
  }
  on(at: string, known = '2027-01-01T00:00:00Z'): string[] {
    return registerAt(this.versions, { at: new Date(at), known: new Date(known) }, ZONE)
      .map(
        ({ personId, share, freeze }) =>
          `${personId ?? '?'} ${formatRational(share)}${freeze ? ` ${freeze}` : ''}`,
      )
      .toSorted();
  }
}
const title = (personId: string | null): NewVersion => ({
  premisesId: 'flat',
  personId,
  jointWith: [],
  share: one,
  room: '',
  document: NO_DOCUMENT,
  heldFrom: null,
  heldTo: null,
  freeze: null,
  arrested: false,
  usufructuaryId: null,
});

describe('a sale', () => {
  const sale = (book: Book, day: string, ...recipients: Recipient[]): TitleEvent => ({
    kind: 'sold',
    day,
    titleId: book.idOf('anna'),
    to: recipients,
    document: DEED,
  });

  it('passes the share on its day in the building’s time zone, not before and not after', () => {
    const book = new Book({ personId: 'anna', share: '1' });
    expect(book.record(sale(book, '2026-03-04', to('boris', '1')))).toBe('recorded');
    // In Moscow the fourth of March begins at 21:00 UTC of the third.
    expect(book.on('2026-03-03T20:59:59Z')).toEqual(['anna 1']);
    expect(book.on('2026-03-03T21:00:00Z')).toEqual(['boris 1']);
  });

  it('of a part leaves the rest with the seller', () => {
    const book = new Book({ personId: 'anna', share: '2/3' }, { personId: 'vera', share: '1/3' });
    book.record(sale(book, '2026-03-04', to('boris', '1/2')));
    expect(book.on('2026-03-04T12:00:00Z')).toEqual(['anna 1/6', 'boris 1/2', 'vera 1/3']);
  });

  it('recorded later does not change what was known before: an old snapshot can be taken again', () => {
    const book = new Book({ personId: 'anna', share: '1' });
    book.record(sale(book, '2026-03-04', to('boris', '1')), '2026-04-20T09:00:00Z');
    expect(book.on('2026-03-10T12:00:00Z', '2026-03-10T12:00:00Z')).toEqual(['anna 1']);
    expect(book.on('2026-03-10T12:00:00Z', '2026-04-20T09:00:00Z')).toEqual(['boris 1']);
  });

  it('by an owner who has sold already is refused with the day, and nothing is lost', () => {
    const book = new Book({ personId: 'anna', share: '1' });
    const first = sale(book, '2026-03-04', to('boris', '1'));
    const title = 'titleId' in first ? first.titleId : '';
    expect(book.record(first)).toBe('recorded');
    const before = book.versions;
    const ended = book.known.find(({ heldTo }) => heldTo !== null)!;
    const again = (titleId: string): TitleEvent =>
      ({ ...first, titleId, to: [to('vera', '1')] }) as TitleEvent;
    expect(decideEvent('flat', book.known, again(ended.id))).toEqual({
      refused: 'title-ended',
      facts: { day: '2026-03-04' },
    });
    // By the version that was on the page when both began to type.
    expect(book.record(again(title))).toBe('no-such-title');
    expect(book.versions).toBe(before);
  });

  it('of more than the owner holds, and before the owner came to it, is refused', () => {
    const book = new Book({ personId: 'anna', share: '1/2', heldFrom: '2026-02-01' });
    expect(book.record(sale(book, '2026-03-04', to('boris', '2/3')))).toBe('share-over-title');
    expect(book.record(sale(book, '2026-01-31', to('boris', '1/2')))).toBe('before-title');
    expect(book.record(sale(book, '2026-03-04'))).toBe('nothing-changes');
  });

  it('of what is under arrest is refused until the arrest is lifted; the owner votes all the same', () => {
    const book = new Book({ personId: 'anna', share: '1' });
    book.record({ kind: 'arrested', day: '2026-02-01', titleId: book.idOf('anna') });
    expect(
      registerAt(book.versions, { at: new Date('2026-03-01'), known: new Date('2027-01-01') }, ZONE).map(
        voterOf,
      ),
    ).toEqual(['anna']);
    expect(book.record(sale(book, '2026-03-04', to('boris', '1')))).toBe('title-arrested');
    book.record({ kind: 'arrest-lifted', day: '2026-03-01', titleId: book.idOf('anna') });
    expect(book.record(sale(book, '2026-03-04', to('boris', '1')))).toBe('recorded');
  });

  it('leaves a usufruct on the flat, whoever buys it', () => {
    const book = new Book({ personId: 'anna', share: '1' });
    book.record({ kind: 'usufruct-set', day: '2026-02-01', titleId: book.idOf('anna'), personId: 'granny' });
    book.record(sale(book, '2026-03-04', to('boris', '1')));
    const [bought] = registerAt(
      book.versions,
      { at: new Date('2026-03-05'), known: new Date('2027-01-01') },
      ZONE,
    );
    expect(bought).toMatchObject({ personId: 'boris', usufructuaryId: 'granny' });
    expect(voterOf(bought!)).toBe('boris');
  });
});

describe('the death of an owner', () => {
  it('freezes the share: it stays in the base and nobody casts it until the heirs are known', () => {
    const book = new Book({ personId: 'anna', share: '1' });
    book.record({ kind: 'frozen', day: '2026-02-10', titleId: book.idOf('anna'), reason: 'death' });
    expect(book.on('2026-02-09T12:00:00Z')).toEqual(['anna 1']);
    expect(book.on('2026-02-10T12:00:00Z')).toEqual(['anna 1 death']);
    const [frozen] = registerAt(
      book.versions,
      { at: new Date('2026-02-11'), known: new Date('2027-01-01') },
      ZONE,
    );
    expect(voterOf(frozen!)).toBeNull();
    const titleId = book.idOf('anna');
    expect(
      book.record({ kind: 'sold', day: '2026-03-04', titleId, to: [to('boris', '1')], document: DEED }),
    ).toBe('title-frozen');
    expect(
      book.record({
        kind: 'inherited',
        day: '2026-08-10',
        titleId,
        to: [to('son', '1/2'), to('daughter', '1/2')],
        document: readDocument('Свидетельство о праве на наследство № 7'),
      }),
    ).toBe('recorded');
    expect(book.on('2026-08-10T12:00:00Z')).toEqual(['daughter 1/2', 'son 1/2']);
  });
});

describe('a joint title of spouses', () => {
  it('is one title that one of them casts, and an objection freezes it', () => {
    const book = new Book({ personId: 'anna', share: '1', jointWith: ['boris'] });
    const [title] = registerAt(
      book.versions,
      { at: new Date('2026-02-01'), known: new Date('2027-01-01') },
      ZONE,
    );
    expect(title!.jointWith).toEqual(['boris']);
    expect(voterOf(title!)).toBe('anna');
    book.record({ kind: 'frozen', day: '2026-02-10', titleId: book.idOf('anna'), reason: 'objection' });
    expect(voterOf(book.known.find(({ heldTo }) => heldTo === null)!)).toBeNull();
    book.record({ kind: 'released', day: '2026-02-12', titleId: book.idOf('anna') });
    expect(book.on('2026-02-12T12:00:00Z')).toEqual(['anna 1']);
  });

  it('may be divided into shares by agreement', () => {
    const book = new Book({ personId: 'anna', share: '1', jointWith: ['boris'] });
    const titleId = book.idOf('anna');
    book.record({
      kind: 'divided',
      day: '2026-02-10',
      titleId,
      to: [to('anna', '3/4'), to('boris', '1/4')],
      document: DEED,
    });
    expect(book.on('2026-02-10T12:00:00Z')).toEqual(['anna 3/4', 'boris 1/4']);
    expect(book.known.filter(({ heldTo }) => heldTo === null).map(({ jointWith }) => jointWith)).toEqual([
      [],
      [],
    ]);
  });
});

describe('an unknown owner', () => {
  it('stays in the base, and gives way to whoever brings a paper', () => {
    const book = new Book({ personId: 'anna', share: '1/3' }, { personId: null, share: '2/3' });
    expect(book.record({ kind: 'acquired', day: '2026-02-01', to: to('boris', '1/2'), document: DEED })).toBe(
      'recorded',
    );
    expect(book.on('2026-01-31T12:00:00Z')).toEqual(['? 2/3', 'anna 1/3']);
    expect(book.on('2026-02-01T12:00:00Z')).toEqual(['? 1/6', 'anna 1/3', 'boris 1/2']);
  });

  it('does not give more than there is: the premises is never over-full', () => {
    const book = new Book({ personId: 'anna', share: '2/3' }, { personId: null, share: '1/3' });
    expect(book.record({ kind: 'acquired', day: '2026-02-01', to: to('boris', '1/2'), document: DEED })).toBe(
      'shares-over',
    );
  });
});

describe('a correction', () => {
  it('says what was so all along, and the old version stays to be seen', () => {
    const book = new Book({ personId: 'anna', share: '1/3' }, { personId: 'boris', share: '2/3' });
    const [a, b] = book.known;
    const half = rational(1, 2);
    expect(
      book.record({
        kind: 'corrected',
        corrections: [
          { titleId: a!.id, share: half },
          { titleId: b!.id, share: half },
        ],
      }),
    ).toBe('recorded');
    expect(book.on('2025-06-01T12:00:00Z')).toEqual(['anna 1/2', 'boris 1/2']);
    expect(book.on('2026-03-01T12:00:00Z', '2026-03-05T08:59:59Z')).toEqual(['anna 1/3', 'boris 2/3']);
  });

  it('that leaves a gap puts it under an unknown owner, and one that overfills is refused', () => {
    const book = new Book({ personId: 'anna', share: '1/2' }, { personId: 'boris', share: '1/2' });
    const [a] = book.known;
    expect(book.record({ kind: 'corrected', corrections: [{ titleId: a!.id, share: rational(2, 3) }] })).toBe(
      'shares-over',
    );
    expect(book.record({ kind: 'corrected', corrections: [{ titleId: a!.id, share: rational(1, 3) }] })).toBe(
      'recorded',
    );
    expect(book.on('2026-03-06T12:00:00Z')).toEqual(['? 1/6', 'anna 1/3', 'boris 1/2']);
  });
});

describe('any history', () => {
  const DAYS = ['2026-02-01', '2026-02-20', '2026-03-01', '2026-03-29', '2026-04-15'];
  const NAMES = ['anna', 'boris', 'vera', 'gleb', null];
  const step = fc.record({
    kind: fc.constantFrom(
      'sold',
      'given',
      'divided',
      'acquired',
      'frozen',
      'released',
      'corrected',
      'inherited',
    ),
    day: fc.constantFrom(...DAYS),
    which: fc.nat(20),
    to: fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.integer({ min: 1, max: 4 })), {
      minLength: 1,
      maxLength: 3,
    }),
  });

  it('keeps every day of the premises at the whole or below, and every past snapshot as it was', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const book = new Book(
          { personId: 'anna', share: '1/2' },
          { personId: 'boris', share: '1/4' },
          { personId: null, share: '1/4' },
        );
        const taken: { at: string; known: string; was: string[] }[] = [];
        steps.forEach(({ kind, day, which, to: given }, i) => {
          const recipients = given.map(([person, den]) => to(person, formatRational(rational(1, den * 2))));
          const titleId = book.known[which % book.known.length]!.id;
          const known = new Date(Date.UTC(2026, 4, 1 + i)).toISOString();
          book.record(
            (kind === 'corrected'
              ? { kind, corrections: [{ titleId, share: recipients[0]!.share }] }
              : kind === 'acquired'
                ? { kind, day, to: recipients[0]!, document: DEED }
                : kind === 'frozen'
                  ? { kind, day, titleId, reason: 'death' }
                  : { kind, day, titleId, to: recipients, document: DEED }) as TitleEvent,
            known,
          );
          const at = `${day}T12:00:00Z`;
          taken.push({ at, known, was: book.on(at, known) });
          expect(findOverfullDay(book.known)).toBeUndefined();
          for (const each of DAYS) expect(compare(sumOn(book.known, each), one)).toBeLessThanOrEqual(0);
        });
        for (const { at, known, was } of taken) expect(book.on(at, known)).toEqual(was);
        // No share gets lost on the way: what is not known is under an unknown owner.
        const last = book.known.filter(({ heldTo }) => heldTo === null);
        expect(last.reduce((total, { share }) => add(total, share), zero)).toEqual(one);
      }),
      { numRuns: 300 },
    );
  });
});

it('tells a refusal from a change', () => {
  expect(isRefusal(decideEvent('flat', [], { kind: 'released', day: '2026-01-01', titleId: 'none' }))).toBe(
    true,
  );
});
