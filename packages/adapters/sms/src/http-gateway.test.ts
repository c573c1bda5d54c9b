import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DeliveryFault } from '@veche/module-kit/module.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { createSmsGateway } from './http-gateway.ts';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
}

const message = { id: '17', to: '+79161234567', subject: '', text: 'Код: 012345' };
const faultOf = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => null,
    (error: unknown) => error,
  );

describe('an SMS gateway', () => {
  it('gets the message as JSON, with the id for repeated tries and the password in a header only', async () => {
    const seen: unknown[] = [];
    const host = await listen(async (request, response) => {
      const { authorization, 'idempotency-key': key } = request.headers;
      seen.push({ path: request.url, authorization, key, body: await readBody(request) });
      response.writeHead(202).end('{"queued":true}');
    });
    await createSmsGateway({ url: `http://us%40er:pa%3Ass@${host}/send` }).deliver(message);
    expect(seen).toEqual([
      {
        path: '/send',
        authorization: `Basic ${Buffer.from('us@er:pa:ss').toString('base64')}`,
        key: '17',
        body: { id: '17', to: '+79161234567', text: 'Код: 012345' },
      },
    ]);
  });

  it.each([
    [400, true],
    [422, true],
    [402, false],
    [401, false],
    [429, false],
    [500, false],
  ])('that answers %i is believed for good: %s', async (status, permanent) => {
    const host = await listen((_, response) => response.writeHead(status).end());
    const fault = await faultOf(createSmsGateway({ url: `http://${host}` }).deliver(message));
    expect(fault).toBeInstanceOf(DeliveryFault);
    expect(fault).toMatchObject({ code: `http-${status}`, permanent });
    expect(String(fault)).not.toMatch(/7916|012345/);
  });

  it('is not followed elsewhere', async () => {
    const elsewhere = await listen((_, response) => response.writeHead(200).end());
    const host = await listen((_, response) =>
      response.writeHead(307, { location: `http://${elsewhere}` }).end(),
    );
    expect(await faultOf(createSmsGateway({ url: `http://${host}` }).deliver(message))).toMatchObject({
      code: 'unreachable',
    });
  });

  it('that is away may be tried again', async () => {
    expect(await faultOf(createSmsGateway({ url: 'http://127.0.0.1:9' }).deliver(message))).toMatchObject({
      code: 'unreachable',
      permanent: false,
    });
  });
});
