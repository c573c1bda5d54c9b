import type { AddressInfo } from 'node:net';
import { DeliveryFault } from '@veche/module-kit/module.ts';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { createSmtpTransport } from './smtp.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

type Mail = { recipients: string[]; raw: string };

/** A real SMTP server on a free port, without TLS, and the mails it took. */
async function startServer(options: SMTPServerOptions = {}): Promise<{ url: string; mails: Mail[] }> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      let raw = '';
      stream.on('data', (chunk: Buffer) => (raw += chunk.toString('utf8')));
      stream.on('end', () => {
        mails.push({ recipients: session.envelope.rcptTo.map(({ address }) => address), raw });
        done();
      });
    },
    ...options,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise<void>((resolve) => server.close(resolve)));
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, mails };
}

function connect(url: string) {
  const transport = createSmtpTransport({ url, from: 'Вече <no-reply@veche.example>' });
  closing.push(() => transport.close());
  return transport;
}

const message = { id: '17', to: 'anna@example.org', subject: 'Собрание', text: 'Код: 012345\n\nДо встречи.' };
const faultOf = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => null,
    (error: unknown) => error,
  );
const refusal = (responseCode: number): Error =>
  Object.assign(new Error('anna@example.org is not known here'), { responseCode });

describe('mail by SMTP', () => {
  it('reaches the server whole: Cyrillic subject and text, one recipient, the same id at every try', async () => {
    const { url, mails } = await startServer();
    const transport = connect(url);
    await transport.deliver(message);
    await transport.deliver(message);
    expect(mails).toHaveLength(2);
    const [{ recipients, raw }] = mails as [Mail];
    expect(recipients).toEqual(['anna@example.org']);
    expect(raw).toContain(`Subject: =?UTF-8?B?${Buffer.from('Собрание').toString('base64')}?=`);
    const body = raw.slice(raw.indexOf('\r\n\r\n') + 4);
    const encoded = /content-transfer-encoding: (\S+)/i.exec(raw)?.[1];
    const text =
      encoded === 'base64'
        ? Buffer.from(body, 'base64').toString()
        : Buffer.from(
            body
              .replace(/=\r\n/g, '')
              .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
            'latin1',
          ).toString();
    expect(text.replaceAll('\r\n', '\n').trim()).toBe(message.text);
    for (const mail of mails) expect(mail.raw).toContain('Message-ID: <message-17@veche.example>');
  });

  it('never goes to a second reader, however the address is written', async () => {
    const { url, mails } = await startServer();
    await faultOf(connect(url).deliver({ ...message, to: 'anna@example.org, other@example.org' }));
    await faultOf(connect(url).deliver({ ...message, to: 'anna@example.org\r\nBcc: other@example.org' }));
    expect(mails.flatMap(({ recipients }) => recipients)).not.toContain('other@example.org');
  });

  it.each([
    [550, true],
    [451, false],
  ])('refused with %i is given up: %s', async (status, permanent) => {
    const { url } = await startServer({ onRcptTo: (_address, _session, done) => done(refusal(status)) });
    const fault = await faultOf(connect(url).deliver(message));
    expect(fault).toBeInstanceOf(DeliveryFault);
    expect(fault).toMatchObject({ code: `smtp-${status}`, permanent });
    expect(`${String(fault)} ${JSON.stringify(fault)}`).not.toMatch(/anna|012345/);
  });

  it.each([
    ['5.1.1 no such user', true],
    ['no such user', true],
    ['5.7.1 not from you', false],
    ['5.2.2 mailbox full', false],
  ])('refused with 550 %s makes the mailbox a dead one: %s', async (words, deadContact) => {
    const { url } = await startServer({
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error(words), { responseCode: 550 })),
    });
    expect(await faultOf(connect(url).deliver(message))).toMatchObject({ permanent: true, deadContact });
  });

  it('whose password is refused waits, since the operator may mend it', async () => {
    const { url } = await startServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(refusal(535)),
    });
    const fault = await faultOf(connect(url.replace('//', '//user:secret@')).deliver(message));
    expect(fault).toMatchObject({ code: 'smtp-535', permanent: false });
  });

  it('whose server is away waits', async () => {
    expect(await faultOf(connect('smtp://127.0.0.1:9').deliver(message))).toMatchObject({
      code: expect.stringMatching(/^smtp-/) as string,
      permanent: false,
    });
  });
});
