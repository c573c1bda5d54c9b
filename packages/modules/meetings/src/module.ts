// General meetings of the owners of a building: the module's plug.
import { ENTRY_KINDS } from '@veche/ledger/entry.ts';
import type { ServerModule } from '@veche/module-kit/module.ts';
import { routes } from './api.ts';
import { auditingRoutes } from './auditing/api.ts';
import { callingRoutes } from './calling/api.ts';
import { catalogs } from './catalogs.ts';
import { closingRoutes } from './closing/api.ts';
import { decisionRoutes } from './decisions/api.ts';
import { followUpRoutes } from './follow-ups/api.ts';
import { jobs } from './jobs.ts';
import { noticeRoutes } from './notice/api.ts';
import { permissions } from './permissions.ts';
import { ruleRoutes } from './rules/api.ts';

// The ledger has them in its own table, because the audit of a meeting judges them; the registrar's is the house's.
const { registrar: _registrar, ...entryKinds } = ENTRY_KINDS;

export const meetings: ServerModule = {
  name: 'meetings',
  permissions,
  messages: catalogs,
  entryKinds,
  routes: (house) => [
    ...routes(house),
    ...callingRoutes(house),
    ...closingRoutes(house),
    ...auditingRoutes(house),
    ...ruleRoutes(house),
    ...noticeRoutes(house),
    ...decisionRoutes(house),
    ...followUpRoutes(house),
  ],
  jobs,
};
