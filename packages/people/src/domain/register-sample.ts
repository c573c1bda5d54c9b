// An invented register of owners, the same for the same seed: for the demonstration, the story script and tests.
// Nobody in it is real: mailboxes are in a domain reserved for examples (RFC 2606), tax numbers begin with 00, which no tax
// office has. Phones only look real: nothing may ever be sent to them.
import { formatArea } from './area.ts';
import type { ColumnMapping } from './register.ts';
import type { Sheet } from './spreadsheet.ts';
import { completeTaxNumber } from './tax-number.ts';

export type RegisterSample = {
  /** As a file would give it, with Russian headers. */
  readonly sheet: Sheet;
  readonly mapping: ColumnMapping;
  /** The sum of all premises: the building's own figure, so that the register reconciles without a difference. */
  readonly buildingAreaCm2: number;
};

const HEADER = [
  '№ помещения',
  'Тип помещения',
  'Подъезд',
  'Площадь, м²',
  'Собственник',
  'Тип собственника',
  'ИНН',
  'Доля в праве',
  'Документ',
  'Электронная почта',
  'Телефон',
  'Дата регистрации права',
];
const MAPPING: ColumnMapping = {
  premises: 0,
  kind: 1,
  entrance: 2,
  area: 3,
  owner: 4,
  ownerKind: 5,
  taxNumber: 6,
  share: 7,
  document: 8,
  email: 9,
  phone: 10,
  validFrom: 11,
};

const SURNAMES =
  'Абрамов Белов Васильев Голубев Гусев Данилов Егоров Ефимов Зайцев Захаров Ильин Калинин Ковалёв Комаров Королёв Кузьмин Лебедев Макаров Медведев Миронов Назаров Никитин Орлов Осипов Панов Поляков Романов Савин Семёнов Соболев Сорокин Тарасов Титов Фадеев Филатов Чернов Шубин Щербаков Юдин Яковлев'.split(
    ' ',
  );
const MEN =
  'Александр Андрей Борис Виктор Глеб Даниил Евгений Иван Константин Лев Максим Николай Олег Павел Роман Сергей Тимофей Юрий'.split(
    ' ',
  );
const WOMEN =
  'Алина Анна Вера Галина Дарья Елена Жанна Зоя Ирина Ксения Лариса Марина Нина Ольга Полина Светлана Тамара Юлия'.split(
    ' ',
  );
const FATHERS =
  'Алексеев Борисов Викторов Денисов Егоров Иванов Леонидов Максимов Николаев Петров Романов Семёнов Степанов Фёдоров'.split(
    ' ',
  );
const COMPANIES =
  'Аптека Букварь Витраж Горизонт Диалог Жасмин Зерно Исток Каравай Ладья Маяк Находка Очаг Пекарня Ремесло'.split(
    ' ',
  );
/** How a flat is shared among its owners: numerators over the first number. */
const SPLITS: readonly (readonly [number, readonly number[]])[] = [
  [1, [1]],
  [1, [1]],
  [1, [1]],
  [2, [1, 1]],
  [2, [1, 1]],
  [3, [1, 1, 1]],
  [4, [3, 1]],
  [4, [2, 1, 1]],
  [5, [3, 2]],
  [6, [3, 2, 1]],
  [4, [1, 1, 1, 1]],
];

type Owner = { name: string; kind: string; taxNumber: string; email: string; phone: string };

/**
 * A register with exactly `owners` distinct persons, at least 10: families with fractional shares, legal entities with
 * shops, a municipality with several flats, parking places, and a few flats whose owner is unknown.
 * @param seed - any integer; the same seed gives the same register.
 */
