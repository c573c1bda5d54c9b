// Who is signed in: the one file that knows lucia (decision 0003). What is stored of a session is SHA-256 of its token;
// the token is only with its holder. lucia never sees the token either: its session id is the hash.
// Sessions live by the wall clock, not by the clock of a demonstration, which would end them all when moved.
import { createHash } from 'node:crypto';
import type { RandomBytes } from '@veche/core/random.ts';
import type { Database, Tx } from '@veche/module-kit/database.ts';
import { microbatch } from '@veche/module-kit/microbatch.ts';
import type { Role } from '@veche/module-kit/who.ts';
import { and, eq, lt, sql } from 'drizzle-orm';
import { Lucia, TimeSpan, type Adapter, type DatabaseSession, type DatabaseUser } from 'lucia';
import { sessions } from './schema.ts';

/** A role of a person; in the building named, or in the whole installation when that is null. */
export type Grant = { readonly buildingId: string | null; readonly role: Role };

declare module 'lucia' {
  interface Register {
    Lucia: Lucia<{ createdAt: Date }, { grants: readonly Grant[] }>;
    DatabaseSessionAttributes: { createdAt: Date };
    DatabaseUserAttributes: { grants: readonly Grant[] };
  }
}

export const SESSION_COOKIE = 'veche_session';
const SESSION_DAYS = 30;
/** Sessions looked up by one query at most. */
const LOOKUP_BATCH = 500;

export type SignedIn = {
  readonly personId: string;
  /** SHA-256 of the token: names the session, opens nothing. */
  readonly sessionId: string;
  /** Every role of the person; `owner` and `representative` follow from the register. */
  readonly grants: readonly Grant[];
};

export type OpenSession = { readonly id: string; readonly createdAt: Date; readonly expiresAt: Date };

export type Sessions = {
  /** The person behind a request, by bearer token or cookie; null when there is none or it has ended. */
  find(request: Request): Promise<SignedIn | null>;
  /** Opens a session of 30 days, which use prolongs. @returns the token and the Set-Cookie header that carries it. */
  open(tx: Tx, personId: string): Promise<{ token: string; cookie: string }>;
  list(personId: string): Promise<OpenSession[]>;
  /** False when the person has no such session. */
  end(personId: string, sessionId: string): Promise<boolean>;
  /** The Set-Cookie header that makes a browser forget its session. */
  readonly blankCookie: string;
  /** Deletes sessions that have expired. */
  sweep(): Promise<void>;
};

export type SessionsHouse = {
  readonly db: Database;
  readonly random: RandomBytes;
  readonly webOrigin: string;
};

const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

export function createSessions(house: SessionsHouse): Sessions {
  const lookUp = microbatch((ids: string[]) => findSessions(house.db, ids), LOOKUP_BATCH);
  const luciaOver = (tx: Tx) =>
    new Lucia(adapterOver(tx, lookUp), {
      sessionExpiresIn: new TimeSpan(SESSION_DAYS, 'd'),
      sessionCookie: {
        name: SESSION_COOKIE,
        // The row says when a session ends; a cookie with a date of its own would end earlier than a prolonged session.
        expires: false,
        attributes: { secure: house.webOrigin.startsWith('https:'), sameSite: 'lax', path: '/' },
      },
      getSessionAttributes: ({ createdAt }) => ({ createdAt }),
      getUserAttributes: ({ grants }) => ({ grants }),
    });
  const lucia = luciaOver(house.db);

  const tokenOf = (request: Request): string | null =>
    lucia.readBearerToken(request.headers.get('authorization') ?? '') ??
    lucia.readSessionCookie(request.headers.get('cookie') ?? '');

  return {
    find: async (request) => {
      const token = tokenOf(request);
      if (!token) return null;
      const { user, session } = await lucia.validateSession(hashToken(token));
      return user && { personId: user.id, sessionId: session.id, grants: user.grants };
    },
    open: async (tx, personId) => {
      const token = Buffer.from(house.random(32)).toString('base64url');
      await luciaOver(tx).createSession(personId, { createdAt: new Date() }, { sessionId: hashToken(token) });
      return { token, cookie: lucia.createSessionCookie(token).serialize() };
    },
    list: async (personId) =>
      (await lucia.getUserSessions(personId)).map(({ id, createdAt, expiresAt }) => ({
        id,
        createdAt,
        expiresAt,
      })),
    end: async (personId, sessionId) => {
      const ended = await house.db
        .delete(sessions)
        .where(and(eq(sessions.id, sessionId), eq(sessions.personId, personId)))
        .returning({ id: sessions.id });
      return ended.length > 0;
    },
    blankCookie: lucia.createBlankSessionCookie().serialize(),
    sweep: () => lucia.deleteExpiredSessions(),
  };
}

