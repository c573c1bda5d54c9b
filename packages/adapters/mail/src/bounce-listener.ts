// Takes in what mail servers send back, by SMTP or LMTP, and tells what became of our messages. Takes nothing for anybody
// else, keeps nothing, sends nothing on.
import type { DeliveryReport } from '@veche/module-kit/module.ts';
import { SMTPServer } from 'smtp-server';
import { findBounced, type ReturnPath } from './bounce-address.ts';
import { isDeadMailbox, readDeliveryStatus } from './delivery-status.ts';

export type BounceListener = { readonly port: number; close(): void };

/** A report with the headers of the message; one that brings all of it back is longer and is cut off. */
const MAX_BYTES = 512 * 1024;
const MAX_CLIENTS = 20;

/** @throws Error: of the system, when the port cannot be listened on. */
export async function listenForBounces(
  path: ReturnPath,
  report: (report: DeliveryReport) => Promise<boolean>,
): Promise<BounceListener> {
  const server = new SMTPServer({
    lmtp: path.protocol === 'lmtp',
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: MAX_BYTES,
    maxClients: MAX_CLIENTS,
    hideSize: false,
    disableReverseLookup: true,
    logger: false,
    onRcptTo: ({ address }, session, done) =>
      // One of ours alone: a mail to many is no report.
      findBounced(path, address) === null || session.envelope.rcptTo.length > 0
        ? done(refusal(550, 'no such mailbox'))
        : done(),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      let length = 0;
      stream.on('data', (chunk: Buffer) => {
        // What comes after is read and left, so that a long report is answered too.
        if (length < MAX_BYTES) chunks.push(chunk);
        length += chunk.length;
      });
      stream.on('end', () => {
        const id = findBounced(path, session.envelope.rcptTo[0]!.address)!;
        void answer(takeIn(id, Buffer.concat(chunks), report), done);
      });
    },
  });
  // A client that goes away in the middle is nothing to us.
  server.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(path.port, path.host, resolve);
  });
  const address = server.server.address();
  return {
    port: typeof address === 'object' && address ? address.port : path.port,
    close: () => server.close(),
  };
}

async function answer(taken: Promise<void>, done: (error?: Error) => void): Promise<void> {
  let fault: Error | undefined;
  try {
    await taken;
  } catch {
    fault = refusal(451, 'try again later');
  }
  done(fault);
}

async function takeIn(
  id: string,
  mail: Uint8Array,
  report: (report: DeliveryReport) => Promise<boolean>,
): Promise<void> {
  const status = await readDeliveryStatus(mail).catch(() => null);
  if (!status) return;
  await report({
    message: { id },
    ...status,
    deadContact: status.outcome === 'bounced' && isDeadMailbox(status.code),
  });
}

const refusal = (responseCode: number, text: string): Error =>
  Object.assign(new Error(text), { responseCode });
