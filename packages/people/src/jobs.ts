// Delivers queued messages and clears away what has expired. Delivery is at least once: a message is marked sent after
// its carrier took it, so a crash between the two sends it again, never loses it.
import type { House, Job } from '@veche/module-kit/module.ts';
import { DeliveryFault } from '@veche/module-kit/module.ts';
import { claimMessages, markFailed, markSent, type ClaimedMessage } from './message-store.ts';
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
  { name: 'deliver-messages', everySeconds: 5, run: createDelivery(house) },
  {
    name: 'sweep',
    everySeconds: 3_600,
    run: async () => {
      await createSessions(house).sweep();
      await deleteOldCodes(house.db, house.clock.now());
    },
  },
];

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
    const sent: string[] = [];
    await Promise.all(
      Array.from({ length: PARALLEL }, async () => {
        for (let message = waiting.shift(); message; message = waiting.shift())
          if (await deliverOne(house, message)) sent.push(message.id);
      }),
    );
    await markSent(house.db, sent, house.clock.now(), house.demo);
    if (claimed.length < BATCH) return;
  }
}

/** Whether the carrier took it; if not, why is noted with the message. */
async function deliverOne(house: House, message: ClaimedMessage): Promise<boolean> {
  const transport = house.transports.find(({ channel }) => channel === message.channel)!;
  try {
    await transport.deliver({
      id: message.id,
      to: message.recipient,
      subject: message.subject,
      text: message.text,
    });
    return true;
  } catch (error) {
    const code = error instanceof DeliveryFault ? error.code : 'unexpected';
    const permanent = error instanceof DeliveryFault && error.permanent;
    const wait = permanent
      ? undefined
      : (message.secret ? SECRET_BACKOFF_SECONDS : BACKOFF_SECONDS)[message.attempts - 1];
    const next = wait === undefined ? null : new Date(house.clock.now().getTime() + wait * 1000);
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
    await markFailed(house.db, message.id, code, next);
    return false;
  }
}
