// What `verify watch` and `verify fsck` say to people, in English and in Russian.
import type { FsckReport } from '../fsck.ts';
import type { MonitorCode } from '../monitor.ts';
import type { TileFaultReason } from '../tile.ts';
import type { Language } from './words.ts';

export type LogWords = {
  readonly watchUsage: string;
  readonly fsckUsage: string;
  readonly findings: Readonly<Record<MonitorCode, string>>;
  readonly at: (place: {
    readonly index?: number | undefined;
    readonly meeting?: string | undefined;
    readonly path?: string | undefined;
    readonly seconds?: number | undefined;
  }) => string;
  /** The first line of every look. */
  readonly look: (facts: {
    readonly when: string;
    readonly size: number | null;
    readonly newEntries: number;
    readonly found: number;
  }) => string;
  readonly more: (count: number) => string;
  readonly outOfReach: (when: string, why: string) => string;
  readonly evidence: (files: readonly string[]) => string;
  readonly needsState: string;
  readonly foreignState: (file: string) => string;
  readonly progress: (facts: {
    readonly entries: number;
    readonly size: number;
    readonly perSecond: number;
    readonly secondsLeft: number;
  }) => string;
  readonly fsckDone: (facts: {
    readonly origin: string;
    readonly report: FsckReport;
    readonly seconds: number;
    readonly signatures: number | null;
    readonly others: number;
  }) => string;
  readonly fileReasons: Readonly<Record<TileFaultReason, string>>;
  readonly wrongEntry: Readonly<
    Record<'entry-malformed' | 'wrong-signature' | 'possession-unproven', string>
  >;
  readonly unfinished: string;
};

const inUnits = (seconds: number, units: readonly [string, string, string]): string =>
  seconds < 90
    ? `${Math.ceil(seconds)} ${units[0]}`
    : seconds < 5_400
      ? `${Math.round(seconds / 60)} ${units[1]}`
      : `${(seconds / 3_600).toFixed(1)} ${units[2]}`;
const percent = (part: number, whole: number): string =>
  whole === 0 ? '100' : (Math.floor((1_000 * part) / whole) / 10).toFixed(1);

