import { describe, expect, it } from 'vitest';
import type { SignerReport } from './signer-report.ts';
import { minutesState } from './minutes-state.ts';

const by = (role: 'chair' | 'secretary' | 'counter', verdict: SignerReport['verdict'] = 'fits') => ({
  role,
  signers: [{ verdict } as SignerReport],
});
const none = new Set<never>();

describe('the state of minutes', () => {
  it('is drawn up until both chair and secretary have signed', () => {
    expect(minutesState([], none)).toBe('drawn-up');
    expect(minutesState([by('chair'), by('counter')], none)).toBe('drawn-up');
    expect(minutesState([by('chair'), by('secretary')], none)).toBe('signed');
  });
  it('takes a signature that we cannot check as one, and one that is of another file as none', () => {
    expect(minutesState([by('chair', 'not-checked'), by('secretary')], none)).toBe('signed');
    for (const verdict of ['other-file', 'broken'] as const)
      expect(minutesState([by('chair', verdict), by('secretary')], none)).toBe('drawn-up');
  });
  it('is signed by hand when somebody says so, and sent only once it is signed', () => {
    expect(minutesState([], new Set(['signed-on-paper'] as const))).toBe('signed');
    expect(minutesState([], new Set(['originals'] as const))).toBe('drawn-up');
    expect(minutesState([], new Set(['signed-on-paper', 'originals'] as const))).toBe('sent');
  });
});
