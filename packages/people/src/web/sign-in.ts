// Signing in, step by step, as the page and the demonstration do it. What was typed is kept in this tab's storage, so that
// a reload or a look at one's mail loses nothing; the code itself is never kept.

export type PendingSignIn = {
  contact: string;
  channel: 'email' | 'sms';
  /** Milliseconds since the epoch, by the clock of this device. */
  expiresAt: number;
  resendAt: number;
};

const KEY = 'veche.sign-in';
/** How long one waits before asking for another code. */
export const RESEND_SECONDS = 30;

export function findPending(storage: Storage, now: number): PendingSignIn | null {
  const text = storage.getItem(KEY);
  if (!text) return null;
  const pending = JSON.parse(text) as PendingSignIn;
  return pending.expiresAt > now ? pending : null;
}

export const keepPending = (storage: Storage, pending: PendingSignIn): void =>
  storage.setItem(KEY, JSON.stringify(pending));
export const forgetPending = (storage: Storage): void => storage.removeItem(KEY);

/** The code in a whole message, `204816` or `204 816`; null when there is none. */
export function findCode(text: string): string | null {
  const whole = /(?:^|[^0-9])([0-9]{3})[\s-]?([0-9]{3})(?![0-9])/.exec(text);
  return whole ? `${whole[1]}${whole[2]}` : null;
}

/** The digits of what was typed or pasted into the field, a whole message included; fewer than six while being typed. */
export const digitsOf = (text: string): string => findCode(text) ?? text.replace(/[^0-9]/g, '').slice(0, 6);

/** Where to go after signing in: a path of this site, never an address somebody put into a link. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) && !next.startsWith('/sign-in') ? next : '/home';
}
