// What the program says to people, in English and in Russian. Pages have texts of their own.
import type { AuditFaultCode, AuditPlace, AuditStep, AuditStepCode, Witnessed } from '../audit.ts';
import type { FaultCode } from '../fault.ts';
import type { Verdict } from '../meeting.ts';

export const LANGUAGES = ['en', 'ru'] as const;
export type Language = (typeof LANGUAGES)[number];
type Numbers = AuditStep['numbers'];

export type Words = {
  readonly usage: string;
  readonly head: (facts: { origin: string; meeting: string; size: number | null }) => string;
  /** What a passed step has shown. */
  readonly steps: Readonly<Record<AuditStepCode, (numbers: Numbers) => string>>;
  readonly skipped: Readonly<Partial<Record<AuditStepCode, string>>>;
  readonly stepNames: Readonly<Record<AuditStepCode, string>>;
  readonly notRun: string;
  readonly faults: Readonly<Record<AuditFaultCode, string>>;
  readonly place: (where: AuditPlace) => string;
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly item: (number: number) => string;
  readonly allHolds: string;
  readonly broken: string;
  readonly stateKept: (file: string, size: number) => string;
  /** Who cosigned and when, and whether it is enough. */
  readonly witnessed: (witnessed: Witnessed) => string;
  readonly receiptHolds: (facts: { index: number; size: number; origin: string }) => string;
  readonly receiptOpens: string;
  readonly choices: Readonly<Record<'for' | 'against' | 'abstain' | 'spoiled', string>>;
  readonly receiptFaults: Readonly<Record<FaultCode, string>>;
  readonly unreachable: string;
  readonly noSuchFile: (name: string) => string;
  readonly noKey: string;
  readonly noPolicy: string;
  readonly needsLeaf: string;
};

const number = (numbers: Numbers, name: string): number => numbers[name] ?? 0;

/** A Unix second as `2026-05-20 15:00:04 UTC`. */
export const moment = (unixSeconds: number): string =>
  `${new Date(unixSeconds * 1_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
const cosigners = ({ cosignatures }: Witnessed): string =>
  cosignatures.map(({ witness, time }) => `${witness} ${moment(time)}`).join(', ');

const en: Words = {
  usage: `Verifies a house meeting, trusting only the key of the log.

  verify BUNDLE --log URL_OR_DIR --vkey KEY_OR_FILE_OR_URL [options]
  verify --receipt FILE --vkey KEY_OR_FILE_OR_URL [--policy FILE_OR_URL] [--leaf FILE]
  verify watch --help   follows a log and tells what goes wrong with it
  verify fsck --help    checks every file of a log, derived anew from its entries

BUNDLE is the meeting's audit bundle: a file, an address, or - for standard input.

  --log       the public log: its address, or a folder with its files; of a folder every file is checked
  --vkey      the log's verifier key, or a file or address that holds it; while a key is being replaced, both, one a line
  --policy    a witness policy that you trust (c2sp.org/tlog-policy): its quorum must have cosigned the log's checkpoint
              and the closing checkpoint of the meeting
  --state     a file that keeps the last checkpoint verified; the log must go on from it
  --scan      log (default): read everything, and find entries that the meeting left out;
              meeting: read only what the meeting needs
  --minutes   the file of the minutes, to be compared with the log
  --receipt   checks a kept receipt (.tlog-proof) alone
  --leaf      the entry of a receipt that does not carry it
  --lang      en or ru
  --json      prints the report as JSON
  --progress  shows progress also when this is not a terminal

