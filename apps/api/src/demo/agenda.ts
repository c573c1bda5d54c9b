// What the invented owners vote on: ordinary matters of an ordinary house, each with the rule the law gives it.

export type DemoItem = {
  readonly text: string;
  readonly explanation: string;
  readonly ruleId: string;
  /** Its place in the library of what a meeting may decide. */
  readonly clause?: string;
};

/** The meeting that is over. */
export const PAST_AGENDA: readonly DemoItem[] = [
  {
    text: 'Избрать председателем собрания Председателя совета дома, секретарём — члена счётной комиссии.',
    explanation: 'Они подписывают протокол.',
    ruleId: 'ru.participants',
    clause: 'ru.officers',
  },
  {
    text: 'Утвердить отчёт управляющей организации за прошлый год.',
    explanation: 'Отчёт вывешен в каждом подъезде и разослан всем собственникам.',
    ruleId: 'ru.participants',
  },
  {
    text: 'Наделить совет дома правом решать о текущем ремонте общего имущества.',
    explanation: 'Первым будет ремонт кровли над третьим подъездом: смета — 640 000 ₽, срок — до 1 сентября.',
    ruleId: 'ru.half-all',
    clause: 'ru.44-2.4-2',
  },
  {
    text: 'Передать часть двора у северного торца под стоянку с платным въездом.',
    explanation: 'Общее имущество: нужны две трети голосов всех собственников.',
    ruleId: 'ru.two-thirds-all',
    clause: 'ru.44-2.3',
  },
];

/** A document of every meeting: plain text, as invented as the rest. */
export const DEMO_PAPER = {
  name: 'Расчёты и условия.txt',
  text: 'Расчёты к вопросам повестки (придуманы для демонстрации).\n\nСтоимость работ, сроки и подрядчики названы в пояснениях к вопросам.\nОригиналы договоров — у председателя совета дома.\n',
} as const;

/** A draft that its chair has begun: its rule was not read in the law itself, and nobody answers for it yet. */
export const DRAFT_AGENDA: readonly DemoItem[] = [
  {
    text: 'Уменьшить общее имущество: передать нишу под лестницей первого подъезда к квартире 4.',
    explanation: 'Меньше общего имущества — только с согласия всех собственников.',
    ruleId: 'ru.unanimous',
    clause: 'ru.36-3',
  },
];

/** The meeting that is open. */
export const OPEN_AGENDA: readonly DemoItem[] = [
  {
    text: 'Установить во дворе ограждение с воротами и калиткой.',
    explanation: 'Открываются с телефона и ключом; экстренные службы проезжают без ожидания.',
    ruleId: 'ru.two-thirds-all',
    clause: 'ru.44-2.2',
  },
  {
    text: 'Поставить камеры наблюдения в лифтовых холлах первых этажей.',
    explanation: 'Записи хранятся 14 дней, доступ — у совета дома. 420 ₽ с квартиры один раз.',
    ruleId: 'ru.participants',
  },
  {
    text: 'Выбрать способом управления домом управление управляющей организацией «Городской двор».',
    explanation: 'Условия и цены — в расчётах, которые приложены к собранию.',
    ruleId: 'ru.half-all',
    clause: 'ru.44-2.4',
  },
  {
    text: 'Отремонтировать лифт во втором подъезде за счёт текущего ремонта.',
    explanation: 'Лифту 25 лет. Смета и фотографии — у председателя.',
    ruleId: 'ru.participants',
    clause: 'ru.44-2.4-1',
  },
  {
    text: 'Утвердить тариф на уборку подъездов 3,10 ₽ с м² в месяц.',
    explanation: 'Сейчас 2,85 ₽; добавляется мытьё окон дважды в год.',
    ruleId: 'ru.participants',
  },
];
