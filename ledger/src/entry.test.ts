import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBase64, encodeUtf8 } from './bytes.ts';
import { checkCommitment, makeCommitment } from './commitment.ts';
import { checkSignature, publicKeyOf, sign } from './ed25519.ts';
import {
  ENTRY_KINDS,
  attachSignature,
  checkEntrySignature,
  checkOpening,
  decodeAnyEntry,
  decodeEntry,
  encodeEntry,
  entryMessage,
  findCommitmentField,
  forms,
  prepareEntry,
  signEntry,
  signatureOfEntry,
} from './entry.ts';
import type { EntryKinds } from './entry.ts';
import { LedgerFault } from './fault.ts';
import { encodeCanonical } from './jcs.ts';
import { AMENDMENTS, holdMeeting, holdTied, seedOf } from './meeting.fixture.ts';
import { parseBallotPayload, parseNotice, parseRollRecord } from './meeting.ts';
import { notice, roll } from './meeting.fixture.ts';

const hash = encodeBase64(seedOf('some hash'));
const entry = signEntry({ kind: 'result', meeting: 'm1', result: hash }, seedOf('author'));
const changed = (fields: Record<string, unknown>): string => encodeCanonical({ ...entry, ...fields });

describe('an entry', () => {
  it('of every kind comes back as it went, signed by its author', async () => {
    const amended = [{ before: 5, amendments: AMENDMENTS }];
    const entries = [
      ...(await holdMeeting({ sale: 'follows-title', amended })).entries,
      ...(await holdTied({})).entries,
    ];
    expect(new Set(entries.map((one) => one.entry.kind))).toEqual(new Set(Object.keys(ENTRY_KINDS)));
    for (const { entry: one } of entries) {
      const leaf = encodeEntry(one);
      expect(decodeEntry(leaf)).toEqual(one);
      expect(decodeEntry(encodeUtf8(leaf))).toEqual(one);
      checkEntrySignature(one);
    }
  });
  it('may be signed by a key that only signs asynchronously', async () => {
    const unsigned = prepareEntry({ kind: 'result', meeting: 'm1', result: hash }, entry.by);
    const signature = await Promise.resolve(sign(entryMessage(unsigned), seedOf('author')));
    expect(attachSignature(unsigned, signature)).toEqual(entry);
  });
  it('is no longer its author’s when any field is changed', () => {
    const other = encodeBase64(publicKeyOf(seedOf('other')));
    for (const fields of [
      { meeting: 'm2' },
      { result: other },
      { by: other },
      { sig: encodeBase64(new Uint8Array(64)) },
    ])
      expect(() => checkEntrySignature(decodeEntry(changed(fields)))).toThrow('not signed by its author');
  });
  it.each([
    ['a field more', changed({ note: 'x' })],
    ['a field less', changed({ result: undefined })],
    ['an unknown kind', changed({ kind: 'secret' })],
    ['a kind of the prototype', changed({ kind: 'constructor' })],
    ['another version', changed({ v: 2 })],
    ['an id with a space', changed({ meeting: 'm 1' })],
    ['an id of 65 characters', changed({ meeting: 'm'.repeat(65) })],
    ['a short hash', changed({ result: 'AAAA' })],
    ['a hash without padding', changed({ result: hash.slice(0, -1) })],
    ['a hash in URL-safe letters', changed({ result: hash.replace(/[+/]/, '_').replace('=', '') })],
    ['no signature', changed({ sig: undefined })],
    ['spaces', encodeEntry(entry).replace(',', ', ')],
    ['a list', '[]'],
    ['nothing', ''],
  ])('is refused with %s', (_what, leaf) => expect(() => decodeEntry(leaf)).toThrow(LedgerFault));
  it('may leave out an optional field, and is refused when it is there in another form', () => {
    const draft = { kind: 'meeting.closed', meeting: 'm1', boxRoot: hash, boxSize: 3 } as const;
    const without = encodeEntry(signEntry(draft, seedOf('author')));
    expect(without).not.toContain('closing');
    expect(decodeEntry(without)).not.toHaveProperty('closing');
    const withIt = signEntry({ ...draft, closing: hash }, seedOf('author'));
    expect(decodeEntry(encodeEntry(withIt))).toEqual(withIt);
    for (const closing of ['', 'AAAA', 1, null])
      expect(() => decodeEntry(encodeCanonical({ ...withIt, closing }))).toThrow('the field closing');
  });
  it('of any module is read as far as all are alike', () => {
    expect(decodeAnyEntry(encodeEntry(entry))).toEqual(entry);
    expect(decodeAnyEntry(changed({ kind: 'request.filed', request: 'r1' })).kind).toBe('request.filed');
    for (const fields of [
      { kind: '' },
      { kind: 1 },
      { v: 2 },
      { by: 'x' },
      { sig: undefined },
      { deep: {} },
      { none: null },
    ])
      expect(() => decodeAnyEntry(changed(fields))).toThrow(LedgerFault);
    for (const leaf of ['[]', '1', '', `${encodeEntry(entry)} `])
      expect(() => decodeAnyEntry(leaf)).toThrow(LedgerFault);
  });
  it('opens its commitment, of whatever module it is', () => {
    const kinds: EntryKinds = { 'request.filed': { request: forms.id, content: forms.commitment } };
    const salt = seedOf('salt');
    const payload = { text: 'a cold radiator' };
    const content = encodeBase64(makeCommitment(salt, encodeUtf8(encodeCanonical(payload))));
    const filed = signEntry({ kind: 'request.filed', request: 'r1', content }, seedOf('author'), kinds);
    const opening = { salt: encodeBase64(salt), payload };
    expect(() => checkOpening(filed, opening, kinds)).not.toThrow();
    for (const wrong of [
      { ...opening, payload: { text: '' } },
      { ...opening, salt: hash },
    ])
      expect(() => checkOpening(filed, wrong, kinds)).toThrow('does not open to this');
    expect(() => checkOpening(entry, opening)).toThrow('an entry with a commitment');
    const two: EntryKinds = { twice: { one: forms.commitment, other: forms.commitment } };
    expect(() => findCommitmentField('twice', two)).toThrow(RangeError);
  });
  it('is refused above 16,384 bytes', () => {
    const kinds: EntryKinds = { note: { text: (value) => typeof value === 'string' } };
    const leafOf = (length: number) =>
      signEntry({ kind: 'note', text: 'x'.repeat(length) }, seedOf('author'), kinds);
    const spare = 16_384 - encodeEntry(leafOf(0), kinds).length;
    expect(encodeEntry(leafOf(spare), kinds).length).toBe(16_384);
    expect(() => encodeEntry(leafOf(spare + 1), kinds)).toThrow('at most 16384 bytes');
  });
  it('of another module’s kind is read by who knows the kind, and by nobody else', () => {
    const kinds: EntryKinds = { ...ENTRY_KINDS, 'request.filed': { request: forms.id, content: forms.hash } };
    const filed = signEntry({ kind: 'request.filed', request: 'r1', content: hash }, seedOf('author'), kinds);
    const leaf = encodeEntry(filed, kinds);
    expect(decodeEntry(leaf, kinds)).toEqual(filed);
    expect(() => decodeEntry(leaf)).toThrow('expected an entry of a known kind');
  });
  it('is never read from bytes that are not one', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => decodeEntry(text)).toThrow(LedgerFault);
      }),
    );
  });
  it('gives its signature for checking many at a time', () => {
    const { key, message, signature } = signatureOfEntry(entry);
    expect(checkSignature(key, message, signature)).toBe(true);
  });
});