Exit code: 0 all holds, 1 something is broken and the first broken thing is named, 2 wrong usage or out of reach.
`,
  head: ({ origin, meeting, size }) =>
    `Log ${origin}${size === null ? '' : `, ${size} entries`}; meeting ${meeting}`,
  stepNames: {
    'bundle-form': 'Bundle',
    checkpoint: 'Checkpoint',
    consistency: 'History',
    inclusion: 'In the log',
    files: 'Files of the log',
    signatures: 'Signatures',
    commitments: 'Contents',
    closing: 'Closing time',
    roll: 'Roll',
    earlier: 'Earlier vote',
    'one-ballot-per-entitlement': 'Right to vote',
    box: 'Ballot box',
    recount: 'Recount',
    verdicts: 'Verdicts',
    minutes: 'Minutes',
  },
  steps: {
    'bundle-form': (n) => `${number(n, 'lines')} lines in the right form`,
    checkpoint: (n) =>
      `signed by the log: ${number(n, 'size')} entries, ${number(n, 'bundleSize')} at the time of the bundle` +
      ('witnesses' in n ? `; cosigned by witnesses: ${number(n, 'witnesses')}` : ''),
    consistency: (n) =>
      'seenSize' in n
        ? `nothing was changed or removed since the checkpoint seen earlier (${number(n, 'seenSize')} entries)`
        : 'the log has only grown since the bundle was made',
    inclusion: (n) =>
      'files' in n
        ? `all ${number(n, 'entries')} entries of the bundle; ${number(n, 'files')} files of the log read and hashed`
        : `all ${number(n, 'entries')} entries of the bundle`,
    files: (n) =>
      `${number(n, 'files')} files are what the checkpoint says` +
      (number(n, 'ahead') > 0 ? `; ${number(n, 'ahead')} are of entries not yet published` : ''),
    signatures: (n) =>
      `${number(n, 'signatures')} hold: ${number(n, 'keys')} voters' keys, ${number(n, 'ballots')} ballots`,
    commitments: (n) => `notice and ${number(n, 'ballots')} ballots are those committed to in the log`,
    closing: (n) =>
      `the first ${number(n, 'size')} entries of the log count: witnessed ${moment(number(n, 'quorumTime'))}, ` +
      `${number(n, 'quorumTime') - number(n, 'announcedEnd')} s after the announced end` +
      (number(n, 'late') > 0 ? `; ballots that came later: ${number(n, 'late')}` : ''),
    roll: (n) =>
      `${number(n, 'entitlements')} shares in ${number(n, 'units')} premises; the shares of each make exactly one whole`,
    earlier: (n) =>
      `the vote that this one joins checks too: ${number(n, 'ballots')} ballots of ${number(n, 'answered')} shares count on, and none of these was asked again`,
    'one-ballot-per-entitlement': (n) =>
      `${number(n, 'ballots')} ballots, each by the holder; ${number(n, 'voted')} shares voted, each counted once` +
      ('amended' in n ? `; ${number(n, 'amended')} shares changed hands during the vote` : '') +
      (number(n, 'late') > 0 ? `; ${number(n, 'late')} came after the close and do not count` : ''),
    box: (n) =>
      `${number(n, 'box')} entries sealed at the close` +
      ('later' in n ? ', and the log has no other of this meeting' : '') +
      (number(n, 'later') > 0 ? ` but ${number(n, 'later')} logged after the bundle was made` : ''),
    recount: (n) =>
      `${number(n, 'items')} items counted anew from ${number(n, 'effective')} ballots; ${number(n, 'superseded')} were replaced by later ones`,
    verdicts: (n) => `the announced result is the count: ${number(n, 'items')} items`,
    minutes: () => 'the file is the one in the log',
  },
  skipped: {
    files: 'not listed over the network',
    closing: 'this meeting was opened without witnesses',
    earlier: 'this vote joins no earlier one',
    minutes: 'no file given',
  },
  notRun: 'not reached',
  faults: {
    'malformed-line': 'this line of the bundle is not in the right form',
    'checkpoint-malformed': 'this checkpoint is not in the right form',
    'checkpoint-unsigned': 'this checkpoint is not signed by the key of the log',
    'checkpoint-extra-lines':
      'the checkpoint carries lines that nobody vouches for (if the key of the log is being replaced, give both keys)',
    'checkpoint-signature': 'a signature of this checkpoint does not hold',
    'checkpoint-unwitnessed': 'this checkpoint is not cosigned by the witnesses that the policy asks for',
    'policy-malformed': 'the witness policy of the meeting is not in the right form',
    'policy-differs': 'the witness policy shown is not the one named at the opening',
    'witness-lines': 'what the log says of witnesses and what the bundle shows of them do not fit together',
    'closing-differs': 'the closing checkpoint shown is not the one named at the close',
    'closing-unwitnessed': 'the closing checkpoint is not cosigned by the witnesses that the policy asks for',
    'closing-early': 'the closing checkpoint was witnessed before the announced end of the voting',
    'closing-size': 'the closing checkpoint is larger than what was there at the close',
    'wrong-origin': 'this belongs to another log',
    'log-shrank': 'the log is smaller than it was: entries were removed',
    'log-forked': 'the log is not the one seen before: its history was changed',
    'file-missing': 'this file of the log is missing',
    'file-wrong': 'this file of the log was changed',
    'file-unknown': 'this is no file of a log',
    'entry-not-in-log': 'this entry is not in the log at the place it names',
    'entry-malformed': 'this entry of the log is not in the right form',
    'wrong-order': 'this entry comes where it must not',
    'wrong-meeting': 'this belongs to another meeting',
    'wrong-author': 'this entry is not by the registrar',
    'wrong-signature': 'the signature of this entry does not hold',
    'key-not-registered': 'this ballot is signed by a key that was not registered for its voter',
    'possession-unproven': 'this key was registered without proof that its voter holds it',
    'ballot-replayed': 'this ballot was logged a second time',
    'commitment-wrong': 'the content shown is not the one committed to in the log',
    'payload-malformed': 'this content is not in the right form',
    'roll-root': 'the roll shown is not the one fixed at the opening',
    'roll-size': 'the roll shown has more or fewer records than the one fixed at the opening',
    'roll-weight': 'the total weight of the roll is not the one fixed at the opening',
    'roll-duplicate': 'this share is in the roll twice',
    'roll-unit-area': 'these premises have two different areas',
    'roll-shares': 'the shares of these premises do not make one whole',
    'earlier-lines': 'the bundle must hold the vote that this one joins, and only that',
    'earlier-broken': 'the vote that this one joins does not check at this line',
    'earlier-differs': 'this does not fit the vote that this one joins',
    'answered-before': 'this ballot is for a share that took part in the earlier vote',
    'unknown-entitlement': 'this ballot votes for a share that is not in the roll',
    'foreign-entitlement': 'this ballot votes for a share of somebody else',
    'amendment-wrong': 'the roll was amended in a way that the notice or the roll does not allow',
    'unknown-item': 'this ballot votes on an item that is not on the agenda',
    'box-root': 'the entries shown are not those sealed at the close',
    'box-size': 'more or fewer entries are shown than were sealed at the close',
    'entry-left-out': 'the log has an entry of this meeting that the bundle leaves out',
    'result-differs': 'the announced result is not what the ballots give',
    'result-hash': 'the announced result is not the one in the log',
    'no-tie': 'the chair has no tie to decide here',
    'minutes-differ': 'the file of the minutes is not the one in the log',
    'minutes-not-logged': 'the log has no minutes of this meeting',
  },
  place: ({ line, index, path, field }) =>
    [
      ...(path === undefined ? [] : [`file ${path}`]),
      ...(line === undefined ? [] : [`line ${line} of the bundle`]),
      ...(index === undefined ? [] : [`entry ${index} of the log`]),
      ...(field === undefined ? [] : [field === 'seenCheckpoint' ? 'the checkpoint seen earlier' : field]),
    ].join(', '),
  verdicts: { passed: 'passed', failed: 'not passed', 'no-quorum': 'no quorum' },
  item: (n) => `Item ${n}`,
  allHolds: 'Everything checks.',
  broken: 'BROKEN',
  stateKept: (file, size) =>
    `Kept in ${file}: the checkpoint of ${size} entries. The next run starts from it.`,
  witnessed: (witnessed) =>
    witnessed.quorumTime === null
      ? `Recorded, not yet confirmed by enough witnesses${witnessed.cosignatures.length > 0 ? `: ${cosigners(witnessed)}` : ''}.`
      : `Witnessed${witnessed.cosignatures.length > 0 ? `: ${cosigners(witnessed)}` : ''}.`,
  receiptHolds: ({ index, size, origin }) => `The entry is number ${index} of ${size} in the log ${origin}.`,
  receiptOpens: 'It is signed by its author, and it holds exactly this:',
  choices: { for: 'for', against: 'against', abstain: 'abstain', spoiled: 'spoiled' },
  receiptFaults: {
    encoding: 'the receipt is not in the right form',
    json: 'the receipt is not in the right form',
    proof: 'the log did not take in this entry at this place',
    tile: 'a file of the log was changed',
    note: 'the checkpoint in the receipt is not in the right form',
    'unknown-signer': 'the checkpoint in the receipt is not signed by the key of the log',
    signature: 'a signature does not hold',
    checkpoint: 'the checkpoint in the receipt is not in the right form, or of another log',
    policy: 'the policy of witnesses is not in the right form',
    'no-quorum': 'too few of the witnesses that the policy asks for confirmed the checkpoint',
    'witness-request': 'the request to a witness is not in the right form',
    receipt: 'the receipt is not in the right form',
    commitment: 'the choices shown are not those committed to in the log',
    entry: 'the entry is not in the right form',
    payload: 'the choices are not in the right form',
    bundle: 'the bundle is not in the right form',
    unreachable: 'the log cannot be reached',
  },
  unreachable: 'Out of reach',
  noSuchFile: (name) => `There is no such file: ${name}`,
  noKey: 'This is not a verifier key of a log.',
  noPolicy: 'This is not a witness policy.',
  needsLeaf: 'The receipt does not carry its entry: give it with --leaf.',
};

