import { formatCheckpoint, parseCheckpoint } from '@veche/ledger/checkpoint.ts';
import {
  createCosigner,
  createNoteSigner,
  parseNote,
  signNote,
  type NoteSigner,
} from '@veche/ledger/note.ts';
import { describe, expect, it } from 'vitest';
import type { SeenLog } from './device-store.ts';
import { namesOfWitnesses, readWitnessed, takePolicy, trustKeys } from './known-journal.ts';

const ORIGIN = 'example.org/log';
const seed = (n: number) => new Uint8Array(32).fill(n);
const [old, next, foreign] = [1, 2, 3].map((n) => createNoteSigner(ORIGIN, seed(n))) as [
  NoteSigner,
  NoteSigner,
  NoteSigner,
];
const text = formatCheckpoint({ origin: ORIGIN, size: 5, root: seed(9) });
const noteBy = (...signers: NoteSigner[]) => signNote(text, signers);
const told = (...signers: NoteSigner[]) => `${signers.map(({ vkey }) => vkey).join('\n')}\n`;

describe('the keys of a journal', () => {
  it('stay what they were while nobody names others', () => {
    expect(trustKeys(old.vkey, told(old), noteBy(old))).toBe(old.vkey);
  });

  it('are joined by a new one that signs beside one known, and the old one is kept', () => {
    const both = trustKeys(old.vkey, told(next, old), noteBy(old, next));
    expect(both).toBe(`${next.vkey}\n${old.vkey}`);
    // Once the old key is out of use the new one, known by then, is enough.
    expect(trustKeys(both!, told(next), noteBy(next))).toBe(both);
  });

  it('are not joined by one that only the server names', () => {
    expect(trustKeys(old.vkey, told(next, old), noteBy(old))).toBe(old.vkey);
  });

  it('stay as they are under a note that none of those named signed, while the server names one of them', () => {
    expect(trustKeys(old.vkey, told(next, old), noteBy(foreign))).toBe(old.vkey);
    expect(trustKeys(old.vkey, told(old), 'nothing')).toBe(old.vkey);
  });

  it('are another journal’s once a new key signs alone, named beside the old one or not', () => {
    // A device that was away while the keys signed together: the person is asked.
    expect(trustKeys(old.vkey, told(next, old), noteBy(next))).toBeNull();
  });

  it.each([
    ['signed by a new key alone', noteBy(next)],
    ['signed by neither', noteBy(foreign)],
    ['no note at all', 'nothing'],
  ])('are not replaced under a note %s', (_, note) => {
    expect(trustKeys(old.vkey, told(next), note)).toBeNull();
  });
});

const witness = (name: string, n: number, at: number) => createCosigner(`example.org/${name}`, seed(n), at);
const council = witness('council', 11, 1_700_000_010);
const city = witness('city', 12, 1_700_000_020);
const lines = [`witness council ${council.vkey}`, `witness city ${city.vkey}`];
const any = [...lines, 'group any any council city', 'quorum any', ''].join('\n');
const all = [...lines, 'group all all council city', 'quorum all', ''].join('\n');

describe('the witnesses of a journal', () => {
  it('are believed by their cosignatures, with the time by which they were enough', () => {
    const note = noteBy(old, city, council);
    const by = [
      { name: 'council', at: 1_700_000_010 },
      { name: 'city', at: 1_700_000_020 },
    ];
    expect(readWitnessed(note, old.vkey, any)).toEqual({ at: 1_700_000_010, by });
    expect(readWitnessed(note, old.vkey, all)).toEqual({ at: 1_700_000_020, by });
  });

  it('are not enough below their quorum, and are none where nobody is asked', () => {
    expect(readWitnessed(noteBy(old, council), old.vkey, all)).toBeNull();
    expect(readWitnessed(noteBy(old), old.vkey, null)).toBeNull();
    expect(readWitnessed(noteBy(old), old.vkey, 'quorum none\n')).toBeNull();
  });

  it('with a broken cosignature make the note one that is not believed', () => {
    const forged = noteBy(old, council).replace(text, text.replace('\n5\n', '\n6\n'));
    expect(parseCheckpoint(parseNote(forged).text).size).toBe(6);
    expect(() => readWitnessed(forged, old.vkey, any)).toThrow('signature');
  });

  it('have names', () => {
    expect(namesOfWitnesses(any)).toEqual(['council', 'city']);
    expect(namesOfWitnesses(null)).toEqual([]);
    expect(namesOfWitnesses('nonsense')).toEqual([]);
  });
});

describe('a policy that changes', () => {
  const seen: SeenLog = { key: old.vkey, checkpoint: null, size: 0 };

  it('is taken without a word where there was none', () => {
    expect(takePolicy(seen, any)).toEqual({ ...seen, policy: any });
    expect(takePolicy({ ...seen, policy: any }, any)).toEqual({ ...seen, policy: any });
  });

  it('is remembered until the person has seen it, as a whole when it changes again', () => {
    const changed = takePolicy({ ...seen, policy: any }, all);
    expect(changed).toEqual({ ...seen, policy: all, formerPolicy: any });
    expect(takePolicy(changed, null)).toEqual({ ...seen, policy: null, formerPolicy: any });
  });
});
