// Delivers queued messages and clears away what has expired. Delivery is at least once: a message is marked sent after
// its carrier took it, so a crash between the two sends it again, never loses it.
import type { House, Job } from '@veche/module-kit/module.ts';
import { DeliveryFault } from '@veche/module-kit/module.ts';
import { findQuietEnd } from './domain/quiet-hours.ts';
import { keepReport, markDead } from './message-proofs.ts';
import {
  claimMessages,
  holdMessage,
  markFailed,
  markSent,
  type ClaimedMessage,
  type TakenMessage,
} from './message-store.ts';
import { createSessions } from './sessions.ts';
import { deleteOldCodes } from './store.ts';

/** Longer than any batch takes: a carrier gives up after 30 seconds, and a batch is two rounds of them. */
const LEASE_SECONDS = 120;
const BATCH = 20;
const PARALLEL = 10;
/** Wait after each failed try; after the last the message is given up: 1 min, 5 min, 30 min, 2 h, 6 h, 24 h. */
const BACKOFF_SECONDS = [60, 300, 1_800, 7_200, 21_600, 86_400];
/** A sign-in code is of no use once it has expired. */
const SECRET_BACKOFF_SECONDS = [20, 60, 180];

export const peopleJobs = (house: House): readonly Job[] => [
  { name: 'deliver-messages', everySeconds: 5, run: createCarriage(house) },
  {
    name: 'sweep',
    everySeconds: 3_600,
    run: async () => {
      await createSessions(house).sweep();
      await deleteOldCodes(house.db, house.clock.now());
    },
  },
];

/** Listens to what carriers tell later, from the first run on, and delivers what is due at each. */
function createCarriage(house: House): () => Promise<void> {
  const deliver = createDelivery(house);
  let following: Promise<unknown> | null = null;
  const follow = (): Promise<unknown> =>
    Promise.all(
      house.transports.map((transport) =>
        transport.follow?.((report) => keepReport(house.db, transport.channel, report, house.clock.now())),
      ),
    );
  return async () => {
    following ??= follow().catch((error: unknown) => {
      // Messages still go out; the next run tries to listen again.
      house.log.warn({ error: error instanceof Error ? error.name : '' }, 'carriers cannot be followed yet');
      following = null;
    });
    await following;
    await deliver();
  };
}

/**
 * A run over everything that is due; calls during a run join it and ask for one more, so it may be called after each act.
 */
export function createDelivery(house: House): () => Promise<void> {
  let running: Promise<void> | null = null;
  let again = false;
  return () => {
    again = true;
    running ??= (async () => {
      try {
        while (again) {
          again = false;
          await deliverDue(house);
        }
      } finally {
        running = null;
      }
    })();
    return running;
  };
}

async function deliverDue(house: House): Promise<void> {
  const channels = house.transports.map(({ channel }) => channel);
  if (channels.length === 0) return;
  for (;;) {
    const claimed = await claimMessages(house.db, channels, house.clock.now(), LEASE_SECONDS, BATCH);
    const waiting = [...claimed];
    const taken: TakenMessage[] = [];
    await Promise.all(
      Array.from({ length: PARALLEL }, async () => {
        for (let message = waiting.shift(); message; message = waiting.shift()) {
          const done = await deliverOne(house, message);
          if (done) taken.push(done);
        }
      }),
    );
    await markSent(house.db, taken, house.clock.now(), house.demo);
    if (claimed.length < BATCH) return;
  }
}

/** The message with the carrier's name of it; null when it was not taken, and why is noted with it. */
async function deliverOne(house: House, message: ClaimedMessage): Promise<TakenMessage | null> {
  const transport = house.transports.find(({ channel }) => channel === message.channel)!;
  const startedAt = house.clock.now();
  const quietEnd = message.quietZone === null ? null : findQuietEnd(startedAt, message.quietZone);
  if (quietEnd) {
    await holdMessage(house.db, message.id, quietEnd, startedAt);
    return null;
  }
  try {
    const taken = await transport.deliver({
      id: message.id,
      to: message.recipient,
      subject: message.subject,
      text: message.text,
    });
    return { id: message.id, reference: taken?.reference ?? null };
  } catch (error) {
    const fault = error instanceof DeliveryFault ? error : null;
    const code = fault?.code ?? 'unexpected';
    const wait = fault?.permanent
      ? undefined
      : (message.secret ? SECRET_BACKOFF_SECONDS : BACKOFF_SECONDS)[message.attempts - 1];
    const now = house.clock.now();
    const next = wait === undefined ? null : new Date(now.getTime() + wait * 1000);
    house.log.warn(
      {
        message: message.id,
        channel: message.channel,
        code,
        attempt: message.attempts,
        givenUp: next === null,
      },
      'message not delivered',
    );
    await markFailed(house.db, message.id, code, next, now);
    if (fault?.deadContact) await markDead(house.db, message.channel, message.recipient, code, now);
    return null;
  }
}
