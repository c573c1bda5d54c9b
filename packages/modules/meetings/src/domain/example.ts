// An invented meeting, small enough to redo on paper: for the tests of the count's words and of the minutes.
import type { Notice, RollRecord } from '@veche/ledger/meeting.ts';
import type { Ballot } from '@veche/rules/ballot-box.ts';
import { countMeeting, type Result } from '@veche/rules/count.ts';
import { findPreset } from '@veche/rules/presets.ts';
import { NO_PARTICULARS, type MinutesInput } from './minutes-model.ts';

const rule = (id: string) => findPreset(id, '2026-03-01')!.rule;

export const exampleNotice: Notice = {
  meeting: 'a1b2c3d4e5f6a1b2c3d4e5f6',
  title: 'Годовое собрание: ремонт подъездов и совет дома',
  form: 'absentee',
  building: { address: 'ул. Лесная, д. 5', areaCm2: 2_130_000 },
  timeZone: 'Europe/Moscow',
  opensAt: '2026-03-12T06:00:00Z',
  closesAt: '2026-03-22T18:00:00Z',
  items: [
    {
      id: 'item-1',
      number: 1,
      text: 'Провести текущий ремонт первого и второго подъездов в 2026 году за счёт средств на содержание дома',
      explanation: 'Смета приложена: стены, двери, освещение.',
      rule: rule('ru.participants'),
    },
    {
      id: 'item-2',
      number: 2,
      text: 'Передать совету дома право решать о текущем ремонте',
      explanation: '',
      rule: rule('ru.half-all'),
    },
    {
      id: 'item-3',
      number: 3,
      text: 'Сдать часть подвала площадью 12 м² под велосипедную мастерскую',
      explanation: 'Плата пойдёт на благоустройство двора.',
      rule: rule('ru.two-thirds-all'),
    },
  ],
};

const salt = 'A'.repeat(43) + '=';
export const exampleRoll: readonly RollRecord[] = [
  { entitlement: 'e1', voter: 'v1', unit: 'u1', entrance: '1', areaCm2: 543_000, share: '1', salt },
  { entitlement: 'e2', voter: 'v2', unit: 'u2', entrance: '1', areaCm2: 700_000, share: '1/3', salt },
  { entitlement: 'e3', voter: 'v3', unit: 'u2', entrance: '1', areaCm2: 700_000, share: '2/3', salt },
  { entitlement: 'e4', voter: '', unit: 'u3', entrance: '2', areaCm2: 387_001, share: '1', salt },
  { entitlement: 'e5', voter: 'v1', unit: 'u4', entrance: '2', areaCm2: 500_000, share: '1', salt },
];

export const exampleBallots: readonly Ballot[] = [
  { voter: 'v2', entitlements: ['e2'], choices: { 'item-1': 'against', 'item-2': 'against' } },
  {
    voter: 'v1',
    entitlements: ['e1', 'e5'],
    choices: { 'item-1': 'for', 'item-2': 'for', 'item-3': 'for' },
  },
  { voter: 'v2', entitlements: ['e2'], choices: { 'item-1': 'for', 'item-2': 'abstain', 'item-3': 'for' } },
];

export const exampleResult: Result = countMeeting({
  meeting: exampleNotice.meeting,
  items: exampleNotice.items,
  roll: exampleRoll,
  ballots: exampleBallots,
});

export const exampleMinutes: MinutesInput = {
  notice: exampleNotice,
  result: exampleResult,
  city: 'Казань',
  number: 3,
  edition: 1,
  particulars: NO_PARTICULARS,
  annexes: [
    {
      number: 1,
      kind: 'notice',
      title: 'Уведомление о собрании с повесткой дня',
      fileName: 'annex-1-notice.json',
      sha256: '5a'.repeat(32),
      bytes: 2_345,
      personal: false,
    },
    {
      number: 2,
      kind: 'votes',
      title: 'Решения собственников по каждому вопросу',
      fileName: 'annex-2-votes.csv',
      sha256: 'c3'.repeat(32),
      bytes: 12_345,
      personal: true,
    },
  ],
  accepted: [],
  representation: [],
  shortNotice: false,
  calledAt: new Date('2026-03-01T08:15:00Z'),
  openedAt: new Date('2026-03-12T06:00:01Z'),
  closedAt: new Date('2026-03-22T18:20:00Z'),
  drawnUpAt: new Date('2026-03-22T18:20:00Z'),
  journal: [
    { kind: 'meeting.called', index: 1204 },
    { kind: 'meeting.opened', index: 1310 },
    { kind: 'meeting.closed', index: 1988 },
    { kind: 'result', index: 1989 },
  ],
  closing: {
    size: 1987,
    quorumTime: Date.parse('2026-03-22T18:00:07Z') / 1000,
    witnesses: [
      { name: 'council', time: Date.parse('2026-03-22T18:00:03Z') / 1000 },
      { name: 'city', time: Date.parse('2026-03-22T18:00:07Z') / 1000 },
    ],
  },
  logKey: 'veche.example/log/v1+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  webOrigin: 'https://veche.example',
  buildingId: '3f0c7a52-6d4e-4b8e-9a1f-2f6f0d1b7c11',
};
