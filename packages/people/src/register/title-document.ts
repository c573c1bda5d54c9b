// The paper that a title or an authority rests on: what it is, its number and its day. Read out of the free text of a
// register where the register has only that; what cannot be read stays as the text says it.
import { isLocalDay, type LocalDay } from './local-day.ts';

export const DOCUMENT_KINDS = [
  'registry-extract',
  'certificate',
  'sale',
  'gift',
  'inheritance',
  'privatisation',
  'court',
  'transfer-deed',
  'power-of-attorney',
  'birth-certificate',
  'guardianship',
  'appointment',
  'death-certificate',
  'technical-passport',
  'debt-statement',
  'owners-agreement',
  'minutes',
  'other',
] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

export type TitleDocument = {
  /** Null when nobody said. */
  readonly kind: DocumentKind | null;
  /** Empty when there is none. */
  readonly number: string;
  readonly date: LocalDay | null;
  /** As it was written in the register; empty when there was nothing. */
  readonly text: string;
};

export const NO_DOCUMENT: TitleDocument = { kind: null, number: '', date: null, text: '' };

const KINDS: readonly (readonly [RegExp, DocumentKind])[] = [
  [/доверенност|power of attorney|proxy/, 'power-of-attorney'],
  [/свидетельств\S* о рожд|birth cert/, 'birth-certificate'],
  [/свидетельств\S* о смерт|death cert/, 'death-certificate'],
  [/опек|попечит|guardian/, 'guardianship'],
  [/наслед|завещан|inherit|probate/, 'inheritance'],
  [/решени\S* суда|определени\S* суда|court/, 'court'],
  [/дарени|gift|donation/, 'gift'],
  [/приватиз|privati/, 'privatisation'],
  [/купл|продаж|дду|долев\S* участи|purchase|sale/, 'sale'],
  [/акт\S* при[её]м|передаточн|transfer deed/, 'transfer-deed'],
  [/назначен|устав|протокол о|приказ|appointment|charter/, 'appointment'],
  [/техническ|техпаспорт|бти|technical/, 'technical-passport'],
  [/выписк|егрн|егрп|росреестр|регистрац|запис|land register|extract|regist/, 'registry-extract'],
  [/свидетельств|certificate/, 'certificate'],
];

const RUSSIAN_DATE = /(?:^|[^\d.])(\d{1,2})[./](\d{1,2})[./](\d{4})(?![\d])/;
const ISO_DATE = /(?:^|[^\d-])(\d{4}-\d{2}-\d{2})(?![\d-])/;
const NUMBER_SIGN = /(?:№|\bN[o°]?\.?|#|номер)\s*([\p{L}\p{N}][\p{L}\p{N}:/\\.-]{0,79})/iu;
/** A number of the state register: cadastral number, dash, number of the record. */
const REGISTER_NUMBER = /\d{2}[:-]\d{2}[:-][\d:-]+(?:[-/][\d/-]+)*/;

/**
 * What a free text says of a document: `Выписка ЕГРН № 16:50:011-1 от 12.03.2019`.
 * @param text - as written; nothing of it is lost
 */
export function readDocument(text: string): TitleDocument {
  const written = text.replace(/\s+/g, ' ').trim();
  if (written === '') return NO_DOCUMENT;
  const lower = written.toLowerCase();
  const date = findDate(written);
  const undated = written.replace(RUSSIAN_DATE, ' ').replace(ISO_DATE, ' ');
  const number = (NUMBER_SIGN.exec(undated)?.[1] ?? REGISTER_NUMBER.exec(undated)?.[0] ?? '').replace(
    /[.:/\\-]+$/,
    '',
  );
  return { kind: KINDS.find(([form]) => form.test(lower))?.[1] ?? null, number, date, text: written };
}

function findDate(text: string): LocalDay | null {
  const iso = ISO_DATE.exec(text)?.[1];
  if (iso && isLocalDay(iso)) return iso;
  const [, day = '', month = '', year = ''] = RUSSIAN_DATE.exec(text) ?? [];
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isLocalDay(date) ? date : null;
}