type Found = [DatabaseSession, DatabaseUser] | [null, null];

/** Sessions with their people and roles, in the order of the ids: one query however many are asked for. */
async function findSessions(tx: Tx, ids: readonly string[]): Promise<Found[]> {
  const rows = await tx.execute<{
    id: string;
    person_id: string;
    created_ms: string;
    expires_ms: string;
    grants: Grant[];
  }>(sql`
    with asked as (
      select * from people.sessions where id = any(${sql.param([...new Set(ids)])}::text[])
    ), granted as (
      select r.person_id, r.building_id, r.role from people.roles r
      where r.person_id in (select person_id from asked)
      union
      select t.person_id, t.building_id, 'owner' from people.titles t join people.buildings b on b.id = t.building_id
      where t.person_id in (select person_id from asked) and t.superseded_at is null
        and (t.held_to is null or t.held_to > (now() at time zone b.time_zone)::date)
      union
      select joint.id, t.building_id, 'owner' from people.titles t
      join people.buildings b on b.id = t.building_id, unnest(t.joint_with) as joint(id)
      where t.joint_with && array(select person_id from asked) and t.joint_with <> '{}' and t.superseded_at is null
        and (t.held_to is null or t.held_to > (now() at time zone b.time_zone)::date)
        and joint.id in (select person_id from asked)
      union
      select r.agent_id, r.building_id, 'representative' from people.representations r
      join people.buildings b on b.id = r.building_id
      join people.persons p on p.id = r.principal_id
      where r.agent_id in (select person_id from asked) and coalesce(least(
        r.revoked_on, r.until_day,
        case when r.basis = 'attorney' and r.until_day is null then (r.from_day + interval '1 year')::date end,
        case when r.basis = 'parent' then (p.birth_day + interval '18 years')::date end
      ) > (now() at time zone b.time_zone)::date, true)
    )
    select s.id, s.person_id,
      floor(extract(epoch from s.created_at) * 1000)::text as created_ms,
      floor(extract(epoch from s.expires_at) * 1000)::text as expires_ms,
      coalesce(
        json_agg(json_build_object('buildingId', g.building_id, 'role', g.role)) filter (where g.role is not null),
        '[]'
      ) as grants
    from asked s left join granted g using (person_id)
    group by s.id, s.person_id, s.created_at, s.expires_at`);
  const found = new Map(
    rows.map((row): [string, Found] => [
      row.id,
      [
        {
          id: row.id,
          userId: row.person_id,
          expiresAt: new Date(Number(row.expires_ms)),
          attributes: { createdAt: new Date(Number(row.created_ms)) },
        },
        { id: row.person_id, attributes: { grants: row.grants } },
      ],
    ]),
  );
  return ids.map((id) => found.get(id) ?? [null, null]);
}

const adapterOver = (tx: Tx, lookUp: (id: string) => Promise<Found>): Adapter => ({
  getSessionAndUser: lookUp,
  getUserSessions: async (personId) => {
    const rows = await tx
      .select()
      .from(sessions)
      .where(eq(sessions.personId, personId))
      .orderBy(sessions.createdAt);
    return rows.map(({ id, expiresAt, createdAt }) => ({
      id,
      userId: personId,
      expiresAt,
      attributes: { createdAt },
    }));
  },
  setSession: async ({ id, userId, expiresAt, attributes }) => {
    await tx.insert(sessions).values({ id, personId: userId, createdAt: attributes.createdAt, expiresAt });
  },
  updateSessionExpiration: async (id, expiresAt) => {
    await tx.update(sessions).set({ expiresAt }).where(eq(sessions.id, id));
  },
  deleteSession: async (id) => {
    await tx.delete(sessions).where(eq(sessions.id, id));
  },
  deleteUserSessions: async (personId) => {
    await tx.delete(sessions).where(eq(sessions.personId, personId));
  },
  deleteExpiredSessions: async () => {
    await tx.delete(sessions).where(lt(sessions.expiresAt, sql`now()`));
  },
});
