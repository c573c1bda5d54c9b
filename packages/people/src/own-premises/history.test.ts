import { one, rational } from '@veche/core/rational.ts';
import { describe, expect, it } from 'vitest';
import { ownHistory } from './history.ts';
import type { RecordedEvent } from '../register/title-store.ts';
import type { TitleVersion } from '../register/titles.ts';

const version = (id: string, personId: string | null, rest: Partial<TitleVersion> = {}): TitleVersion => ({
  id,
  premisesId: 'p1',
  personId,
  jointWith: [],
  share: one,
  room: '',
  document: { kind: null, number: '', date: null, text: '' },
  heldFrom: null,
  heldTo: null,
  freeze: null,
  arrested: false,
  usufructuaryId: null,
  recordedAt: new Date('2026-01-01T00:00:00Z'),
  supersededAt: null,
  ...rest,
});
const event = (id: string, closed: string[], opened: string[]): RecordedEvent => ({
  id,
  kind: 'sold',
  day: '2026-03-01',
  document: { kind: null, number: '', date: null },
  note: '',
  closed,
  opened,
  recordedAt: new Date('2026-03-02T00:00:00Z'),
  recordedBy: 'chair',
});

describe('the history of a premises, for one of its owners', () => {
  const versions = [
    version('v1', 'anna', { supersededAt: new Date('2026-03-02T00:00:00Z') }),
    version('v2', 'anna', { heldTo: '2026-03-01' }),
    version('v3', 'boris', { heldFrom: '2026-03-01', share: rational(1, 2) }),
    version('v4', 'vera', { heldFrom: '2026-03-01', share: rational(1, 2), jointWith: ['gleb'] }),
  ];
  const events = [event('e2', ['v3'], []), event('e1', ['v1'], ['v2', 'v3', 'v4'])];
  const of = (personId: string) => ownHistory(versions, events, personId);

  it('marks what is theirs, whoever holds it with them, and shows what is known now alone', () => {
    expect(of('gleb')?.titles.map(({ id, isMine }) => [id, isMine])).toEqual([
      ['v2', false],
      ['v3', false],
      ['v4', true],
    ]);
  });
  it('tells what happened to their own titles, and nothing of the neighbours', () => {
    expect(of('anna')?.events.map(({ id }) => id)).toEqual(['e1']);
    expect(of('boris')?.events.map(({ id }) => id)).toEqual(['e2', 'e1']);
  });
  it('is there for whoever held it once, and for nobody else', () => {
    expect(of('anna')).not.toBeNull();
    expect(of('stranger')).toBeNull();
  });
});
