// General meetings of the owners of a building: the module's plug.
import type { ServerModule } from '@veche/module-kit/module.ts';
import { routes } from './api.ts';
import { catalogs } from './catalogs.ts';
import { jobs } from './jobs.ts';
import { permissions } from './permissions.ts';

export const meetings: ServerModule = {
  name: 'meetings',
  permissions,
  messages: catalogs,
  entryKinds: [
    'meeting.called',
    'meeting.opened',
    'key.registered',
    'ballot',
    'meeting.closed',
    'result',
    'minutes',
  ],
  routes,
  jobs,
};
