// Addresses of houses in one spelling: for people to read, and as a key that finds the same house typed another way.
// Only the spelling is folded; a letter, a fraction or a block that may be another house never is.

export type HouseAddress = {
  /** For people: `Приморский край, г. Владивосток, пр-кт Острякова, д. 4б`. */
  readonly text: string;
  /** Equal for two spellings of one address. */
  readonly key: string;
  /** The town, without its kind; null when the address names none. */
  readonly city: string | null;
  /** Numbers that lost stray signs: `д. №99` is now `д. 99`. */
  readonly cleanedNumbers: readonly { readonly from: string; readonly to: string }[];
};

const PARTS: readonly (readonly [RegExp, string])[] = [
  [/^(край|обл|респ)\.\s*(.+)$/i, '$2 $1'],
  [/^(?:проспект|пр-т|пр-кт|просп)\.?\s+(.+)$/i, 'пр-кт $1'],
  [/^(?:улица|ул)\.?\s+(.+)$/i, 'ул. $1'],
  [/^(?:переулок|пер)\.?\s+(.+)$/i, 'пер. $1'],
  [/^(?:тер\.\s*)?(?:пос[её]лок|пос|п)\.?\s+(.+)$/i, 'п. $1'],
  [/^остров\.?\s+(.+)$/i, 'остров $1'],
  [/^(?:дом|д)\.?\s*[.№\s]*(\d.*)$/i, 'д. $1'],
  [/^(?:корпус|корп|к)\.\s*(.+)$/i, 'к. $1'],
  [/^(?:строение|стр)\.\s*(.+)$/i, 'стр. $1'],
];

/**
 * Reads an address as registries write it: parts from region to house with commas between.
 * @returns null when there is no part with the number of a house.
 */
export function parseHouseAddress(text: string): HouseAddress | null {
  const written = text
    .split(',')
    .map((part) => part.replace(/\s+/g, ' ').trim())
    .filter((part) => part !== '');
  const parts = written.map(rewritePart);
  if (!parts.some((part) => part.startsWith('д. '))) return null;
  const city = parts
    .map((part) => /^(?:г|город)\.?\s+(.+)$/i.exec(part)?.[1])
    .find((name) => name !== undefined);
  const cleanedNumbers = parts
    .map((to, i) => ({ from: written[i]!, to }))
    .filter(({ from, to }) => NUMBERED.test(to) && from !== to);
  return { text: parts.join(', '), key: parts.map(foldPart).join(','), city: city ?? null, cleanedNumbers };
}

const NUMBERED = /^(д|к|стр)\. /;

function rewritePart(part: string): string {
  const rule = PARTS.find(([form]) => form.test(part));
  const written = rule ? part.replace(rule[0], rule[1]) : part;
  return NUMBERED.test(written) ? cleanNumber(written) : written.replace(/(.+) Край$/, '$1 край');
}

/** Stray signs go, and a clerk's mark of a double entry: `11 (дубль 1)`, `22'`, `32.`, `10\7`. */
const cleanNumber = (part: string): string =>
  part
    .replaceAll('\\', '/')
    .replace(/\s*\(?-?дубль\s*\d*\)?$/i, '')
    .replace(/['’`.\s]+$/, '');

const foldPart = (part: string): string => {
  const lower = part.toLowerCase().replaceAll('ё', 'е');
  // `68 а`, `43-а` and `68А` name one house; `68/а` may be another.
  return lower.startsWith('д. ') ? lower.replace(/(\d)[\s-]+(?=\p{L}$)/u, '$1') : lower;
};
