// What a meeting of a large building costs, from the register to the verifier's word: the product's own parts over its own
// database, one house for each size, so that no size rests on what another left behind.
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID, sign } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openHouse, type OpenHouse } from '@veche/api/house.ts';
import type { Settings } from '@veche/api/settings.ts';
import { rational } from '@veche/core/rational.ts';
import { encodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { makeCommitment } from '@veche/ledger/commitment.ts';
import { possessionMessage } from '@veche/ledger/entry.ts';
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import { streamBundle } from '@veche/meetings/bundle.ts';
import { inspectDraft } from '@veche/meetings/calling/inspect.ts';
import { operatorOf } from '@veche/meetings/calling/standing-view.ts';
import { translateIn } from '@veche/meetings/catalogs.ts';
import { beginClosing, finishClosing } from '@veche/meetings/closing.ts';
import { layBox, resultOf } from '@veche/meetings/closing/box.ts';
import { withBoxThread } from '@veche/meetings/closing/box-thread.ts';
import { drawUp } from '@veche/meetings/closing/editions.ts';
import { arithmeticLines } from '@veche/meetings/domain/arithmetic.ts';
import { ballotIdem } from '@veche/meetings/domain/ballot.ts';
import { NO_PARTICULARS } from '@veche/meetings/domain/minutes-model.ts';
import { callDraft, openMeeting } from '@veche/meetings/opening.ts';
import {
  findMeeting,
  insertBallots,
  insertDraft,
  insertEntry,
  noticeOf,
  pageEffective,
  pageRoll,
  putEffective,
  readRoll,
  type BallotRow,
  type MeetingKey,
} from '@veche/meetings/store.ts';
import type { Register, Title } from '@veche/people/domain/register.ts';
import { applyRegister, insertImport } from '@veche/people/register-store.ts';
import { dayIn } from '@veche/people/register/local-day.ts';
import { ensurePerson, getBuilding, insertBuilding } from '@veche/people/store.ts';
import { explainItem } from '@veche/rules/explain.ts';
import { listPresets } from '@veche/rules/presets.ts';
import type { DatabaseAddress } from '@veche/postgres/connect.ts';
import { startEmbeddedPostgres } from '@veche/postgres/embedded.ts';
import { createDatabase } from '@veche/postgres/template.ts';
import type { Figure } from './figures.ts';
import { keyOf, leafOf } from './synthetic-meeting.ts';

const root = resolve(import.meta.dirname, '../..');
const SIZES = [300, 3_000, 30_000] as const;
const ITEMS = 40;
/** A step may cost an entitlement half as much again in a building ten times larger, for caches and the collector. */
const MOST_GROWTH = 1.5;
/** A step that is over sooner is all fixed cost and noise. */
const LEAST_MS = 40;
/** A vote in another meeting waits no longer for this one to be closed, above what it takes anyway. */
const LONGEST_STALL_MS = 250;
const CHUNK = 1_000;
const DAY_SECONDS = 86_400;
const STALL_RESOLUTION_MS = 5;

/** A step of a meeting: how long it took, and how much memory the process that took it held at its highest. */
type Step = { readonly name: string; readonly seconds: number; readonly memoryBytes: number };
type Measured = {
  readonly size: number;
  readonly steps: readonly Step[];
  /** How long the server's own thread answered nobody, at the longest, while the meeting was closed. */
  readonly stallMs: number;
  readonly verdictMicros: number;
  readonly wordsMicros: number;
};

export async function benchMeetingSizes(
  say: (text: string) => void,
  sizes: readonly number[] = SIZES,
): Promise<Figure[]> {
  const measured: Measured[] = [];
  for (const size of sizes) {
    const one = await holdMeetingOf(size);
    say(`${size} entitlements, ${ITEMS} items:`);
    for (const { name, seconds, memoryBytes } of one.steps)
      say(
        `  ${name.padEnd(48)} ${seconds.toFixed(3).padStart(8)} s ${mebibytes(memoryBytes).toFixed(0).padStart(6)} MiB`,
      );
    measured.push(one);
  }
  return figuresOf(measured);
}

const mebibytes = (bytes: number): number => bytes / 2 ** 20;

function figuresOf(measured: readonly Measured[]): Figure[] {
  const figures: Figure[] = [];
  for (const [position, { name }] of measured[0]!.steps.entries()) {
    for (const { size, steps } of measured)
      figures.push({ name: `${name}: ${size}`, value: steps[position]!.seconds, unit: 's' });
    figures.push({
      name: '  memory of the process, at its highest',
      value: mebibytes(measured.at(-1)!.steps[position]!.memoryBytes),
      unit: 'MiB',
    });
    const [smaller, larger] = measured.slice(-2);
    if (!smaller || !larger) continue;
    const costOf = ({ size, steps }: Measured): number =>
      Math.max(steps[position]!.seconds, LEAST_MS / 1_000) / size;
    figures.push({
      name: `  per entitlement, beside the building of ${smaller.size}`,
      value: costOf(larger) / costOf(smaller),
      unit: '',
      limit: { atMost: MOST_GROWTH },
    });
  }
  for (const { size, stallMs } of measured)
    figures.push({
      name: `the server answers nobody while ${size} are closed, at the longest`,
      value: stallMs,
      unit: 'ms',
      limit: { atMost: LONGEST_STALL_MS },
    });
  for (const { size, verdictMicros } of measured)
    figures.push({ name: `one verdict over ${size} entitlements`, value: verdictMicros, unit: 'µs' });
  figures.push({ name: 'its arithmetic in words', value: measured.at(-1)!.wordsMicros, unit: 'µs' });
  return figures;
}

/** Calls, opens, fills, closes and verifies one meeting in a house of its own. */
async function holdMeetingOf(size: number): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'veche-meeting-'));
  const postgres = await startEmbeddedPostgres({ directory: join(folder, 'database') });
  await createDatabase(postgres.address);
  const open = await openHouse({
    settings: settingsOf(folder, postgres.address),
    webOrigin: 'https://bench.example',
    log: silent,
  });
  const steps: Step[] = [];
  const take = async <T>(name: string, step: () => T | Promise<T>): Promise<T> => {
    await forgetHighest();
    const began = performance.now();
    const done = await step();
    const seconds = (performance.now() - began) / 1_000;
    steps.push({ name, seconds, memoryBytes: await highestMemory('self') });
    return done;
  };
  const { house } = open;
  const pass = (seconds: number): Promise<unknown> => open.clock.advance!(seconds);
  try {
    const { buildingId, chair } = await settle(open, size, (step) => take('register taken into use', step));
    // What the database does by itself within a minute: a register is there long before its first meeting.
    await open.connection.sql`ANALYZE`;
    const key = { buildingId, id: randomUUID().replaceAll('-', '').slice(0, 24) };
    await call(open, key, chair);
    await pass(2 * 3_600);
    await take('roll taken at the opening, messages queued', () => openMeeting(house, key));
    await fill(open, key);
    await pass(11 * DAY_SECONDS);
    const refused = await beginClosing(house, key, chair, 'ru');
    if (refused) throw new Error(`the meeting of the bench cannot be closed: ${refused.refused}`);
    const stalls = monitorEventLoopDelay({ resolution: STALL_RESOLUTION_MS });
    await take('closing whole: seal, count, minutes, result', async () => {
      stalls.enable();
      if (!(await finishClosing(house, key, 60_000))) throw new Error('the log of the bench is too slow');
      stalls.disable();
    });

    const row = (await findMeeting(house.db, key))!;
    const { items } = noticeOf(row);
    const counted = await withBoxThread(async (thread) => {
      await take('  box and roll laid in their thread', async () => {
        await layBox(house, key, thread);
        await thread.lay('roll', pageRoll(house.db, key));
        await thread.lay('effective', pageEffective(house.db, key));
      });
      await take('  box sealed', () => thread.ask('seal'));
      const done = await take('  count with traces', () =>
        thread.ask('count', { meeting: key.id, items, closingSize: null }),
      );
      await take('  minutes as PDF, XML and JSON', () => drawUp(house, row, 2, NO_PARTICULARS, null, thread));
      return done;
    });
    if (counted.text !== row.result) throw new Error('the count of the bench differs from itself');
    const bundle = join(folder, 'bundle.jsonl');
    await take('audit bundle streamed', () =>
      pipeline(streamBundle(house, key, row), createWriteStream(bundle)),
    );
    const vkey = house.ledger.verifierKey;
    await open.close();
    steps.push({ name: 'verified by the program', ...(await verify(bundle, join(folder, 'log'), vkey)) });

    const result = resultOf(row);
    const translate = translateIn('ru');
    const began = performance.now();
    for (const [position, item] of items.entries())
      arithmeticLines(explainItem(result.items[position]!, item.rule), 'ru', translate);
    const counting = steps.find(({ name }) => name.endsWith('count with traces'))!;
    return {
      size: row.rollSize!,
      steps,
      stallMs: Math.max(0, stalls.max / 1e6 - STALL_RESOLUTION_MS),
      verdictMicros: (counting.seconds / ITEMS) * 1e6,
      wordsMicros: ((performance.now() - began) / ITEMS) * 1e3,
    };
  } finally {
    await open.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const silent = { info: () => {}, warn: () => {}, error: (facts: object) => console.error(facts) };

const settingsOf = (dataDir: string, database: DatabaseAddress): Settings => ({
  port: 0,
  host: '127.0.0.1',
  database,
  dataDir,
  webOrigin: 'https://bench.example',
  role: 'all',
  // For a clock that can be moved.
  demo: true,
  witnessPolicy: 'none',
  smtpUrl: null,
  mailFrom: null,
  smsGatewayUrl: null,
  admin: null,
  metricsToken: null,
  logLevel: 'error',
});

/** Nine tenths of the titles in flats of three owners, the rest parking places of some of them. */
function inventRegister(size: number): Register {
  const parking = Math.floor(size / 10);
  const flats = Math.floor((size - parking) / 3);
  const single = size - parking - flats * 3;
  const title = (premisesNumber: string, person: number, share: Title['share']): Title => ({
    premisesNumber,
    person: `p${person}`,
    share,
    document: `77-77/${premisesNumber}-${person}`,
    validFrom: '2020-01-15',
    row: null,
  });
  const premises: Register['premises'][number][] = [];
  const titles: Title[] = [];
  for (let i = 0; i < flats; i++) {
    const number = String(i + 1);
    premises.push({ number, kind: 'flat', entrance: String(1 + (i % 12)), areaCm2: 405_000 + i });
    for (const [k, share] of [rational(1, 2), rational(1, 3), rational(1, 6)].entries())
      titles.push(title(number, i * 3 + k, share));
  }
  for (let i = 0; i < single + parking; i++) {
    const number = `P${i + 1}`;
    premises.push({ number, kind: 'parking', entrance: '', areaCm2: 125_000 + i });
    titles.push(title(number, i * 7, rational(1)));
  }
  const persons = Array.from({ length: flats * 3 }, (_, i) => ({
    ref: `p${i}`,
    kind: 'natural' as const,
    name: `Owner ${i}`,
    email: `owner${i}@bench.example`,
  }));
  return { premises, titles, persons };
}

async function settle(
  open: OpenHouse,
  size: number,
  take: (step: () => Promise<void>) => Promise<void>,
): Promise<{ buildingId: string; chair: string }> {
  const { house, clock } = open;
  const register = inventRegister(size);
  const now = clock.now();
  const { id: buildingId, timeZone } = await insertBuilding(
    house.db,
    {
      address: 'Bench 1',
      city: 'Bench',
      timeZone: 'Europe/Moscow',
      areaCm2: register.premises.reduce((sum, { areaCm2 }) => sum + areaCm2, 0),
    },
    now,
  );
  const contact = { channel: 'email', address: 'chair@bench.example' } as const;
  const chair = await ensurePerson(house.db, contact, 'Chair', 'ru', now);
  const importId = randomUUID();
  const fileName = 'register.csv';
  await insertImport(
    house.db,
    {
      id: importId,
      buildingId,
      uploadedBy: chair,
      fileName,
      file: '',
      header: [],
      preview: [],
      rows: size,
      mapping: {},
    },
    now,
  );
  await take(() =>
    house.db.transaction((tx) =>
      applyRegister(tx, {
        buildingId,
        importId,
        fileName,
        appliedBy: chair,
        register,
        locale: 'ru',
        now,
        day: dayIn(now, timeZone),
        random: house.random,
        tellReplaced: async () => {},
      }),
    ),
  );
  return { buildingId, chair };
}

/** Called an hour before it opens: the bench takes every risk that the check finds. */
async function call({ house, clock }: OpenHouse, key: MeetingKey, chair: string): Promise<void> {
  const now = clock.now();
  const inHours = (hours: number): string =>
    new Date(Math.ceil(now.getTime() / 1_000) * 1_000 + hours * 3_600_000).toISOString().replace('.000', '');
  const rules = listPresets('ru', dayIn(now, 'Europe/Moscow'));
  const items = Array.from({ length: ITEMS }, (_, i) => ({
    text: `Item ${i + 1}: shall the owners decide so?`,
    explanation: '',
    ruleId: rules[i % rules.length]!.rule.id,
    entrance: '1',
  }));
  const draft = {
    title: 'Bench',
    form: 'absentee' as const,
    openness: 'public' as const,
    opensAt: inHours(1),
    closesAt: inHours(24 * 10),
    items,
  };
  await insertDraft(house.db, key, draft, 'ru', now);
  const row = (await findMeeting(house.db, key))!;
  const building = await getBuilding(house.db, key.buildingId);
  const { findings } = await house.db.transaction((tx) =>
    inspectDraft(tx, row, building, { now, locale: 'ru', operator: operatorOf(house) }),
  );
  const overrides = findings
    .filter(({ severity }) => severity === 'risk')
    .map(({ code, item }) => ({ code, item, reason: 'A bench' }));
  const refused = await callDraft(house, key, { personId: chair, language: 'ru', overrides, now });
  if (refused) throw new Error(`the meeting of the bench cannot be called: ${refused.refused}`);
}

/** A key and a ballot for every voter, through the log: as casting does it, but in large batches and without requests. */
async function fill({ house, clock }: OpenHouse, key: MeetingKey): Promise<void> {
  const now = clock.now();
  const roll = await readRoll(house.db, key);
  const { items } = noticeOf((await findMeeting(house.db, key))!);
  const voters = [
    ...Map.groupBy(
      roll.filter(({ voter }) => voter !== ''),
      ({ voter }) => voter,
    ),
  ];
  for (let from = 0; from < voters.length; from += CHUNK) {
    const given = voters.slice(from, from + CHUNK).map(([voter, records], i) => {
      const device = keyOf('device', from + i);
      const possession = encodeBase64(sign(null, possessionMessage(key.id, voter), device.secret));
      const keyLeaf = house.ledger.signEntry({
        kind: 'key.registered',
        meeting: key.id,
        voter,
        key: device.text,
        possession,
      });
      const salt = randomBytes(32);
      const payload = encodeCanonical({
        meeting: key.id,
        voter,
        entitlements: records.map(({ entitlement }) => entitlement).sort(),
        choices: Object.fromEntries(
          items.map(({ id }, k) => [
            id,
            (['for', 'for', 'against', 'abstain'] as const)[(from + i + k) % 4]!,
          ]),
        ),
      });
      const leaf = leafOf(
        {
          kind: 'ballot',
          meeting: key.id,
          voter,
          nonce: encodeBase64(randomBytes(16)),
          ballot: encodeBase64(makeCommitment(salt, encodeUtf8(payload))),
        },
        device,
      );
      const ballot: BallotRow = {
        buildingId: key.buildingId,
        meeting: key.id,
        idem: ballotIdem(leaf),
        voter,
        payload,
        salt: encodeBase64(salt),
        entitlements: records.map(({ entitlement }) => entitlement),
        castAt: now,
      };
      return { voter, keyLeaf, leaf, ballot };
    });
    await house.db.transaction(async (tx) => {
      for (const { voter, keyLeaf } of given)
        await insertEntry(tx, {
          buildingId: key.buildingId,
          meeting: key.id,
          idem: ballotIdem(keyLeaf),
          kind: 'key.registered',
          voter,
          payload: null,
          salt: null,
          createdAt: now,
        });
      const ballots = given.map(({ ballot }) => ballot);
      await insertBallots(tx, ballots);
      await putEffective(tx, ballots);
      await house.ledger.submit(tx, [
        ...given.map(({ keyLeaf }) => ({ idem: ballotIdem(keyLeaf), leaf: keyLeaf })),
        ...given.map(({ leaf, ballot }) => ({ idem: ballot.idem, leaf })),
      ]);
    });
    house.ledger.wake();
    await house.ledger.receipts([given.at(-1)!.ballot.idem], 60_000);
  }
}

/** The verifier as anybody runs it. @throws Error: when the meeting does not verify. */
async function verify(
  bundle: string,
  log: string,
  vkey: string,
): Promise<{ seconds: number; memoryBytes: number }> {
  const began = performance.now();
  const child = spawn(process.execPath, ['ledger/bin/verify', bundle, '--log', log, '--vkey', vkey], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let memoryBytes = 0;
  const watch = setInterval(() => {
    void highestMemory(String(child.pid)).then((bytes) => (memoryBytes = Math.max(memoryBytes, bytes)));
  }, 50);
  const code = await new Promise((ended) => child.on('exit', ended));
  clearInterval(watch);
  if (code !== 0) throw new Error(`verify ended with ${String(code)}`);
  return { seconds: (performance.now() - began) / 1_000, memoryBytes };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** So that what the process held at its highest is of the step that comes. Linux alone can forget; elsewhere it is a whole. */
async function forgetHighest(): Promise<void> {
  collectGarbage();
  await writeFile('/proc/self/clear_refs', '5').catch(() => {});
}

/** Resident memory of a process at its highest, in bytes; 0 where the system does not tell. */
async function highestMemory(pid: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}