export function sampleRegister({ owners, seed }: { owners: number; seed: number }): RegisterSample {
  if (!Number.isInteger(owners) || owners < 10 || owners > 9_999)
    throw new RangeError('expected 10 to 9999 owners');
  const random = randomIntegers(seed);
  const companies = Math.max(1, Math.floor(owners / 40));
  const people = inventPeople(owners - companies - 1, random);
  const rows: string[][] = [];
  let buildingAreaCm2 = 0;
  const put = (
    number: string,
    kind: string,
    entrance: string,
    areaCm2: number,
    held: readonly [Owner | null, string][],
  ): void => {
    buildingAreaCm2 += areaCm2;
    for (const [owner, share] of held) {
      const deed = `77:01:${pad(1 + random(9999), 7)}:${1 + random(9999)}-77/${1 + random(9)}/${2001 + random(24)}`;
      const day = `${pad(1 + random(28), 2)}.${pad(1 + random(12), 2)}.${2001 + random(24)}`;
      rows.push([
        number,
        kind,
        entrance,
        formatArea(areaCm2).replace('.', ','),
        owner?.name ?? '',
        owner?.kind ?? '',
        owner?.taxNumber ?? '',
        owner ? share : '',
        owner ? deed : '',
        owner?.email ?? '',
        owner?.phone ?? '',
        owner ? day : '',
      ]);
    }
  };

  const flats = planFlats(people, random);
  const city: Owner = {
    name: 'Администрация городского округа Вечевой',
    kind: 'публичное образование',
    taxNumber: completeTaxNumber('007700001'),
    email: 'city@example.org',
    phone: '',
  };
  const ownedByCity = Math.max(2, Math.floor(flats.length / 40));
  const unknown = Math.max(1, Math.floor(flats.length / 100));
  for (let i = 0; i < ownedByCity; i++) flats.splice(random(flats.length + 1), 0, [[city, '1']]);
  for (let i = 0; i < unknown; i++) flats.splice(random(flats.length + 1), 0, [[null, '']]);
  // Thirty-six flats to an entrance, four to a floor: one-, two- and three-room ones in turn.
  flats.forEach((held, i) => {
    const areaCm2 = ([385, 542, 548, 731][i % 4]! + random(60)) * 1_000 + (random(4) === 0 ? 500 : 0);
    put(String(i + 1), 'квартира', String(1 + Math.floor(i / 36)), areaCm2, held);
  });
  for (let i = 0; i < companies; i++) {
    const company: Owner = {
      name: `ООО «${COMPANIES[i % COMPANIES.length]!}${i < COMPANIES.length ? '' : ` ${1 + Math.floor(i / COMPANIES.length)}`}»`,
      kind: 'юридическое лицо',
      taxNumber: completeTaxNumber(`0077${pad(100 + i, 5)}`),
      email: `company${pad(i + 1, 3)}@example.org`,
      phone: '',
    };
    put(`${i + 1}-Н`, 'нежилое помещение', '', (400 + random(1_400)) * 1_000, [[company, '1']]);
  }
  const parking = Math.max(3, Math.floor(flats.length / 8));
  for (let i = 0; i < parking; i++) {
    put(`м/м ${i + 1}`, 'машино-место', '', 132_500 + random(30) * 1_000, [
      [people[random(people.length)]!, '1'],
    ]);
  }
  return {
    sheet: { header: HEADER, rows, rowNumbers: rows.map((_, i) => i + 2) },
    mapping: MAPPING,
    buildingAreaCm2,
  };
}

/** The sheet as CSV (RFC 4180) with a BOM and semicolons, which is what Excel in Russian opens and writes. */
export function formatCsv({ header, rows }: Sheet): string {
  const line = (cells: readonly string[]): string =>
    cells.map((cell) => (/[";\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(';');
  return `\ufeff${[header, ...rows].map(line).join('\r\n')}\r\n`;
}

function inventPeople(count: number, random: (below: number) => number): Owner[] {
  const people: Owner[] = [];
  const names = new Set<string>();
  while (people.length < count) {
    const woman = random(2) === 0;
    const surname = SURNAMES[random(SURNAMES.length)]! + (woman ? 'а' : '');
    const first = woman ? WOMEN[random(WOMEN.length)]! : MEN[random(MEN.length)]!;
    const name = `${surname} ${first} ${FATHERS[random(FATHERS.length)]!}${woman ? 'на' : 'ич'}`;
    if (names.has(name)) continue;
    names.add(name);
    const number = people.length + 1;
    people.push({
      name,
      kind: 'физическое лицо',
      taxNumber: random(3) === 0 ? completeTaxNumber(`0077${pad(number, 6)}`) : '',
      email: `owner${pad(number, 4)}@example.org`,
      // Not every mailbox is read: two of three owners gave a phone too.
      phone: random(3) === 0 ? '' : `+7 999 000-${pad(Math.floor(number / 100), 2)}-${pad(number % 100, 2)}`,
    });
  }
  return people;
}

function planFlats(people: readonly Owner[], random: (below: number) => number): [Owner | null, string][][] {
  const flats: [Owner | null, string][][] = [];
  for (let next = 0; next < people.length;) {
    const fitting = SPLITS.filter(([, parts]) => parts.length <= people.length - next);
    const [whole, parts] = fitting[random(fitting.length)]!;
    flats.push(parts.map((part, i) => [people[next + i]!, whole === part ? '1' : `${part}/${whole}`]));
    next += parts.length;
  }
  return flats;
}

const pad = (number: number, digits: number): string => String(number).padStart(digits, '0');

/** Integers in [0, below), spread well enough for a sample: mulberry32, by T. Ettinger, public domain. */
function randomIntegers(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
