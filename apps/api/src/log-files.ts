// Serves the public log as static files with the headers of c2sp.org/tlog-tiles, and beside them what a stranger needs to
// check it: the log's keys, its witness policy, and the head that the witnesses are being asked about. Reads only, no query
// strings, and errors are never cached, so that a tile asked for too early is found later.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseTilePath, tilePath, TILE_WIDTH } from '@veche/ledger/tile.ts';
import type { TileStore } from '@veche/ledger/sequencer.ts';
import type { LedgerPort } from '@veche/module-kit/module.ts';
import type { KnownLogKey } from './installation.ts';

export const LOG_PREFIX = '/log/v1/';

const IMMUTABLE = 'public, max-age=604800, immutable';
const TEXT = 'text/plain; charset=utf-8';

type LogFile = { readonly content: Uint8Array; readonly type: string; readonly cache: string };

type Ledger = Pick<LedgerPort, 'policy'> & {
  /** Newest first. */
  readonly logKeys: readonly KnownLogKey[];
};

/** A handler of everything below {@link LOG_PREFIX}. */
export function createLogFiles(tiles: TileStore, ledger: Ledger) {
  return async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    response.setHeader('access-control-allow-origin', '*');
    if (request.method === 'OPTIONS') {
      response
        .writeHead(204, { 'access-control-allow-methods': 'GET, HEAD', 'access-control-max-age': '86400' })
        .end();
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return end(response, 405, 'only GET and HEAD\n');
    if (request.url!.includes('?')) return end(response, 400, 'paths of the log take no query\n');
    const file = await findFile(tiles, ledger, path.slice(LOG_PREFIX.length));
    if (!file) return end(response, 404, 'no such file in the log\n');
    response.writeHead(200, {
      'content-type': file.type,
      'content-length': file.content.length,
      'cache-control': file.cache,
    });
    response.end(request.method === 'HEAD' ? undefined : file.content);
  };
}

async function findFile(tiles: TileStore, ledger: Ledger, path: string): Promise<LogFile | null> {
  const present = (content: Uint8Array | null): LogFile | null =>
    content && { content, type: TEXT, cache: 'no-store' };
  if (path === 'vkey') return present(lines(ledger.logKeys.filter(inForce).map(({ vkey }) => vkey)));
  if (path === 'keys') return present(lines(ledger.logKeys.map(describeKey)));
  if (path === 'checkpoint') return present(await tiles.read(path));
  // Without witnesses a head is shown as the checkpoint at once; a file of an earlier time would be an old one.
  if (path === 'head') return ledger.policy === null ? null : present(await tiles.read(path));
  if (path === 'policy') return ledger.policy === null ? null : present(Buffer.from(ledger.policy));
  const content = await readTile(tiles, path);
  return content && { content, type: 'application/octet-stream', cache: IMMUTABLE };
}

const lines = (texts: readonly string[]): Uint8Array =>
  Buffer.from(texts.map((text) => `${text}\n`).join(''));

const inForce = ({ until }: KnownLogKey): boolean => until === null;

/** The key, from when on it signed, and until when; `-` while it does. */
const describeKey = ({ vkey, since, until }: KnownLogKey): string =>
  `${vkey} ${since.toISOString()} ${until?.toISOString() ?? '-'}`;

/** A tile or bundle; a partial one that was replaced is cut from the full one, so that old checkpoints stay provable. */
async function readTile(tiles: TileStore, path: string): Promise<Uint8Array | null> {
  let tile: ReturnType<typeof parseTilePath>;
  try {
    tile = parseTilePath(path);
  } catch {
    return null;
  }
  const present = await tiles.read(path);
  if (present || tile.width === TILE_WIDTH) return present;
  const full = await tiles.read(tilePath({ ...tile, width: TILE_WIDTH }));
  if (!full) return null;
  return full.subarray(0, tile.level === 'entries' ? bundlePrefix(full, tile.width) : tile.width * 32);
}

/** Length in bytes of the first `entries` of a bundle. */
function bundlePrefix(bundle: Uint8Array, entries: number): number {
  let offset = 0;
  for (let i = 0; i < entries; i += 1) offset += 2 + ((bundle[offset]! << 8) | bundle[offset + 1]!);
  return offset;
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': TEXT,
    'cache-control': 'no-store',
    ...(status === 405 ? { allow: 'GET, HEAD, OPTIONS' } : {}),
  });
  response.end(text);
}
