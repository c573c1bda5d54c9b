// Writes ledger/API.md anew: `node ledger/src/cli/write-api.ts` from the root. A test compares it with what is there.
import { writeFileSync } from 'node:fs';
import { readApiPage } from './read-sources.ts';

const page = await readApiPage();
writeFileSync(new URL('../../API.md', import.meta.url), page);
console.log(`API.md: ${page.length} characters`);
