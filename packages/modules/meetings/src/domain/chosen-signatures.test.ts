import { formatCheckpoint } from '@veche/ledger/checkpoint.ts';
import { createCosigner, createNoteSigner, parseVerifierKey, signNote } from '@veche/ledger/note.ts';
import { parsePolicy, readCosigned } from '@veche/ledger/policy.ts';
import { describe, expect, it } from 'vitest';
import { chooseSignatures } from './chosen-signatures.ts';

const seed = (n: number) => new Uint8Array(32).fill(n);
const log = createNoteSigner('example.org/log', seed(1));
const council = createCosigner('example.org/council', seed(2), 1_700_000_000);
const stranger = createCosigner('example.org/stranger', seed(3), 1_700_000_001);
const text = formatCheckpoint({ origin: log.name, size: 5, root: seed(9) });
const note = signNote(text, [log, stranger, council]);
const keysOf = (...signers: { vkey: string }[]) => signers.map(({ vkey }) => parseVerifierKey(vkey));

describe('the signatures of a note that a meeting keeps', () => {
  it('are those of the log and of the pinned witnesses, and still hold', () => {
    const kept = chooseSignatures(note, keysOf(log, council));
    expect(kept).toBe(signNote(text, [log, council]));
    const policy = parsePolicy(`witness council ${council.vkey}\nquorum council\n`);
    expect(readCosigned(kept, parseVerifierKey(log.vkey), policy).quorumTime).toBe(1_700_000_000);
  });

  it('are the log’s alone where no witnesses were pinned', () => {
    expect(chooseSignatures(note, keysOf(log))).toBe(signNote(text, [log]));
  });
});
