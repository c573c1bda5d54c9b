// Who sees the log from inside. Everything else about it is for anyone.
import type { Permissions } from '@veche/module-kit/who.ts';

export const permissions = { 'log.operate': ['operator'] } as const satisfies Permissions;
