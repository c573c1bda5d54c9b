// Builds the house: database, log, files, queue, carriers, and the modules that live on them.
// The one place that joins adapters with modules. It opens no port: see http.ts.
import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@veche/core/clock.ts';
import { LOCALES, type Locale } from '@veche/core/locale.ts';
import { createTranslate, type Translate } from '@veche/core/messages.ts';
import { clearScratch, prepareDataDir, type DataDir } from '@veche/files/data-dir.ts';
import { createFileStore } from '@veche/files/file-store.ts';
import { createTileStore } from '@veche/files/tile-store.ts';
import { parseLogKeys } from '@veche/ledger/log-keys.ts';
import type { ListedTileStore } from '@veche/ledger/log-store.ts';
import { SequencerFault, type TileStore } from '@veche/ledger/sequencer.ts';
import type { House, Job, Logger, MessageTransport } from '@veche/module-kit/module.ts';
import type { Route } from '@veche/module-kit/route.ts';
import type { Guard } from '@veche/module-kit/server.ts';
import type { QueueVitals } from '@veche/module-kit/vitals.ts';
import { createGuard } from '@veche/people/guard.ts';
import { readOutboxFigures } from '@veche/people/message-store.ts';
import { createNotices } from '@veche/people/notices.ts';
import { connect, type Connection, type DatabaseAddress } from '@veche/postgres/connect.ts';
import { auditDatabase } from '@veche/postgres/database-audit.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@veche/postgres/embedded.ts';
import { openJobQueue, queueOf, type JobQueue, type NamedJob } from '@veche/postgres/jobs.ts';
import { createLedgerPort, type PostgresLedger } from '@veche/postgres/ledger-port.ts';
import { migrate } from '@veche/postgres/migrate.ts';
import { grantApplication, mayChangeLog, openApplicationRole } from '@veche/postgres/rights.ts';
import { startSequencerProcess, type SequencerProcess } from '@veche/postgres/sequencer-process.ts';
import { createDatabase, dropDatabase } from '@veche/postgres/template.ts';
import { findOpenFork } from '@veche/postgres/witness-records.ts';
import { createWitnessing, type Witnessing } from '@veche/postgres/witnessing.ts';
import { useNativeCrypto } from '@veche/witness/native-crypto.ts';
import { askWitness, findShownCheckpoint } from '@veche/witness/ask.ts';
import { openDemoClock, type MovableClock } from './demo/clock.ts';
import { forgetDemoWitnesses, openDemoWitnesses } from './demo/witnesses.ts';
import { explainRefusal } from './explain-refusal.ts';
import { isUnfinishedDemo, openInstallation, type Installation } from './installation.ts';
import en from './messages/en.json' with { type: 'json' };
import ru from './messages/ru.json' with { type: 'json' };
import { createCounters, type Counters } from './metrics.ts';
import { chooseRegistrar, loadLogKeys, loadRegistrarKeys, type LogKeys, type Registrar } from './log-keys.ts';
import { openLogStore } from './log-stores.ts';
import { startMirroring, type Mirroring } from './mirroring.ts';
import { modules } from './modules.ts';
import { findOffice } from './registrar-rotation.ts';
import type { Settings } from './settings.ts';
import { createSignatureCheck } from './signatures.ts';
import { createTransports } from './transports.ts';
import { loadPolicy, WITNESS_LARGER, WitnessError, type Witnesses } from './witnesses.ts';

export type OpenHouse = {
  readonly house: House;
  readonly routes: readonly Route[];
  readonly guard: Guard;
  readonly translate: Readonly<Record<Locale, Translate>>;
  readonly tiles: TileStore;
  readonly installation: Installation;
  readonly counters: Counters;
  readonly connection: Connection;
  /** The house's clock; in a demonstration it may be held. */
  readonly clock: Clock & Partial<MovableClock>;
  /** Runs the jobs of this role from now on. Call once, after a demonstration is complete. */
  startJobs(): Promise<void>;
  /** Runs every timed job once, now: for a clock that was moved. */
  runTimedJobs(): Promise<void>;
  /** What is wrong at this moment; null when requests can be served. */
  findTrouble(): Promise<string | null>;
  /** Ends jobs, sequencer, connections and the embedded database, in that order. Safe to call twice. */
  close(): Promise<void>;
};

