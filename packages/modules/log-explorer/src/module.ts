// The explorer of the public log: the module's plug. It writes no entries of its own.
import type { ServerModule } from '@veche/module-kit/module.ts';
import { routes } from './api.ts';
import { jobs } from './jobs.ts';
import { permissions } from './permissions.ts';

export const log: ServerModule = {
  name: 'log',
  permissions,
  messages: { ru: {}, en: {} },
  entryKinds: {},
  routes,
  jobs,
};
