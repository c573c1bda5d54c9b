// From a sheet to a register: guesses what the columns mean, reads every cell, and names each one it cannot read.
// One row is one title: an owner's share of one premises. Nothing is guessed about what a cell says, and a register with
// a problem must never be taken into use, not even in part.
import { formatRational, type Rational } from '@veche/core/rational.ts';
import { isRefusal, type Refusal } from '@veche/core/refusal.ts';
import { formatArea, parseArea } from './area.ts';
import { foldCompanyName, foldPersonName } from './company-name.ts';
import { findEmail, findPhone } from './contact.ts';
import { findPremisesKind, type PremisesKind } from './premises-kind.ts';
import { parseShare } from './share.ts';
import { parseTaxNumber } from './tax-number.ts';
import type {
  ColumnMapping,
  Finding,
  PersonDraft,
  PersonKind,
  Premises,
  Register,
  RegisterField,
  RegisterProblem,
  RegisterProblemCode,
  Title,
} from './register.ts';
import type { Sheet } from './spreadsheet.ts';

// ---- columns ------------------------------------------------------------------------------------------------------

/** Without these a row says nothing. */
const REQUIRED: readonly RegisterField[] = ['premises', 'area', 'owner'];

/** What headers say, the more telling words first: `доля собственника` is a share, `тип помещения` a kind. */
const HEADERS: readonly (readonly [RegisterField, RegExp])[] = [
  ['taxNumber', /(^|[^а-яa-z])инн([^а-яa-z]|$)|tax|\btin\b/],
  ['email', /e-?mail|эл.*почт|почта|@/],
  ['phone', /телеф|(^|\s)тел\.?(\s|$)|мобильн|phone|mobile/],
  ['share', /дол[яи]([^а-я]|$)|размер доли|share|fraction/],
  ['area', /площад|кв\.?\s*м|м²|\bм2|area|sq\.?\s*m/],
  ['entrance', /подъезд|подьезд|парадн|entrance|stair/],
  ['validFrom', /^дата|дата (рег|прав|возник|док|выписк|приобр)|(^|\s)с даты|date|since|valid from/],
  [
    'ownerKind',
    /(тип|вид|категор|форма|статус).*(собствен|владел|правообл|лица|субъект)|owner (kind|type)|type of owner/,
  ],
  ['document', /документ|основан|свидетел|регистрац|егрн|выписк|номер права|document|deed|title/],
  ['kind', /(тип|вид|назначен|категор)|^(kind|type|use)\b|premises (kind|type)/],
  ['owner', /ф\.?\s*и\.?\s*о|собственник|правообл|владел|owner|holder|^(name|имя|наименование)/],
  [
    'premises',
    /помещен|квартир|(^|\s)кв\.?(\s|$)|^(№|номер)$|м\/?м|premises|flat|apartment|unit|^(no|number)\.?$/,
  ],
];

/** What each column most likely means, by its header. A field or a column is used at most once. */
export function guessMapping(header: readonly string[]): ColumnMapping {
  const mapping: Partial<Record<RegisterField, number>> = {};
  const taken = new Set<number>();
  for (const [field, form] of HEADERS) {
    const column = header.findIndex((title, i) => !taken.has(i) && form.test(title.toLowerCase().trim()));
    if (column < 0) continue;
    mapping[field] = column;
    taken.add(column);
  }
  return mapping;
}

/** The fields that a register cannot do without and that the mapping does not give, or gives outside the sheet. */
export function missingFields(sheet: Sheet, mapping: ColumnMapping): readonly RegisterField[] {
  return REQUIRED.filter((field) => {
    const column = mapping[field];
    return column === undefined || column < 0 || column >= sheet.header.length;
  });
}

// ---- rows -----------------------------------------------------------------------------------------------------------

export type ParsedRegister = Register & {
  /** In the order of the rows. When there is one, the register must not be taken into use. */
  readonly problems: readonly RegisterProblem[];
  /** What was read but deserves a look; the reconciliation report passes them on. */
  readonly remarks: readonly Finding[];
  /** Folded numbers of premises with a row that could not be read: their shares cannot add up. */
  readonly unread: ReadonlySet<string>;
};

/** One key for one number, however it is typed: `12 А` and `12а`. */
export const foldPremisesNumber = (number: string): string =>
  number.toLowerCase().replaceAll('ё', 'е').replace(/\s+/g, '');

/**
 * Reads a sheet by a mapping.
 * @throws RangeError: when the mapping lacks a required field; ask {@link missingFields} first.
 */
