// Runs every vector of ledger/vectors, and makes them anew to see that they are the ones that are there.
import { describe, expect, it } from 'vitest';
import checkpoints from '../vectors/checkpoints.json' with { type: 'json' };
import consistency from '../vectors/consistency.json' with { type: 'json' };
import cosigned from '../vectors/cosigned.json' with { type: 'json' };
import ed25519 from '../vectors/ed25519.json' with { type: 'json' };
import encodings from '../vectors/encodings.json' with { type: 'json' };
import entryBundles from '../vectors/entry-bundles.json' with { type: 'json' };
import inclusion from '../vectors/inclusion.json' with { type: 'json' };
import notes from '../vectors/notes.json' with { type: 'json' };
import policies from '../vectors/policies.json' with { type: 'json' };
import proofs from '../vectors/proofs.json' with { type: 'json' };
import tilePaths from '../vectors/tile-paths.json' with { type: 'json' };
import witnessRequests from '../vectors/witness-requests.json' with { type: 'json' };
import { decodeBase64, decodeHex, decodeUtf8, encodeBase64, encodeHex, encodeUtf8 } from './bytes.ts';
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { makeVectors } from './cli/vectors.ts';
import { checkSignature } from './ed25519.ts';
import { LedgerFault } from './fault.ts';
import { checkNote, parseVerifierKey } from './note.ts';
import { isQuorum, parsePolicy, readCosigned } from './policy.ts';
import { checkReceipt, encodeReceipt, parseReceipt } from './receipt.ts';
import { decodeEntryBundle, encodeEntryBundle, parseTilePath, tilePath } from './tile.ts';
import { checkConsistency, checkInclusion } from './tree.ts';
import { createWebVerifier } from './webcrypto.ts';
import { answerAddCheckpoint } from './witness.ts';

/** `accept`, or the code of the fault. */
const outcomeOf = (run: () => unknown): string => {
  try {
    run();
    return 'accept';
  } catch (fault) {
    if (fault instanceof LedgerFault) return fault.code;
    throw fault;
  }
};
/** What a vector asks for, where every refusal has one code. */
const wanted = ({ accept }: { accept: boolean }, code: string): string => (accept ? 'accept' : code);

describe('the vectors', { timeout: 60_000 }, () => {
  it('are those that the script makes', async () => {
    const here = {
      encodings,
      ed25519,
      inclusion,
      consistency,
      notes,
      checkpoints,
      proofs,
      'tile-paths': tilePaths,
      'entry-bundles': entryBundles,
      policies,
      cosigned,
      'witness-requests': witnessRequests,
    };
    expect(JSON.parse(JSON.stringify(await makeVectors()))).toEqual(here);
  });
  it('have each a name of its own, and some to accept and some to refuse', async () => {
    for (const vectors of Object.values(await makeVectors())) {
      expect(new Set(vectors.map(({ name }) => name)).size).toBe(vectors.length);
      expect(new Set(vectors.map(({ accept }) => accept)).size).toBe(2);
    }
  });
});

describe('encodings', () => {
  it.each(encodings)('$name', (vector) => {
    const again = () =>
      vector.base64 === undefined
        ? encodeHex(encodeUtf8(decodeUtf8(decodeHex(vector.utf8))))
        : encodeBase64(decodeBase64(vector.base64));
    const read = () => expect(again()).toBe(vector.base64 ?? vector.utf8);
    expect(outcomeOf(read)).toBe(wanted(vector, 'encoding'));
  });
});

describe('Ed25519', () => {
  it.each(ed25519)('$name', async ({ accept, ...texts }) => {
    const check = {
      key: decodeBase64(texts.key),
      message: decodeBase64(texts.message),
      signature: decodeBase64(texts.signature),
    };
    expect(checkSignature(check.key, check.message, check.signature)).toBe(accept);
    expect(await createWebVerifier()([check])).toEqual([accept]);
  });
});

