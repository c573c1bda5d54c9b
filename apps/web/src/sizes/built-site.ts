// What the last build made, as the weighing wants it: pages, chunks, texts and compressed files.
// Reads the folders of the build; changes nothing.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LOCALES, type Locale } from '@veche/core/locale.ts';
import type { BuiltPage, BuiltSite, ChunkManifest } from './page-sizes.ts';

const root = new URL('../../', import.meta.url);
const CLIENT = new URL('build/client/', root);
const NODES = '.svelte-kit/generated/build/client-optimized/nodes';
const isText = (key: string): boolean => /\/messages\/[a-z]{2}\.json$|\/catalog-[a-z]{2}\.ts$/.test(key);

type ServerManifest = {
  readonly client: { readonly imports: readonly string[] };
  readonly routes: readonly {
    readonly id: string;
    readonly page: { readonly layouts: readonly (number | undefined)[]; readonly leaf: number } | null;
  }[];
};

/** @throws Error: when the pages were not built. */
export async function readBuiltSite(): Promise<{ site: BuiltSite; pages: readonly BuiltPage[] }> {
  const manifest = JSON.parse(
    readFileSync(new URL('.svelte-kit/output/client/.vite/manifest.json', root), 'utf8'),
  ) as ChunkManifest;
  const built = new URL('build/server/manifest-full.js', root).href;
  const { client, routes } = ((await import(built)) as { manifest: ServerManifest }).manifest;
  const site: BuiltSite = {
    manifest,
    always: client.imports,
    isText,
    bytesOf: (file) => {
      const compressed = new URL(`${file}.gz`, CLIENT);
      return statSync(existsSync(compressed) ? compressed : new URL(file, CLIENT)).size;
    },
    workersOf: (file) =>
      [...readFileSync(new URL(file, CLIENT), 'utf8').matchAll(/\bworkers\/[\w.-]+\.js\b/g)].map(
        ([path]) => `_app/immutable/${path}`,
      ),
  };
  const textsOf = await watchTexts();
  const pages: BuiltPage[] = [];
  for (const { id, page } of routes) {
    if (!page) continue;
    const texts: string[][] = [];
    for (const locale of LOCALES) {
      // Texts that are always wanted together lie in one chunk, under the name of the one that imports the others.
      const chunks = (await textsOf(locale, id)).filter((key) => key in manifest);
      if (chunks.length === 0) throw new Error(`expected texts of ${id} in the build`);
      texts.push(chunks);
    }
    const nodes = [...page.layouts.filter((layout) => layout !== undefined), page.leaf];
    pages.push({ route: id, nodes: nodes.map((node) => `${NODES}/${node}.js`), texts });
  }
  return { site, pages };
}

/**
 * The texts are what the site's own choice of catalogs loads for a page: it is run here, and the files are noted.
 * @returns keys of their chunks
 */
async function watchTexts(): Promise<(locale: Locale, route: string) => Promise<string[]>> {
  registerHooks({
    // A bundler takes JSON as a module, without saying what it is.
    load: (url, context, next) =>
      /\/messages\/[a-z]{2}\.json/.test(url)
        ? {
            format: 'module',
            source: `export default ${readFileSync(fileURLToPath(url.replace(/\?.*/, '')), 'utf8')}`,
            shortCircuit: true,
          }
        : next(url, context),
  });
  let loaded = new Set<string>();
  registerHooks({
    resolve: (specifier, context, next) => {
      const found = next(specifier, context);
      if (found.url.startsWith('file:')) {
        const key = relative(fileURLToPath(root), fileURLToPath(found.url));
        if (isText(key)) loaded.add(key);
      }
      return found;
    },
  });
  const { loadCatalogs } = await import('../lib/catalogs.ts');
  return async (locale, route) => {
    loaded = new Set();
    await loadCatalogs(locale, route);
    return [...loaded];
  };
}
