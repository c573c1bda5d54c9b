// The modules whose pages this site has. A module is added by one line here and thin routes under routes/.
import type { WebModule } from '@veche/module-kit/web/module.ts';
import { log } from '@veche/log-explorer/web/module.ts';
import { meetings } from '@veche/meetings/web/module.ts';
import { people } from '@veche/people/web/module.ts';
import { together } from './pages/module.ts';

/** The first module that owns a route gives its texts; `together` owns whatever is left. */
export const modules: readonly WebModule[] = [...meetings, log, people, together];
