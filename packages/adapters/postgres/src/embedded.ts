// A PostgreSQL of our own, from binaries that come as an npm package: created, started, adopted after a crash, stopped.
// It listens on a private Unix socket only. Never a place for queries: see connect.ts.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  cp,
  mkdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createConnection } from 'node:net';
import { tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { DatabaseAddress } from './connect.ts';

const run = promisify(execFile);

export type EmbeddedPostgresOptions = {
  /** Folder of the server; made when absent. Its parent should be private to us. */
  readonly directory: string;
  /** False gives up durability for speed: for tests only. */
  readonly durable?: boolean;
};

export type EmbeddedPostgres = {
  /** Where the database named `veche` is; other databases of the server differ in `database` only. */
  readonly address: DatabaseAddress;
  /** True when this start made the cluster. */
  readonly created: boolean;
  /** Stops the server; open transactions are rolled back. Safe to call twice. */
  stop(): Promise<void>;
};

/** The embedded server cannot be made or started; the text says what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly code = 'EMBEDDED_POSTGRES';
}

type Account = { uid: number; gid: number };
type Binaries = { initdb: string; pgCtl: string };

const DATABASE = 'veche';
const USER = 'veche';
const PORT = 5432;
/** The longest path of a Unix socket is 107 bytes on Linux and 103 on macOS. */
const LONGEST_SOCKET_FOLDER = 103 - `/.s.PGSQL.${PORT}`.length;
/** Home of the cluster and of the binaries when root keeps the data where another account may not go. */
const SHARED_HOME = '/var/lib/veche';

/**
 * Starts the server in `directory`, making it on the first run. A server left behind by a killed process is taken over;
 * a pid file left behind by a lost machine is cleaned by PostgreSQL itself.
 * @throws EmbeddedPostgresError: when another living process uses the folder, or the server does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const account = await findAccount();
  const home = await prepareHome(options.directory, account);
  const binaries = await findBinaries(account);
  await claim(home);

  const cluster = join(home, 'cluster');
  const created = !(await exists(join(cluster, 'PG_VERSION')));
  if (created) await createCluster(home, cluster, binaries, account, options.durable ?? true);
  const password = (await readFile(join(home, 'password'), 'utf8')).trim();
  const sockets = await socketFolder(home, cluster, account);

  // A server left by a killed process still answers; a pid file alone says little, since pids are used again.
  if (!(await answers(join(sockets, `.s.PGSQL.${PORT}`)))) {
    await writeSettings(cluster, sockets, options.durable ?? true, account);
    await startServer(cluster, binaries, account);
  }
  const address: DatabaseAddress = { host: sockets, port: PORT, user: USER, password, database: DATABASE };

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await runAs(account, binaries.pgCtl, ['stop', '-D', cluster, '-m', 'fast', '-w', '-t', '30', '-s']).catch(
      () =>
        runAs(account, binaries.pgCtl, ['stop', '-D', cluster, '-m', 'immediate', '-w', '-t', '10', '-s']),
    );
    await rm(join(home, 'owner.pid'), { force: true });
  };
  return { address, created, stop: () => (stopped ??= stop()) };
}

async function createCluster(
  home: string,
  cluster: string,
  binaries: Binaries,
  account: Account | null,
  durable: boolean,
): Promise<void> {
  // What a killed initdb left is worth nothing: the version file is written before any data of ours.
  await rm(cluster, { recursive: true, force: true });
  await mkdir(cluster, { mode: 0o700 });
  await giveTo(account, cluster);
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  await giveTo(account, passwordFile);
  try {
    await runAs(account, binaries.initdb, [
      '-D', cluster, '-U', USER, '--pwfile', passwordFile, '-A', 'scram-sha-256',
      '--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8',
      ...syncOptions(durable),
    ]); // prettier-ignore
  } catch (cause) {
    await rm(cluster, { recursive: true, force: true });
    throw new EmbeddedPostgresError(`initdb failed: ${stderrOf(cause)}`, { cause });
  }
  await writeFile(join(cluster, 'postgresql.conf'), "include 'veche.conf'\n", { flag: 'a' });
}

/** A new cluster has a thousand files: to sync the whole file system takes a tenth of syncing each, and Linux can. */
const syncOptions = (durable: boolean): string[] =>
  durable ? (process.platform === 'linux' ? ['--sync-method=syncfs'] : []) : ['--no-sync'];

/** Settings that hold from this start on. Errors are logged tersely: details of a constraint quote what people typed. */
async function writeSettings(
  cluster: string,
  sockets: string,
  durable: boolean,
  account: Account | null,
): Promise<void> {
  const path = join(cluster, 'veche.conf');
  const lines = [
    `unix_socket_directories = '${sockets.replaceAll("'", "''")}'`,
    "listen_addresses = ''",
    `port = ${PORT}`,
    'unix_socket_permissions = 0700',
    `max_connections = ${durable ? 120 : 400}`,
    // The unique index of a log's entries is hit all over: in ten million entries it has 600 MB, which should fit here, and
    // each of its pages goes to the journal whole once after every checkpoint, so checkpoints are kept rare. The journal
    // grows to this only under a load that needs it.
    `shared_buffers = ${Math.min(1024, Math.max(128, Math.floor(totalmem() / 2 ** 24)))}MB`,
    'max_wal_size = 4GB',
    'checkpoint_timeout = 15min',
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    'jit = off',
    'log_error_verbosity = terse',
    'log_min_error_statement = panic',
    ...(durable
      ? []
      : ['fsync = off', 'full_page_writes = off', 'synchronous_commit = off', 'autovacuum = off']),
  ];
  await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  await giveTo(account, path);
}

async function startServer(cluster: string, binaries: Binaries, account: Account | null): Promise<void> {
  const log = join(cluster, 'server.log');
  for (let attempt = 1; ; attempt += 1) {
    await rm(log, { force: true });
    try {
      return await runAs(account, binaries.pgCtl, [
        'start',
        '-D',
        cluster,
        '-l',
        log,
        '-w',
        '-t',
        '60',
        '-s',
      ]);
    } catch (cause) {
      const text = await readFile(log, 'utf8').catch(() => '');
      // A server that ended this very moment may still have its place in the table of processes.
      if (attempt < 4 && text.includes('postmaster.pid')) {
        await new Promise((resolve) => setTimeout(resolve, 500 * attempt));
        continue;
      }
      throw new EmbeddedPostgresError(`the embedded database did not start:\n${text.slice(-2000)}`, {
        cause,
      });
    }
  }
}

/** Whether something listens on the socket. */
const answers = (socket: string): Promise<boolean> =>
  new Promise((resolve) => {
    const connection = createConnection(socket);
    connection.once('connect', () => (connection.destroy(), resolve(true)));
    connection.once('error', () => resolve(false));
  });

/** One process of ours at a time: two would stop each other's server. A dead owner's claim is taken over. */
async function claim(home: string): Promise<void> {
  const path = join(home, 'owner.pid');
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      await writeFile(path, `${process.pid}\n`, { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      const owner = Number((await readFile(path, 'utf8').catch(() => '')).trim());
      if (owner !== process.pid && (await isOurs(owner))) {
        throw new EmbeddedPostgresError(`another Veche (process ${owner}) already runs on ${home}`);
      }
      await rm(path, { force: true });
    }
  }
  throw new EmbeddedPostgresError(`another Veche is starting on ${home}`);
}

/** Whether the process lives and is a Node; a pid that another program got since does not count. */
async function isOurs(pid: number): Promise<boolean> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  return command === null || command.includes('node') || command.includes('vitest');
}

