import { readdirSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entrancesOf, nameEntrance, OPEN_ENTRANCE, parseDecisionRule } from './decision-rule.ts';
import { presetFiles } from './preset-files.ts';
import {
  builtIn,
  createLibrary,
  findPreset,
  isInForce,
  listPresets,
  needsConfirmation,
  parsePreset,
  PresetFault,
  ruleMessages,
} from './presets.ts';
import schema from './presets.schema.json' with { type: 'json' };

const TODAY = '2026-11-22';
const content = (name: string) => structuredClone(presetFiles.find(([file]) => file === name)![1]) as Json;
type Json = { rule: Record<string, unknown> & { tests: Record<string, unknown>[][] } } & Record<
  string,
  unknown
>;

describe('the library', () => {
  it('holds every file of the folder, each under its own id', () => {
    const folder = new URL('./presets/', import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.replaceAll('\\', '/'));
    expect(presetFiles.map(([name]) => name).sort()).toEqual(files.sort());
    builtIn.presets.forEach(({ id, regime }, i) => expect(presetFiles[i]![0]).toBe(`${regime}/${id}.json`));
  });

  it('has the rows of the table, and says of each how sure we are', () => {
    const marks = Object.fromEntries(builtIn.presets.map(({ id, confidence }) => [id, confidence[0]]));
    expect(marks).toMatchObject({
      'ru.participants': 'c',
      'ru.half-all': 'c',
      'ru.two-thirds-all': 'c',
      'ru.unanimous': 's',
      'ru.cl45.many-entrances': 's',
      'ru.cl45.one-entrance': 's',
      'ru.tszh-found': 's',
      'de.simple': 'c',
      'de.virtual': 'c',
      'de.structural-tier': 's',
      'de.circular-all': 'c',
      'de.circular-one': 'c',
      'fr.24': 'c',
      'fr.25': 's',
      'fr.26': 's',
      'fr.unanimous': 'u',
      'es.ordinary.1': 'c',
      'es.ordinary.2': 'c',
      'es.3-5': 'c',
      'es.1-3': 'c',
      'es.majority-access': 'c',
      'es.unanimous': 'c',
      'it.call1': 'c',
      'it.call2': 'c',
      'it.innovation': 'c',
      'ch.simple': 's',
      'ch.qualified': 's',
      'at.any': 'c',
      'pl.share': 's',
      'be.absolute': 's',
      'be.2-3': 's',
      'be.4-5': 's',
      'nsw.ordinary': 's',
      'nsw.special': 'c',
      'nsw.sustain': 'c',
      'nsw.unanimous': 'c',
      'ca.directors': 'c',
      'ca.documents': 'u',
      'fl.board': 'c',
      'ucioa.default': 'c',
      'on.bylaw': 's',
      'advisory.poll': 'c',
    });
  });

  it('offers for an item what is in force and can be counted, the weakest demand first', () => {
    expect(listPresets('ru', TODAY).map(({ id }) => id)).toEqual([
      'ru.participants',
      'ru.half-all',
      'ru.two-thirds-all',
      'ru.unanimous',
      'ru.cl45.many-entrances',
      'ru.cl45.one-entrance',
      'ru.tszh-found',
    ]);
    expect(listPresets('ca', TODAY)).toEqual([]);
  });

  it('finds a rule from its first day on, and not before', () => {
    expect(findPreset('ru.participants', '2024-08-31')).toBeNull();
    const { rule } = findPreset('ru.participants', '2024-09-01')!;
    expect(isInForce({ ...rule, effectiveTo: '2027-01-01' }, '2026-12-31')).toBe(true);
    expect(isInForce({ ...rule, effectiveTo: '2027-01-01' }, '2027-01-01')).toBe(false);
  });

  it('leaves the entrance of a rule open until an item names it', () => {
    const { rule } = findPreset('ru.cl45.many-entrances', TODAY)!;
    expect(entrancesOf(rule)).toEqual([OPEN_ENTRANCE]);
    const named = nameEntrance(rule, '2');
    expect(named.tests[0]![1]!.base).toBe('entrance:2');
    expect(named.quorum[1]!.entrance).toBe('2');
    expect(parseDecisionRule(named)).toEqual(named);
  });

  it('asks a confirmation for whatever was not read in the law, or holds a doubt', () => {
    const asked = builtIn.presets.filter(needsConfirmation).map(({ id }) => id);
    expect(asked).toContain('fr.unanimous');
    expect(asked).toContain('de.simple');
    expect(asked).not.toContain('ru.two-thirds-all');
    expect(asked).not.toContain('fr.24');
  });

  it('names its doubts by places that are in the rule', () => {
    for (const { rule, doubts } of builtIn.presets)
      for (const place of doubts) {
        const found = place
          .split('.')
          .reduce<unknown>((value, field) => (value as Record<string, unknown>)[field], rule);
        expect(found, place).toBeDefined();
      }
  });

  it('takes a correction as a further file with the next version', () => {
    const corrected = content('ru/ru.half-all.json');
    corrected.rule = {
      ...corrected.rule,
      version: 2,
      effectiveFrom: '2026-12-01',
      legalRef: 'новая редакция',
    };
    const library = createLibrary([...presetFiles, ['correction.json', corrected]]);
    expect(library.find('ru.half-all', '2026-11-30')!.rule.version).toBe(1);
    expect(library.find('ru.half-all', '2026-12-01')!.rule.version).toBe(2);
    expect(library.list('ru', '2026-12-01').filter(({ id }) => id === 'ru.half-all')).toHaveLength(1);
    expect(library.versions('ru.half-all').map(({ rule }) => rule.version)).toEqual([2, 1]);
  });

  it('takes another country as a further file, and its words with it', () => {
    const serbian = content('ru/ru.half-all.json');
    serbian.rule = { ...serbian.rule, id: 'rs.half', regime: 'rs' };
    const library = createLibrary([...presetFiles, ['serbia.json', serbian]]);
    expect(library.list('rs', TODAY).map(({ id }) => id)).toEqual(['rs.half']);
    expect(ruleMessages(library, 'en')['rule.rs.half.name']).toBe(
      'More than half of all votes of the building',
    );
  });

  it('refuses two files with one version of a rule, and a second chance that leads nowhere', () => {
    const twice: typeof presetFiles = [...presetFiles, ['again.json', content('fr/fr.25.json')]];
    expect(() => createLibrary(twice)).toThrowError(
      new PresetFault('duplicate', 'again.json', 'rule.version'),
    );
    expect(() => createLibrary([['alone.json', content('fr/fr.25.json')]])).toThrowError(
      new PresetFault('unknown-rule', 'alone.json', 'rule.fallback.rule'),
    );
  });
});

