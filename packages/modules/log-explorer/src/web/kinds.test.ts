import { readFileSync } from 'node:fs';
import { ENTRY_KINDS } from '@veche/ledger/entry.ts';
import { describe, expect, it } from 'vitest';
import { fieldKey, kindKey } from './kinds.ts';

describe.each(['ru', 'en'])('the explorer in %s', (locale) => {
  const texts = JSON.parse(
    readFileSync(new URL(`./messages/${locale}.json`, import.meta.url), 'utf8'),
  ) as Record<string, string>;

  it('has a name, an explanation and names of fields for every kind of entry', () => {
    for (const [kind, fields] of Object.entries(ENTRY_KINDS)) {
      expect(texts, kind).toHaveProperty([kindKey(kind)!]);
      expect(texts, kind).toHaveProperty([`${kindKey(kind)}.text`]);
      for (const field of Object.keys(fields)) expect(texts, field).toHaveProperty([fieldKey(field)!]);
    }
  });

  it('has none for what it does not know', () => {
    expect(kindKey('toString')).toBe(null);
    expect(fieldKey('constructor')).toBe(null);
  });
});
