import { LOCALES } from '@veche/core/locale.ts';
import { expect, it } from 'vitest';
import { REGISTER_FIELDS } from './contract.ts';
import { reconcileRegister } from './domain/reconciliation.ts';
import { guessMapping, parseRegister } from './domain/register-import.ts';
import { readSpreadsheet } from './domain/spreadsheet.ts';
import { registerTemplate } from './register-template.ts';

it.each(LOCALES)(
  'the template in %s is understood column by column and reconciles without an error',
  async (locale) => {
    const sheet = await readSpreadsheet(new TextEncoder().encode(registerTemplate(locale)));
    const mapping = guessMapping(sheet.header);
    expect(mapping).toEqual(Object.fromEntries(REGISTER_FIELDS.map((field, column) => [field, column])));
    const report = reconcileRegister(parseRegister(sheet, mapping), 0);
    expect(report.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(report.register.persons).toHaveLength(3);
    expect(report.byKind.map(({ kind }) => kind)).toEqual(['flat', 'nonresidential', 'parking']);
  },
);
