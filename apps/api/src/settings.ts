// Every setting of the server, read from the environment once and checked; nothing else reads the environment.
import { isAbsolute, join, resolve } from 'node:path';
import { parseBounceUrl } from '@veche/mail/bounce-address.ts';
import { parseDatabaseUrl, type DatabaseAddress } from '@veche/postgres/connect.ts';

/** The least that is logged; `silent` logs nothing. */
export type LogLevel = 'silent' | 'error' | 'warn' | 'info';

/** Operators that laws tell apart: anybody, a regional information system, the state's own. */
const OPERATOR_KINDS = ['private', 'regional-system', 'gis-zhkh'] as const;
type OperatorKind = (typeof OPERATOR_KINDS)[number];

/** What this process does; `all` does everything. */
export type ProcessRole = 'all' | 'api' | 'sequencer' | 'jobs';

export type Settings = {
  /** 0 takes any free port. */
  readonly port: number;
  /** Absent: every address of the machine. */
  readonly host?: string;
  /** Null: the embedded database in the data folder. */
  readonly database: DatabaseAddress | null;
  /** Who owns the tables and migrates them, on the server of `database`. Absent: `database` itself. */
  readonly migrations?: DatabaseAddress;
  /** Absolute. */
  readonly dataDir: string;
  /** Without a trailing slash; null: http://localhost and the port. */
  readonly webOrigin: string | null;
  readonly role: ProcessRole;
  /** Null: a demonstration if and only if the embedded database is new or was made as one. */
  readonly demo: boolean | null;
  readonly smtpUrl: string | null;
  /** The sender of e-mails; null: no-reply at the host of `webOrigin`. */
  readonly mailFrom: string | null;
  /** Where reports of delivered and undelivered e-mails come in; absent: nowhere. */
  readonly bounces?: string;
  readonly smsGatewayUrl: string | null;
  /** SMS by SMPP instead; at most one of the two. */
  readonly smppUrl?: string;
  /** Contact of the first operator of the installation. */
  readonly admin: string | null;
  /**
   * The file of the log's witness policy, absolute, or `none` for a log without witnesses. Absent: none, but for a
   * demonstration, which has three of its own.
   */
  readonly witnessPolicy?: string;
  /** What the operator is in the eyes of the law: votes bind in some systems only. Absent: `private`. */
  readonly operator?: OperatorKind;
  /** A folder of preset files that are added to the library of decision rules. Absent: none. */
  readonly rules?: string;
  /** Where the log's files are kept, `s3://bucket/prefix`. Absent: in the data folder. */
  readonly tiles?: string;
  /** Where a second copy of the log is kept: `s3://bucket/prefix` or an absolute folder. Absent: nowhere. */
  readonly mirror?: string;
  /** Who shows it may read /metrics from other machines; null: nobody may. */
  readonly metricsToken: string | null;
  /** Null: see {@link chooseLogLevel}. */
  readonly logLevel: LogLevel | null;
};

/** A setting that cannot be used; the text names it and says what is expected, and never repeats a secret. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'SETTINGS';
}

/** The storage itself looks closer; here it must only be one, without a secret in it. */
const BUCKET = /^s3:\/\/[a-z0-9.-]+(\/[A-Za-z0-9._-]+)*\/?$/;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads what docs/running.md lists; an empty value counts as unset.
 * @throws SettingsError: on the first one that cannot be used.
 */