export function parseRegister(sheet: Sheet, mapping: ColumnMapping): ParsedRegister {
  const missing = missingFields(sheet, mapping);
  if (missing.length > 0) throw new RangeError(`expected columns for ${missing.join(', ')}`);
  const problems: RegisterProblem[] = [];
  const remarks: Finding[] = [];
  const rows = sheet.rows.map((cells, i) =>
    readRow(new Cells(sheet, mapping, cells, sheet.rowNumbers[i]!, problems, remarks)),
  );
  const { premises, kept } = gatherPremises(rows, problems, sheet, mapping);
  const { persons, personOfRow } = gatherPersons(rows, remarks);
  const titles: Title[] = [];
  for (const row of rows) {
    if (row.share === null || !kept.has(foldPremisesNumber(row.premises))) continue;
    titles.push({
      premisesNumber: kept.get(foldPremisesNumber(row.premises))!,
      person: personOfRow.get(row.row) ?? null,
      share: row.share,
      document: row.document,
      validFrom: row.validFrom,
      row: row.row,
    });
  }
  problems.sort((a, b) => a.row - b.row);
  const troubled = new Set(problems.map(({ row }) => row));
  const unread = new Set(
    rows.filter(({ row }) => troubled.has(row)).map((row) => foldPremisesNumber(row.premises)),
  );
  return { premises, titles, persons, problems, remarks, unread };
}

type OwnerRow = {
  readonly kind: PersonKind;
  readonly name: string;
  readonly taxNumber: string | null;
  readonly email: string | null;
  readonly phone: string | null;
};

type Row = {
  readonly row: number;
  readonly premises: string;
  readonly kind: PremisesKind | null;
  readonly entrance: string;
  /** Null when the cell is empty or cannot be read. */
  readonly areaCm2: number | null;
  readonly areaIsEmpty: boolean;
  readonly owner: OwnerRow | null;
  /** Null when the row cannot be read. */
  readonly share: Rational | null;
  readonly document: string;
  readonly validFrom: string | null;
};

/** The cells of one row by field, and the place where its problems go. */
class Cells {
  readonly row: number;
  readonly #sheet: Sheet;
  readonly #mapping: ColumnMapping;
  readonly #cells: readonly string[];
  readonly #problems: RegisterProblem[];
  readonly #remarks: Finding[];
  #sound = true;
  constructor(
    sheet: Sheet,
    mapping: ColumnMapping,
    cells: readonly string[],
    row: number,
    problems: RegisterProblem[],
    remarks: Finding[],
  ) {
    this.row = row;
    this.#sheet = sheet;
    this.#mapping = mapping;
    this.#cells = cells;
    this.#problems = problems;
    this.#remarks = remarks;
  }

  /** Single spaces; empty when the field is not mapped or the cell holds a spreadsheet's error value. */
  text(field: RegisterField, most: number, tooLong?: RegisterProblemCode): string {
    const column = this.#mapping[field];
    const text = (column === undefined ? '' : (this.#cells[column] ?? '')).replace(/\s+/g, ' ').trim();
    if (CELL_ERROR.test(text)) {
      this.problem(field, 'cell-error');
      return '';
    }
    if (FORMULA.test(text)) {
      this.problem(field, 'cell-formula');
      return '';
    }
    if (text.length <= most) return text;
    if (tooLong) this.problem(field, tooLong, { most });
    return text.slice(0, most);
  }

  problem(
    field: RegisterField,
    code: RegisterProblemCode,
    facts?: Readonly<Record<string, string | number>>,
  ): void {
    this.#sound = false;
    this.#problems.push(problemAt(this.#sheet, this.#mapping, this.#cells, this.row, field, code, facts));
  }

  remark(
    field: RegisterField,
    code: string,
    premises: string,
    facts: Readonly<Record<string, string | number>>,
  ): void {
    this.#remarks.push({
      severity: 'warning',
      code,
      key: `reconciliation.${code}`,
      row: this.row,
      column: this.#sheet.header[this.#mapping[field]!] ?? '',
      premises,
      facts,
    });
  }

  /** The value, or null after its refusal was noted as a problem of the field. */
  take<T>(field: RegisterField, value: T | Refusal<RegisterProblemCode>): T | null {
    if (!isRefusal(value)) return value;
    this.problem(field, value.refused as RegisterProblemCode, value.facts);
    return null;
  }

  get sound(): boolean {
    return this.#sound;
  }
}

/** The text of a formula where a value belongs: nobody is called so, and nothing here ever computes it. */
const FORMULA = /^[=@]/;

const CELL_ERROR =
  /^#(REF!|N\/A|DIV\/0!|VALUE!|NAME\?|NUM!|NULL!|ССЫЛКА!|Н\/Д|ДЕЛ\/0!|ЗНАЧ!|ИМЯ\?|ЧИСЛО!|ПУСТО!)$/i;

