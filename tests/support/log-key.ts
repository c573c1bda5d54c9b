// The key and the first entry of every log that tests make; for processes of their own too.
import { createNoteSigner } from '@veche/ledger/note.ts';

export const signer = createNoteSigner('veche.test/log/v1', new Uint8Array(32).fill(1));
/** Stands for the registrar's entry at index 0. */
export const FIRST_LEAF = '{"kind":"registrar"}';
