// The public log in S3-compatible object storage: the same promises as the folder, kept by conditional writes.
// A write whose answer was lost may land at any later time: a new file is put only where none is (If-None-Match), and a note
// is replaced only over the very bytes that were seen (If-Match), so that a late copy of a write changes nothing.
// Credentials never leave the client library: errors carry the service's code and status, and nothing of the request.
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { checkLogPath, type ListedTileStore } from '@veche/ledger/log-store.ts';
import { TileConflictError } from '@veche/ledger/sequencer.ts';

/** Where a log lies in object storage. */
export type S3Location = {
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
};

export type S3TileStore = ListedTileStore & {
  /**
   * Shows that the service refuses to put over what is there. One that ignored the condition would lose the log's history
   * silently, so no log may be kept in it.
   * @throws ObjectStoreError `CONDITION_IGNORED`
   */
  proveConditionalWrites(): Promise<void>;
  close(): void;
};

/**
 * The object storage did not do what was asked: `code` is the service's own such as `AccessDenied`, or `UNREACHABLE`,
 * `CONDITION_IGNORED`, `READ_BACK`, `CONTENDED`.
 */
export class ObjectStoreError extends Error {
  override readonly name = 'ObjectStoreError';
  readonly code: string;
  /** Of the last HTTP answer; null when there was none. */
  readonly status: number | null;
  constructor(code: string, status: number | null, text: string) {
    super(text);
    this.code = code;
    this.status = status;
  }
}

export type S3Options = S3Location & {
  /** For services other than AWS; then buckets are named in the path. Unset: the AWS environment variables and files. */
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Milliseconds one attempt may take; 10 seconds when not given. */
  readonly timeoutMs?: number;
  /** Attempts at one request that failed for a passing reason; 5 when not given. */
  readonly attempts?: number;
};

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^([A-Za-z0-9._-]+\/)*$/;
const CONNECT_MS = 3_000;
/** Requests at a time; a batch writes fewer files than this. */
const MOST_SOCKETS = 64;
/** How often a write is tried again that met another writer of the same name. */
const CONTENTION_ATTEMPTS = 8;
/** Not a path of a log, so that no reader ever takes it for one. */
const PROBE = 'put-if-absent.probe';

/**
 * The bucket and prefix of `s3://bucket/prefix`.
 * @throws RangeError: without the text, which somebody may have put a secret into.
 */
export function parseS3Url(text: string): S3Location {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(text);
  const bucket = match?.[1] ?? '';
  const path = (match?.[2] ?? '').replace(/\/+$/, '');
  const prefix = path === '' ? '' : `${path}/`;
  if (!BUCKET.test(bucket) || !PREFIX.test(prefix)) throw new RangeError('expected s3://bucket/prefix');
  return { bucket, prefix };
}

