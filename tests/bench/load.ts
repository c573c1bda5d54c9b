// A load generator that keeps a fixed number of requests in flight and remembers each one's time. It sends to this machine only.
import { Agent, request } from 'undici';

export type Shot = { readonly path: string; readonly headers: Record<string, string>; readonly body: string };
export type LoadFigures = {
  readonly requests: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
};

/**
 * Sends every shot once, `inFlight` at a time, in order.
 * @param onAnswer - sees each answer's body text; called outside the timed part of that request.
 * @throws Error: at the first answer that is not 2xx.
 */
export async function load(
  origin: string,
  shots: readonly Shot[],
  inFlight: number,
  onAnswer?: (index: number, text: string) => void,
): Promise<LoadFigures> {
  const agent = new Agent({ connections: inFlight, pipelining: 1 });
  const times = new Float64Array(shots.length);
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (let i = next++; i < shots.length; i = next++) {
        const { path, headers, body } = shots[i]!;
        const sent = performance.now();
        const answer = await request(origin + path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body,
          dispatcher: agent,
        });
        const text = await answer.body.text();
        times[i] = performance.now() - sent;
        if (answer.statusCode >= 300) throw new Error(`${path}: ${answer.statusCode} ${text.slice(0, 300)}`);
        onAnswer?.(i, text);
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  await agent.close();
  times.sort();
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
  return {
    requests: shots.length,
    seconds,
    perSecond: shots.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}