const en: LogWords = {
  watchUsage: `Follows a log and tells what goes wrong with it. Reads and hashes every new entry.

  verify watch --log URL_OR_DIR --vkey KEY_OR_FILE_OR_URL --state FILE [options]

  --log            the public log: its address, or a folder with its files
  --vkey           the log's verifier key, or a file or address that holds it, several one a line
  --state          a file that keeps what was verified; two notes that contradict each other are kept beside it
  --policy         a witness policy (c2sp.org/tlog-policy) whose quorum must have cosigned: a file or an address
  --stale SECONDS  a head older than this is a fault; 1800 with a policy, never without, when not given
  --no-signatures  does not check the signatures of entries
  --once           looks once and ends
  --every SECONDS  looks that often; 60 when not given
  --lang           en or ru
  --json           one line of JSON for each finding and each look

It finds: a fork, a log that shrank, a checkpoint that is not the log's or lacks its witnesses, a head that stands still, a
file that is missing or wrong, an entry that is not in form, not by its author or not where it may stand, a ballot by a key
that was not registered, and a close that seals something else than what the log has of the meeting.

Exit code: 0 nothing was found, 1 something was, 2 wrong usage, or the log was out of reach at the only look.
`,
  fsckUsage: `Derives a whole log anew from its entries, and compares every file of it.

  verify fsck --log URL_OR_DIR --vkey KEY_OR_FILE_OR_URL [options]

  --log          the log or a mirror of it: an address, or a folder; of a folder every other file is checked too
  --vkey         the log's verifier key, or a file or address that holds it, several one a line
  --policy       a witness policy whose quorum must have cosigned the checkpoint: a file or an address
  --signatures   checks the signature of every entry as well, on all cores
  --state        a file that keeps how far it came: a run that was interrupted is gone on from there
  --at-once      bundles that are being read at a time; 16 when not given
  --lang         en or ru
  --json         prints the report as JSON
  --progress     shows progress also when this is not a terminal

Exit code: 0 all is as it must be, 1 something is not and is named, 2 wrong usage or out of reach.
`,
  findings: {
    'checkpoint-malformed': 'the checkpoint is not in the right form',
    'checkpoint-unsigned': 'the checkpoint is not signed by the key of the log',
    'checkpoint-signature': 'a signature of the checkpoint does not hold',
    'no-quorum': 'the checkpoint is not cosigned by the witnesses that the policy asks for',
    stale: 'the head of the log stands still',
    'log-shrank': 'the log is smaller than it was: entries were removed',
    'log-forked': 'the log is not the one seen before: its history was changed',
    'file-missing': 'a file of the log is missing',
    'file-wrong': 'a file of the log is wrong',
    'entry-malformed': 'an entry is not in the right form',
    'first-entry': 'the log does not begin with its registrar',
    'wrong-origin': 'the registrar is of another log',
    'wrong-author': 'an entry is not by the registrar',
    'wrong-order': 'an entry stands where it must not',
    'wrong-signature': 'the signature of an entry does not hold',
    'possession-unproven': 'a key was registered without proof that its voter holds it',
    'key-not-registered': 'a ballot is signed by a key that was not registered for its voter',
    'box-root': 'a close seals other entries than the log has of the meeting',
    'box-size': 'a close seals more or fewer entries than the log has of the meeting',
    'witness-fields': 'a close does not fit what the opening said of witnesses',
    'ballot-after-close': 'note: a ballot after the close; it does not count',
    'key-after-close': 'note: a key was registered after the close',
  },
  at: ({ index, meeting, path, seconds }) =>
    [
      ...(path === undefined ? [] : [`file ${path}`]),
      ...(index === undefined ? [] : [`entry ${index}`]),
      ...(meeting === undefined ? [] : [`meeting ${meeting}`]),
      ...(seconds === undefined ? [] : [`for ${inUnits(seconds, ['s', 'min', 'h'])}`]),
    ].join(', '),
  look: ({ when, size, newEntries, found }) =>
    `${when}  ${size === null ? 'no checkpoint of this log' : `${size} entries, ${newEntries} of them read now`}` +
    (found > 0 ? `; found: ${found}` : ''),
  more: (count) => `and ${count} more of the same kinds`,
  outOfReach: (when, why) => `${when}  out of reach: ${why}`,
  evidence: (files) => `Two notes of the log contradict each other. Both are kept: ${files.join(', ')}`,
  needsState: 'Without --state nothing would be remembered, and nothing could be found.',
  foreignState: (file) => `This is not the state of this log: ${file}`,
  progress: ({ entries, size, perSecond, secondsLeft }) =>
    `${entries} of ${size} entries (${percent(entries, size)} %), ${Math.round(perSecond)}/s, ` +
    `${inUnits(secondsLeft, ['s', 'min', 'h'])} left`,
  fsckDone: ({ origin, report, seconds, signatures, others }) =>
    `${origin}: ${report.entries} entries, ${report.files} files compared${others > 0 ? `, and ${others} more in the folder` : ''}` +
    `${signatures === null ? '' : `, ${signatures} signatures checked`}; ${inUnits(seconds, ['s', 'min', 'h'])}\n` +
    (report.ok ? 'Everything is as it must be.' : 'BROKEN'),
  fileReasons: {
    missing: 'is missing',
    'wrong-length': 'has the wrong length',
    'wrong-content': 'was changed',
    unknown: 'is no file of a log',
  },
  wrongEntry: {
    'entry-malformed': 'is not in the right form',
    'wrong-signature': 'is not signed by its author',
    'possession-unproven': 'registers a key without proof that its voter holds it',
  },
  unfinished: 'There may be more: mend these and run again.',
};