export type HouseOptions = {
  readonly settings: Settings;
  readonly webOrigin: string;
  readonly log: Logger;
  /** Other carriers in place of those of the settings: for tests. */
  readonly transports?: readonly MessageTransport[];
  /**
   * Where the clock of a demonstration stands that is filled after this: before all that will be told of it, since nobody's
   * clock goes back, that of a witness least of all.
   */
  readonly heldAt?: Date;
};

const MIGRATIONS = join(import.meta.dirname, '../../../migrations');
/** What a service manager and an impatient person allow. */
const HEALTH_MS = 2_000;
/** For the very first checkpoint to be witnessed, so that no page is asked for before there is one. */
const FIRST_CHECKPOINT_MS = 2_000;

/**
 * Opens everything the role needs and starts its work.
 * @throws SettingsError, InstallationError, WitnessError, EmbeddedPostgresError, MigrationError: with a text for the
 * operator.
 */
export async function openHouse({ settings, webOrigin, log, ...options }: HouseOptions): Promise<OpenHouse> {
  const closing: (() => Promise<void>)[] = [];
  const close = closeOnce(closing, log);
  try {
    useNativeCrypto();
    const dataDir = await prepareDataDir(settings.dataDir);
    const embedded = settings.database ? null : await startEmbeddedPostgres({ directory: dataDir.postgres });
    if (embedded) closing.push(embedded.stop);
    if (embedded) await clearUnfinishedDemo(embedded.address, dataDir);
    const { connection, address } = await openDatabase(settings, embedded, log);
    closing.push(connection.close);
    if (embedded) await clearScratch(dataDir);

    const logKeys = await loadLogKeys(dataDir, webOrigin);
    const { signer, verifierKeys } = logKeys;
    const registrarKeys = await loadRegistrarKeys(dataDir, webOrigin);
    const installation = await openInstallation(connection.sql, {
      demo: settings.demo,
      demoByDefault: embedded !== null && settings.tiles === undefined,
      verifierKeys,
    });
    const office = await findOffice(connection.sql);
    const registrar = chooseRegistrar(registrarKeys, signer.name, office?.key ?? null);
    const demoClock = installation.demo ? await openDemoClock(connection.sql) : null;
    if (demoClock) closing.push(demoClock.close);
    if (options.heldAt && !installation.seeded) demoClock?.hold(options.heldAt);
    const clock = demoClock ?? { now: () => new Date() };
    const tiles = await openTiles(settings, dataDir, closing);
    const witnesses = await openWitnesses({ settings, demoClock, dataDir, verifierKeys, log }, closing);
    const { sql } = connection;
    const mirroring = plays(settings, 'sequencer')
      ? await openMirror({ settings, dataDir, tiles, installation, log }, closing)
      : null;
    const sequencing = plays(settings, 'sequencer')
      ? await openSequencer({ address, sql, tiles, logKeys, registrar, witnesses, mirroring, log }, closing)
      : null;
    const ledger = await createLedgerPort({
      sql: connection.sql,
      address,
      tiles,
      origin: signer.name,
      // Those of earlier years too: what they signed stays true, such as the checkpoint an old meeting was closed at.
      verifierKey: installation.logKeys.map(({ vkey }) => vkey).join('\n'),
      signEntry: (entry) => registrar.signEntry(entry),
      sequencer: sequencing?.sequencer ?? null,
      policy: witnesses?.policy ?? null,
      witnessing: sequencing?.witnessing ?? null,
    });
    closing.push(ledger.stop);

    const translate = Object.fromEntries(
      LOCALES.map((locale) => [
        locale,
        createTranslate(locale, { ru, en }[locale], ...modules.map((module) => module.messages[locale])),
      ]),
    ) as Record<Locale, Translate>;

    const transports = createTransports(settings, installation.demo, webOrigin);
    closing.push(async () => transports.close());
    let jobQueue: JobQueue | null = null;
    const readQueues = async (): Promise<QueueVitals[]> => [
      ...(await readOutboxFigures(connection.db, clock.now())),
      ...((await jobQueue?.figures()) ?? []),
    ];
    const counters = createCounters(
      settings.dataDir,
      () => Date.now(),
      () => mirroring?.state() ?? null,
      readQueues,
    );
    const checkSignature = createSignatureCheck();
    closing.push(checkSignature.close);
    const events = deferEvents();
    const house: House = {
      db: connection.db,
      clock,
      random: (length) => randomBytes(length),
      ledger,
      notices: createNotices({ translate, clock, random: randomBytes, webOrigin }),
      files: createFileStore(dataDir.files, dataDir.scratch),
      events: events.port,
      log,
      vitals: counters.vitals,
      checkSignature,
      webOrigin,
      demo: installation.demo,
      ...(settings.operator ? { operator: settings.operator } : {}),
      transports: options.transports ?? transports.all,
      ...(demoClock ? { demoClock: { advance: advanceWith(demoClock.advance, ledger) } } : {}),
    };
    const jobs: NamedJob[] = [
      ...modules.flatMap((module) => module.jobs(house).map((job) => ({ module: module.name, job }))),
      { module: 'ledger', job: databaseAudit(house, connection, tiles) },
    ];
    const queue = await openJobQueue({
      address,
      log,
      queues: jobs.map(queueOf),
      reactions: jobs.flatMap((named) =>
        'on' in named.job ? [{ queue: queueOf(named), on: named.job.on }] : [],
      ),
    });
    jobQueue = queue;
    closing.push(queue.stop);
    events.connect(queue.events);

    return {
      house,
      routes: modules.flatMap((module) => module.routes(house)),
      guard: createGuard(
        house,
        modules.map(({ permissions }) => permissions),
      ),
      translate,
      tiles,
      installation,
      counters,
      connection,
      clock,
      startJobs: async () => {
        if (plays(settings, 'jobs')) await queue.work(jobs);
      },
      runTimedJobs: async () => {
        for (const { job } of jobs) if ('everySeconds' in job) await job.run();
      },
      findTrouble: () => findTrouble(connection, ledger, sequencing?.sequencer ?? null),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A day: what a superuser changed behind the triggers is told by the next morning. */
const AUDIT_SECONDS = 86_400;

function databaseAudit(
  { ledger, checkSignature, log }: House,
  { sql }: Connection,
  tiles: TileStore,
): Extract<Job, { everySeconds: number }> {
  const logKeys = parseLogKeys(ledger.verifierKey);
  return {
    name: 'ledger.audit-database',
    everySeconds: AUDIT_SECONDS,
    async run() {
      const { size, broken } = await auditDatabase({ sql, tiles, logKeys, checkSignature });
      if (broken) log.error({ ...broken, size }, 'the database differs from the signed log');
    },
  };
}

/** Moves the clock, and has the witnesses sign by it at once: else they would seem hours late. */
const advanceWith =
  (advance: MovableClock['advance'], ledger: House['ledger']): MovableClock['advance'] =>
  async (seconds) => {
    const now = await advance(seconds);
    await ledger.witnessedFrom(Math.floor(now.getTime() / 1_000), 0);
    return now;
  };

const plays = ({ role }: Settings, part: 'sequencer' | 'jobs'): boolean => role === 'all' || role === part;

/**
 * Migrates as the owner of the tables and connects as somebody who may only add to the log: with the embedded database
 * always, with one of the operator's where VECHE_MIGRATION_URL tells the two apart.
 */
async function openDatabase(
  settings: Settings,
  embedded: EmbeddedPostgres | null,
  log: Logger,
): Promise<{ connection: Connection; address: DatabaseAddress }> {
  if (embedded) await createDatabase(embedded.address);
  const owner = embedded?.address ?? settings.migrations;
  const address = owner ? await migrateAs(owner, settings.database) : settings.database!;
  const connection = connect(address);
  try {
    // Without an owner of their own the tables are the application's.
    if (!owner) await migrate(connection.sql, MIGRATIONS);
    if (await mayChangeLog(connection.sql))
      log.warn({}, 'the role of DATABASE_URL may change what is logged: see VECHE_MIGRATION_URL');
    return { connection, address };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** @returns where the application connects: to `application`, or as a role that is made for it. */
async function migrateAs(
  owner: DatabaseAddress,
  application: DatabaseAddress | null,
): Promise<DatabaseAddress> {
  const { sql, close } = connect(owner, { max: 2, applicationName: 'veche-migrations' });
  try {
    await migrate(sql, MIGRATIONS);
    const address = application ?? (await openApplicationRole(sql, owner));
    await grantApplication(sql, address.user);
    return address;
  } finally {
    await close();
  }
}

/** A demonstration that was not filled to the end is thrown away, its database and its log: nobody has seen it yet. */
async function clearUnfinishedDemo(address: DatabaseAddress, dataDir: DataDir): Promise<void> {
  await createDatabase(address);
  const connection = connect(address, { max: 1 });
  const unfinished = await isUnfinishedDemo(connection.sql).finally(connection.close);
  if (!unfinished) return;
  await dropDatabase(address);
  await forgetDemoWitnesses(dataDir);
  for (const folder of [dataDir.log, dataDir.files]) {
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
  }
}

/** Where the log's files are: in the data folder, or in object storage. */
async function openTiles(
  settings: Settings,
  dataDir: DataDir,
  closing: (() => Promise<void>)[],
): Promise<ListedTileStore> {
  if (settings.tiles === undefined) return createTileStore(dataDir.log, dataDir.scratch);
  const { store, close } = await openLogStore(settings.tiles);
  closing.push(async () => close());
  return store;
}

/** Null: the log has no second copy. */
async function openMirror(
  parts: {
    settings: Settings;
    dataDir: DataDir;
    tiles: ListedTileStore;
    installation: Installation;
    log: Logger;
  },
  closing: (() => Promise<void>)[],
): Promise<Mirroring | null> {
  const { settings, dataDir, tiles, installation, log } = parts;
  if (settings.mirror === undefined) return null;
  const { store, close } = await openLogStore(settings.mirror);
  closing.push(async () => close());
  const mirroring = startMirroring({
    primary: tiles,
    mirror: store,
    logKeys: parseLogKeys(installation.logKeys.map(({ vkey }) => vkey)),
    evidence: join(dataDir.root, 'evidence'),
    log,
  });
  closing.push(mirroring.stop);
  return mirroring;
}

type WitnessParts = {
  readonly settings: Settings;
  /** Null outside of a demonstration. */
  readonly demoClock: MovableClock | null;
  readonly dataDir: DataDir;
  readonly verifierKeys: readonly string[];
  readonly log: Logger;
};

/** Null: the log asks no witnesses. Every process knows the policy; the one that may sequence asks. */
async function openWitnesses(
  { settings, demoClock, dataDir, verifierKeys, log }: WitnessParts,
  closing: (() => Promise<void>)[],
): Promise<Witnesses | null> {
  const { witnessPolicy } = settings;
  if (witnessPolicy === 'none') return null;
  if (witnessPolicy !== undefined) return { policy: await loadPolicy(witnessPolicy, verifierKeys) };
  if (!demoClock) return null;
  const ofDemo = await openDemoWitnesses({ dataDir, verifierKeys, clock: demoClock.state, log });
  closing.push(ofDemo.close);
  const { policy } = ofDemo;
  return plays(settings, 'sequencer') ? { policy, urls: await ofDemo.serve() } : { policy };
}

type SequencerParts = {
  readonly address: DatabaseAddress;
  readonly sql: Connection['sql'];
  readonly tiles: TileStore;
  readonly logKeys: LogKeys;
  readonly registrar: Registrar;
  readonly witnesses: Witnesses | null;
  readonly mirroring: Mirroring | null;
  readonly log: Logger;
};

type Sequencing = { readonly sequencer: SequencerProcess; readonly witnessing: Witnessing | null };

async function openSequencer(
  { address, sql, tiles, logKeys, registrar, witnesses, mirroring, log }: SequencerParts,
  closing: (() => Promise<void>)[],
): Promise<Sequencing> {
  const { signer, retiring } = logKeys;
  const witnessing =
    witnesses &&
    createWitnessing({
      sql,
      tiles,
      ...witnesses,
      ask: askWitness,
      findShown: (url) => findShownCheckpoint(url, signer.name),
      log,
    });
  const sequencer = startSequencerProcess({
    address,
    tiles,
    origin: signer.name,
    signer,
    retiring,
    firstEntry: () => Buffer.from(registrar.leaf),
    now: () => Date.now(),
    log,
    keepReplaced: mirroring !== null,
    ...(witnessing ? { publishTo: 'head' as const } : {}),
    async checkStart(head) {
      await mirroring?.checkStart(head);
      await witnessing?.checkStart(head);
    },
  });
  closing.push(sequencer.stop);
  if (witnessing) {
    const first = Promise.withResolvers<void>();
    witnessing.onWitnessed(() => first.resolve());
    witnessing.follow(sequencer);
    closing.push(witnessing.stop);
    await readyUnlessForked(sequencer, sql);
    const late = new Promise<void>((resolve) => setTimeout(resolve, FIRST_CHECKPOINT_MS).unref());
    if (!(await tiles.read('checkpoint'))) await Promise.race([first.promise, late]);
  } else await readyUnlessForked(sequencer, sql);
  // There is a log to be copied now.
  mirroring?.follow((fault) => sequencer.halt(fault));
  return { sequencer, witnessing };
}

/** A log that evidence keeps where it is can still be read by everybody: only what would add to it is refused. */
async function readyUnlessForked(sequencer: SequencerProcess, sql: Connection['sql']): Promise<void> {
  try {
    await sequencer.ready();
  } catch (error) {
    if (await findOpenFork(sql)) return;
    if (error instanceof SequencerFault && error.code === 'witness-larger')
      throw new WitnessError(WITNESS_LARGER, { cause: error });
    if (error instanceof SequencerFault) throw explainRefusal(error);
    throw error;
  }
}

/** Events before the queue is open would be lost, so emitting then is a bug. */
function deferEvents(): { port: House['events']; connect(port: House['events']): void } {
  let open: House['events'] | null = null;
  return {
    port: {
      emit(tx, name, event) {
        if (!open) throw new TypeError('an event was emitted before the house was open');
        return open.emit(tx, name, event);
      },
    },
    connect: (port) => void (open = port),
  };
}

async function findTrouble(
  { sql }: Connection,
  ledger: Pick<PostgresLedger, 'isForked'>,
  sequencer: SequencerProcess | null,
): Promise<string | null> {
  const answer = sql`SELECT 1`.then(
    () => null,
    () => 'database',
  );
  const late = new Promise<string>((resolve) => setTimeout(resolve, HEALTH_MS, 'database').unref());
  const trouble = await Promise.race([answer, late]);
  if (trouble) return trouble;
  if (ledger.isForked()) return 'forked';
  return sequencer?.state() === 'failing' ? 'sequencer' : null;
}

function closeOnce(closing: (() => Promise<void>)[], log: Logger): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    for (const closePart of closing.reverse()) {
      await closePart().catch((error: unknown) =>
        log.error({ error: error instanceof Error ? error.name : '' }, 'a part did not close'),
      );
    }
  };
  return () => (closed ??= closeAll());
}
