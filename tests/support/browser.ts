// A real Chromium for the tests and benches: the system's where there is one, else the one that comes inside an npm
// package (Linux x64), so that nothing has to be installed by hand.
import { existsSync } from 'node:fs';
import sparticuz from '@sparticuz/chromium';
import { chromium, type Browser } from 'playwright-core';

const SYSTEM = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Keeps the browser from calling home and lets it run as root in a container. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** Where the browser is and how it is called. */
export async function findBrowser(): Promise<{ executablePath: string; args: string[] }> {
  const system = SYSTEM.find((path) => path && existsSync(path));
  if (system) return { executablePath: system, args: FLAGS };
  // The package unpacks the browser and its libraries into the temporary folder once.
  const executablePath = await sparticuz.executablePath();
  const args = sparticuz.args.filter((flag) => !/^--(headless|single-process|no-zygote)/.test(flag));
  return { executablePath, args: [...args, ...FLAGS] };
}

/** A headless browser; the caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  // Whatever the machine speaks: a browser whose system knows ASCII only gives downloads other names.
  return chromium.launch({ ...(await findBrowser()), env: { ...process.env, LC_ALL: 'C.UTF-8' } });
}

export const PHONE = { width: 390, height: 844 } as const;
export const DESK = { width: 1280, height: 900 } as const;
