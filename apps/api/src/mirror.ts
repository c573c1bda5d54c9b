// The program behind `npm run mirror`: copies a log to a second place and keeps it up to date, on any machine, without a
// database. It trusts nobody but the key it is given, and says what it did in lines for a person and an exit code.
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { checkCheckpoint } from '@veche/ledger/checkpoint.ts';
import { parseLogKeys } from '@veche/ledger/log-keys.ts';
import { MirrorFault, mirrorLog, removeReplacedPartials } from '@veche/ledger/mirror.ts';
import type { NoteVerifier } from '@veche/ledger/note.ts';
import { parsePolicy } from '@veche/ledger/policy.ts';
import { useNativeCrypto } from '@veche/witness/native-crypto.ts';
import { clearUnfinished, openLogSource, openLogStore } from './log-stores.ts';
import { keepEvidence } from './mirroring.ts';
import { describeTrouble } from './operator-words.ts';

const USAGE = `usage: npm run mirror -- --from <address|folder|s3://…> --to <folder|s3://…> --vkey <file>
                         [--policy <file>] [--every <seconds>] [--once] [--evidence <folder>] [--quiet]

  --from      the log: https://veche.example/log/v1, a folder with its files, or s3://bucket/prefix
  --to        the copy: a folder that any web server may serve as it is, or s3://bucket/prefix
  --vkey      file with the verifier keys of the log, one a line, as /log/v1/vkey shows them
  --policy    file with a witness policy: only what the quorum has cosigned is copied
  --every     seconds between rounds; 60 when not given
  --once      one round, then end: 0 all is copied, 1 something failed, 3 the log shrank or forked
  --evidence  folder for notes that contradict each other; "evidence" when not given

For s3:// the usual AWS_… variables say the region, the credentials and, beside AWS itself, AWS_ENDPOINT_URL.
`;

/** Fork or shrunk log: nothing that another try would mend. */
const FORKED = 3;
const PROGRESS_MS = 2_000;

useNativeCrypto();
process.exitCode = await main();

async function main(): Promise<number> {
  let options: ReturnType<typeof parse>;
  try {
    options = parse();
  } catch {
    process.stderr.write(USAGE);
    return 2;
  }
  const { from, to, vkey } = options;
  if (options.help || !from || !to || !vkey || !(options.everySeconds >= 1)) {
    process.stderr.write(USAGE);
    return options.help ? 0 : 2;
  }
  const say = (text: string): void => void (options.quiet || console.log(`${now()} ${text}`));
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => (stopping.signal.aborted ? process.exit(1) : stopping.abort()));
  try {
    const logKeys = parseLogKeys(await readFile(vkey, 'utf8'));
    const policy = options.policy ? parsePolicy(await readFile(options.policy, 'utf8')) : null;
    const target = await openLogStore(to);
    await clearUnfinished(to);
    const source = await openLogSource(from);
    const noteStranger = createStrangerNote(logKeys, say);
    let collected = 0;
    for (;;) {
      const code = await attempt(options.evidence, async () => {
        let told = performance.now();
        const { size, sizeBefore, files, checkpoint } = await mirrorLog({
          from: source.log,
          to: target.store,
          log: logKeys,
          policy,
          report(done, total) {
            if (performance.now() - told < PROGRESS_MS) return;
            told = performance.now();
            say(`${done} of ${total} files`);
          },
        });
        noteStranger(checkpoint);
        const garbage = { stores: [target.store], log: logKeys, since: collected };
        const { size: upTo, removed } = await removeReplacedPartials(garbage);
        collected = upTo;
        if (files > 0 || options.once)
          say(
            `${size} entries (${size - sizeBefore} new), ${files} files copied, ${removed} replaced ones removed`,
          );
      });
      if (options.once || code === FORKED) return code;
      await pause(options.everySeconds * 1_000, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return 0;
    }
  } catch (error) {
    console.error(describeTrouble(error));
    return 1;
  }
}

async function attempt(evidence: string, round: () => Promise<void>): Promise<number> {
  try {
    await round();
    return 0;
  } catch (error) {
    console.error(`${now()} ${describeTrouble(error)}`);
    const file = error instanceof MirrorFault ? await keepEvidence(evidence, error) : null;
    if (file)
      console.error(`the two notes are kept in ${file}: show them to everybody who relies on this log`);
    return error instanceof MirrorFault && ['shrank', 'forked'].includes(error.code) ? FORKED : 1;
  }
}

/** Says once that a further key signs beside ours: soon it may sign alone. */
function createStrangerNote(
  logKeys: readonly NoteVerifier[],
  say: (text: string) => void,
): (checkpoint: string) => void {
  let said = false;
  return (note) => {
    const { unknown } = checkCheckpoint(note, logKeys).note;
    if (said || !unknown.some(({ name }) => name === logKeys[0]!.name)) return;
    said = true;
    say('NOTE: another key of the log signs besides: compare /log/v1/vkey and add it to the file of --vkey');
  };
}

function parse() {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      vkey: { type: 'string' },
      policy: { type: 'string' },
      every: { type: 'string', default: '60' },
      once: { type: 'boolean', default: false },
      evidence: { type: 'string', default: 'evidence' },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return { ...values, everySeconds: Number(values.every) };
}

function now(): string {
  return new Date().toISOString();
}
