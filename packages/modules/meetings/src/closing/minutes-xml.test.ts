import { readFileSync } from 'node:fs';
import { LOCALES } from '@veche/core/locale.ts';
import { createTranslate } from '@veche/core/messages.ts';
import { decodeUtf8 } from '@veche/ledger/bytes.ts';
import Ajv2020 from 'ajv/dist/2020.js';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalogs } from '../catalogs.ts';
import { exampleMinutes, exampleNotice, exampleResult } from '../domain/example.ts';
import { composeMinutes, minutesModel, PROFILES, type MinutesInput } from '../domain/minutes-model.ts';
import { renderMinutesJson, renderMinutesXml } from './minutes-xml.ts';

const formats = new URL('../../../../../docs/formats/', import.meta.url);
const xsd = XsdValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(new URL('minutes-1.xsd', formats))));
const schema = `${JSON.stringify(z.toJSONSchema(minutesModel), null, 2)}\n`;
const isMinutes = new Ajv2020.default({ formats: { 'date-time': true, uri: true } }).compile(
  JSON.parse(schema) as object,
);

const compose = (change: Partial<MinutesInput> = {}, locale: 'ru' | 'en' = 'ru') =>
  composeMinutes({ ...exampleMinutes, ...change }, locale, createTranslate(locale, catalogs[locale]));
/** What the validator complains of; empty when nothing. */
function complaintsOf(xml: Uint8Array): string {
  const document = XmlDocument.fromBuffer(xml);
  try {
    xsd.validate(document);
    return '';
  } catch (error) {
    return String(error);
  } finally {
    document.dispose();
  }
}

const alone = { closing: null, annexes: [] } as const;
const full: Partial<MinutesInput> = {
  notice: {
    ...exampleNotice,
    kind: 'annual',
    convener: 'tenth',
    gathering: { at: '2026-03-20T16:00:00Z', place: 'Двор <дома>' },
    items: exampleNotice.items.map((item, i) => (i === 0 ? { ...item, round: 1 } : item)),
  },
  result: {
    ...exampleResult,
    items: exampleResult.items.map((item, i) =>
      i === 0
        ? { ...item, effect: 'costs-on-yes-voters' as const }
        : { ...item, fallback: { kind: 'second-vote' as const, trigger: [], due: true } },
    ),
  },
  accepted: [
    { stage: 'call', code: 'short-notice', item: null, title: 'Короткий срок', reason: 'Авария & срочно' },
    { stage: 'close', code: 'annex-changed', item: 2, title: 'Приложение', reason: 'Файл тот же' },
  ],
  representation: [{ basis: 'attorney', ballots: 2, shares: 3 }],
};
const named: Partial<MinutesInput> = {
  edition: 2,
  particulars: {
    profile: 'generic',
    initiator: 'Совет дома «Лесная» & соседи',
    storage: '<у председателя>',
    signatories: [{ role: 'chair', name: '"Иванова"' }],
    heard: { 'item-1': ['Петров'] },
  },
};

