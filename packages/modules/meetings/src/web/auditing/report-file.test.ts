import { createTranslate } from '@veche/core/messages.ts';
import { AUDIT_STEPS, type AuditReport } from '@veche/ledger/audit.ts';
import { describe, expect, it } from 'vitest';
import checking from '../checking/messages/en.json' with { type: 'json' };
import shared from '../messages/en.json' with { type: 'json' };
import messages from './messages/en.json' with { type: 'json' };
import { reportText } from './report-file.ts';

const t = createTranslate('en', { ...shared, ...checking, ...messages });
const meeting = {
  id: 'a1b2',
  title: 'Annual meeting',
  address: '5 Forest Street',
  page: 'https://veche.example/buildings/b/meetings/a1b2',
};
const report: AuditReport = {
  ok: true,
  meeting: 'a1b2',
  steps: AUDIT_STEPS.map((code) => ({ code, status: 'passed', numbers: {} })),
  broken: null,
  origin: 'veche.example/log/v1',
  checkpoint: 'veche.example/log/v1\n12\nroot\n\n— veche.example/log/v1 signature\n',
  size: 12,
  witnessed: null,
  closing: null,
  result: null,
};
const write = (
  change: Partial<AuditReport> = {},
  witnessed: Parameters<typeof reportText>[1]['witnessed'] = null,
) =>
  reportText(
    meeting,
    { report: { ...report, ...change }, asksWitnesses: true, witnessed, at: 'Sunday, 12:00' },
    t,
  );

describe('the report of a check', () => {
  it('says what was checked, step by step, and holds the signed state of the journal', () => {
    const text = write({}, { at: 1, by: [{ name: 'council', at: 1 }] });
    expect(text).toContain('OUTCOME: EVERYTHING HOLDS.');
    expect(text).toContain('1. The meeting’s file is whole and well formed: checked');
    expect(text).toContain('The recount gives the same sums: checked');
    expect(text).toContain('Independent witnesses of the journal: council');
    expect(text).toContain('— veche.example/log/v1 signature');
    expect(text).toContain('https://veche.example/buildings/b/meetings/a1b2');
    expect(text).toMatch(/Auditor \(name, date, signature\): _+\n$/u);
    // A browser cannot look at every file of the journal, so the report does not say that it did.
    expect(text).not.toContain('Every file of the journal');
  });

  it('says where it broke, and that what comes after was not looked at', () => {
    const at = AUDIT_STEPS.indexOf('recount');
    const text = write({
      ok: false,
      broken: { step: 'recount', fault: 'result-differs', where: { field: 'items[0].sums.area.for' } },
      steps: AUDIT_STEPS.map((code, i) => ({
        code,
        status: i < at ? 'passed' : i === at ? 'failed' : 'not-run',
        numbers: {},
      })),
    });
    expect(text).toContain('OUTCOME: SOMETHING DOES NOT HOLD.');
    expect(text).toContain('items[0].sums.area.for');
    expect(text).toContain('The recount gives the same sums: broken');
    expect(text).toContain('The minutes are the recorded ones: not checked any more');
    expect(text).toContain('Independent witnesses of the journal: too few have');
  });
});
