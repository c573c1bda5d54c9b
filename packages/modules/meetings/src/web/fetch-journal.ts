// What a worker fetches of the public journal before it checks anything: plain files, nothing of the person is sent.
import type { ToldLog } from './known-journal.ts';

/** A file that could not be had, or a journal that must not be believed. */
export class Stopped extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.name = 'Stopped';
    this.code = code;
  }
}

/**
 * The answer, also when it says that there is no such file.
 * @throws Stopped: `unreachable`, or the code of the problem that the server answered with.
 */
export async function fetchFile(url: string): Promise<Response> {
  const response = await fetch(url, { credentials: 'same-origin' }).catch(() => {
    throw new Stopped('unreachable');
  });
  if (response.ok || response.status === 404) return response;
  const problem = (await response.json().catch(() => null)) as { type?: string } | null;
  throw new Stopped(problem?.type?.split('/').at(-1) ?? 'unreachable');
}

/** The journal as it names itself now, and its newest checkpoint; nothing of it is verified. @throws Stopped */
export async function fetchToldLog(logUrl: string): Promise<ToldLog & { readonly checkpoint: string }> {
  const [keys, checkpoint, policy] = await Promise.all(
    ['vkey', 'checkpoint', 'policy'].map((name) => fetchFile(`${logUrl}/${name}`)),
  );
  if (!keys!.ok || !checkpoint!.ok) throw new Stopped('unreachable');
  return {
    keys: await keys!.text(),
    checkpoint: await checkpoint!.text(),
    policy: policy!.ok ? await policy!.text() : null,
  };
}