describe('minutes for programs', () => {
  it.each([
    ['as the close draws them up', {}],
    ['of a log without witnesses', alone],
    ['with names and signs that XML keeps for itself', named],
    ['called at short notice', { shortNotice: true }],
    ['with reservations, representatives, a second vote and what follows from it', full],
  ])('are valid XML and JSON by the published forms: %s', (_, change) => {
    for (const locale of LOCALES) {
      const minutes = compose(change, locale);
      expect(complaintsOf(renderMinutesXml(minutes))).toBe('');
      expect(
        isMinutes(JSON.parse(decodeUtf8(renderMinutesJson(minutes)))),
        JSON.stringify(isMinutes.errors),
      ).toBe(true);
    }
  });

  it('have their JSON form published as it is checked', async () => {
    await expect(schema).toMatchFileSnapshot(new URL('minutes-1.schema.json', formats).pathname);
  });

  it('are the same bytes each time, since their hashes stand in the log', () => {
    expect(renderMinutesXml(compose())).toEqual(renderMinutesXml(compose()));
    expect(renderMinutesJson(compose())).toEqual(renderMinutesJson(compose()));
  });

  it('say the same in both: every item, every figure, every annex', () => {
    const minutes = compose(named);
    const xml = decodeUtf8(renderMinutesXml(minutes));
    const document = XmlDocument.fromString(xml);
    const find = (path: string) =>
      document.find(path, { m: 'urn:veche:minutes:1' }).map((node) => node.content);
    expect(find('//m:item/m:proposed')).toEqual(minutes.items.map(({ text }) => text));
    expect(find('//m:item/m:decision')).toEqual(minutes.items.map(({ decision }) => decision));
    expect(find('//m:arithmetic/m:line')).toEqual(minutes.items.flatMap(({ arithmetic }) => arithmetic));
    expect(find('//m:annex/@sha256')).toEqual(minutes.annexes.map(({ sha256 }) => sha256));
    expect(find('//m:item[@number="2"]/m:votes[@side="for"]/m:area/@exact')).toEqual(['1043/10']);
    expect(find('//m:initiator')).toEqual(['Совет дома «Лесная» & соседи']);
    expect(find('//m:storage')).toEqual(['<у председателя>']);
    document.dispose();
  });

  it('name in XML too by whom the meeting was called, what was let stand and why, and who voted through others', () => {
    const document = XmlDocument.fromString(decodeUtf8(renderMinutesXml(compose(full))));
    const find = (path: string) =>
      document.find(path, { m: 'urn:veche:minutes:1' }).map((node) => node.content);
    expect(find('//m:meeting/@convener')).toEqual(['tenth']);
    expect(find('//m:gathering')).toEqual(['Двор <дома>']);
    expect(find('//m:risk[@stage="call"]/m:reason')).toEqual(['Авария & срочно']);
    expect(find('//m:risk[@stage="close"]/@item')).toEqual(['2']);
    expect(find('//m:representation/m:by/@shares')).toEqual(['3']);
    expect(find('//m:item[@number="1"]/@round')).toEqual(['1']);
    expect(find('//m:item[@number="1"]/@effect')).toEqual(['costs-on-yes-voters']);
    expect(find('//m:item[@number="2"]/@followUp')).toEqual(['second-vote']);
    document.dispose();
  });

  it('say nothing of what was not: minutes that were drawn up before there were such fields have the same form', () => {
    const minutes = compose();
    for (const field of ['accepted', 'representation'])
      expect(Object.hasOwn(minutes, field), field).toBe(false);
    for (const field of ['kind', 'convener', 'gathering'])
      expect(Object.hasOwn(minutes.meeting, field), field).toBe(false);
    for (const field of ['round', 'effect', 'tie', 'followUp'])
      expect(
        minutes.items.some((item) => Object.hasOwn(item, field)),
        field,
      ).toBe(false);
  });

  it('hold what somebody pasted into an item, without the control characters that no XML can', () => {
    const [first, ...rest] = exampleNotice.items;
    const items = [{ ...first!, text: `Ремонт\u0001 <script>]]>&\n` }, ...rest];
    const xml = renderMinutesXml(compose({ notice: { ...exampleNotice, items } }));
    expect(complaintsOf(xml)).toBe('');
    expect(decodeUtf8(xml)).toContain('Ремонт\ufffd &lt;script&gt;]]&gt;&amp;\n');
  });

  it.each(PROFILES)('bear the profile they were drawn up by: %s', (profile) => {
    const particulars = { ...exampleMinutes.particulars, profile };
    expect(decodeUtf8(renderMinutesXml(compose({ particulars })))).toContain(`profile="${profile}"`);
  });

  it('that were changed by hand into something else are not valid', () => {
    const xml = decodeUtf8(renderMinutesXml(compose()));
    const broken = new TextEncoder().encode(xml.replace(/<ballots[^>]*>/, '<ballots logged="-1"/>'));
    expect(complaintsOf(broken)).toMatch(/ballots/);
  });
});
