// What the programs are given: keys, policies, logs and files, by address or by path; and the state they keep.
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import type { LogReader } from '../audit.ts';
import { decodeUtf8 } from '../bytes.ts';
import { LedgerFault } from '../fault.ts';
import { useSha256 } from '../hash.ts';
import { nativeSha256 } from './native-sha256.ts';
import { parseLogKeys } from '../log-keys.ts';
import { createHttpLogReader } from '../log-reader.ts';
import type { NoteVerifier } from '../note.ts';
import { parsePolicy } from '../policy.ts';
import type { WitnessPolicy } from '../policy.ts';
import { createFolderLogReader } from './log-folder.ts';
import type { Words } from './words.ts';

export type Output = {
  write(text: string): void;
  /** Progress, apart from the answer. */
  writeProgress(text: string): void;
  readonly isTerminal: boolean;
};

/** Wrong usage, or something out of reach: nothing was proven either way. */
export class Unable extends Error {}

/** Node's own SHA-256 for the whole program. */
export const useFastHash = (): void => useSha256(nativeSha256);

export const isAddress = (text: string): boolean => /^https?:\/\//.test(text);

/** What a program says when it could not do its work; a fault of its own must not be taken for a broken log. */
export function whyUnable(cause: unknown, words: Words, usage: string): string {
  if (cause instanceof Unable) return cause.message;
  if (cause instanceof LedgerFault && cause.code === 'unreachable')
    return `${words.unreachable}: ${cause.message}`;
  if (cause instanceof TypeError && 'code' in cause && String(cause.code).startsWith('ERR_PARSE_ARGS'))
    return `${cause.message}\n\n${usage}`;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

/** The keys of a log: one itself, or a file or an address that holds them, one a line. */
export async function readKeys(key: string, words: Words): Promise<readonly NoteVerifier[]> {
  const text = /^[^+\s]+\+[0-9a-f]{8}\+\S+$/.test(key) ? key : await readText(key, words);
  try {
    return parseLogKeys(text.trim());
  } catch (cause) {
    throw new Unable(words.noKey, { cause });
  }
}

export async function readPolicy(source: string, words: Words): Promise<WitnessPolicy> {
  const text = await readText(source, words);
  try {
    return parsePolicy(text);
  } catch (cause) {
    if (!(cause instanceof LedgerFault)) throw cause;
    throw new Unable(`${words.noPolicy} ${cause.message}`, { cause });
  }
}

export async function openLog(log: string, words: Words): Promise<LogReader> {
  if (isAddress(log)) return createHttpLogReader(log, fetch);
  const folder = await stat(log).catch(() => null);
  if (!folder?.isDirectory()) throw new Unable(words.noSuchFile(log));
  return createFolderLogReader(log);
}

export async function readBytes(source: string, words: Words): Promise<Uint8Array> {
  if (isAddress(source)) return new Uint8Array(await (await request(source, words)).arrayBuffer());
  try {
    return new Uint8Array(await readFile(source));
  } catch (cause) {
    throw new Unable(words.noSuchFile(source), { cause });
  }
}

export async function request(address: string, words: Words): Promise<Response> {
  const response = await fetch(address).catch(() => null);
  if (!response?.ok) throw new Unable(`${words.unreachable}: ${address}`);
  return response;
}

export async function readText(source: string, words: Words): Promise<string> {
  const bytes = await readBytes(source, words);
  try {
    return decodeUtf8(bytes);
  } catch (cause) {
    throw new Unable(words.noSuchFile(source), { cause });
  }
}

/** The text of a file, or undefined when there is none yet. */
export async function findText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new Unable((cause as Error).message, { cause });
  }
}

/** Written whole or not at all: a cut state would make the next run cry wolf. */
export async function keepState(file: string, state: string): Promise<void> {
  await writeFile(`${file}.new`, state);
  await rename(`${file}.new`, file);
}