const ru: Words = {
  usage: `Проверяет собрание дома, доверяя только ключу журнала.

  verify ПАКЕТ --log АДРЕС_ИЛИ_ПАПКА --vkey КЛЮЧ_ИЛИ_ФАЙЛ_ИЛИ_АДРЕС [ещё]
  verify --receipt ФАЙЛ --vkey КЛЮЧ_ИЛИ_ФАЙЛ_ИЛИ_АДРЕС [--policy ФАЙЛ_ИЛИ_АДРЕС] [--leaf ФАЙЛ]
  verify watch --help   следит за журналом и говорит, что с ним не так
  verify fsck --help    выводит все файлы журнала заново из его записей и сверяет

ПАКЕТ — проверочный пакет собрания: файл, адрес или «-» (стандартный ввод).

  --log       открытый журнал: адрес или папка с файлами; в папке проверяется каждый файл
  --vkey      проверочный ключ журнала либо файл или адрес, где он лежит; пока ключ меняют — оба, по одному в строке
  --policy    правило о свидетелях, которому доверяете вы (c2sp.org/tlog-policy): их подписи должны стоять под отметкой
              журнала и под отметкой, на которой закрылось собрание
  --state     файл, где хранится последняя проверенная отметка журнала; журнал обязан её продолжать
  --scan      log (обычно): прочесть всё и найти записи, которые собрание упустило;
              meeting: прочесть только нужное этому собранию
  --minutes   файл протокола, чтобы сверить его с журналом
  --receipt   проверить одну сохранённую квитанцию (.tlog-proof)
  --leaf      запись, если в квитанции её нет
  --lang      en или ru
  --json      отчёт в JSON
  --progress  показывать ход проверки и не в терминале

Код выхода: 0 — всё верно, 1 — что-то нарушено, названо первое, 2 — неверный вызов или нет доступа.
`,
  head: ({ origin, meeting, size }) =>
    `Журнал ${origin}${size === null ? '' : `, записей: ${size}`}; собрание ${meeting}`,
  stepNames: {
    'bundle-form': 'Пакет',
    checkpoint: 'Отметка журнала',
    consistency: 'История',
    inclusion: 'Есть в журнале',
    files: 'Файлы журнала',
    signatures: 'Подписи',
    commitments: 'Содержание',
    closing: 'Время закрытия',
    roll: 'Список голосующих',
    earlier: 'Первое голосование',
    'one-ballot-per-entitlement': 'Право голоса',
    box: 'Урна',
    recount: 'Пересчёт',
    verdicts: 'Решения',
    minutes: 'Протокол',
  },
  steps: {
    'bundle-form': (n) => `форма верна, строк: ${number(n, 'lines')}`,
    checkpoint: (n) =>
      `подписана журналом; записей: ${number(n, 'size')}, при составлении пакета: ${number(n, 'bundleSize')}` +
      ('witnesses' in n ? `; заверили свидетелей: ${number(n, 'witnesses')}` : ''),
    consistency: (n) =>
      'seenSize' in n
        ? `после прошлой проверки (записей: ${number(n, 'seenSize')}) ничего не изменено и не удалено`
        : 'после составления пакета журнал только рос',
    inclusion: (n) =>
      `все записи пакета: ${number(n, 'entries')}` +
      ('files' in n ? `; прочтено файлов журнала: ${number(n, 'files')}` : ''),
    files: (n) =>
      `совпадают с отметкой: ${number(n, 'files')}` +
      (number(n, 'ahead') > 0 ? `; относятся к ещё не объявленным записям: ${number(n, 'ahead')}` : ''),
    signatures: (n) =>
      `верны: ${number(n, 'signatures')}; ключей голосующих: ${number(n, 'keys')}, бюллетеней: ${number(n, 'ballots')}`,
    commitments: (n) =>
      `уведомление и бюллетени (${number(n, 'ballots')}) — те самые, что скреплены в журнале`,
    closing: (n) =>
      `в счёт идут первые записи журнала: ${number(n, 'size')}; заверено ${moment(number(n, 'quorumTime'))}, ` +
      `через ${number(n, 'quorumTime') - number(n, 'announcedEnd')} с после объявленного конца` +
      (number(n, 'late') > 0 ? `; бюллетеней пришло позже: ${number(n, 'late')}` : ''),
    roll: (n) =>
      `долей: ${number(n, 'entitlements')}, помещений: ${number(n, 'units')}; доли в каждом дают ровно единицу`,
    earlier: (n) =>
      `голосование, которое продолжает это, тоже верно: его бюллетени (${number(n, 'ballots')}) остаются в счёте; проголосовавшие в нём доли (${number(n, 'answered')}) второй раз не спрашивали`,
    'one-ballot-per-entitlement': (n) =>
      `бюллетеней: ${number(n, 'ballots')}, каждый — от владельца доли; проголосовало долей: ${number(n, 'voted')}, каждая учтена один раз` +
      ('amended' in n ? `; сменили владельца во время голосования: ${number(n, 'amended')}` : '') +
      (number(n, 'late') > 0 ? `; после закрытия и не в счёт: ${number(n, 'late')}` : ''),
    box: (n) =>
      `записей запечатано при закрытии: ${number(n, 'box')}` +
      ('later' in n ? '; других записей этого собрания в журнале нет' : '') +
      (number(n, 'later') > 0 ? `, кроме внесённых после составления пакета: ${number(n, 'later')}` : ''),
    recount: (n) =>
      `вопросов: ${number(n, 'items')}, бюллетеней в счёте: ${number(n, 'effective')}, заменены более поздними: ${number(n, 'superseded')}`,
    verdicts: (n) => `объявленный итог совпал с пересчётом; вопросов: ${number(n, 'items')}`,
    minutes: () => 'файл тот же, что в журнале',
  },
  skipped: {
    files: 'по сети списка нет',
    closing: 'собрание открыто без свидетелей',
    earlier: 'это голосование не продолжает другого',
    minutes: 'файл не указан',
  },
  notRun: 'не дошло',
  faults: {
    'malformed-line': 'строка пакета неверной формы',
    'checkpoint-malformed': 'отметка журнала неверной формы',
    'checkpoint-unsigned': 'отметка не подписана ключом журнала',
    'checkpoint-extra-lines':
      'в отметке есть строки, за которые никто не ручается (если ключ журнала меняют, укажите оба)',
    'checkpoint-signature': 'подпись под отметкой неверна',
    'checkpoint-unwitnessed': 'под отметкой нет подписей свидетелей, которых требует правило',
    'policy-malformed': 'правило о свидетелях этого собрания неверной формы',
    'policy-differs': 'показано не то правило о свидетелях, что названо при открытии',
    'witness-lines': 'сказанное о свидетелях в журнале и показанное в пакете не сходится',
    'closing-differs': 'показана не та отметка закрытия, что названа при закрытии',
    'closing-unwitnessed': 'под отметкой закрытия нет подписей свидетелей, которых требует правило',
    'closing-early': 'отметка закрытия заверена раньше объявленного конца голосования',
    'closing-size': 'отметка закрытия больше того, что было при закрытии',
    'wrong-origin': 'это относится к другому журналу',
    'log-shrank': 'журнал стал меньше, чем был: записи удалены',
    'log-forked': 'журнал не тот, что раньше: его история изменена',
    'file-missing': 'этого файла журнала нет',
    'file-wrong': 'этот файл журнала изменён',
    'file-unknown': 'это не файл журнала',
    'entry-not-in-log': 'этой записи нет в журнале на указанном месте',
    'entry-malformed': 'запись журнала неверной формы',
    'wrong-order': 'запись стоит не там, где может стоять',
    'wrong-meeting': 'это относится к другому собранию',
    'wrong-author': 'запись сделана не регистратором',
    'wrong-signature': 'подпись записи неверна',
    'key-not-registered': 'бюллетень подписан ключом, который не записан за голосующим',
    'possession-unproven': 'ключ записан без доказательства, что он у голосующего',
    'ballot-replayed': 'этот бюллетень внесён второй раз',
    'commitment-wrong': 'показанное содержание не то, что скреплено в журнале',
    'payload-malformed': 'содержание неверной формы',
    'roll-root': 'показан не тот список голосующих, что закреплён при открытии',
    'roll-size': 'в показанном списке не столько долей, сколько закреплено при открытии',
    'roll-weight': 'общий вес списка не тот, что закреплён при открытии',
    'roll-duplicate': 'эта доля в списке дважды',
    'roll-unit-area': 'у этого помещения две разные площади',
    'roll-shares': 'доли в этом помещении не дают единицу',
    'earlier-lines': 'в пакете должно быть голосование, которое продолжает это, и никакое другое',
    'earlier-broken': 'голосование, которое продолжает это, не сходится на этой строке',
    'earlier-differs': 'это не сходится с голосованием, которое продолжает это',
    'answered-before': 'бюллетень подан за долю, которая уже голосовала в первый раз',
    'unknown-entitlement': 'бюллетень голосует долей, которой нет в списке',
    'foreign-entitlement': 'бюллетень голосует чужой долей',
    'amendment-wrong': 'список голосующих изменён так, как не допускает уведомление или сам список',
    'unknown-item': 'бюллетень голосует по вопросу, которого нет в повестке',
    'box-root': 'показаны не те записи, что запечатаны при закрытии',
    'box-size': 'записей показано не столько, сколько запечатано при закрытии',
    'entry-left-out': 'в журнале есть запись этого собрания, которой нет в пакете',
    'result-differs': 'объявленный итог не следует из бюллетеней',
    'result-hash': 'объявленный итог не тот, что в журнале',
    'no-tie': 'здесь у председателя нет равенства голосов, которое он решает',
    'minutes-differ': 'файл протокола не тот, что в журнале',
    'minutes-not-logged': 'протокола этого собрания в журнале нет',
  },
  place: ({ line, index, path, field }) =>
    [
      ...(path === undefined ? [] : [`файл ${path}`]),
      ...(line === undefined ? [] : [`строка пакета ${line}`]),
      ...(index === undefined ? [] : [`запись журнала ${index}`]),
      ...(field === undefined ? [] : [field === 'seenCheckpoint' ? 'отметка прошлой проверки' : field]),
    ].join(', '),
  verdicts: { passed: 'принято', failed: 'не принято', 'no-quorum': 'нет кворума' },
  item: (n) => `Вопрос ${n}`,
  allHolds: 'Всё верно.',
  broken: 'НАРУШЕНО',
  stateKept: (file, size) =>
    `Отметка журнала (записей: ${size}) сохранена в ${file}; следующая проверка начнёт с неё.`,
  witnessed: (witnessed) =>
    witnessed.quorumTime === null
      ? `Записано в журнал, но достаточного числа свидетелей пока нет${witnessed.cosignatures.length > 0 ? `: ${cosigners(witnessed)}` : ''}.`
      : `Заверено свидетелями${witnessed.cosignatures.length > 0 ? `: ${cosigners(witnessed)}` : ''}.`,
  receiptHolds: ({ index, size, origin }) => `Запись ${index} из ${size} в журнале ${origin}.`,
  receiptOpens: 'Она подписана своим автором и содержит ровно это:',
  choices: { for: 'за', against: 'против', abstain: 'воздержался', spoiled: 'испорчено' },
  receiptFaults: {
    encoding: 'квитанция неверной формы',
    json: 'квитанция неверной формы',
    proof: 'журнал не вносил этой записи на это место',
    tile: 'файл журнала изменён',
    note: 'отметка журнала в квитанции неверной формы',
    'unknown-signer': 'отметка в квитанции не подписана ключом журнала',
    signature: 'подпись неверна',
    checkpoint: 'отметка в квитанции неверной формы или из другого журнала',
    policy: 'правила о свидетелях неверной формы',
    'no-quorum': 'отметку заверило меньше свидетелей, чем требуют правила',
    'witness-request': 'запрос к свидетелю неверной формы',
    receipt: 'квитанция неверной формы',
    commitment: 'показанный выбор не тот, что скреплён в журнале',
    entry: 'запись неверной формы',
    payload: 'выбор неверной формы',
    bundle: 'пакет неверной формы',
    unreachable: 'журнал недоступен',
  },
  unreachable: 'Нет доступа',
  noSuchFile: (name) => `Такого файла нет: ${name}`,
  noKey: 'Это не проверочный ключ журнала.',
  noPolicy: 'Это не правило о свидетелях.',
  needsLeaf: 'В квитанции нет самой записи: укажите её через --leaf.',
};

export const WORDS: Readonly<Record<Language, Words>> = { en, ru };
