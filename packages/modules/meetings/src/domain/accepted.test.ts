import { describe, expect, it } from 'vitest';
import { translateIn } from '../catalogs.ts';
import { acceptedRisks } from './accepted.ts';
import { exampleNotice } from './example.ts';

const translate = translateIn('en');

describe('risks that somebody took', () => {
  it('are told as the notice has them before the call, and as they were recorded before the close', () => {
    const notice = {
      ...exampleNotice,
      accepted: [{ code: 'missing-annex', reason: 'The estimate hangs in the hall', item: 'item-2' }],
    };
    const taken = [
      { stage: 'call', code: 'missing-annex', item: 2, reason: 'The estimate hangs in the hall' },
      { stage: 'close', code: 'register-changed', item: null, reason: 'First thought' },
      { stage: 'close', code: 'register-changed', item: null, reason: 'Second thought' },
    ] as const;
    expect(
      acceptedRisks(notice, taken, translate).map(({ stage, item, reason }) => [stage, item, reason]),
    ).toEqual([
      ['call', 2, 'The estimate hangs in the hall'],
      ['close', null, 'Second thought'],
    ]);
  });

  it('keep their code where this version has no words for it', () => {
    const notice = { ...exampleNotice, accepted: [{ code: 'not-known-here', reason: 'It was so' }] };
    expect(acceptedRisks(notice, [], translate)).toEqual([
      { stage: 'call', code: 'not-known-here', item: null, title: 'not-known-here', reason: 'It was so' },
    ]);
  });
});