describe('a commitment', () => {
  it('opens to its salt and payload and to nothing else', () => {
    const [salt, payload] = [seedOf('salt'), encodeUtf8('{"a":1}')];
    const commitment = makeCommitment(salt, payload);
    checkCommitment(commitment, salt, payload);
    expect(() => checkCommitment(commitment, seedOf('other'), payload)).toThrow(LedgerFault);
    expect(() => checkCommitment(commitment, salt, encodeUtf8('{"a":2}'))).toThrow(LedgerFault);
    expect(() => checkCommitment(commitment, salt.slice(1), payload)).toThrow(LedgerFault);
    expect(() => makeCommitment(salt.slice(1), payload)).toThrow(RangeError);
  });
});

describe('payloads', () => {
  it('of an honest meeting are read', () => {
    expect(parseNotice(notice)).toEqual(notice);
    expect(roll.map(parseRollRecord)).toEqual(roll);
  });
  const ruleWith = (fields: object) => ({
    ...notice,
    items: [{ ...notice.items[0]!, rule: { ...notice.items[0]!.rule, ...fields } }],
  });
  it('with a rule that the recount cannot count are refused, not guessed', () => {
    expect(parseNotice(ruleWith({ tie: 'fails' })).items).toHaveLength(1);
    for (const fields of [
      { tie: 'passes' },
      { fallback: {} },
      { weightPolicy: {} },
      { quorum: [{ weight: 'area', cmp: '>', num: 1, den: 2, entrance: '?' }] },
      { tests: [[{}]] },
      { version: 0 },
    ])
      expect(() => parseNotice(ruleWith(fields))).toThrow(LedgerFault);
  });
  it.each([
    { ...notice, items: [] },
    { ...notice, items: [notice.items[0], notice.items[0]] },
    { ...notice, opensAt: '2026-05-01' },
    { ...notice, extra: 1 },
    null,
    [],
  ])('that are no notice are refused', (value) => expect(() => parseNotice(value)).toThrow(LedgerFault));
  const ballot = { meeting: 'm1', voter: 'v1', entitlements: ['e1', 'e2'], choices: { i1: 'for' } };
  it.each([
    { ...ballot, entitlements: [] },
    { ...ballot, entitlements: ['e2', 'e1'] },
    { ...ballot, entitlements: ['e1', 'e1'] },
    { ...ballot, choices: { i1: 'maybe' } },
    { ...ballot, choices: { i1: 'toString' } },
    { ...ballot, voter: '' },
  ])('that are no ballot are refused', (value) => {
    expect(parseBallotPayload(ballot)).toEqual(ballot);
    expect(() => parseBallotPayload(value)).toThrow(LedgerFault);
  });
  it.each([
    { share: '2/4' },
    { share: '0' },
    { share: '0.5' },
    { share: '-1/2' },
    { areaCm2: 0 },
    { areaCm2: 1.5 },
    { salt: '' },
  ])('that are no record of a roll are refused: %j', (fields) =>
    expect(() => parseRollRecord({ ...roll[0], ...fields })).toThrow(LedgerFault),
  );
});
