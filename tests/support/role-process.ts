// One process of an installation in a role of its own, to be killed by a test:
//   role-process.ts <JSON of Settings>
// Tells its parent the port it took once it is ready.
import { startServer } from '@veche/api/start.ts';
import type { Settings } from '@veche/api/settings.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };
const { localUrl } = await startServer({
  settings: JSON.parse(process.argv[2]!) as Settings,
  log,
  seed: false,
  pages: false,
});
process.send!({ url: localUrl });
process.on('disconnect', () => process.exit(0));
