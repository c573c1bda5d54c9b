// One-time sign-in codes: six digits, ten minutes, five tries, one use. Pure but for hashing; the clock and the
// randomness are passed in. A code is never logged and never stored in clear beside its contact.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { RandomBytes } from '@veche/core/random.ts';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

export const CODE_SECONDS = 10 * 60;
export const MAX_ATTEMPTS = 5;

export type CodeLimits = {
  /** Codes for one contact within the window; counted in the database, so that it holds across processes. */
  readonly perContact: number;
  readonly contactWindowSeconds: number;
  /** Requests of one network address within the window. */
  readonly perAddress: number;
  readonly addressWindowSeconds: number;
};

/** A house of neighbours behind one address may all sign in on the evening of a meeting. */
export const LIMITS: CodeLimits = {
  perContact: 5,
  contactWindowSeconds: 15 * 60,
  perAddress: 120,
  addressWindowSeconds: 10 * 60,
};
/** In a demonstration many visitors are the same few people, and whole meetings are held from one machine. */
export const DEMO_LIMITS: CodeLimits = { ...LIMITS, perContact: 1_000, perAddress: 2_000 };

/** Six digits, each value equally likely. */
export function makeCode(random: RandomBytes): string {
  for (;;) {
    const [a = 0, b = 0, c = 0] = random(3);
    const value = (a << 16) | (b << 8) | c;
    // 16,000,000 is the greatest multiple of a million in 24 bits: what lies above would favour small codes.
    if (value < 16_000_000) return String(value % 1_000_000).padStart(6, '0');
  }
}

/**
 * What is stored of a code: HMAC-SHA256 under a salt of its own, 64 hex digits.
 * NOTE: a thief of the live table could try all million codes; what protects them is that they live ten minutes.
 */
export const hashCode = (salt: string, code: string): string =>
  createHmac('sha256', salt).update(code).digest('hex');

/** What is stored of the contact a code was asked for: SHA-256, 64 hex digits. */
export const hashContact = (address: string): string => createHash('sha256').update(address).digest('hex');

export type StoredCode = {
  readonly personId: string | null;
  readonly salt: string;
  readonly codeHash: string;
  readonly attempts: number;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
};

export type CodeVerdict = 'right' | 'wrong-code' | 'code-expired' | 'too-many-attempts';

/**
 * Judges a code against the newest one of its contact. A contact nobody has takes the same steps and time as a known
 * one, and its answers differ in nothing.
 */
export function judgeCode(stored: StoredCode | null, code: string, now: Date): CodeVerdict {
  if (!stored || stored.usedAt) return 'wrong-code';
  if (stored.expiresAt.getTime() <= now.getTime()) return 'code-expired';
  if (stored.attempts >= MAX_ATTEMPTS) return 'too-many-attempts';
  const same = timingSafeEqual(
    Buffer.from(hashCode(stored.salt, code), 'hex'),
    Buffer.from(stored.codeHash, 'hex'),
  );
  return same && stored.personId !== null ? 'right' : 'wrong-code';
}

/**
 * Counts requests by network address in the memory of this process, so that addresses are stored nowhere; with several
 * API processes an address has the sum of their limits.
 * @returns seconds to wait; 0 when the request may pass.
 */
export function createAddressLimit(limits: CodeLimits): (address: string) => Promise<number> {
  const limiter = new RateLimiterMemory({
    points: limits.perAddress,
    duration: limits.addressWindowSeconds,
  });
  return async (address) => {
    try {
      await limiter.consume(address);
      return 0;
    } catch (exceeded) {
      if (exceeded instanceof RateLimiterRes) return Math.max(1, Math.ceil(exceeded.msBeforeNext / 1000));
      throw exceeded;
    }
  };
}
