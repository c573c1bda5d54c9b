// Reads the public files of a log over HTTP, in a browser or in Node; the fetch is handed in.
import { decodeUtf8 } from './bytes.ts';
import type { LogReader } from './audit.ts';
import { LedgerFault } from './fault.ts';

/** As much of the web's fetch as is used. */
export type Fetch = (
  url: string,
  init?: { cache?: 'no-store' },
) => Promise<{ ok: boolean; status: number; arrayBuffer(): Promise<ArrayBuffer> }>;

/**
 * A reader of the log under an address.
 * @param url such as `https://veche.example/log/v1`
 * @example await createHttpLogReader('https://veche.example/log/v1', publicFetch).checkpoint() // checkpoint
 */
export function createHttpLogReader(url: string, fetch: Fetch): LogReader {
  const base = url.replace(/\/+$/, '');
  const read = async (path: string, init?: { cache: 'no-store' }): Promise<Uint8Array | null> => {
    let status: number;
    try {
      const response = await fetch(`${base}/${path}`, init);
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      status = response.status;
    } catch (cause) {
      throw new LedgerFault('unreachable', 'the log cannot be reached', { cause });
    }
    if (status === 404 || status === 410) return null;
    throw new LedgerFault('unreachable', `the log answered ${status}`);
  };
  return {
    async checkpoint() {
      const note = await read('checkpoint', { cache: 'no-store' });
      if (!note) throw new LedgerFault('unreachable', 'there is no log at this address');
      return decodeUtf8(note);
    },
    read: (path) => read(path),
  };
}