/** PostgreSQL refuses to run as root; then it runs as the account `postgres`, made when absent. Null: run as ourselves. */
async function findAccount(): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const find = async (): Promise<Account> => ({
    uid: Number((await run('id', ['-u', 'postgres'])).stdout),
    gid: Number((await run('id', ['-g', 'postgres'])).stdout),
  });
  try {
    return await find();
  } catch {
    try {
      await run('useradd', [
        '--system',
        '--user-group',
        '--no-create-home',
        '--shell',
        '/usr/sbin/nologin',
        'postgres',
      ]).catch(() => run('adduser', ['-S', '-D', '-H', 'postgres']));
      return await find();
    } catch (cause) {
      throw new EmbeddedPostgresError(
        'PostgreSQL does not run as root, and an account "postgres" could not be made: start Veche as another user, or set DATABASE_URL',
        { cause },
      );
    }
  }
}

/** Makes the folder and, for root, lets the account through to it, or moves it where the account may go. */
async function prepareHome(directory: string, account: Account | null): Promise<string> {
  const moved = await readlink(directory).catch(() => null);
  if (moved !== null) {
    await mkdir(moved, { recursive: true });
    return moved;
  }
  await mkdir(dirname(directory), { recursive: true, mode: 0o700 });
  if (account && !(await exists(directory))) {
    await letThrough(dirname(directory), account);
    if (!(await mayPass(dirname(directory), account))) {
      const home = join(SHARED_HOME, randomBytes(8).toString('hex'));
      await mkdir(home, { recursive: true, mode: 0o710 });
      await chmod(SHARED_HOME, 0o711);
      await letThrough(home, account);
      await symlink(home, directory);
      return home;
    }
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (account) {
    await letThrough(dirname(directory), account);
    await letThrough(directory, account);
  }
  return directory;
}

/** Lets the account's group pass through a folder that is ours alone; nobody else gains anything. */
async function letThrough(folder: string, account: Account): Promise<void> {
  const { mode, uid } = await stat(folder);
  if (uid !== 0 || (mode & 0o001) !== 0) return;
  await chown(folder, 0, account.gid);
  await chmod(folder, (mode & 0o700) | 0o010);
}

async function mayPass(folder: string, account: Account): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    const { mode, uid, gid } = await stat(at);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** Sockets live inside the private cluster folder, or, where that path is too long for a socket, in a private folder of /tmp. */
async function socketFolder(home: string, cluster: string, account: Account | null): Promise<string> {
  if (Buffer.byteLength(cluster) <= LONGEST_SOCKET_FOLDER) return cluster;
  const link = join(home, 'sockets');
  const known = await readlink(link).catch(() => null);
  const folder = known ?? join(tmpdir(), `veche-${randomBytes(8).toString('hex')}`);
  if (known === null) await symlink(folder, link);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await giveTo(account, folder);
  return folder;
}

/**
 * The binaries of this platform's package. Only they are taken from `embedded-postgres`: its class installs exit hooks
 * that would stop the database before the requests under way are answered.
 */
async function findBinaries(account: Account | null): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let native: string;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    native = join(dirname(createRequire(wrapper).resolve(name)), '..', 'native');
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `there is no embedded database for this platform (${name}): set DATABASE_URL`,
      { cause },
    );
  }
  if (account && !(await mayPass(join(native, 'bin'), account))) native = await copyBinaries(native);
  const bin = join(native, 'bin');
  await Promise.all(['initdb', 'pg_ctl', 'postgres'].map((file) => makeExecutable(join(bin, file))));
  return { initdb: join(bin, 'initdb'), pgCtl: join(bin, 'pg_ctl') };
}

async function copyBinaries(native: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const target = join(SHARED_HOME, `postgresql-${version}`);
  if (await exists(target)) return target;
  await mkdir(SHARED_HOME, { recursive: true, mode: 0o711 });
  const partial = `${target}.${process.pid}`;
  await cp(native, partial, { recursive: true, verbatimSymlinks: true });
  await rename(partial, target).catch(async (error: unknown) => {
    await rm(partial, { recursive: true, force: true });
    if (!(await exists(target))) throw error;
  });
  return target;
}

async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o111) !== 0o111) await chmod(path, mode | 0o555);
}

/** pg_ctl puts the server into a session of its own, so that Ctrl-C reaches us and not the server. */
async function runAs(account: Account | null, file: string, args: string[]): Promise<void> {
  await run(file, args, {
    cwd: '/',
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    timeout: 120_000,
    ...account,
  });
}

async function giveTo(account: Account | null, path: string): Promise<void> {
  if (account) await chown(path, account.uid, account.gid);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';
const stderrOf = (error: unknown): string =>
  error instanceof Error && 'stderr' in error ? String(error.stderr).slice(-2000) : String(error);
