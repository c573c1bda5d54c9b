// The modules of the product. A further one is its folder and one line here.
import { log } from '@veche/log-explorer/module.ts';
import { meetings } from '@veche/meetings/module.ts';
import type { ServerModule } from '@veche/module-kit/module.ts';
import { people } from '@veche/people/module.ts';

export const modules: readonly ServerModule[] = [people, meetings, log];
