// From settings to a running server: the house, then the pages, then the port. Used by the program and by the tests alike.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Logger, MessageTransport } from '@veche/module-kit/module.ts';
import { findContact } from '@veche/people/domain/contact.ts';
import { beforeItsPast, seedDemo } from './demo/seed.ts';
import { openHouse, type OpenHouse } from './house.ts';
import { createHttp, type Pages } from './http.ts';
import { markSeeded } from './installation.ts';
import { ensureOperator } from './operator.ts';
import { installRuleFolder } from './rule-files.ts';
import { SettingsError, type Settings } from './settings.ts';

export type RunningServer = {
  /** Where people reach it, without a trailing slash. */
  readonly webOrigin: string;
  /** The same server on this machine. */
  readonly localUrl: string;
  readonly open: OpenHouse;
  /** Ends requests, jobs, sequencer and database within seconds. Safe to call twice. */
  stop(): Promise<void>;
};

export type StartOptions = {
  readonly settings: Settings;
  readonly log: Logger;
  readonly transports?: readonly MessageTransport[];
  /** False leaves the pages out even when they are built. */
  readonly pages?: boolean;
  /** False starts a demonstration empty. */
  readonly seed?: boolean;
};

const PAGES = join(import.meta.dirname, '../../web/build/handler.js');

export async function startServer({ settings, log, ...options }: StartOptions): Promise<RunningServer> {
  const webOrigin = settings.webOrigin ?? `http://localhost:${settings.port}`;
  if (settings.rules !== undefined) await installRuleFolder(settings.rules);
  const open = await openHouse({
    settings,
    webOrigin,
    log,
    ...(options.transports ? { transports: options.transports } : {}),
    ...(options.seed === false ? {} : { heldAt: beforeItsPast() }),
  });
  try {
    const pages = options.pages === false ? null : await loadPages(webOrigin);
    const http = createHttp({ open, webOrigin, log, metricsToken: settings.metricsToken, pages });
    const port = await http.listen(settings.port, settings.host);
    const localUrl = `http://127.0.0.1:${port}`;
    // Pages are made in this process and call the API by loopback.
    process.env['VECHE_API_URL'] = localUrl;
    if (open.installation.demo && !open.installation.seeded && options.seed !== false) {
      await seedDemo(open, localUrl);
      await markSeeded(open.connection.sql);
    }
    if (settings.admin !== null) await makeAdmin(open, settings.admin);
    await open.startJobs();
    http.setReady();
    let stopped: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      await http.close();
      await open.close();
    };
    return { webOrigin, localUrl, open, stop: () => (stopped ??= stop()) };
  } catch (error) {
    await open.close();
    throw error;
  }
}

async function makeAdmin({ house }: OpenHouse, text: string): Promise<void> {
  const contact = findContact(text);
  if (!contact) throw new SettingsError('VECHE_ADMIN: expected an e-mail address or a phone number');
  await ensureOperator(house, contact, 'Operator');
}

/** SvelteKit's own handler; null when the pages were not built. */
async function loadPages(webOrigin: string): Promise<Pages | null> {
  if (!existsSync(PAGES)) return null;
  // What adapter-node reads once, when it is loaded: a page must know its address to accept its own forms.
  process.env['ORIGIN'] = webOrigin;
  const { handler } = (await import(pathToFileURL(PAGES).href)) as { handler: Pages };
  return handler;
}