const ru: LogWords = {
  watchUsage: `Следит за журналом и говорит, что с ним не так. Читает и пересчитывает каждую новую запись.

  verify watch --log АДРЕС_ИЛИ_ПАПКА --vkey КЛЮЧ_ИЛИ_ФАЙЛ_ИЛИ_АДРЕС --state ФАЙЛ [ещё]

  --log              открытый журнал: адрес или папка с файлами
  --vkey             проверочный ключ журнала либо файл или адрес, где он лежит; несколько — по одному в строке
  --state            файл, где хранится проверенное; рядом сохраняются отметки, которые противоречат друг другу
  --policy           правило о свидетелях (c2sp.org/tlog-policy), подписи которых обязательны: файл или адрес
  --stale СЕКУНДЫ    отметка старше этого — нарушение; если не указано: 1800 с правилом, никогда без него
  --no-signatures    не проверять подписи записей
  --once             посмотреть один раз
  --every СЕКУНДЫ    смотреть так часто; обычно 60
  --lang             en или ru
  --json             по строке JSON на каждую находку и каждый взгляд

Находит: раздвоение журнала, пропажу записей, отметку не того ключа или без свидетелей, застывшую отметку, файл,
которого нет или который изменён, запись неверной формы, не того автора или не на своём месте, бюллетень с незаписанным
ключом, закрытие, которое запечатало не то, что есть в журнале.

Код выхода: 0 — ничего не найдено, 1 — найдено, 2 — неверный вызов или журнал недоступен при единственном взгляде.
`,
  fsckUsage: `Выводит журнал заново из его записей и сверяет каждый файл.

  verify fsck --log АДРЕС_ИЛИ_ПАПКА --vkey КЛЮЧ_ИЛИ_ФАЙЛ_ИЛИ_АДРЕС [ещё]

  --log          журнал или его копия: адрес или папка; в папке проверяются и все остальные файлы
  --vkey         проверочный ключ журнала либо файл или адрес, где он лежит; несколько — по одному в строке
  --policy       правило о свидетелях, подписи которых обязаны стоять под отметкой: файл или адрес
  --signatures   проверить и подпись каждой записи, на всех ядрах
  --state        файл, где хранится, докуда дошла проверка: прерванную можно продолжить
  --at-once      сколько пакетов записей читать одновременно; обычно 16
  --lang         en или ru
  --json         отчёт в JSON
  --progress     показывать ход проверки и не в терминале

Код выхода: 0 — всё как должно быть, 1 — нет, и названо что, 2 — неверный вызов или нет доступа.
`,
  findings: {
    'checkpoint-malformed': 'отметка журнала неверной формы',
    'checkpoint-unsigned': 'отметка не подписана ключом журнала',
    'checkpoint-signature': 'подпись под отметкой неверна',
    'no-quorum': 'под отметкой нет подписей свидетелей, которых требует правило',
    stale: 'отметка журнала застыла',
    'log-shrank': 'журнал стал меньше, чем был: записи удалены',
    'log-forked': 'журнал не тот, что раньше: его история изменена',
    'file-missing': 'файла журнала нет',
    'file-wrong': 'файл журнала неверен',
    'entry-malformed': 'запись неверной формы',
    'first-entry': 'журнал начинается не с регистратора',
    'wrong-origin': 'регистратор другого журнала',
    'wrong-author': 'запись сделана не регистратором',
    'wrong-order': 'запись стоит не там, где может стоять',
    'wrong-signature': 'подпись записи неверна',
    'possession-unproven': 'ключ записан без доказательства, что он у голосующего',
    'key-not-registered': 'бюллетень подписан ключом, который не записан за голосующим',
    'box-root': 'закрытие запечатало не те записи, что есть в журнале',
    'box-size': 'закрытие запечатало не столько записей, сколько есть в журнале',
    'witness-fields': 'закрытие не сходится с тем, что при открытии сказано о свидетелях',
    'ballot-after-close': 'к сведению: бюллетень после закрытия, он не в счёт',
    'key-after-close': 'к сведению: ключ записан после закрытия',
  },
  at: ({ index, meeting, path, seconds }) =>
    [
      ...(path === undefined ? [] : [`файл ${path}`]),
      ...(index === undefined ? [] : [`запись ${index}`]),
      ...(meeting === undefined ? [] : [`собрание ${meeting}`]),
      ...(seconds === undefined ? [] : [`уже ${inUnits(seconds, ['с', 'мин', 'ч'])}`]),
    ].join(', '),
  look: ({ when, size, newEntries, found }) =>
    `${when}  ${size === null ? 'отметки этого журнала нет' : `записей: ${size}, прочтено сейчас: ${newEntries}`}` +
    (found > 0 ? `; найдено: ${found}` : ''),
  more: (count) => `и ещё такого же: ${count}`,
  outOfReach: (when, why) => `${when}  нет доступа: ${why}`,
  evidence: (files) => `Две отметки журнала противоречат друг другу. Обе сохранены: ${files.join(', ')}`,
  needsState: 'Без --state нечего было бы помнить, а значит, и нечего найти.',
  foreignState: (file) => `Это сохранено не от этого журнала: ${file}`,
  progress: ({ entries, size, perSecond, secondsLeft }) =>
    `записей: ${entries} из ${size} (${percent(entries, size).replace('.', ',')} %), ${Math.round(perSecond)} в секунду, ` +
    `осталось ${inUnits(secondsLeft, ['с', 'мин', 'ч'])}`,
  fsckDone: ({ origin, report, seconds, signatures, others }) =>
    `${origin}: записей ${report.entries}, сверено файлов ${report.files}${others > 0 ? `, и ещё в папке ${others}` : ''}` +
    `${signatures === null ? '' : `, проверено подписей ${signatures}`}; ${inUnits(seconds, ['с', 'мин', 'ч'])}\n` +
    (report.ok ? 'Всё как должно быть.' : 'НАРУШЕНО'),
  fileReasons: {
    missing: 'нет',
    'wrong-length': 'не той длины',
    'wrong-content': 'изменён',
    unknown: 'не файл журнала',
  },
  wrongEntry: {
    'entry-malformed': 'неверной формы',
    'wrong-signature': 'подписана не своим автором',
    'possession-unproven': 'вносит ключ без доказательства, что он у голосующего',
  },
  unfinished: 'Может быть и ещё: исправьте это и повторите.',
};

export const LOG_WORDS: Readonly<Record<Language, LogWords>> = { en, ru };
