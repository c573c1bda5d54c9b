// The sources of the library from its folder, and the page about them as it must lie there.
import { readFile, readdir } from 'node:fs/promises';
import { makeApiPage } from './api-page.ts';
import type { Source } from './api-page.ts';

const folder = new URL('../', import.meta.url);

/** The files that another package may import, by name. */
export async function readSources(): Promise<Source[]> {
  const names = (await readdir(folder)).filter((name) => /^[a-z0-9-]+\.ts$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => ({ name, text: await readFile(new URL(name, folder), 'utf8') })),
  );
}

/** API.md as it must be. */
export const readApiPage = async (): Promise<string> => makeApiPage(await readSources());
