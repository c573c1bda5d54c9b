import type { AddressInfo } from 'node:net';
import type { DeliveryReport } from '@veche/module-kit/module.ts';
import { createTransport } from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { bounceAddress, findBounced, parseBounceUrl } from './bounce-address.ts';
import { listenForBounces } from './bounce-listener.ts';
import { isDeadMailbox, readDeliveryStatus } from './delivery-status.ts';
import { createSmtpTransport } from './smtp.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const SECRET = 'a secret of the tests';
const urlOf = (protocol: string, port: number): string =>
  `${protocol}://:${encodeURIComponent(SECRET)}@127.0.0.1:${port}/bounces@veche.example`;

type Report = { action?: string; status?: string; type?: string };
/** As Postfix writes it. */
const reportOf = ({
  action = 'failed',
  status = '5.1.1',
  type = 'message/delivery-status',
}: Report): string =>
  [
    'From: MAILER-DAEMON@mx.example (Mail Delivery System)',
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="edge"',
    '',
    '--edge',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'Action: delivered is what somebody might write here.',
    '--edge',
    `Content-Type: ${type}`,
    '',
    'Reporting-MTA: dns; mx.example',
    'Arrival-Date: Sun, 22 Nov 2026 08:10:24 +0300 (MSK)',
    '',
    'Final-Recipient: rfc822; anna@example.org',
    `Action: ${action}`,
    `Status: ${status}`,
    'Diagnostic-Code: smtp; 550 5.1.1 <anna@example.org>: Recipient address',
    '    rejected: User unknown',
    '--edge',
    'Content-Type: text/rfc822-headers',
    '',
    'Message-ID: <message-17@veche.example>',
    '--edge--',
    '',
  ].join('\r\n');

async function startListener(protocol: 'smtp' | 'lmtp') {
  const reports: DeliveryReport[] = [];
  const path = parseBounceUrl(urlOf(protocol, 0));
  let isAway = false;
  const listener = await listenForBounces(path, (report) => {
    if (isAway) return Promise.reject(new Error('the database is away'));
    reports.push(report);
    return Promise.resolve(true);
  });
  closing.push(() => listener.close());
  const mailer = createTransport({
    host: '127.0.0.1',
    port: listener.port,
    secure: false,
    lmtp: protocol === 'lmtp',
    tls: { rejectUnauthorized: false },
  });
  closing.push(() => mailer.close());
  const send = (to: string, raw: string): Promise<unknown> =>
    mailer.sendMail({ envelope: { from: '', to }, raw }).then(
      () => null,
      (error: { responseCode?: number }) => error.responseCode ?? error,
    );
  return { path, reports, send, goAway: () => (isAway = true) };
}