function problemAt(
  sheet: Sheet,
  mapping: ColumnMapping,
  cells: readonly string[],
  row: number,
  field: RegisterField,
  code: RegisterProblemCode,
  facts?: Readonly<Record<string, string | number>>,
): RegisterProblem {
  const column = mapping[field];
  return {
    row,
    column: column === undefined ? '' : (sheet.header[column] ?? ''),
    field,
    got: (column === undefined ? '' : (cells[column] ?? '')).slice(0, 60),
    code,
    ...(facts ? { facts } : {}),
  };
}

function readRow(cells: Cells): Row {
  const premises = cells.text('premises', 40, 'premises-too-long').replace(/^№\s*/, '');
  if (premises === '') cells.problem('premises', 'premises-missing');
  const kindText = cells.text('kind', 100);
  const kind = kindText === '' ? null : findPremisesKind(kindText);
  if (kindText !== '' && kind === null) cells.problem('kind', 'kind-unknown');
  const entrance = cells.text('entrance', 20, 'entrance-too-long');
  const area = parseArea(cells.text('area', 60));
  const areaIsEmpty = isRefusal(area) && area.refused === 'area-missing';
  const areaCm2 = areaIsEmpty ? null : cells.take('area', area);
  const owner = readOwner(cells);
  const share = cells.take('share', parseShare(cells.text('share', 60)));
  if (share?.looksLike) {
    cells.remark('share', 'share-rounded', premises, {
      written: formatRational(share.share),
      common: formatRational(share.looksLike),
    });
  }
  const document = cells.text('document', 300, 'document-too-long');
  const date = cells.text('validFrom', 60);
  const validFrom = date === '' ? null : cells.take('validFrom', parseDay(date));
  return {
    row: cells.row,
    premises,
    kind,
    entrance,
    areaCm2,
    areaIsEmpty,
    owner,
    share: cells.sound && share ? share.share : null,
    document,
    validFrom,
  };
}

/** Words that stand where no owner is known. */
const UNKNOWN_OWNER =
  /^([-–—?.]+|нет|нет данных|нет сведений|сведения отсутствуют|отсутствует|данные отсутствуют|не установлен[оаы]?|неизвест(ен|но|на)|собственник не установлен|право не зарегистрировано|unknown|not known|no data|n\/a|none)$/i;

function readOwner(cells: Cells): OwnerRow | null {
  const name = cells.text('owner', 200, 'owner-too-long');
  const kindText = cells.text('ownerKind', 100);
  const taxText = cells.text('taxNumber', 60);
  const emailText = cells.text('email', 250);
  const phoneText = cells.text('phone', 60);
  const taxNumber = taxText === '' ? null : cells.take('taxNumber', parseTaxNumber(taxText));
  const email = emailText === '' ? null : findEmail(emailText);
  if (emailText !== '' && email === null) cells.problem('email', 'email-malformed');
  const phone = phoneText === '' ? null : findPhone(phoneText);
  if (phoneText !== '' && phone === null) cells.problem('phone', 'phone-malformed');
  if (name === '' || UNKNOWN_OWNER.test(name)) {
    if (taxNumber !== null || email !== null || phone !== null) cells.problem('owner', 'owner-missing');
    return null;
  }
  const told = kindText === '' ? null : findPersonKind(kindText);
  if (kindText !== '' && told === null) cells.problem('ownerKind', 'owner-kind-unknown');
  const kind = told ?? guessPersonKind(name, taxNumber);
  if (taxNumber !== null && (taxNumber.length === 12) !== (kind === 'natural')) {
    cells.problem('taxNumber', 'tax-number-of-other-kind', { digits: taxNumber.length });
  }
  return { kind, name, taxNumber, email, phone };
}

function findPersonKind(text: string): PersonKind | null {
  const word = text.toLowerCase().replaceAll('ё', 'е').trim();
  if (/^(публ|муниц|госуд|город|федер|рф$|субъект|public|municip|state|city)/.test(word)) return 'public';
  if (/^(юр|орг|legal|company|entity)/.test(word)) return 'legal';
  if (/^(физ|гражд|частн|индивид|ип$|natural|person|individual|private)/.test(word)) return 'natural';
  return null;
}

const PUBLIC_NAME =
  /(^|[^а-я])(администраци|муниципал|городско(й|го) округ|департамент|министерств|комитет|российская федерация|управление имуществ|росимуществ|город ([а-я]+)$|municipality|city of|ministry)/;
