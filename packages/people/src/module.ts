// People as the house plugs them in: buildings, registers, persons, roles, sessions and messages.
import type { ServerModule } from '@veche/module-kit/module.ts';
import { peopleRoutes } from './api.ts';
import { peopleJobs } from './jobs.ts';
import en from './messages/en.json' with { type: 'json' };
import ru from './messages/ru.json' with { type: 'json' };
import { ownNoticeRoutes } from './own-notices/api.ts';

export const people: ServerModule = {
  name: 'people',
  permissions: {
    'people.create-building': ['operator'],
    'people.grant-role': ['chair', 'operator'],
    'people.import-register': ['chair', 'operator'],
    'people.read-register': ['chair', 'commission', 'operator'],
    'people.change-register': ['chair', 'operator'],
    'people.export-register': ['chair', 'operator'],
    'people.read-looks': ['chair', 'auditor', 'operator'],
    'people.import-registry': ['operator'],
  },
  messages: { ru, en },
  entryKinds: {},
  routes: (house) => [...peopleRoutes(house), ...ownNoticeRoutes(house)],
  jobs: peopleJobs,
};