export function parseSettings(environment: Environment, workingDir: string): Settings {
  const read = (name: string): string | null => environment[name]?.trim() || null;
  const dataDir = read('VECHE_DATA_DIR') ?? 'var';
  const host = read('HOST');
  const witnessPolicy = read('VECHE_WITNESS_POLICY');
  const demo = parseSwitch('VECHE_DEMO', read('VECHE_DEMO'));
  const tiles = parseBucket('VECHE_TILES', read('VECHE_TILES'));
  const mirror = read('VECHE_MIRROR');
  const rules = read('VECHE_RULES');
  const smsGatewayUrl = parseCarrier('SMS_GATEWAY_URL', read('SMS_GATEWAY_URL'), /^https?:\/\//);
  const database = parseDatabase('DATABASE_URL', read('DATABASE_URL'));
  const migrations = parseDatabase('VECHE_MIGRATION_URL', read('VECHE_MIGRATION_URL'));
  if (migrations && !database)
    throw new SettingsError(
      'VECHE_MIGRATION_URL: the embedded database needs none; expected DATABASE_URL too',
    );
  if (tiles !== null && demo === true)
    throw new SettingsError('VECHE_TILES: a demonstration keeps its log in the data folder');
  return {
    port: parsePort(read('PORT') ?? '3000'),
    ...(host ? { host } : {}),
    database,
    ...(migrations ? { migrations } : {}),
    dataDir: isAbsolute(dataDir) ? dataDir : join(workingDir, dataDir),
    webOrigin: parseOrigin(read('VECHE_ORIGIN')),
    role: parseChoice('VECHE_ROLE', read('VECHE_ROLE') ?? 'all', ['all', 'api', 'sequencer', 'jobs']),
    demo,
    smtpUrl: parseCarrier('SMTP_URL', read('SMTP_URL'), /^smtps?:\/\//),
    mailFrom: read('VECHE_MAIL_FROM'),
    ...parseBounces(read('VECHE_BOUNCES')),
    smsGatewayUrl,
    ...parseSmpp(read('SMPP_URL'), smsGatewayUrl),
    admin: read('VECHE_ADMIN'),
    ...(witnessPolicy
      ? { witnessPolicy: witnessPolicy === 'none' ? 'none' : resolve(workingDir, witnessPolicy) }
      : {}),
    ...(rules === null ? {} : { rules: resolve(workingDir, rules) }),
    ...(tiles === null ? {} : { tiles }),
    ...(mirror === null ? {} : { mirror: parsePlace('VECHE_MIRROR', mirror, workingDir) }),
    ...parseOperator(read('VECHE_OPERATOR')),
    metricsToken: parseToken('VECHE_METRICS_TOKEN', read('VECHE_METRICS_TOKEN')),
    logLevel: parseLogLevel(read('VECHE_LOG_LEVEL')),
  };
}

/** What is logged when no setting says: trouble alone where a person watches, every request where logs are collected. */
export const chooseLogLevel = (where: { isTerminal: boolean; demo: boolean }): LogLevel =>
  where.isTerminal || where.demo ? 'warn' : 'info';

const parseOperator = (text: string | null): Pick<Settings, 'operator'> =>
  text === null ? {} : { operator: parseChoice('VECHE_OPERATOR', text, [...OPERATOR_KINDS]) };

const parseLogLevel = (text: string | null): LogLevel | null =>
  text === null ? null : parseChoice('VECHE_LOG_LEVEL', text, ['silent', 'error', 'warn', 'info']);

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || port > 65_535)
    throw new SettingsError('PORT: expected a number from 0 to 65535');
  return port;
}

function parseDatabase(name: string, text: string | null): DatabaseAddress | null {
  if (text === null) return null;
  try {
    return parseDatabaseUrl(text);
  } catch (cause) {
    throw new SettingsError(`${name}: expected postgres://user:password@host:5432/name`, { cause });
  }
}

function parseOrigin(text: string | null): string | null {
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== text.replace(/\/$/, '')) {
    throw new SettingsError(
      'VECHE_ORIGIN: expected an address such as https://veche.example, without a path',
    );
  }
  return url.origin;
}

function parseCarrier(name: string, text: string | null, form: RegExp): string | null {
  if (text !== null && (!form.test(text) || !URL.canParse(text)))
    throw new SettingsError(`${name}: expected an address`);
  return text;
}

function parseBounces(text: string | null): { bounces?: string } {
  if (text === null) return {};
  try {
    parseBounceUrl(text);
  } catch (cause) {
    throw new SettingsError(`VECHE_BOUNCES: ${(cause as SyntaxError).message}`, { cause });
  }
  return { bounces: text };
}

function parseSmpp(text: string | null, gateway: string | null): { smppUrl?: string } {
  if (text === null) return {};
  if (gateway !== null) throw new SettingsError('SMPP_URL: expected no SMS_GATEWAY_URL beside it');
  const url = parseCarrier('SMPP_URL', text, /^s?smpp:\/\/[^/]/)!;
  const rate = new URL(url).searchParams.get('rate');
  if (rate !== null && !/^[1-9][0-9]{0,3}$/.test(rate))
    throw new SettingsError('SMPP_URL: expected a rate from 1 to 9999 a second');
  return { smppUrl: url };
}

function parseBucket(name: string, text: string | null): string | null {
  if (text !== null && !BUCKET.test(text)) throw new SettingsError(`${name}: expected s3://bucket/prefix`);
  return text;
}

/** A bucket as above, or a folder. */
const parsePlace = (name: string, text: string, workingDir: string): string =>
  /^[a-z0-9]+:/i.test(text) ? parseBucket(name, text)! : resolve(workingDir, text);

/** Long enough not to be guessed, and fit for a header. */
function parseToken(name: string, text: string | null): string | null {
  if (text !== null && !/^[!-~]{16,512}$/.test(text))
    throw new SettingsError(`${name}: expected at least 16 letters, digits or signs without spaces`);
  return text;
}

function parseSwitch(name: string, text: string | null): boolean | null {
  if (text === null) return null;
  return parseChoice(name, text, ['0', '1', 'off', 'on', 'false', 'true']).match(/^(1|on|true)$/) !== null;
}

function parseChoice<const Choice extends string>(
  name: string,
  text: string,
  choices: readonly Choice[],
): Choice {
  if (!choices.includes(text as Choice))
    throw new SettingsError(`${name}: expected one of ${choices.join(', ')}`);
  return text as Choice;
}
