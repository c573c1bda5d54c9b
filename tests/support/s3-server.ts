// An S3 service for tests that is stricter than most: it checks every signature and every body's hash, knows conditional
// puts, and fails on demand in the ways that networks and services do. It keeps objects in memory.
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterwards } from './afterwards.ts';

export const BUCKET = 'veche-log';
export const CREDENTIALS = {
  accessKeyId: 'VECHETESTKEY',
  secretAccessKey: 'a secret that no error may show',
};
const REGION = 'test-1';
/** Small, so that every list has several pages. */
const PAGE = 7;

/** What goes wrong with one request: `lost…` ends the connection before or after the request took effect. */
export type Trouble =
  'lost-before' | 'lost-after' | 'late' | 'slow-down' | 'internal' | 'conflict' | 'forgotten' | null;

type Stored = { readonly content: Buffer; readonly etag: string; readonly headers: Record<string, string> };

export type S3Server = {
  readonly url: string;
  readonly location: {
    bucket: string;
    endpoint: string;
    region: string;
    credentials: typeof CREDENTIALS;
    timeoutMs: number;
  };
  readonly objects: Map<string, Stored>;
  /** Requests so far, such as `PUT log/checkpoint`. */
  readonly requests: string[];
  /** Asked before each request takes effect. */
  trouble: (request: string) => Trouble;
  /** False: conditions are ignored, as services of the first years did. */
  knowsConditions: boolean;
  /** Lets the writes land that were `late`. */
  landLate(): void;
};

/** Started when it resolves, stopped after the tests that asked. */
export async function startS3Server(): Promise<S3Server> {
  const objects = new Map<string, Stored>();
  const late: (() => void)[] = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const self: S3Server = {
    url,
    location: { bucket: BUCKET, endpoint: url, region: REGION, credentials: CREDENTIALS, timeoutMs: 500 },
    objects,
    requests: [],
    trouble: () => null,
    knowsConditions: true,
    landLate: () => late.splice(0).forEach((land) => land()),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const address = new URL(request.url!, url);
    const [, bucket = '', ...rest] = address.pathname.split('/').map(decodeURIComponent);
    const key = rest.join('/');
    const wrong = checkRequest(request, address, body);
    if (wrong) return refuse(response, 403, wrong);
    if (bucket !== BUCKET) return refuse(response, 404, 'NoSuchBucket');
    const name = `${request.method} ${key === '' ? `?prefix=${address.searchParams.get('prefix')}` : key}`;
    self.requests.push(name);
    const trouble = self.trouble(name);
    if (trouble === 'lost-before') return void request.socket.destroy();
    if (trouble === 'slow-down') return refuse(response, 503, 'SlowDown');
    if (trouble === 'internal') return refuse(response, 500, 'InternalError');
    if (trouble === 'conflict') return refuse(response, 409, 'ConditionalRequestConflict');
    // Says yes and keeps nothing.
    if (trouble === 'forgotten') return void response.writeHead(200, { etag: etagOf(body) }).end();
    if (trouble === 'late') return void late.push(() => act(request, address, key, body));
    const [status, headers, content] = act(request, address, key, body);
    if (trouble === 'lost-after') return void request.socket.destroy();
    response.writeHead(status, headers).end(content);
  }

  function act(
    request: IncomingMessage,
    address: URL,
    key: string,
    body: Buffer,
  ): [number, Record<string, string>, Buffer | string] {
    const present = objects.get(key);
    switch (request.method) {
      case 'PUT': {
        const ifMatch = request.headers['if-match'];
        const ifNoneMatch = request.headers['if-none-match'];
        if (self.knowsConditions) {
          if (ifNoneMatch !== undefined && ifNoneMatch !== '*') return error(501, 'NotImplemented');
          if (ifNoneMatch === '*' && present) return error(412, 'PreconditionFailed');
          if (ifMatch !== undefined && !present) return error(404, 'NoSuchKey');
          if (ifMatch !== undefined && present!.etag !== ifMatch) return error(412, 'PreconditionFailed');
        }
        const etag = etagOf(body);
        const headers = Object.fromEntries(
          ['content-type', 'cache-control'].flatMap((header) =>
            typeof request.headers[header] === 'string' ? [[header, request.headers[header]]] : [],
          ),
        );
        objects.set(key, { content: body, etag, headers });
        return [200, { etag }, ''];
      }
      case 'GET': {
        if (key === '') return listObjects(address);
        if (!present) return error(404, 'NoSuchKey');
        return [200, { ...present.headers, etag: present.etag }, present.content];
      }
      case 'DELETE':
        objects.delete(key);
        return [204, {}, ''];
      default:
        return error(405, 'MethodNotAllowed');
    }
  }

  function listObjects(address: URL): [number, Record<string, string>, string] {
    if (address.searchParams.get('list-type') !== '2') return error(400, 'InvalidRequest');
    const prefix = address.searchParams.get('prefix') ?? '';
    const after = address.searchParams.get('continuation-token') ?? '';
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, PAGE);
    const more = keys.length > PAGE;
    const contents = page.map((key) => {
      const { content, etag } = objects.get(key)!;
      return `<Contents><Key>${key}</Key><Size>${content.length}</Size><ETag>${etag.replaceAll('"', '&quot;')}</ETag></Contents>`;
    });
    const text =
      `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
      `<Name>${BUCKET}</Name><Prefix>${prefix}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${PAGE}</MaxKeys>` +
      `<IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''}` +
      `${contents.join('')}</ListBucketResult>`;
    return [200, { 'content-type': 'application/xml' }, text];
  }
  return self;
}

const error = (status: number, code: string): [number, Record<string, string>, string] => [
  status,
  { 'content-type': 'application/xml', 'x-amz-request-id': 'TEST' },
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code}</Message><RequestId>TEST</RequestId></Error>`,
];