const LEGAL_NAME =
  /(^|[^а-яa-z])(ооо|оао|зао|пао|ао|нао|тсж|тсн|жск|жк|гуп|муп|фгуп|ано|нко|банк|общество|кооператив|фонд|предприятие|учреждение|llc|ltd|inc|jsc|gmbh)([^а-яa-z]|$)|[«"„]/;

/** The kind a name speaks of; a sole trader (ИП) is a natural person. */
function guessPersonKind(name: string, taxNumber: string | null): PersonKind {
  const lower = name.toLowerCase().replaceAll('ё', 'е');
  if (taxNumber?.length === 12) return 'natural';
  if (PUBLIC_NAME.test(lower)) return 'public';
  if (taxNumber?.length === 10 || LEGAL_NAME.test(lower)) return 'legal';
  return 'natural';
}

/** `31.12.2024`, `31/12/2024` or `2024-12-31` as `YYYY-MM-DD`, when there is such a day from 1900 on. */
function parseDay(text: string): string | Refusal<'date-unreadable'> {
  const local = /^(\d{1,2})[./](\d{1,2})[./](\d{4})(?:\s*г\.?)?$/.exec(text);
  const iso = /^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$/.exec(text);
  const [year, month, day] = local
    ? [local[3]!, local[2]!, local[1]!]
    : iso
      ? [iso[1]!, iso[2]!, iso[3]!]
      : ['', '', ''];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const exists = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  if (year === '' || Number(year) < 1900 || !exists) return { refused: 'date-unreadable' };
  return date.toISOString().slice(0, 10);
}

// ---- premises ---------------------------------------------------------------------------------------------------------

/** Premises from their rows: the first row that says a thing counts, and no later one may say another. */
function gatherPremises(
  rows: readonly Row[],
  problems: RegisterProblem[],
  sheet: Sheet,
  mapping: ColumnMapping,
) {
  const cellsOf = new Map(sheet.rowNumbers.map((row, i) => [row, sheet.rows[i]!]));
  const problem = (
    row: Row,
    field: RegisterField,
    code: RegisterProblemCode,
    facts?: Record<string, string | number>,
  ) => problems.push(problemAt(sheet, mapping, cellsOf.get(row.row)!, row.row, field, code, facts));
  const byNumber = Map.groupBy(
    rows.filter(({ premises }) => premises !== ''),
    ({ premises }) => foldPremisesNumber(premises),
  );
  const premises: Premises[] = [];
  const kept = new Map<string, string>();
  for (const [key, group] of byNumber) {
    const first = group[0]!;
    const withArea = group.find(({ areaCm2 }) => areaCm2 !== null);
    const withKind = group.find(({ kind }) => kind !== null);
    const withEntrance = group.find(({ entrance }) => entrance !== '');
    for (const row of group) {
      if (withArea && row.areaCm2 !== null && row.areaCm2 !== withArea.areaCm2) {
        problem(row, 'area', 'area-differs', { first: withArea.row, area: formatArea(withArea.areaCm2!) });
      }
      if (withKind && row.kind !== null && row.kind !== withKind.kind) {
        problem(row, 'kind', 'kind-differs', { first: withKind.row });
      }
      if (withEntrance && row.entrance !== '' && row.entrance !== withEntrance.entrance) {
        problem(row, 'entrance', 'entrance-differs', {
          first: withEntrance.row,
          entrance: withEntrance.entrance,
        });
      }
    }
    if (!withArea) {
      if (first.areaIsEmpty) problem(first, 'area', 'area-missing');
      continue;
    }
    kept.set(key, first.premises);
    premises.push({
      number: first.premises,
      kind: withKind?.kind ?? kindByNumber(first.premises),
      entrance: withEntrance?.entrance ?? '',
      areaCm2: withArea.areaCm2!,
    });
  }
  return { premises, kept };
}

/** What the number itself says where no kind is given: `м/м 12`, `пом. 3Н`; a bare number is a flat. */
function kindByNumber(number: string): PremisesKind {
  if (/^\d+[-\s]?н$/i.test(number.replace(/^пом\S*\s*/i, ''))) return 'nonresidential';
  return findPremisesKind(number) ?? 'flat';
}

// ---- persons ------------------------------------------------------------------------------------------------------------

/**
 * Persons from their rows. The same tax number is the same person under any spelling. The same name is the same person
 * as long as no tax number, e-mail or phone says otherwise; where one does, only rows that share one of them are, and a
 * row without any stays by itself: a vote must not go to a namesake.
 */
function gatherPersons(rows: readonly Row[], remarks: Finding[]) {
  const owned = rows.filter((row): row is Row & { owner: OwnerRow } => row.owner !== null);
  const names = owned.map(({ owner }) => foldOwnerName(owner));
  const groups = new Groups(owned.length);
  const joinEqual = (keyOf: (owner: OwnerRow, name: string) => string | null): void => {
    const firstOf = new Map<string, number>();
    owned.forEach(({ owner }, i) => {
      const key = keyOf(owner, names[i]!);
      if (key === null) return;
      const first = firstOf.get(key);
      if (first === undefined) firstOf.set(key, i);
      else groups.join(first, i);
    });
  };
  joinEqual(({ taxNumber }) => taxNumber);
  const clear = new Set<string>();
  for (const [name, indexes] of Map.groupBy(owned.keys(), (i) => names[i]!)) {
    const group = indexes.map((i) => owned[i]!);
    const distinct = (field: 'taxNumber' | 'email' | 'phone'): number =>
      new Set(group.map(({ owner }) => owner[field]).filter((value) => value !== null)).size;
    if (distinct('taxNumber') <= 1 && distinct('email') <= 1 && distinct('phone') <= 1) clear.add(name);
    else remarks.push(personFinding('warning', 'namesakes', group[0]!.row, { rows: listRows(group) }));
  }
  joinEqual((_, name) => (clear.has(name) ? name : null));
  joinEqual(({ email }, name) => (email === null ? null : `${name} ${email}`));
  joinEqual(({ phone }, name) => (phone === null ? null : `${name} ${phone}`));

  const persons: PersonDraft[] = [];
  const personOfRow = new Map<number, string>();
  const members = Map.groupBy(owned.keys(), (i) => groups.leader(i));
  for (const indexes of members.values()) {
    const group = indexes.map((i) => owned[i]!);
    const first = <Field extends 'taxNumber' | 'email' | 'phone'>(
      field: Field,
    ): { [K in Field]?: string } => {
      const value = group.find(({ owner }) => owner[field] !== null)?.owner[field];
      return (value ? { [field]: value } : {}) as { [K in Field]?: string };
    };
    const { kind, name } = group[0]!.owner;
    const ref = `p${persons.length + 1}`;
    persons.push({ ref, kind, name, ...first('taxNumber'), ...first('email'), ...first('phone') });
    for (const { row } of group) personOfRow.set(row, ref);
    const spelled = group.filter(
      ({ owner }, i) => group.findIndex((other) => other.owner.name === owner.name) === i,
    );
    if (spelled.length > 1)
      remarks.push(personFinding('warning', 'two-spellings', spelled[1]!.row, { rows: listRows(spelled) }));
  }
  remarkSharedContacts(owned, personOfRow, remarks);
  return { persons, personOfRow };
}

const foldOwnerName = ({ kind, name }: OwnerRow): string =>
  `${kind} ${kind === 'natural' ? foldPersonName(name) : foldCompanyName(name)}`;

/** A contact that two persons give: whoever signs in with it could be either. */
function remarkSharedContacts(
  owned: readonly (Row & { owner: OwnerRow })[],
  personOfRow: ReadonlyMap<number, string>,
  remarks: Finding[],
): void {
  for (const field of ['email', 'phone'] as const) {
    const byContact = Map.groupBy(owned, ({ owner }) => owner[field]);
    for (const [contact, group] of byContact) {
      if (contact === null || new Set(group.map(({ row }) => personOfRow.get(row))).size < 2) continue;
      remarks.push(personFinding('warning', 'shared-contact', group[0]!.row, { rows: listRows(group) }));
    }
  }
}

const personFinding = (
  severity: Finding['severity'],
  code: string,
  row: number,
  facts: Finding['facts'],
): Finding => ({
  severity,
  code,
  key: `reconciliation.${code}`,
  row,
  facts,
});

/** The rows as a short list for a message: at most eight of them. */
const listRows = (rows: readonly { row: number }[]): string =>
  rows
    .slice(0, 8)
    .map(({ row }) => row)
    .join(', ') + (rows.length > 8 ? ' …' : '');

/** Disjoint groups of the indexes [0, size); the leader of a group is its lowest index. */
class Groups {
  readonly #parent: number[];
  constructor(size: number) {
    this.#parent = Array.from({ length: size }, (_, i) => i);
  }
  leader(index: number): number {
    let at = index;
    while (this.#parent[at] !== at) at = this.#parent[at] = this.#parent[this.#parent[at]!]!;
    return at;
  }
  join(a: number, b: number): void {
    const [low, high] = [this.leader(a), this.leader(b)].sort((x, y) => x - y) as [number, number];
    this.#parent[high] = low;
  }
}
