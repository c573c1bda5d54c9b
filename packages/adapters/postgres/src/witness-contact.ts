// One witness as the log deals with it: what it is thought to know, how it answered, when it may be asked again.
// Believes no cosignature before it was checked, and keeps nothing: see witness-records.ts.
import { equalBytes } from '@veche/ledger/bytes.ts';
import { LedgerFault } from '@veche/ledger/fault.ts';
import { checkNote, cosignatureSeconds, parseNote, parseSignatureLine } from '@veche/ledger/note.ts';
import type { PolicyWitness } from '@veche/ledger/policy.ts';
import type { Head } from '@veche/ledger/sequencer.ts';
import { encodeAddCheckpoint, type WitnessReply } from '@veche/ledger/witness.ts';
import type { WitnessReplyKind } from '@veche/module-kit/module.ts';
import type { Cosignature, WitnessState } from './witness-records.ts';

/** Sends one add-checkpoint request. Never rejects; gives up after `timeoutMs`. */
export type AskWitness = (request: {
  readonly url: string;
  readonly body: string;
  readonly timeoutMs: number;
}) => Promise<WitnessReply | { readonly reply: 'unreachable' }>;

/** What came of asking: `none` is written down as a failure, and means nothing about the log. */
export type Outcome =
  | { readonly outcome: 'cosigned'; readonly cosignature: Cosignature }
  /** The witness has cosigned this size, which is above the one that was sent. */
  | { readonly outcome: 'larger'; readonly size: number }
  /** The witness says that what it has cosigned does not lead to what was sent. */
  | { readonly outcome: 'fork' }
  | { readonly outcome: 'none' };

export type WitnessContact = {
  readonly name: string;
  readonly vkey: string;
  /** The submission prefix. */
  readonly url: string;
  /** When it may be asked, on the clock of `nowMs`; Infinity while it is being asked. */
  readyAtMs(): number;
  /** Takes over what another process has learned. */
  remember(state: WitnessState): void;
  /** Asks for a cosignature of the head; proves again from wherever the witness says it is, a few times at most. */
  ask(head: Head, proofFrom: ProofFrom): Promise<Outcome>;
  /** Asks what it knows before anything is proved: outcomes `larger` and `fork` count, any other lets the log go on. */
  askWhereItIs(head: Head): Promise<Outcome>;
  /** Null: never asked. */
  state(): WitnessState | null;
};

/** The consistency proof from an older size to the head; null when this process does not sequence any more. */
export type ProofFrom = (oldSize: number) => Promise<Uint8Array[]> | null;

export type ContactOptions = {
  readonly witness: PolicyWitness;
  readonly url: string;
  readonly ask: AskWitness;
  readonly timeoutMs: number;
  /** A monotonous clock. */
  readonly nowMs: () => number;
  /** Unix milliseconds. */
  readonly wallMs: () => number;
};

/** The first answer may only tell where the witness is; a second process may move it once more. */
const MOST_PROOFS = 3;
/** The pause after the first failure, and the longest; each failure in a row doubles it. */
type Backoff = { readonly firstMs: number; readonly longestMs: number };
/** Nobody there, or overloaded: passes by itself, and the log should be witnessed again soon after. */
const PASSING: Backoff = { firstMs: 500, longestMs: 10_000 };
/** Asking the same again will not help until a person has changed something. */
const LASTING: Backoff = { firstMs: 5_000, longestMs: 300_000 };

const BACKOFF: Readonly<Record<Exclude<WitnessReplyKind, 'cosigned'>, Backoff>> = {
  conflict: PASSING,
  busy: PASSING,
  unreachable: PASSING,
  fork: LASTING,
  'unknown-log': LASTING,
  refused: LASTING,
  malformed: LASTING,
  unintelligible: LASTING,
  'bad-signature': LASTING,
};

