// The whole product for a test: its own database, its own folders, a free port, without pages unless asked for.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '@veche/api/settings.ts';
import { startServer, type RunningServer } from '@veche/api/start.ts';
import { createCall, type Call } from '@veche/module-kit/client.ts';
import type { Logger, MessageTransport } from '@veche/module-kit/module.ts';
import { createSessions } from '@veche/people/sessions.ts';
import { afterwards } from './afterwards.ts';
import { freshAddress } from './database.ts';

export type TestServer = RunningServer & {
  /** Where it listens, without a trailing slash; the same as its public address. */
  readonly url: string;
  readonly dataDir: string;
  /** A caller without a session. */
  readonly call: Call;
  /** A caller with a session of that person, without a one-time code. */
  as(personId: string): Promise<Call>;
};

export type TestServerOptions = {
  readonly settings?: Partial<Settings>;
  /** Fills the demonstration: takes seconds. An empty demonstration unless said. */
  readonly seed?: boolean;
  readonly pages?: boolean;
  readonly log?: Logger;
  readonly transports?: readonly MessageTransport[];
};

const silent: Logger = { info: () => {}, warn: () => {}, error: () => {} };

/** Started when it resolves, stopped after the tests of the file. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = options.settings?.dataDir ?? (await temporaryFolder());
  const port = options.settings?.port ?? (await freePort());
  const settings: Settings = {
    host: '127.0.0.1',
    database: await databaseOf(options.settings),
    webOrigin: `http://127.0.0.1:${port}`,
    role: 'all',
    demo: true,
    smtpUrl: null,
    mailFrom: null,
    smsGatewayUrl: null,
    admin: null,
    metricsToken: null,
    logLevel: 'silent',
    ...options.settings,
    dataDir,
    port,
  };
  const server = await startServer({
    settings,
    log: options.log ?? silent,
    seed: options.seed ?? false,
    pages: options.pages ?? false,
    ...(options.transports ? { transports: options.transports } : {}),
  });
  afterwards(() => server.stop());
  const url = server.localUrl;
  return {
    ...server,
    url,
    dataDir,
    call: createCall(url, fetch),
    async as(personId) {
      const { house } = server.open;
      const { token } = await createSessions(house).open(house.db, personId);
      return createCall(url, fetch, () => ({ authorization: `Bearer ${token}` }));
    },
  };
}

/** A private folder, removed after the tests of the file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'veche-server-'));
  afterwards(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** A copy of the template unless the test says otherwise; null asks for the embedded one. */
const databaseOf = (
  settings: Partial<Settings> | undefined,
): Settings['database'] | Promise<Settings['database']> =>
  settings && 'database' in settings ? settings.database! : freshAddress();
