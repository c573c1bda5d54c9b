// The program behind `npm run rotate-key`: see docs/running.md, Rotation. The settings are those of the server.
import { useNativeCrypto } from '@veche/witness/native-crypto.ts';
import { describeTrouble } from './operator-words.ts';
import { beginHandOver, finishHandOver } from './registrar-rotation.ts';
import { beginRotation, finishRotation } from './rotation.ts';
import { parseSettings, type Settings } from './settings.ts';

const USAGE = `usage: npm run rotate-key -- begin             makes a new key of the log; from the next start on both sign
       npm run rotate-key -- finish            destroys the old key, once everybody has learned the new one
       npm run rotate-key -- begin registrar   makes a new key of the registrar, and has the log say so
       npm run rotate-key -- finish registrar  destroys the registrar's old key, once that is public

Stop every process of Veche first. The settings are the server's.
`;

/** Each says what it did and what comes next. */
const ACTS: Readonly<Record<string, (settings: Settings) => Promise<string>>> = {
  'begin log': async (settings) =>
    `${list(await beginRotation(settings))}
Start the server again. Give the new key to every witness, mirror and policy file; back up the folder keys/.`,
  'finish log': async (settings) =>
    `${list(await finishRotation(settings))}
The old key is destroyed. What it signed stays true: its text stays at /log/v1/keys.`,
  'begin registrar': async (settings) =>
    `The registrar's new key: ${await beginHandOver(settings)}
Back up the folder keys/ and start the server again: it has the log say so, and signs with the new key from there on.`,
  'finish registrar': async (settings) =>
    `The registrar's key: ${await finishHandOver(settings)}
The old key is destroyed. What it signed before its successor's entry stays true.`,
};

const list = (keys: readonly string[]): string => `The keys of the log, newest first:\n${keys.join('\n')}`;

useNativeCrypto();
process.exitCode = await main(process.argv.slice(2));

async function main([step, whose = 'log', ...rest]: readonly string[]): Promise<number> {
  const act = ACTS[`${step} ${whose}`];
  if (!act || rest.length > 0) {
    process.stderr.write(USAGE);
    return 2;
  }
  try {
    console.log(await act(parseSettings(process.env, process.cwd())));
    return 0;
  } catch (error) {
    console.error(describeTrouble(error));
    return 1;
  }
}