describe('mail that comes back', () => {
  it.each(['smtp', 'lmtp'] as const)(
    'by %s says which message it was and what became of it',
    async (protocol) => {
      const { path, reports, send } = await startListener(protocol);
      expect(await send(bounceAddress(path, '17'), reportOf({}))).toBe(null);
      expect(await send(bounceAddress(path, '18'), reportOf({ action: 'delayed', status: '4.4.1' }))).toBe(
        null,
      );
      expect(await send(bounceAddress(path, '19'), reportOf({ action: 'delivered', status: '2.0.0' }))).toBe(
        null,
      );
      expect(await send(bounceAddress(path, '20'), reportOf({ status: '5.2.2' }))).toBe(null);
      expect(reports).toEqual([
        { message: { id: '17' }, outcome: 'bounced', code: '5.1.1', deadContact: true },
        { message: { id: '18' }, outcome: 'delayed', code: '4.4.1', deadContact: false },
        { message: { id: '19' }, outcome: 'delivered', code: '2.0.0', deadContact: false },
        { message: { id: '20' }, outcome: 'bounced', code: '5.2.2', deadContact: false },
      ]);
    },
  );

  it('to an address that we did not make is refused: nobody can make a good mailbox look dead', async () => {
    const { path, reports, send } = await startListener('smtp');
    const genuine = bounceAddress(path, '17');
    for (const address of [
      genuine.replace('+17.', '+18.'),
      genuine.replace(/.@/, (last) => (last === '0@' ? '1@' : '0@')),
      'bounces@veche.example',
      'anna@example.org',
    ])
      expect(await send(address, reportOf({})), address).toBe(550);
    expect(reports).toEqual([]);
  });

  it('that is no report is taken and says nothing', async () => {
    const { path, reports, send } = await startListener('smtp');
    const letters = [
      'Subject: Out of office\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n',
      reportOf({ action: 'relayed', status: '2.0.0' }),
      reportOf({ status: 'no such thing' }),
      reportOf({ type: 'text/plain' }),
      '',
    ];
    for (const letter of letters) expect(await send(bounceAddress(path, '17'), letter)).toBe(null);
    expect(reports).toEqual([]);
  });

  it('is asked for again while it cannot be kept', async () => {
    const { path, send, goAway } = await startListener('smtp');
    goAway();
    expect(await send(bounceAddress(path, '17'), reportOf({}))).toBe(451);
  });

  it('longer than a report is cut off, and its beginning is read', async () => {
    const { path, reports, send } = await startListener('smtp');
    const long = reportOf({}).replace('--edge--', `X: ${'x'.repeat(400_000)}\r\n--edge--`);
    expect(await send(bounceAddress(path, '17'), long)).toBe(null);
    expect(reports).toHaveLength(1);
  });

  it('is sent with a return path of its own for each message, and reports are asked for', async () => {
    const envelopes: { from: string; args: unknown }[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      hideDSN: false,
      onData: (stream, { envelope }, done) => {
        const { mailFrom } = envelope;
        if (mailFrom) envelopes.push({ from: mailFrom.address, args: mailFrom.args });
        stream.resume();
        stream.on('end', () => done(null, 'OK queued as 4F1B2C3D'));
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise<void>((resolve) => server.close(resolve)));
    const { port } = server.server.address() as AddressInfo;
    const bounces = urlOf('lmtp', 0);
    const transport = createSmtpTransport({
      url: `smtp://127.0.0.1:${port}`,
      from: 'a@veche.example',
      bounces,
    });
    closing.push(() => transport.close());
    expect(await transport.deliver({ id: '17', to: 'anna@example.org', subject: 'S', text: 'T' })).toEqual({
      reference: '4F1B2C3D',
    });
    expect(envelopes).toHaveLength(1);
    expect(findBounced(parseBounceUrl(bounces), envelopes[0]!.from)).toBe('17');
    expect(envelopes[0]!.args).toMatchObject({ RET: 'HDRS', ENVID: 'message-17' });
  });
});

describe('the address of bounces', () => {
  it.each([
    'http://:a secret of the tests@127.0.0.1:2424/bounces@veche.example',
    'lmtp://:short@127.0.0.1:2424/bounces@veche.example',
    'lmtp://127.0.0.1:2424/bounces@veche.example',
    'lmtp://:a%20secret%20of%20the%20tests@127.0.0.1/bounces@veche.example',
    'lmtp://:a%20secret%20of%20the%20tests@127.0.0.1:2424/',
    'no address',
  ])('%s is none, and says so without the secret', (text) => {
    expect(() => parseBounceUrl(text)).toThrow(SyntaxError);
    expect(() => parseBounceUrl(text)).not.toThrow(/secret of the tests|short@/);
  });
});

describe('the status of a mailbox', () => {
  it.each([
    ['5.1.1', true],
    ['5.1.10', true],
    ['5.2.1', true],
    ['5.2.2', false],
    ['5.7.1', false],
    ['4.1.1', false],
    ['5.1.8', false],
  ])('%s means that it is no good: %s', (status, isDead) => {
    expect(isDeadMailbox(status)).toBe(isDead);
  });

  it('is read from a report in any line ends, folded fields and all', async () => {
    const bytes = new TextEncoder().encode(reportOf({}).replaceAll('\r\n', '\n'));
    expect(await readDeliveryStatus(bytes)).toEqual({ outcome: 'bounced', code: '5.1.1' });
  });
});
