// The program behind `npm start`: starts the server, says where to look, and stops cleanly.
const began = performance.now();
await import('./quick-imports.ts');
const { chooseLogLevel, parseSettings, SettingsError } = await import('./settings.ts');
const { startServer } = await import('./start.ts');
const { createLogger } = await import('./logger.ts');
const { describeStart } = await import('./demo/welcome.ts');
const { describeError } = await import('@veche/module-kit/server.ts');

/** Longer than a graceful stop ever takes: a stop that hangs must not keep a port and a database. */
const STOP_MS = 20_000;

let stopping = false;
try {
  const settings = parseSettings(process.env, process.cwd());
  // Whether this is a demonstration only the database knows: until it is asked, trouble alone is logged.
  const log = createLogger(settings.logLevel ?? 'warn');
  const starting = startServer({ settings, log });
  const stop = (): void => {
    // A second signal means: at once.
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), STOP_MS).unref();
    // A start that is under way is ended once it has come to an end: nothing that it began is left behind.
    starting
      .then((server) => server.stop())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);

  const server = await starting;
  const { demo } = server.open.installation;
  log.level = settings.logLevel ?? chooseLogLevel({ isTerminal: process.stdout.isTTY === true, demo });
  const milliseconds = Math.round(performance.now() - began);
  log.info({ milliseconds }, 'started');
  if (!stopping) console.log(await describeStart(server, milliseconds));
} catch (error) {
  // While it is being stopped, the stop says how the program ends.
  if (!stopping) explain(error);
}

function explain(error: unknown): never {
  // Errors of these kinds are written for the operator; any other is ours and shows where it came from, without its text:
  // that of a failed query quotes what a person typed.
  const forOperator = error instanceof SettingsError || (error instanceof Error && 'code' in error);
  console.error(forOperator ? `veche: ${(error as Error).message}` : describeError(error));
  process.exit(1);
}
