import { ENTRY_KINDS } from '@veche/ledger/entry.ts';
import { describe, expect, it } from 'vitest';
import { fieldKey, kindKey } from './kinds.ts';
import en from './messages/en.json' with { type: 'json' };
import ru from './messages/ru.json' with { type: 'json' };

describe.each([
  ['ru', ru],
  ['en', en],
])('the explorer in %s', (_, texts: Record<string, string>) => {
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
