// Signing in by a one-time code. A known contact and an unknown one take the same way and get the same answers, so that
// nobody can look up who lives where; only the message differs, and it goes to the contact alone.
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import { refuse, type Refusal } from '@veche/core/refusal.ts';
import type { House } from '@veche/module-kit/module.ts';
import {
  CODE_SECONDS,
  createAddressLimit,
  DEMO_LIMITS,
  hashCode,
  hashContact,
  judgeCode,
  LIMITS,
  makeCode,
} from './codes.ts';
import { findContact } from './domain/contact.ts';
import { createDelivery } from './jobs.ts';
import { markAlive } from './message-proofs.ts';
import { insertMessages } from './message-store.ts';
import type { Sessions } from './sessions.ts';
import {
  countAttempt,
  countCodes,
  findPersonByContact,
  findUnusedCode,
  insertCode,
  lockContact,
  markCodeUsed,
} from './store.ts';

export type AskForCode = (asked: {
  readonly contact: string;
  readonly address: string;
  readonly now: Date;
  readonly locale: Locale;
  readonly translate: Translate;
}) => Promise<
  { channel: 'email' | 'sms'; expiresInSeconds: number } | Refusal<'invalid-contact' | 'too-many-codes'>
>;

/** Makes and sends codes; the message is in the language of the page that asked. */
export function createAskForCode(house: House): AskForCode {
  const limits = house.demo ? DEMO_LIMITS : LIMITS;
  const waitFor = createAddressLimit(limits);
  const deliver = createDelivery(house);
  return async ({ contact, address, now, translate }) => {
    const retryAfterSeconds = await waitFor(address);
    if (retryAfterSeconds > 0) return refuse('too-many-codes', { retryAfterSeconds });
    const found = findContact(contact);
    if (!found) return refuse('invalid-contact');
    const contactHash = hashContact(found.address);
    const refused = await house.db.transaction(async (tx) => {
      await lockContact(tx, contactHash);
      const windowMs = limits.contactWindowSeconds * 1000;
      const given = await countCodes(tx, contactHash, new Date(now.getTime() - windowMs));
      if (given.count >= limits.perContact) {
        const freeAt = given.first!.getTime() + windowMs;
        return refuse('too-many-codes', {
          retryAfterSeconds: Math.max(1, Math.ceil((freeAt - now.getTime()) / 1000)),
        });
      }
      const person = await findPersonByContact(tx, found);
      const code = makeCode(house.random);
      const salt = Buffer.from(house.random(16)).toString('hex');
      await insertCode(tx, {
        contactHash,
        personId: person?.id ?? null,
        salt,
        codeHash: hashCode(salt, code),
        createdAt: now,
        expiresAt: new Date(now.getTime() + CODE_SECONDS * 1000),
      });
      if (!person) return null;
      const facts = { code, minutes: CODE_SECONDS / 60, host: new URL(house.webOrigin).hostname };
      const email = found.channel === 'email';
      const message = {
        channel: found.channel,
        recipient: found.address,
        subject: email ? translate('people.code.subject', facts) : '',
        text: translate(email ? 'people.code.text' : 'people.code.sms', facts),
        template: 'people.code',
        personId: person.id,
        buildingId: null,
        secret: true,
      };
      await insertMessages(tx, [message], now);
      return null;
    });
    if (refused) return refused;
    // A failure here loses nothing: the message is queued, and the job delivers what is due.
    void deliver().catch(() => house.log.warn({}, 'delivery of a code is left to the job'));
    return { channel: found.channel, expiresInSeconds: CODE_SECONDS };
  };
}

export type SignIn = (asked: {
  readonly contact: string;
  readonly code: string;
  readonly address: string;
  readonly now: Date;
}) => Promise<
  | { personId: string; token: string; cookie: string }
  | Refusal<'wrong-code' | 'code-expired' | 'too-many-attempts'>
>;

/** Turns a right code into a session, once. A try is counted even when the answer is lost on the way. */
export function createSignIn(house: House, sessions: Sessions): SignIn {
  const waitFor = createAddressLimit(house.demo ? DEMO_LIMITS : LIMITS);
  return async ({ contact, code, address, now }) => {
    const retryAfterSeconds = await waitFor(address);
    if (retryAfterSeconds > 0) return refuse('too-many-attempts', { retryAfterSeconds });
    const found = findContact(contact);
    if (!found) return refuse('wrong-code');
    return house.db.transaction(async (tx) => {
      const stored = await findUnusedCode(tx, hashContact(found.address));
      const verdict = judgeCode(stored, code, now);
      if (verdict !== 'right' || !stored?.personId) {
        if (stored && verdict === 'wrong-code') await countAttempt(tx, stored.id);
        return refuse(verdict === 'right' ? 'wrong-code' : verdict);
      }
      await markCodeUsed(tx, stored.id, now);
      // Whoever read the code has shown that the address is good.
      await markAlive(tx, found.channel, found.address);
      return { personId: stored.personId, ...(await sessions.open(tx, stored.personId)) };
    });
  };
}
