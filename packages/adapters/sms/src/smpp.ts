// Carries SMS by SMPP 3.4, the protocol of mobile operators: one bound connection that is kept, made again when it is lost,
// and listened to for delivery receipts. Errors that leave here hold neither a number nor a text.
import { DeliveryFault, type DeliveryReport, type MessageTransport } from '@veche/module-kit/module.ts';
import { smpp, type Pdu, type Session } from './smpp-library.ts';
import { cutIntoParts, type SmsPart } from './sms-parts.ts';

export type SmppOptions = {
  /** `smpp://system-id:password@host:2775` or `ssmpp://…` over TLS; `?system_type=…` where the operator wants one. */
  readonly url: string;
  /** What the phone shows as the sender: up to 11 Latin letters and digits, or a number. */
  readonly from: string;
  /** Parts of messages in a second that the operator allows. */
  readonly perSecond?: number;
  /** For tests: how long an answer may take, and the first wait before a lost connection is made again. */
  readonly answerMs?: number;
  readonly retryMs?: number;
};

const ANSWER_MS = 15_000;
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** Some operators end a connection that is silent for a minute. */
const ENQUIRE_MS = 30_000;
const PER_SECOND = 10;

const STATUS = { ok: 0, invalidTarget: 0x0b, queueFull: 0x14, throttled: 0x58, tryLater: 0x64 } as const;
/** Tries over and above the first when the operator says that it is too much at once. */
const THROTTLED_TRIES = 4;

/** ESM class of a receipt, and the mask it is under (SMPP 3.4 §5.2.12). */
const IS_RECEIPT = 0x04;
const MESSAGE_TYPE = 0x3c;

/** Message states (SMPP 3.4 §5.2.28) that end the way of a message; the others say that it goes on. */
const OUTCOMES: Readonly<Record<number, DeliveryReport['outcome']>> = {
  2: 'delivered',
  3: 'bounced',
  4: 'bounced',
  5: 'bounced',
  8: 'bounced',
};
const STATE_WORDS: Readonly<Record<string, number>> = {
  DELIVRD: 2,
  EXPIRED: 3,
  DELETED: 4,
  UNDELIV: 5,
  REJECTD: 8,
};

type Bound = {
  readonly session: Session;
  /** Sends a command and waits for its answer. @throws DeliveryFault: when none comes. */
  ask(
    command: 'submit_sm' | 'bind_transceiver' | 'enquire_link',
    fields: Record<string, unknown>,
  ): Promise<Pdu>;
};

/**
 * A carrier that binds as a transceiver with the first message, or as soon as it is followed. The name of a message is the
 * operator's id of its last part, whose receipt stands for the whole: parts go in order and a phone shows them together.
 */