describe('a preset file', () => {
  const validate = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false }).compile(schema);
  const isParsed = (value: unknown): boolean => {
    try {
      parsePreset(value, 'file.json');
      return true;
    } catch (error) {
      if (error instanceof PresetFault) return false;
      throw error;
    }
  };
  const sound = content('ru/ru.half-all.json');
  const test = sound.rule.tests[0]![0]!;

  it.each(presetFiles)('%s is what the schema and the parser say it is', (file, value) => {
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
    expect(parsePreset(value, file)).toMatchObject({ id: /([^/]+)\.json$/.exec(file)![1] });
  });

  it.each([
    ['preset', null],
    ['preset', []],
    ['texts', { ...sound, texts: undefined }],
    ['surprise', { ...sound, surprise: 1 }],
    ['texts.en', { ...sound, texts: { ru: (sound['texts'] as Json)['ru'] } }],
    [
      'texts.ru.name',
      { ...sound, texts: { ...(sound['texts'] as object), ru: { name: '{x}', explanation: 'y' } } },
    ],
    ['rule', { texts: sound['texts'] }],
    ['dates', { texts: sound['texts'], rule: sound.rule }],
    ['rule.tests.0.0.den', { ...sound, rule: { ...sound.rule, tests: [[{ ...test, den: 0 }]] } }],
    ['rule.tests.0.0.base', { ...sound, rule: { ...sound.rule, tests: [[{ ...test, base: 'everybody' }]] } }],
    ['rule.surprise', { ...sound, rule: { ...sound.rule, surprise: 1 } }],
    ['rule', { ...content('ca/ca.directors.json'), rule: sound.rule }],
    [
      'open.lacks',
      { texts: sound['texts'], open: { ...(content('ca/ca.directors.json')['open'] as object), lacks: 'x' } },
    ],
  ])('that is wrong is refused at %s, by the schema too', (at, value) => {
    const given = JSON.parse(JSON.stringify(value)) as unknown;
    expect(() => parsePreset(given, 'file.json')).toThrowError(new PresetFault('malformed', 'file.json', at));
    expect(validate(given)).toBe(false);
  });

  it('is read by the parser exactly when the schema allows it, whatever is done to it', () => {
    // A random file with one value anywhere in it replaced, added or taken away.
    const junk = fc.constantFrom<unknown>(
      0,
      -1,
      1.5,
      '',
      'x',
      null,
      true,
      [],
      {},
      '>',
      'all',
      'P10D',
      'entrance:1',
    );
    const mutate = (value: unknown, path: number[], how: number, put: unknown): unknown => {
      const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
      const [step, ...rest] = path;
      if (step === undefined || keys.length === 0) return put;
      const key = keys[step % keys.length]!;
      const copy = structuredClone(value) as Record<string, unknown>;
      if (rest.length > 0) copy[key] = mutate(copy[key], rest, how, put);
      else if (how === 0) copy[key] = put;
      else if (how === 1 && !Array.isArray(copy)) delete copy[key];
      else if (!Array.isArray(copy)) copy['extra'] = put;
      return copy;
    };
    fc.assert(
      fc.property(
        fc.constantFrom(...presetFiles),
        fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }),
        fc.nat(2),
        junk,
        ([, file], path, how, put) => {
          const mutated = mutate(file, path, how, put);
          expect(isParsed(mutated), JSON.stringify(mutated)).toBe(validate(mutated));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
