// What can be wrong with the wording of an item before anybody has voted on it. Each check is a guess from the text in
// Russian and English: it asks the chair to look again and never decides by itself that a wording is void.

export type WordingFault = 'two-questions' | 'marks-inside' | 'blank-left' | 'vague';

/** Beginnings of what a meeting does, at the start of a word. */
const ACTS =
  /(?<![а-яёa-z])(избрать|выбрать|утвердить|принять|отклонить|установить|определить|поручить|наделить|передать|заключить|расторгнуть|провести|разрешить|запретить|сдать|демонтировать|отремонтировать|создать|согласовать|elect|approve|adopt|establish|authorise|authorize|conclude|terminate|carry out|allow|forbid|let|dismantle|repair|found|install)(?![а-яёa-z])/giu;
/** What joins two acts into one item. */
const JOINED = /(,?\s(и|а также|and|as well as)\s|;\s|\.\s+(?=\S))/iu;
const MARKS = /☐|☑|✓|✗|\[\s?[xх]?\s?\]|(за|for)\s*[/|,]\s*(против|against)/iu;
const BLANK = /\[[^\]]{2,}\]|_{3,}|…{2,}|\.{4,}/u;
const VAGUE = /^\s*(разное|прочее|иные вопросы|другие вопросы|any other business|miscellaneous|other)\W*$/iu;

/** Each kind at most once, the gravest first. */
export function findWordingFaults(text: string): WordingFault[] {
  const faults: WordingFault[] = [];
  if (VAGUE.test(text)) faults.push('vague');
  if (BLANK.test(text)) faults.push('blank-left');
  if (MARKS.test(text)) faults.push('marks-inside');
  if (asksTwice(text)) faults.push('two-questions');
  return faults;
}

function asksTwice(text: string): boolean {
  if ((text.match(/\?/gu)?.length ?? 0) > 1) return true;
  const acts = [...text.matchAll(ACTS)];
  return acts.some((act, i) => {
    const before = acts[i - 1];
    return before !== undefined && JOINED.test(text.slice(before.index, act.index));
  });
}

/** Whether the item speaks of a document that owners should have before them. */
export const namesAnnex = (text: string): boolean =>
  /прилага|приложен|прилож[её]н|annexed|attached|enclosed/iu.test(text);

/** The same words in the same order, whatever their case, punctuation and spaces. */
export const foldWording = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