export function createWitnessContact(options: ContactOptions): WitnessContact {
  const { witness, url, timeoutMs, nowMs, wallMs } = options;
  const { name, verifier } = witness;
  let knownSize = 0;
  let asking = false;
  let readyAt = 0;
  let cosigned: WitnessState['cosigned'] = null;
  let last: { reply: WitnessReplyKind; atMs: number } | null = null;
  let failures = 0;
  let badCosignatures = 0;

  const note = (reply: WitnessReplyKind): void => {
    last = { reply, atMs: wallMs() };
    if (reply === 'cosigned') {
      failures = 0;
      readyAt = 0;
      return;
    }
    failures += 1;
    const { firstMs, longestMs } = BACKOFF[reply];
    readyAt = nowMs() + Math.min(firstMs * 2 ** Math.min(failures - 1, 20), longestMs);
  };

  const send = (head: Head, oldSize: number, proof: readonly Uint8Array[]) =>
    options.ask({
      url,
      body: encodeAddCheckpoint({ oldSize, proof, checkpoint: head.checkpoint }),
      timeoutMs,
    });

  const readReply = (reply: Awaited<ReturnType<AskWitness>>, head: Head): Outcome => {
    if (reply.reply === 'cosigned') {
      const cosignature = findCosignature(head.checkpoint, reply.lines, witness);
      if (!cosignature) {
        badCosignatures += 1;
        note('bad-signature');
        return { outcome: 'none' };
      }
      knownSize = head.size;
      cosigned = { size: head.size, time: cosignature.time };
      note('cosigned');
      return { outcome: 'cosigned', cosignature };
    }
    note(reply.reply);
    if (reply.reply === 'fork') return { outcome: 'fork' };
    if (reply.reply !== 'conflict') return { outcome: 'none' };
    knownSize = reply.size;
    return reply.size > head.size ? { outcome: 'larger', size: reply.size } : { outcome: 'none' };
  };

  const exclusively = async (act: () => Promise<Outcome>): Promise<Outcome> => {
    asking = true;
    try {
      return await act();
    } finally {
      asking = false;
    }
  };

  const ask = async (head: Head, proofFrom: ProofFrom): Promise<Outcome> => {
    for (let attempt = 1; ; attempt += 1) {
      const oldSize = Math.min(knownSize, head.size);
      const proof = oldSize === 0 || oldSize === head.size ? [] : await proofFrom(oldSize);
      if (!proof) return { outcome: 'none' };
      const reply = await send(head, oldSize, proof);
      const moved = reply.reply === 'conflict' && reply.size !== oldSize && reply.size <= head.size;
      if (!moved || attempt === MOST_PROOFS) return readReply(reply, head);
      knownSize = reply.size;
    }
  };

  return {
    name,
    vkey: verifier.vkey,
    url,
    readyAtMs: () => (asking ? Infinity : readyAt),
    remember(state) {
      if (last && last.atMs >= state.repliedAtMs) return;
      ({ cosigned, failures, badCosignatures } = state);
      last = { reply: state.reply, atMs: state.repliedAtMs };
      knownSize = Math.max(knownSize, state.cosigned?.size ?? 0);
    },
    ask: (head, proofFrom) => exclusively(() => ask(head, proofFrom)),
    // Of equal size nothing need be proved: the witness refreshes its cosignature, or says where it is.
    askWhereItIs: (head) =>
      exclusively(async () => {
        const reply = await send(head, head.size, []);
        if (reply.reply !== 'conflict' || reply.size > head.size) return readReply(reply, head);
        // It is behind, as it should be after new entries; that is no failure.
        knownSize = reply.size;
        return { outcome: 'none' };
      }),
    state: () =>
      last && {
        witness: name,
        vkey: verifier.vkey,
        cosigned,
        reply: last.reply,
        repliedAtMs: last.atMs,
        failures,
        badCosignatures,
      },
  };
}

/** The one line by the witness's own key, checked over the text of the checkpoint; null when there is none that holds. */
function findCosignature(
  checkpoint: string,
  lines: readonly string[],
  { name, verifier }: PolicyWitness,
): Cosignature | null {
  try {
    const { text } = parseNote(checkpoint);
    const line = lines.find((one) => {
      const signature = parseSignatureLine(one);
      return signature.name === verifier.name && equalBytes(signature.keyId, verifier.keyId);
    });
    if (line === undefined) return null;
    const [signature] = checkNote(`${text}\n${line}`, [verifier]).verified;
    const time = cosignatureSeconds(signature!);
    return time > 0 && Number.isSafeInteger(time) ? { witness: name, time, line } : null;
  } catch (error) {
    if (error instanceof LedgerFault) return null;
    throw error;
  }
}
