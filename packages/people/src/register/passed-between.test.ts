import { formatRational, parseRational } from '@veche/core/rational.ts';
import { describe, expect, it } from 'vitest';
import { passedBetween } from './titles.ts';

const held = (
  personId: string | null,
  share: string,
  heldFrom: string | null,
  heldTo: string | null = null,
) => ({ personId, share: parseRational(share), heldFrom, heldTo });
const told = (...versions: ReturnType<typeof held>[]) =>
  Object.fromEntries(
    [...passedBetween(versions, '2026-03-02', '2026-03-10')].map(([name, share]) => [
      name ?? 'nobody',
      formatRational(share),
    ]),
  );

describe('what passed between two days', () => {
  it('is less for who gave and more for who got', () => {
    expect(told(held('anna', '1', null, '2026-03-05'), held('boris', '1', '2026-03-05'))).toEqual({
      anna: '-1',
      boris: '1',
    });
  });
  it('is a part where a part was sold, whoever keeps the rest', () => {
    expect(
      told(
        held('anna', '1/2', null, '2026-03-05'),
        held('anna', '1/3', '2026-03-05'),
        held('boris', '1/6', '2026-03-05'),
        held('vera', '1/2', null),
      ),
    ).toEqual({ anna: '-1/6', boris: '1/6' });
  });
  it('comes from somebody unknown where nobody was known to hold it', () => {
    expect(told(held('boris', '1/2', '2026-03-05'))).toEqual({ boris: '1/2', nobody: '-1/2' });
    expect(told(held(null, '1/2', null, '2026-03-05'), held('boris', '1/2', '2026-03-05'))).toEqual({
      boris: '1/2',
      nobody: '-1/2',
    });
  });
  it('is nothing where the day has not come, had come before, or the title was only frozen', () => {
    expect(told(held('anna', '1', null, '2026-03-11'), held('boris', '1', '2026-03-11'))).toEqual({});
    expect(told(held('anna', '1', null, '2026-03-02'), held('boris', '1', '2026-03-02'))).toEqual({});
    expect(told(held('anna', '1', null, '2026-03-05'), held('anna', '1', '2026-03-05'))).toEqual({});
  });
  it('is the sum of what happened in between', () => {
    expect(
      told(
        held('anna', '1', null, '2026-03-05'),
        held('boris', '1', '2026-03-05', '2026-03-07'),
        held('vera', '1', '2026-03-07'),
      ),
    ).toEqual({ anna: '-1', vera: '1' });
  });
});
