// Which witnesses the log asks: those of the operator's policy file, the three of a demonstration, or none.
// A policy that could never make a checkpoint witnessed is refused at the start, not found out when a meeting must close.
import { readFile } from 'node:fs/promises';
import { LedgerFault } from '@veche/ledger/fault.ts';
import { isQuorum, parsePolicy, type WitnessPolicy } from '@veche/ledger/policy.ts';
import { SettingsError } from './settings.ts';

/** A policy and where its witnesses are asked. */
export type Witnesses = {
  readonly policy: WitnessPolicy;
  /** By name, in place of the policy's addresses. */
  readonly urls?: ReadonlyMap<string, string>;
};

/** The log must not go on as the witnesses see it; the text says what an operator can do. */
export class WitnessError extends Error {
  override readonly name = 'WitnessError';
  readonly code = 'WITNESS_LARGER';
}

export const WITNESS_LARGER =
  'a witness has cosigned more of the log than this database holds: it was restored from an old backup. ' +
  'Nothing may be signed over it. Bring the missing entries back with: npm run recover -- --from <mirror>';

/**
 * The policy of that file.
 * @param verifierKeys - the log's own keys, of which the policy must name one.
 * @throws SettingsError: when it cannot be read, does not name this log, or could never be met.
 */
export async function loadPolicy(path: string, verifierKeys: readonly string[]): Promise<WitnessPolicy> {
  const wrong = (what: string, cause?: unknown): SettingsError =>
    new SettingsError(`VECHE_WITNESS_POLICY: ${what}`, { cause });
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw wrong('the file cannot be read', cause);
  }
  let policy: WitnessPolicy;
  try {
    policy = parsePolicy(text);
  } catch (cause) {
    throw cause instanceof LedgerFault ? wrong(cause.message, cause) : cause;
  }
  if (!policy.logs.some(({ verifier }) => verifierKeys.includes(verifier.vkey)))
    throw wrong(`expected a line with the key of this log: log ${verifierKeys[0]}`);
  if (policy.quorum === null)
    throw wrong('expected a quorum: under "quorum none" everything would count as witnessed');
  for (const { name, url } of policy.witnesses)
    if (url !== null && !isAddress(url)) throw wrong(`expected an http or https address of ${name}`);
  const asked = policy.witnesses.filter(({ url }) => url !== null).map(({ name }) => name);
  if (!isQuorum(policy, new Set(asked)))
    throw wrong('the witnesses with an address are not enough for the quorum');
  return policy;
}

/** Without a name and password, which would be sent to whoever answers there. */
function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}
