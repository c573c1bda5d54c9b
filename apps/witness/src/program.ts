// The commands of a witness: run it, tell it which logs to follow, show what it knows. All state is in one folder; the
// commands work beside a running witness, which takes notice of them at the next request.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isLocale, type Locale } from '@veche/core/locale.ts';
import { createTranslate, type Catalog, type Translate } from '@veche/core/messages.ts';
import { publicKeyOf } from '@veche/ledger/ed25519.ts';
import { LedgerFault } from '@veche/ledger/fault.ts';
import { createCosigner } from '@veche/ledger/note.ts';
import type { Logger } from '@veche/module-kit/module.ts';
import { createWitness, serveWitness } from '@veche/witness/witness-server.ts';
import { OtherWitnessError, openWitnessStore, type WitnessStore } from '@veche/witness/witness-store.ts';
import { KeyFileError, loadOrCreateKey, type WitnessKey } from './key-file.ts';
import en from './messages/en.json' with { type: 'json' };
import ru from './messages/ru.json' with { type: 'json' };

export type World = {
  write(text: string): void;
  writeTrouble(text: string): void;
  /** Such as `ru_RU.UTF-8`; what `--lang` says comes before it. */
  readonly language: string;
  /** What relative paths start from. */
  readonly folder: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
};

/** A witness at work. */
export type RunningWitness = {
  /** On this machine, without a trailing slash. */
  readonly url: string;
  stop(): Promise<void>;
};

const CATALOGS: Readonly<Record<Locale, Catalog>> = { ru, en };
const COMMANDS = ['run', 'add', 'remove', 'list', 'key'] as const;
type Command = (typeof COMMANDS)[number];

const OPTIONS = {
  name: { type: 'string' },
  log: { type: 'string', multiple: true, default: [] as string[] },
  logs: { type: 'string' },
  folder: { type: 'string', default: 'var/witness' },
  port: { type: 'string', default: '8081' },
  host: { type: 'string', default: '127.0.0.1' },
  url: { type: 'string' },
  lang: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Called in a way that cannot be meant; the text is for the person who called. */
class UsageError extends Error {}

/**
 * Runs a command.
 * @param args without node and script
 * @returns the exit code (0 done, 1 it failed, 2 called wrongly), or the witness that runs from now on.
 */
export async function runProgram(args: readonly string[], world: World): Promise<RunningWitness | 0 | 1 | 2> {
  let t = createTranslate(...catalogFor(world.language));
  try {
    const { values, positionals } = parseCommand(args);
    if (values.lang !== undefined) t = createTranslate(...catalogFor(values.lang));
    if (values.help) {
      world.write(t('usage'));
      return 0;
    }
    const [command = 'run', ...rest] = positionals;
    if (!COMMANDS.includes(command as Command) || rest.length > 0) throw new UsageError(t('usage'));
    const port = Number(values.port);
    if (!/^[0-9]{1,5}$/.test(values.port) || port > 65_535) throw new UsageError(t('trouble.port'));
    const folder = resolve(world.folder, values.folder);
    const given = [...values.log, ...(values.logs ? await readLogs(resolve(world.folder, values.logs)) : [])];
    if (['add', 'remove'].includes(command) && given.length === 0) throw new UsageError(t('trouble.no-log'));

    const key = await loadOrCreateKey(folder, values.name ?? null);
    const store = openWitnessStore(join(folder, 'witness.sqlite'), {
      name: key.name,
      publicKey: publicKeyOf(key.seed),
    });
    const url = values.url ?? `https://${key.name}`;
    if (command === 'run')
      return await run({ key, store, logs: given, url, port, host: values.host, world, t });
    try {
      change(command as Exclude<Command, 'run'>, { key, store, logs: given, url, world, t });
      return 0;
    } finally {
      store.close();
    }
  } catch (error) {
    const text = explain(error, t);
    if (text === null) throw error;
    world.writeTrouble(`${text}\n`);
    return isCalledWrongly(error) ? 2 : 1;
  }
}

function parseCommand(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : '', { cause });
  }
}

const catalogFor = (language: string): [Locale, Catalog] => {
  const start = language.slice(0, 2).toLowerCase();
  const locale = isLocale(start) ? start : 'en';
  return [locale, CATALOGS[locale]];
};

/** Keys of a file: one a line, alone or as a policy has them (`log <key> <address>`); `#` begins a remark. */
async function readLogs(path: string): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => (line.startsWith('log ') ? line.split(/\s+/)[1]! : line));
}

type Task = {
  readonly key: WitnessKey;
  readonly store: WitnessStore;
  readonly logs: readonly string[];
  readonly url: string;
  readonly world: World;
  readonly t: Translate;
};

async function run(task: Task & { port: number; host: string }): Promise<RunningWitness> {
  const { key, store, logs, world, t } = task;
  try {
    const { name, seed } = key;
    const witness = createWitness({ name, seed, store, logs, now: world.now, log: world.log });
    const served = await serveWitness(witness, { port: task.port, host: task.host });
    world.write(
      [
        key.isNew ? `${t('started.new-key')}\n` : '',
        `${t('started', { name, url: served.url })}\n`,
        policyLine(witness.vkey, task),
        listOfLogs(task),
      ].join(''),
    );
    return {
      url: served.url,
      async stop() {
        await served.close();
        store.close();
      },
    };
  } catch (error) {
    store.close();
    throw error;
  }
}

function change(command: Exclude<Command, 'run'>, task: Task): void {
  const { key, store, logs, world } = task;
  if (command === 'key') return world.write(policyLine(createCosigner(key.name, key.seed, 0).vkey, task));
  for (const vkey of logs) if (command === 'add') store.addLog(vkey);
  for (const vkey of logs) if (command === 'remove') store.removeKey(vkey);
  world.write(listOfLogs(task));
}

/** The line by which the operator of a log makes this witness count. */
const policyLine = (vkey: string, { key, url, t }: Task): string =>
  `${t('policy')}\n\n  witness ${key.name} ${vkey} ${url}\n\n`;

function listOfLogs({ store, t }: Task): string {
  const logs = store.logs();
  if (logs.length === 0) return `${t('logs.none')}\n`;
  const lines = logs.flatMap(({ origin, keys, head, forks }) => [
    `${origin}: ${
      head
        ? t('logs.head', { size: head.size, time: new Date(head.cosignedAt * 1000).toISOString() })
        : t('logs.new')
    }`,
    ...keys.map(({ vkey }) => `  ${vkey}`),
    ...(keys.length === 0 ? [`  ${t('logs.ended')}`] : []),
    ...(forks > 0 ? [`  ${t('logs.fork')}`, '', ...store.forksOf(origin)] : []),
  ]);
  return `${lines.join('\n')}\n`;
}

const isCalledWrongly = (error: unknown): boolean =>
  error instanceof UsageError ||
  (error instanceof KeyFileError && ['name-missing', 'name-malformed'].includes(error.code));

/** What to say to the person at the keyboard; null for a bug, which shows where it came from. */
function explain(error: unknown, t: Translate): string | null {
  if (error instanceof UsageError) return error.message;
  if (error instanceof KeyFileError) return t(`trouble.${error.code}`);
  if (error instanceof OtherWitnessError) return t('trouble.other-store');
  if (error instanceof LedgerFault) return t('trouble.not-a-key');
  if (error instanceof Error && 'code' in error) {
    if (error.code === 'EADDRINUSE') return t('trouble.port-taken');
    // The system's own: a folder that cannot be written, a file that is not there.
    if (typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code)) return error.message;
  }
  return null;
}