describe('proofs of inclusion', () => {
  it.each(inclusion)('$name', (vector) => {
    const proof = vector.proof.map((hash) => decodeBase64(hash));
    const check = () =>
      checkInclusion(
        proof,
        vector.index,
        decodeBase64(vector.leafHash),
        vector.size,
        decodeBase64(vector.root),
      );
    expect(outcomeOf(check)).toBe(wanted(vector, 'proof'));
  });
});

describe('proofs of consistency', () => {
  it.each(consistency)('$name', (vector) => {
    const proof = vector.proof.map((hash) => decodeBase64(hash));
    const [oldRoot, root] = [decodeBase64(vector.oldRoot), decodeBase64(vector.root)];
    const check = () => checkConsistency(proof, vector.oldSize, oldRoot, vector.size, root);
    expect(outcomeOf(check)).toBe(wanted(vector, 'proof'));
  });
});

describe('signed notes', () => {
  it.each(notes)('$name', ({ note, keys, fault }) => {
    expect(outcomeOf(() => checkNote(note, keys.map(parseVerifierKey)))).toBe(fault ?? 'accept');
  });
});

describe('checkpoints', () => {
  it.each(checkpoints)('$name', (vector) => {
    const read = () => {
      const checkpoint = parseCheckpoint(vector.text);
      const { origin, size, extensions } = vector;
      expect(checkpoint).toMatchObject({ origin, size, extensions });
      expect(formatCheckpoint(checkpoint)).toBe(vector.text);
    };
    expect(outcomeOf(read)).toBe(wanted(vector, 'checkpoint'));
  });
});

describe('receipts', () => {
  it.each(proofs)('$name', ({ proof, leaf, log, fault }) => {
    const check = () => {
      checkReceipt(proof, decodeBase64(leaf), parseVerifierKey(log));
      expect(encodeReceipt(parseReceipt(proof))).toBe(proof);
    };
    expect(outcomeOf(check)).toBe(fault ?? 'accept');
  });
});

describe('paths of tiles', () => {
  it.each(tilePaths)('$name', (vector) => {
    const read = () => {
      const tile = parseTilePath(vector.path);
      expect(tile).toEqual({ level: vector.level, index: vector.index, width: vector.width });
      expect(tilePath(tile)).toBe(vector.path);
    };
    expect(outcomeOf(read)).toBe(wanted(vector, 'tile'));
  });
});

describe('entry bundles', () => {
  it.each(entryBundles)('$name', (vector) => {
    const bundle = decodeBase64(vector.bundle);
    const read = () => expect(encodeEntryBundle(decodeEntryBundle(bundle, vector.width))).toEqual(bundle);
    expect(outcomeOf(read)).toBe(wanted(vector, 'tile'));
  });
});

describe('policies', () => {
  it.each(policies)('$name', (vector) => {
    const read = () => {
      const policy = parsePolicy(vector.policy);
      for (const names of vector.met ?? []) expect(isQuorum(policy, new Set(names))).toBe(true);
      for (const names of vector.unmet ?? []) expect(isQuorum(policy, new Set(names))).toBe(false);
    };
    expect(outcomeOf(read)).toBe(wanted(vector, 'policy'));
  });
});

describe('cosigned checkpoints', () => {
  it.each(cosigned)('$name', ({ note, log, policy, quorumTime, fault }) => {
    const read = () =>
      expect(readCosigned(note, parseVerifierKey(log), parsePolicy(policy)).quorumTime).toBe(quorumTime);
    expect(outcomeOf(read)).toBe(fault ?? 'accept');
  });
});

describe('requests to a witness', () => {
  it.each(witnessRequests)('$name', ({ body, origin, keys, head, status, size }) => {
    const answer = answerAddCheckpoint(body, (asked) =>
      asked === origin
        ? {
            keys: keys.map(parseVerifierKey),
            head: head && { size: head.size, root: decodeBase64(head.root) },
          }
        : null,
    );
    expect([answer.status, answer.status === 409 ? answer.size : undefined]).toEqual([status, size]);
  });
});
