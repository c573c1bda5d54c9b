// The rules that an operator adds to the library: a folder of preset files, read once at the start.
// A file that is not sound stops the start: a meeting must not be called by half a library.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installRules } from '@veche/meetings/rules/installed.ts';
import { PresetFault } from '@veche/rules/presets.ts';
import { SettingsError } from './settings.ts';

/**
 * Adds every `*.json` below the folder to the library, in the order of their names.
 * @throws SettingsError: naming the file, and the place in it that is wrong.
 */
export async function installRuleFolder(folder: string): Promise<void> {
  const wrong = (what: string) => new SettingsError(`VECHE_RULES: ${what}`);
  let names: string[];
  try {
    names = (await readdir(folder, { recursive: true, encoding: 'utf8' }))
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch {
    throw wrong('expected a folder that can be read');
  }
  const files = await Promise.all(
    names.map(async (name): Promise<[string, unknown]> => {
      const text = await readFile(join(folder, name), 'utf8');
      try {
        return [name, JSON.parse(text)];
      } catch {
        throw wrong(`${name}: not JSON`);
      }
    }),
  );
  try {
    installRules(files);
  } catch (error) {
    throw error instanceof PresetFault ? wrong(error.message) : error;
  }
}