function refuse(response: ServerResponse, status: number, code: string): void {
  const [, headers, text] = error(status, code);
  response.writeHead(status, headers).end(text);
}

const etagOf = (content: Buffer): string => `"${createHash('md5').update(content).digest('hex')}"`;
const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** AWS Signature Version 4, from its description. @returns the code of the refusal; null when all holds */
function checkRequest(request: IncomingMessage, address: URL, body: Buffer): string | null {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (!match) return 'AccessDenied';
  const [, accessKey, day, region, names = '', signature] = match;
  if (accessKey !== CREDENTIALS.accessKeyId) return 'InvalidAccessKeyId';
  if (region !== REGION) return 'AuthorizationHeaderMalformed';
  const date = String(request.headers['x-amz-date']);
  const at = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(Date.now() - at) < 15 * 60_000) || !date.startsWith(day!)) return 'RequestTimeTooSkewed';
  // Neither an unsigned nor a chunked body: what is signed is what is stored.
  if (request.headers['x-amz-content-sha256'] !== sha256(body)) return 'XAmzContentSHA256Mismatch';
  const signed = names.split(';');
  const must = Object.keys(request.headers).filter(
    (name) => name === 'host' || name.startsWith('x-amz-') || name.startsWith('if-'),
  );
  if (!must.every((name) => signed.includes(name) || name.startsWith('if-'))) return 'AccessDenied';
  const encode = (text: string): string =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...address.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const canonical = [
    request.method,
    address.pathname
      .split('/')
      .map((part) => encode(decodeURIComponent(part)))
      .join('/'),
    query,
    ...signed.map((name) => `${name}:${String(request.headers[name] ?? '').trim()}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = [day!, region!, 's3', 'aws4_request'].reduce<Buffer | string>(
    (secret, part) => hmac(secret, part),
    `AWS4${CREDENTIALS.secretAccessKey}`,
  );
  const expected = hmac(key, ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')).toString('hex');
  return expected === signature ? null : 'SignatureDoesNotMatch';
}
