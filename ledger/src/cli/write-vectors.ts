// Writes ledger/vectors anew: `node ledger/src/cli/write-vectors.ts` from the root. A test compares them with what is there.
import { mkdirSync, writeFileSync } from 'node:fs';
import { formatVectors, makeVectors } from './vectors.ts';

const folder = new URL('../../vectors/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, vectors] of Object.entries(await makeVectors())) {
  const text = formatVectors(vectors);
  writeFileSync(new URL(`${name}.json`, folder), text);
  const accepted = vectors.filter(({ accept }) => accept).length;
  console.log(
    `${name}: ${accepted} to accept, ${vectors.length - accepted} to refuse, ${text.length} characters`,
  );
}
