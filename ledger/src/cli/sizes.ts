// How much a page has to load to check for itself: uses of the library bundled for the browser by Rolldown, minified.
// The limits are promises; whoever needs more raises them knowingly.
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** A use of the library: what a page imports, and how many bytes it may weigh compressed. */
type Use = { readonly name: string; readonly imports: readonly string[]; readonly limitGzip: number };

const USES: readonly Use[] = [
  {
    name: 'a receipt checked, its witnesses included',
    imports: ['checkReceipt from receipt.ts', 'parsePolicy from policy.ts', 'parseVerifierKey from note.ts'],
    limitGzip: 20_000,
  },
  {
    name: 'a whole meeting audited',
    imports: [
      'auditMeeting from audit.ts',
      'readLines from bundle.ts',
      'createHttpLogReader from log-reader.ts',
      'createWebVerifier from webcrypto.ts',
    ],
    limitGzip: 36_000,
  },
];

/** The bytes of one use, as a browser loads it. */
export type Size = {
  readonly name: string;
  readonly raw: number;
  readonly gzip: number;
  readonly limitGzip: number;
};

const ENTRY = 'use-of-the-ledger';
const source = (file: string): string => fileURLToPath(new URL(`../${file}`, import.meta.url));

/** Bundles every use and weighs it. */
export function measureSizes(): Promise<Size[]> {
  return Promise.all(
    USES.map(async ({ name, imports, limitGzip }) => {
      const code = imports
        .map((one) => one.split(' from '))
        .map(([what = '', file = '']) => `export { ${what} } from ${JSON.stringify(source(file))};`)
        .join('\n');
      const bundle = await rolldown({
        input: ENTRY,
        platform: 'browser',
        plugins: [
          {
            name: ENTRY,
            resolveId: (id) => (id === ENTRY ? ENTRY : null),
            load: (id) => (id === ENTRY ? code : null),
          },
        ],
      });
      const { output } = await bundle.generate({ format: 'es', minify: true });
      await bundle.close();
      const bytes = Buffer.from(output.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join(''));
      return { name, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, limitGzip };
    }),
  );
}
