// The program behind `npm run recover`: see docs/running.md, Recovery. The settings are those of the server.
import { parseArgs } from 'node:util';
import { useNativeCrypto } from '@veche/witness/native-crypto.ts';
import { describeTrouble } from './operator-words.ts';
import { recoverLog } from './recovery.ts';
import { parseSettings } from './settings.ts';

const USAGE = `usage: npm run recover [-- --from <address|folder|s3://…>]

Brings the log of a database that came from an old backup up to a copy that holds more, and puts public files back that are
missing. Without --from the copy is the public log itself. Stop every process of Veche first. The settings are the server's.
`;

useNativeCrypto();
process.exitCode = await main();

async function main(): Promise<number> {
  let from: string | null;
  try {
    from = parseArgs({ options: { from: { type: 'string' } } }).values.from ?? null;
  } catch {
    process.stderr.write(USAGE);
    return 2;
  }
  try {
    const settings = parseSettings(process.env, process.cwd());
    const { size, sizeBefore, files, lost, report } = await recoverLog({ settings, from, say: console.log });
    console.log(
      `The log is whole: ${size} entries, ${size - sizeBefore} of them brought back, ${files} files put back.`,
    );
    if (report)
      console.log(
        `What stood beside ${lost.length} of them in the lost database is gone: read ${report} before a meeting is closed.`,
      );
    return 0;
  } catch (error) {
    console.error(describeTrouble(error));
    return 1;
  }
}