/** A store of log files under the prefix. Nothing is asked of the service before the first call. */
export function createS3TileStore(options: S3Options): S3TileStore {
  const { bucket, prefix } = options;
  const client = new S3Client({
    maxAttempts: options.attempts ?? 5,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: options.timeoutMs ?? 10_000,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: MOST_SOCKETS },
      httpsAgent: { maxSockets: MOST_SOCKETS },
    },
    // The signature covers a SHA-256 of the body already; older services do not know the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(options.endpoint ? { endpoint: options.endpoint } : {}),
    ...(options.endpoint || process.env['AWS_ENDPOINT_URL_S3'] || process.env['AWS_ENDPOINT_URL']
      ? { forcePathStyle: true }
      : {}),
    ...(options.region ? { region: options.region } : {}),
    ...(options.credentials ? { credentials: options.credentials } : {}),
  });

  const ask = async <T>(what: string, request: () => Promise<T>): Promise<T> => {
    try {
      return await request();
    } catch (error) {
      throw withoutRequest(what, error);
    }
  };
  const get = (key: string): Promise<{ content: Uint8Array; etag: string } | null> =>
    ask(`reading ${key}`, async () => {
      try {
        const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + key }));
        return { content: await answer.Body!.transformToByteArray(), etag: answer.ETag ?? '' };
      } catch (error) {
        if (statusOf(error) === 404 && nameOf(error) !== 'NoSuchBucket') return null;
        throw error;
      }
    });
  /** @returns false when the condition did not hold, or another write of the name was under way. */
  const put = (
    key: string,
    content: Uint8Array,
    condition: { IfNoneMatch: '*' } | { IfMatch: string },
  ): Promise<boolean> =>
    ask(`writing ${key}`, async () => {
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: prefix + key,
            Body: content,
            ContentLength: content.length,
            ...headersOf(key),
            ...condition,
          }),
        );
        return true;
      } catch (error) {
        if ([412, 409].includes(statusOf(error) ?? 0)) return false;
        // The file to be replaced is gone.
        if ('IfMatch' in condition && nameOf(error) === 'NoSuchKey') return false;
        throw error;
      }
    });
  const remove = (key: string): Promise<void> =>
    ask(`removing ${key}`, async () => {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: prefix + key }));
    });

  const store: S3TileStore = {
    async read(path) {
      checkLogPath(path);
      return (await get(path))?.content ?? null;
    },

    async writeNew(path, content) {
      checkLogPath(path);
      for (let attempt = 1; attempt <= CONTENTION_ATTEMPTS; attempt++) {
        const wrote = await put(path, content, { IfNoneMatch: '*' });
        // Read back whether we wrote it or found it: an answer of success is not yet a file.
        const present = await get(path);
        if (present && isSame(present.content, content)) return;
        if (wrote)
          throw new ObjectStoreError('READ_BACK', null, `${path} does not read back as it was written`);
        if (present) throw new TileConflictError(path);
        // Another write of the name was under way and is not there yet, or never will be.
        await pause(attempt);
      }
      throw new ObjectStoreError('CONTENDED', null, `${path} could not be written`);
    },

    async replace(path, content) {
      checkLogPath(path);
      for (let attempt = 1; attempt <= CONTENTION_ATTEMPTS; attempt++) {
        const present = await get(path);
        if (present && isSame(present.content, content)) return;
        if (await put(path, content, present ? { IfMatch: present.etag } : { IfNoneMatch: '*' })) return;
        await pause(attempt);
      }
      throw new ObjectStoreError('CONTENDED', null, `${path} could not be replaced`);
    },

    async remove(path) {
      checkLogPath(path);
      await remove(path);
    },

    async *list(folder) {
      const below = prefix + (folder === '' ? '' : `${folder}/`);
      let next: string | undefined;
      do {
        const page = await ask('listing', () =>
          client.send(
            new ListObjectsV2Command({
              Bucket: bucket,
              Prefix: below,
              ...(next ? { ContinuationToken: next } : {}),
            }),
          ),
        );
        for (const { Key: key } of page.Contents ?? []) {
          const path = key!.slice(prefix.length);
          if (path !== PROBE) yield path;
        }
        next = page.NextContinuationToken;
      } while (next);
    },

    async proveConditionalWrites() {
      const probe = new TextEncoder().encode('Shows that this storage puts nothing over what is there.\n');
      await put(PROBE, probe, { IfNoneMatch: '*' });
      const refused = [
        !(await put(PROBE, new Uint8Array([0]), { IfNoneMatch: '*' })),
        !(await put(PROBE, new Uint8Array([0]), { IfMatch: '"00000000000000000000000000000000"' })),
      ];
      const present = await get(PROBE);
      if (refused.includes(false) || !present || !isSame(present.content, probe))
        throw new ObjectStoreError(
          'CONDITION_IGNORED',
          null,
          'this object storage ignores If-None-Match or If-Match: a log cannot be kept in it',
        );
    },

    close: () => client.destroy(),
  };
  return store;
}

/** Headers under which the bucket may be served as it is: those of c2sp.org/tlog-tiles. */
const headersOf = (path: string): { ContentType: string; CacheControl: string } =>
  path.startsWith('tile/')
    ? { ContentType: 'application/octet-stream', CacheControl: 'public, max-age=604800, immutable' }
    : { ContentType: 'text/plain; charset=utf-8', CacheControl: 'no-store' };

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const pause = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.min(20 * 2 ** attempt, 1_000)));

const statusOf = (error: unknown): number | null => {
  const status = (error as { $metadata?: { httpStatusCode?: unknown } } | null)?.$metadata?.httpStatusCode;
  return typeof status === 'number' ? status : null;
};

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/** The client library hangs request and response, signatures included, on its errors: none of that goes further. */
function withoutRequest(what: string, error: unknown): ObjectStoreError {
  const status = statusOf(error);
  const name = nameOf(error);
  const code = status === null && !name.startsWith('Credentials') ? 'UNREACHABLE' : name;
  return new ObjectStoreError(
    /^[A-Za-z_]{1,60}$/.test(code) ? code : 'UNKNOWN',
    status,
    `object storage: ${what} failed: ${status === null ? '' : `${status} `}${code}`,
  );
}
