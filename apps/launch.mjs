// The door of the project: `npm start`, `npm test` and the rest come in here, on any Node from 20.19.
// It finds a Node and a pnpm that are new enough (through the npm registry, never by a global install), installs and
// builds what changed, and runs the command. It must stay plain JavaScript without dependencies.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE = 'node@24.21.0';
const PNPM = 'pnpm@12.21.0';
/** Node from here on runs our TypeScript as it is and satisfies every dependency. */
const NODE_AT_LEAST = [22, 18];

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const state = join(root, 'node_modules', '.veche');

/** Commands: what they need before they run, and what they run. */
const commands = {
  start: { build: true, run: ['apps/api/src/main.ts'] },
  dev: { build: false, run: ['apps/api/src/dev.ts'] },
  test: { build: true, run: ['tests/run.ts'] },
  check: { build: false, run: ['tests/run.ts', '--no-tests'] },
  bench: { build: true, run: ['tests/bench/run.ts'] },
  story: { build: false, run: ['tests/story/story.ts'] },
  verify: { build: false, run: ['ledger/bin/verify'] },
  witness: { build: false, run: ['apps/witness/src/main.ts'] },
  witnesses: { build: false, run: ['apps/api/src/witnesses-command.ts'] },
  mirror: { build: false, run: ['apps/api/src/mirror.ts'] },
  recover: { build: false, run: ['apps/api/src/recover.ts'] },
  'rotate-key': { build: false, run: ['apps/api/src/rotate-key.ts'] },
};

const [name = '', ...rest] = process.argv.slice(2);
const command = commands[name];
if (!command) {
  console.error(`usage: node apps/launch.mjs ${Object.keys(commands).join('|')}`);
  process.exit(2);
}

const tools = findTools();
const environment = {
  ...process.env,
  PATH: [...new Set([dirname(tools.node), tools.pnpmFolder])].join(':') + ':' + process.env.PATH,
  TURBO_TELEMETRY_DISABLED: '1',
  // npm leaves its own settings in the environment; pnpm would read them as its own.
  ...Object.fromEntries(
    Object.keys(process.env)
      .filter((key) => /^npm_config_/i.test(key) && !/registry|proxy|cafile/i.test(key))
      .map((key) => [key, undefined]),
  ),
};
install();
if (command.build) build();
await run();

/** The paths of a fitting node and pnpm; looked up once, then remembered beside the installed packages. */
function findTools() {
  const remembered = join(state, 'tools.json');
  const wanted = `${NODE} ${PNPM} ${process.version}`;
  if (existsSync(remembered)) {
    const found = JSON.parse(readFileSync(remembered, 'utf8'));
    if (found.wanted === wanted && existsSync(found.node) && existsSync(join(found.pnpmFolder, 'pnpm')))
      return found;
  }
  const [major, minor] = process.versions.node.split('.').map(Number);
  const newEnough = major > NODE_AT_LEAST[0] || (major === NODE_AT_LEAST[0] && minor >= NODE_AT_LEAST[1]);
  if (!newEnough) say(`Node ${process.versions.node} is here; bringing ${NODE} through the npm registry.`);
  const packages = newEnough ? ['-p', PNPM] : ['-p', NODE, '-p', PNPM];
  const report = `node -e "console.log(JSON.stringify({node:process.execPath,path:process.env.PATH}))"`;
  const result = spawnSync('npx', ['-y', ...packages, '-c', report], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (result.status !== 0)
    fail(`could not bring ${packages.filter((part) => part !== '-p').join(' and ')} from the npm registry`);
  const { node, path } = JSON.parse(result.stdout.trim().split('\n').at(-1));
  const pnpmFolder = path.split(':').find((folder) => existsSync(join(folder, 'pnpm')));
  if (!pnpmFolder) fail('pnpm came from the registry but cannot be found on the PATH');
  const found = { wanted, node, pnpmFolder };
  mkdirSync(state, { recursive: true });
  writeFileSync(remembered, JSON.stringify(found));
  return found;
}

/** Installs the locked packages when the lockfile or a manifest changed since the last time. */
function install() {
  const stamp = join(state, 'installed');
  const manifests = listFiles(root, (path) =>
    /(^|\/)(package\.json|pnpm-lock\.yaml|pnpm-workspace\.yaml)$/.test(path),
  );
  const digest = digestOf(manifests);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  say('Installing packages.');
  const reporter = process.stdout.isTTY ? 'default' : 'append-only';
  const result = spawnSync(
    join(tools.pnpmFolder, 'pnpm'),
    ['install', '--frozen-lockfile', `--reporter=${reporter}`],
    {
      stdio: ['ignore', 2, 2],
      env: { ...environment, CI: 'true' },
    },
  );
  if (result.status !== 0) fail('installing the packages failed; nothing else was changed');
  mkdirSync(state, { recursive: true });
  writeFileSync(stamp, digest);
}

/** Builds the pages when a source they are made of changed since the last build. */
function build() {
  const stamp = join(state, 'built');
  const sources = listFiles(
    root,
    (path) => /^(apps\/web|packages|ledger\/src)\//.test(path) && !path.endsWith('.test.ts'),
  );
  const digest = digestOf([...sources, join(root, 'pnpm-lock.yaml')]);
  if (
    existsSync(join(root, 'apps/web/build/handler.js')) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === digest
  )
    return;
  rmSync(stamp, { force: true });
  say('Building the pages.');
  const result = spawnSync(
    join(root, 'node_modules/.bin/turbo'),
    ['run', 'build', '--output-logs=new-only', '--log-prefix=none'],
    {
      stdio: ['ignore', 2, 2],
      env: environment,
    },
  );
  if (result.status !== 0) fail('building the pages failed');
  writeFileSync(stamp, digest);
}

/** Runs the command's own program and leaves with its exit code; signals are passed on and waited for. */
async function run() {
  const child = spawn(tools.node, [...command.run, ...rest], { stdio: 'inherit', env: environment });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // Ctrl-C reaches the child by the terminal already; a signal sent to us alone is passed on.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  // npm passes a signal to the shell between us, which may end without telling us: an orphan stops too.
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500);
  const [code, signal] = await new Promise((settle) => child.on('exit', (...ended) => settle(ended)));
  clearInterval(watch);
  process.exitCode = code ?? (signal ? 130 : 1);
}

function listFiles(folder, wanted) {
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (/^(node_modules|\.git|\.turbo|\.svelte-kit|build|var)$/.test(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...listFiles(path, wanted));
    else if (wanted(relative(root, path))) found.push(path);
  }
  return found.sort();
}

function digestOf(files) {
  const hash = createHash('sha256').update(process.version);
  for (const file of files)
    hash.update(`${relative(root, file)}\0${statSync(file).size}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

function say(text) {
  console.error(`veche: ${text}`);
}

function fail(text) {
  say(text);
  process.exit(1);
}