export function createSmppTransport(options: SmppOptions): MessageTransport & { close(): void } {
  const { url, from, perSecond = PER_SECOND, answerMs = ANSWER_MS, retryMs = RETRY_MS } = options;
  const target = new URL(url);
  const source = sourceOf(from);
  const pace = createPace(perSecond);
  let report: ((report: DeliveryReport) => Promise<boolean>) | null = null;
  let binding: Promise<Bound> | null = null;
  let retry: NodeJS.Timeout | undefined;
  let wait = retryMs;
  let isClosed = false;
  let reference = 0;
  const refusals = new Map<string, number>();

  const bound = (): Promise<Bound> => {
    if (isClosed) return Promise.reject(new DeliveryFault('smpp-closed', false));
    const attempt = (binding ??= bind(target, answerMs, {
      onReceipt: (session, pdu) => void answerReceipt(session, pdu),
      onLost: () => {
        if (binding === attempt) binding = null;
        // Receipts come whenever the operator likes, so a connection that is listened to is always made again.
        if (report && !isClosed) {
          clearTimeout(retry);
          retry = setTimeout(
            () =>
              void bound().then(
                () => (wait = retryMs),
                () => {},
              ),
            wait,
          );
          wait = Math.min(wait * 2, LONGEST_RETRY_MS);
        }
      },
    }));
    return attempt;
  };

  const answerReceipt = async (session: Session, pdu: Pdu): Promise<void> => {
    let status: number = STATUS.ok;
    const receipt = readReceipt(pdu);
    if (receipt && report) {
      const known = await reportAny(report, receipt).catch(() => false);
      // It may overtake the note of its message: then it is asked for once more, but not for ever.
      if (!known && countRefusal(refusals, receipt.reference) <= 3) status = STATUS.tryLater;
      if (known) refusals.delete(receipt.reference);
    }
    session.send(pdu.response({ command_status: status }));
  };

  const submit = async (to: string, part: SmsPart, isLast: boolean): Promise<string> => {
    for (let tries = 0; ; tries++) {
      await pace();
      const { ask } = await bound();
      const answer = await ask('submit_sm', {
        ...source,
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr: to.replace(/^\+/, ''),
        esm_class: part.hasHeader ? 0x40 : 0,
        registered_delivery: isLast ? 1 : 0,
        data_coding: part.dataCoding,
        short_message: part.content,
      });
      const status = answer.command_status;
      if (status === STATUS.ok) return String(answer['message_id'] ?? '');
      const isTooMuch = status === STATUS.throttled || status === STATUS.queueFull;
      if (!isTooMuch || tries >= THROTTLED_TRIES) {
        const isWrongNumber = status === STATUS.invalidTarget;
        throw new DeliveryFault(`smpp-${status}`, isWrongNumber, isWrongNumber);
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs * 2 ** tries));
    }
  };

  return {
    channel: 'sms',
    deliver: async ({ to, text }) => {
      reference = (reference + 1) % 256;
      const parts = cutIntoParts(text, reference);
      let name = '';
      // One after another: a phone that never gets the last part shows nothing, whatever came before.
      for (const [position, part] of parts.entries())
        name = await submit(to, part, position === parts.length - 1);
      return name === '' ? undefined : { reference: name };
    },
    follow: async (given) => {
      report = given;
      await bound().catch(() => {});
    },
    close: () => {
      isClosed = true;
      clearTimeout(retry);
      void endBinding(binding);
    },
  };
}

async function endBinding(binding: Promise<Bound> | null): Promise<void> {
  const bound = await binding?.catch(() => null);
  bound?.session.unbind({});
  bound?.session.close();
}

type BindingEvents = {
  onReceipt(session: Session, pdu: Pdu): void;
  /** Once, whether or not it was ever bound. */
  onLost(): void;
};

/** @throws DeliveryFault: when the operator cannot be reached or refuses us; either may be mended meanwhile. */
async function bind(target: URL, answerMs: number, events: BindingEvents): Promise<Bound> {
  const isTls = target.protocol === 'ssmpp:';
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const session = smpp.connect({
    host,
    port: Number(target.port) || (isTls ? 3550 : 2775),
    tls: isTls,
    ...(isTls ? { servername: host } : {}),
  });
  const waiting = new Set<(fault: DeliveryFault) => void>();
  let enquiry: NodeJS.Timeout | undefined;
  let isLost = false;
  const lose = (code: string): void => {
    if (isLost) return;
    isLost = true;
    clearInterval(enquiry);
    session.destroy();
    for (const reject of waiting) reject(new DeliveryFault(code, false));
    events.onLost();
  };
  session.on('error', () => lose('smpp-unreachable'));
  session.on('close', () => lose('smpp-disconnected'));
  session.on('unbind', (pdu: Pdu) => {
    session.send(pdu.response());
    lose('smpp-unbound');
  });
  session.on('enquire_link', (pdu: Pdu) => void session.send(pdu.response()));
  session.on('deliver_sm', (pdu: Pdu) => events.onReceipt(session, pdu));

  const ask: Bound['ask'] = (command, fields) =>
    new Promise((resolve, reject) => {
      const fail = (fault: DeliveryFault): void => {
        clearTimeout(late);
        waiting.delete(fail);
        reject(fault);
      };
      // An operator that does not answer one command is taken for gone.
      const late = setTimeout(() => lose('smpp-timeout'), answerMs);
      waiting.add(fail);
      if (isLost) return fail(new DeliveryFault('smpp-disconnected', false));
      session[command](fields, (answer) => {
        clearTimeout(late);
        waiting.delete(fail);
        resolve(answer);
      });
    });

  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => lose('smpp-timeout'), answerMs);
    const fail = (fault: DeliveryFault): void => {
      clearTimeout(late);
      reject(fault);
    };
    waiting.add(fail);
    session.once(isTls ? 'secureConnect' : 'connect', () => {
      clearTimeout(late);
      waiting.delete(fail);
      resolve();
    });
  });
  const answer = await ask('bind_transceiver', {
    system_id: decodeURIComponent(target.username),
    password: decodeURIComponent(target.password),
    system_type: target.searchParams.get('system_type') ?? '',
    interface_version: 0x34,
  });
  if (answer.command_status !== STATUS.ok) {
    lose('smpp-refused');
    throw new DeliveryFault(`smpp-bind-${answer.command_status}`, false);
  }
  enquiry = setInterval(() => void ask('enquire_link', {}).catch(() => {}), ENQUIRE_MS);
  enquiry.unref();
  return { session, ask };
}

