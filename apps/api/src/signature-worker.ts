// The thread that checks signatures: the strict rule of the ledger, with the system's library for the arithmetic. Whatever
// the bytes are, the answer is true or false; it keeps nothing but the keys it met.
import { parentPort } from 'node:worker_threads';
import { isStrictSignatureShape } from '@veche/ledger/ed25519.ts';
import type { SignatureCheck } from '@veche/module-kit/module.ts';
import { nativeCheck } from '@veche/witness/native-ed25519.ts';
import { packAnswers, unpackChecks } from './signature-batch.ts';

const holds = ({ key, message, signature }: SignatureCheck): boolean =>
  isStrictSignatureShape(key, signature) && nativeCheck(key, message, signature);

const port = parentPort!;
port.on('message', (packed: Uint8Array<ArrayBuffer>) => {
  const answers = packAnswers(unpackChecks(packed).map(holds));
  port.postMessage(answers, [answers.buffer]);
});
