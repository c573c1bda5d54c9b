// The program behind `npm run rotate-key`: see docs/running.md, Rotation. The settings are those of the server.
import { useNativeCrypto } from '@veche/witness/native-crypto.ts';
import { describeTrouble } from './operator-words.ts';
import { beginRotation, finishRotation } from './rotation.ts';
import { parseSettings } from './settings.ts';

const USAGE = `usage: npm run rotate-key -- begin    makes a new key; from the next start on both sign
       npm run rotate-key -- finish   destroys the old key, once everybody has learned the new one

Stop every process of Veche first. The settings are the server's.
`;

useNativeCrypto();
process.exitCode = await main(process.argv.slice(2));

async function main([step, ...rest]: readonly string[]): Promise<number> {
  if ((step !== 'begin' && step !== 'finish') || rest.length > 0) {
    process.stderr.write(USAGE);
    return 2;
  }
  try {
    const settings = parseSettings(process.env, process.cwd());
    const keys = step === 'begin' ? await beginRotation(settings) : await finishRotation(settings);
    console.log(`The keys of the log, newest first:\n${keys.join('\n')}`);
    console.log(
      step === 'begin'
        ? 'Start the server again. Give the new key to every witness, mirror and policy file; back up the folder keys/.'
        : 'The old key is destroyed. What it signed stays true: its text stays at /log/v1/keys.',
    );
    return 0;
  } catch (error) {
    console.error(describeTrouble(error));
    return 1;
  }
}