/** A name of letters, a short number, or an international one (SMPP 3.4 §5.2.5). */
function sourceOf(from: string): Record<string, unknown> {
  const digits = /^\+?([0-9]+)$/.exec(from)?.[1];
  if (digits === undefined) return { source_addr_ton: 5, source_addr_npi: 0, source_addr: from };
  return { source_addr_ton: digits.length > 6 ? 1 : 3, source_addr_npi: 1, source_addr: digits };
}

/** Waits so that no second has more than so many turns. */
function createPace(perSecond: number): () => Promise<void> {
  const gapMs = 1_000 / perSecond;
  let next = 0;
  return async () => {
    const now = performance.now();
    const mine = Math.max(now, next);
    next = mine + gapMs;
    if (mine > now) await new Promise((resolve) => setTimeout(resolve, mine - now));
  };
}

type Receipt = {
  readonly reference: string;
  readonly outcome: DeliveryReport['outcome'];
  readonly code: string;
};

/** What a receipt says; null for an incoming SMS and for a receipt of a message that is still on its way. */
function readReceipt(pdu: Pdu): Receipt | null {
  if ((Number(pdu['esm_class']) & MESSAGE_TYPE) !== IS_RECEIPT) return null;
  const text = textOf(pdu['short_message']);
  const word = /\bstat:([A-Z]+)/.exec(text)?.[1] ?? '';
  const state = Number(pdu['message_state'] ?? STATE_WORDS[word] ?? -1);
  const reference = nameOf(pdu['receipted_message_id']) ?? /\bid:([!-~]{1,64})/.exec(text)?.[1];
  const outcome = OUTCOMES[state];
  if (reference === undefined || outcome === undefined) return null;
  const error = /\berr:([0-9A-Za-z]{1,8})/.exec(text)?.[1];
  return { reference, outcome, code: `smpp-state-${state}${error ? `-${error}` : ''}` };
}

const textOf = (message: unknown): string => {
  const text =
    typeof message === 'object' && message !== null && 'message' in message ? message.message : message;
  return typeof text === 'string' ? text : Buffer.isBuffer(text) ? text.toString('latin1') : '';
};

const nameOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.replace(/\0+$/, '') : undefined;

/** Operators that name a message in hexadecimal when they take it may write the number in decimal in its receipt. */
async function reportAny(
  report: (report: DeliveryReport) => Promise<boolean>,
  { reference, outcome, code }: Receipt,
): Promise<boolean> {
  const names = [reference];
  if (/^[0-9]{1,19}$/.test(reference)) {
    const hex = BigInt(reference).toString(16);
    names.push(hex, hex.toUpperCase());
  }
  for (const name of names)
    if (await report({ message: { reference: name }, outcome, code, deadContact: false })) return true;
  return false;
}

function countRefusal(refusals: Map<string, number>, reference: string): number {
  const count = (refusals.get(reference) ?? 0) + 1;
  refusals.set(reference, count);
  for (const oldest of refusals.keys()) {
    if (refusals.size <= 1_000) break;
    refusals.delete(oldest);
  }
  return count;
}
