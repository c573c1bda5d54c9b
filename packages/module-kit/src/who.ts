// Who may call a route: said by every endpoint, kept by one guard, walked by one test.

/**
 * - `anyone`: no session needed;
 * - `person`: any signed-in person;
 * - a permission such as `meetings.close`: a person one of whose roles in the building of the path (the parameter
 *   `building`), or in the installation where the path names none, holds that permission.
 */
export type Who = 'anyone' | 'person' | Permission;

/** `module.verb`, e.g. `meetings.close`. */
export type Permission = `${string}.${string}`;

/**
 * Roles are held per building; `operator` is held for the whole installation and its buildings. `owner` and
 * `representative`, who acts for an owner, follow from the register.
 */
export const ROLES = ['owner', 'representative', 'chair', 'commission', 'auditor', 'operator'] as const;
export type Role = (typeof ROLES)[number];

/** Which roles hold which permissions; every module states its own. */
export type Permissions = Readonly<Record<Permission, readonly Role[]>>;

/** The person behind a request. */
export type Caller = {
  readonly personId: string;
  readonly sessionId: string;
  readonly roles: readonly Role[];
};
