// Decides for every route who is calling and whether they may. It reads the one table of permissions that the modules
// state; a permission that nobody states is a bug, never a silent yes.
import type { Permissions, Role } from '@veche/module-kit/who.ts';
import type { Guard } from '@veche/module-kit/server.ts';
import { createSessions, type SessionsHouse } from './sessions.ts';

/**
 * The guard of the house. Requests that come together cost one query for all of them.
 * @param permissions - of every module; each is stated once.
 * @throws TypeError: when two modules state one permission; from the guard, when an endpoint names an unknown one.
 */
export function createGuard(house: SessionsHouse, permissions: readonly Permissions[]): Guard {
  const rolesOf = mergePermissions(permissions);
  const sessions = createSessions(house);
  return async (request, endpoint, buildingId) => {
    const { who } = endpoint;
    const signedIn = await sessions.find(request);
    if (!signedIn) return who === 'anyone' ? { caller: null } : { refused: 'sign-in-first' };
    const roles = [
      ...new Set(
        signedIn.grants
          .filter((grant) => grant.buildingId === null || grant.buildingId === buildingId)
          .map(({ role }) => role),
      ),
    ];
    if (who !== 'anyone' && who !== 'person') {
      const permitted = rolesOf.get(who);
      if (!permitted) throw new TypeError(`${endpoint.id}: no module states the permission ${who}`);
      if (!roles.some((role) => permitted.includes(role))) return { refused: 'not-permitted' };
    }
    return { caller: { personId: signedIn.personId, sessionId: signedIn.sessionId, roles } };
  };
}

function mergePermissions(permissions: readonly Permissions[]): Map<string, readonly Role[]> {
  const merged = new Map<string, readonly Role[]>();
  for (const [permission, roles] of permissions.flatMap((stated) => Object.entries(stated))) {
    if (merged.has(permission)) throw new TypeError(`the permission ${permission} is stated twice`);
    merged.set(permission, roles);
  }
  return merged;
}
