import { createTranslate } from '@veche/core/messages.ts';
import { decodeUtf8, encodeHex, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import type { BallotPayload } from '@veche/ledger/meeting.ts';
import { describe, expect, it } from 'vitest';
import { catalogs } from '../catalogs.ts';
import { makeAnnexes, type AnnexInput } from './annexes.ts';
import { exampleBallots, exampleNotice, exampleRoll } from './example.ts';

const salt = (byte: number) => new Uint8Array(32).fill(byte);
const ballot = (index: number): BallotPayload => ({
  meeting: exampleNotice.meeting,
  ...exampleBallots[index]!,
});
const input: AnnexInput = {
  notice: '{"title":"Годовое собрание"}',
  result: '{"items":[]}',
  items: exampleNotice.items,
  roll: exampleRoll.map((record, i) => ({
    ...record,
    personId: record.voter === '' ? null : record.voter,
    premisesId: record.unit,
    premisesNumber: String(10 - i),
    premisesKind: i === 4 ? 'parking' : 'flat',
  })),
  names: new Map([
    ['v1', 'Орлова Анна'],
    ['v2', '=HYPERLINK("http://evil.example")'],
    ['v3', 'Белова Вера; Ильинична'],
  ]),
  counted: new Map([
    ['e1', ballot(1)],
    ['e5', ballot(1)],
    ['e2', ballot(2)],
  ]),
  actedFor: new Map([['e2', 'электронно, через представителя']]),
  salts: [salt(1), salt(2), salt(3)],
};
const make = (change: Partial<AnnexInput> = {}, locale: 'ru' | 'en' = 'ru') =>
  makeAnnexes({ ...input, ...change }, createTranslate(locale, catalogs[locale]));
const rowsOf = (content: Uint8Array): string[] => decodeUtf8(content).split('\r\n');

describe('the annexes of the minutes', () => {
  it('are numbered, each with the SHA-256 of its file, and those with names are marked', () => {
    const files = make();
    expect(files.map(({ annex }) => [annex.number, annex.kind, annex.personal])).toEqual([
      [1, 'notice', false],
      [2, 'roll', true],
      [3, 'participants', true],
      [4, 'votes', true],
      [5, 'result', false],
    ]);
    for (const { annex, content } of files) {
      expect(annex.sha256).toBe(encodeHex(sha256(content)));
      expect(annex.bytes).toBe(content.length);
    }
    expect(files[0]!.content).toEqual(encodeUtf8(input.notice));
  });

  it('name every owner who could vote with exact votes, in the order of premises, the unknown too', () => {
    const rows = rowsOf(make()[1]!.content);
    expect(rows[1]).toBe('"Помещение";"Подъезд";"Собственник";"Голосов, м²";"Площадь помещения, м²";"Доля"');
    expect(rows.slice(2, 7)).toEqual([
      '"машино-место 6";"2";"Орлова Анна";"50.0000";"50.0000";"1"',
      '"кв. 7";"2";"неизвестен";"38.7001";"38.7001";"1"',
      '"кв. 8";"1";"Белова Вера; Ильинична";"140/3";"70.0000";"2/3"',
      expect.stringContaining('"70/3";"70.0000";"1/3"'),
      '"кв. 10";"1";"Орлова Анна";"54.3000";"54.3000";"1"',
    ]);
  });

  it('say of those who took part how they voted: in person, or who did so for them and on what basis', () => {
    const rows = rowsOf(make()[2]!.content).filter((row) => row !== '');
    expect(rows[1]).toMatch(/"Как проголосовал"$/);
    expect(rows.slice(2).map((row) => row.split(';').at(-1))).toEqual([
      '"электронно"',
      '"электронно, через представителя"',
      '"электронно"',
    ]);
  });

  it('say who decided what by the ballot that counts, item by item, and leave out those who did not vote', () => {
    const rows = rowsOf(make()[3]!.content).filter((row) => row !== '');
    expect(rows).toHaveLength(2 + 3);
    expect(rows[1]).toMatch(/"Вопрос 1";"Вопрос 2";"Вопрос 3"$/);
    expect(rows[2]).toMatch(/Орлова Анна.*"за";"за";"за"$/);
    expect(rows[3]).toMatch(/"за";"воздержался";"за"$/);
    expect(rows.join()).not.toContain('Белова');
  });

  it('never hold a formula: a name that a table program would run is text', () => {
    for (const { content } of make().slice(1, 4)) expect(decodeUtf8(content)).not.toMatch(/"=/);
    expect(decodeUtf8(make()[1]!.content)).toContain(`"'=HYPERLINK`);
  });

  it('with names cannot be guessed from their public SHA-256: a random number stands in front', () => {
    const [, roll] = make();
    const [, other] = make({ salts: [salt(9), salt(2), salt(3)] });
    expect(rowsOf(roll!.content)[0]).toContain('01'.repeat(32));
    expect(roll!.annex.sha256).not.toBe(other!.annex.sha256);
    expect(make()[1]!.annex.sha256).toBe(roll!.annex.sha256);
  });

  it('are written in the language of the minutes', () => {
    expect(decodeUtf8(make({}, 'en')[3]!.content)).toContain('"abstained"');
  });
});
