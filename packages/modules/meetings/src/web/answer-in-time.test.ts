import { describe, expect, it } from 'vitest';
import { answerInTime } from './answer-in-time.ts';
import { mayPass } from './follow-witnesses.ts';

describe('an answer in time', () => {
  it('is the server’s own, a refusal too', async () => {
    expect(await answerInTime(Promise.resolve(7))).toBe(7);
    await expect(answerInTime(Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  });
  it('is not waited for without end: a silent line counts as one that is down, and the same is sent again', async () => {
    const silence = new Promise<never>(() => {});
    const error = await answerInTime(silence, 1).catch((thrown: unknown) => thrown);
    expect(mayPass(error)).toBe(true);
  });
});
