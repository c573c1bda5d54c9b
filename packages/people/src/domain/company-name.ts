// One key for one company, however its name was typed: quotes, case, full or short legal form, look-alike letters.
// A key is for comparing only; people are always shown a name as somebody wrote it.

const SHORT_FORMS: readonly (readonly [string, string])[] = [
  ['общество с ограниченной ответственностью', 'ооо'],
  ['публичное акционерное общество', 'пао'],
  ['открытое акционерное общество', 'оао'],
  ['закрытое акционерное общество', 'зао'],
  ['акционерное общество', 'ао'],
  ['индивидуальный предприниматель', 'ип'],
  ['товарищество собственников жилья', 'тсж'],
  ['товарищество собственников недвижимости', 'тсн'],
  ['жилищно строительный кооператив', 'жск'],
  ['жилищный кооператив', 'жк'],
  ['управляющая компания', 'ук'],
  ['управляющая организация', 'уо'],
  // «Некоммерческая организация ТСЖ …» is the same association as «ТСЖ …».
  ['но тсж', 'тсж'],
];

/** Latin letters that look like Cyrillic ones: OOO typed in place of ООО. */
const LOOK_ALIKE = new Map(
  Object.entries({
    a: 'а',
    b: 'в',
    c: 'с',
    e: 'е',
    h: 'н',
    k: 'к',
    m: 'м',
    o: 'о',
    p: 'р',
    t: 'т',
    x: 'х',
    y: 'у',
  }),
);

/**
 * The key of a company's name: two spellings of one name give one key. Empty for a text without letters and digits.
 * A place at the end (`г. Владивосток`) is left out, since namesakes of one list are in one city.
 */
export function foldCompanyName(name: string): string {
  const words = foldWords(name);
  let folded = ` ${words.join(' ')} `;
  for (const [full, short] of SHORT_FORMS) folded = folded.replaceAll(` ${full} `, ` ${short} `);
  return folded.replace(/ г \p{L}+ $/u, ' ').trim();
}

/** A person's name with case, ё, hyphens, full stops and spaces folded away. */
export const foldPersonName = (name: string): string => foldWords(name).join(' ');

function foldWords(text: string): string[] {
  return text
    .replaceAll('№', ' ')
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('ё', 'е')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => ([...word].every((c) => LOOK_ALIKE.has(c) || !/[a-z]/.test(c)) ? cyrillic(word) : word));
}

const cyrillic = (word: string): string =>
  [...word].map((letter) => LOOK_ALIKE.get(letter) ?? letter).join('');
