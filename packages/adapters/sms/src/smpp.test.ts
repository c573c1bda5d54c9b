import type { AddressInfo } from 'node:net';
import { DeliveryFault, type DeliveryReport } from '@veche/module-kit/module.ts';
import { smpp, type Pdu, type Session, type SmppServer } from './smpp-library.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { createSmppTransport } from './smpp.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

type Operator = {
  readonly server: SmppServer;
  readonly port: number;
  readonly submitted: Pdu[];
  readonly binds: Pdu[];
  /** The statuses of the next answers; 0 for all that follow. */
  readonly statuses: number[];
  /** Sends a receipt over the newest connection. @returns the status it was answered with. */
  receipt(fields: Record<string, unknown>): Promise<number>;
};

/** A real SMPP server on a free port that takes the password `pass`. */
async function startOperator(port = 0): Promise<Operator> {
  const submitted: Pdu[] = [];
  const binds: Pdu[] = [];
  const statuses: number[] = [];
  let newest: Session | null = null;
  const server = smpp.createServer((session) => {
    session.on('error', () => {});
    session.on('bind_transceiver', (pdu: Pdu) => {
      binds.push(pdu);
      newest = session;
      session.send(pdu.response({ command_status: pdu['password'] === 'pass' ? 0 : 0x0e }));
    });
    session.on('submit_sm', (pdu: Pdu) => {
      const command_status = statuses.shift() ?? 0;
      if (command_status === 0) submitted.push(pdu);
      session.send(pdu.response({ command_status, message_id: (0xabc0 + submitted.length).toString(16) }));
    });
    session.on('enquire_link', (pdu: Pdu) => void session.send(pdu.response()));
    session.on('unbind', (pdu: Pdu) => {
      session.send(pdu.response());
      session.close();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      for (const session of server.sessions) session.destroy();
      server.close(() => resolve());
    });
  closing.push(stop);
  return {
    server,
    port: (server.address() as AddressInfo).port,
    submitted,
    binds,
    statuses,
    receipt: (fields) =>
      new Promise((resolve) => {
        newest!.deliver_sm({ esm_class: 4, ...fields }, (answer) => resolve(answer.command_status));
      }),
  };
}

function connect(port: number, change: Partial<Parameters<typeof createSmppTransport>[0]> = {}) {
  const transport = createSmppTransport({
    url: `smpp://house:pass@127.0.0.1:${port}`,
    from: 'Veche',
    perSecond: 1_000,
    answerMs: 2_000,
    retryMs: 10,
    ...change,
  });
  closing.push(() => transport.close());
  return transport;
}

const message = { id: '17', to: '+79161234567', subject: '', text: 'Code: 012345' };
const faultOf = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => null,
    (error: unknown) => error,
  );
const textOf = (pdu: Pdu): string => (pdu['short_message'] as { message: string }).message;

describe('SMS by SMPP', () => {
  it('reach the operator with sender, number and text, and come back with the operator’s name of them', async () => {
    const operator = await startOperator();
    const transport = connect(operator.port);
    expect(await transport.deliver(message)).toEqual({ reference: 'abc1' });
    expect(await transport.deliver({ ...message, text: 'Собрание' })).toEqual({ reference: 'abc2' });
    expect(operator.binds).toHaveLength(1);
    expect(operator.binds[0]).toMatchObject({ system_id: 'house', password: 'pass' });
    expect(operator.submitted[0]).toMatchObject({
      destination_addr: '79161234567',
      dest_addr_ton: 1,
      source_addr: 'Veche',
      source_addr_ton: 5,
      registered_delivery: 1,
      data_coding: 0,
    });
    expect(operator.submitted.map(textOf)).toEqual(['Code: 012345', 'Собрание']);
  });

  it('of a long text go in parts that the phone joins; the receipt is asked of the last', async () => {
    const operator = await startOperator();
    const text = 'Собрание собственников, ул. Лесная, д. 5. '.repeat(5).trim();
    expect(await connect(operator.port, { from: '+74951234567' }).deliver({ ...message, text })).toEqual({
      reference: 'abc4',
    });
    expect(operator.submitted.map((pdu) => pdu['registered_delivery'])).toEqual([0, 0, 0, 1]);
    expect(operator.submitted.map(textOf).join('')).toBe(text);
    expect(operator.submitted[0]).toMatchObject({ esm_class: 0x40, data_coding: 8, source_addr_ton: 1 });
  });

  it('wait while the operator says that it is too much, and are given up to a later try in the end', async () => {
    const operator = await startOperator();
    const transport = connect(operator.port);
    operator.statuses.push(0x58, 0x14);
    expect(await transport.deliver(message)).toEqual({ reference: 'abc1' });
    operator.statuses.push(...Array.from({ length: 5 }, () => 0x58));
    expect(await faultOf(transport.deliver(message))).toMatchObject({ code: 'smpp-88', permanent: false });
  });

  it('keep the pace that the operator allows', async () => {
    const operator = await startOperator();
    const transport = connect(operator.port, { perSecond: 50 });
    await transport.deliver(message);
    const started = performance.now();
    await Promise.all(Array.from({ length: 10 }, () => transport.deliver(message)));
    expect(performance.now() - started).toBeGreaterThan(150);
  });

  it.each([
    [0x0b, true, true],
    [0x45, false, false],
    [0x0a, false, false],
  ])(
    'refused with %i are given up: %s, and the number is no good: %s',
    async (status, permanent, deadContact) => {
      const operator = await startOperator();
      operator.statuses.push(status);
      const fault = await faultOf(connect(operator.port).deliver(message));
      expect(fault).toBeInstanceOf(DeliveryFault);
      expect(fault).toMatchObject({ code: `smpp-${status}`, permanent, deadContact });
      expect(`${String(fault)} ${JSON.stringify(fault)}`).not.toMatch(/7916|012345/);
    },
  );

  it('wait when the password is refused, the operator is away, or does not answer', async () => {
    const operator = await startOperator();
    const wrong = connect(operator.port, { url: `smpp://house:wrong@127.0.0.1:${operator.port}` });
    expect(await faultOf(wrong.deliver(message))).toMatchObject({ code: 'smpp-bind-14', permanent: false });
    expect(await faultOf(connect(9).deliver(message))).toMatchObject({
      code: 'smpp-unreachable',
      permanent: false,
    });
    const silent = smpp.createServer((session) => session.on('error', () => {}));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      for (const session of silent.sessions) session.destroy();
      silent.close();
    });
    const patient = connect((silent.address() as AddressInfo).port, { answerMs: 50 });
    expect(await faultOf(patient.deliver(message))).toMatchObject({ code: 'smpp-timeout', permanent: false });
  });

  it('go again over a new connection after the old one was lost', async () => {
    const operator = await startOperator();
    const transport = connect(operator.port);
    await transport.deliver(message);
    for (const session of operator.server.sessions) session.destroy();
    await expect.poll(() => operator.server.sessions.length).toBe(0);
    await expect.poll(() => faultOf(transport.deliver(message))).toBe(null);
    expect(operator.binds.length).toBeGreaterThanOrEqual(2);
  });
});

describe('receipts by SMPP', () => {
  const reports: DeliveryReport[] = [];
  let known = new Set<string>();
  const follow = async (port: number) => {
    reports.length = 0;
    known = new Set(['abc1']);
    const transport = connect(port);
    await transport.follow!(async (report) => {
      const { reference } = report.message as { reference: string };
      if (!known.has(reference)) return Promise.resolve(false);
      reports.push(report);
      return Promise.resolve(true);
    });
    return transport;
  };

  it('are told by their fields, or by their text where the operator sends no fields', async () => {
    const operator = await startOperator();
    await follow(operator.port);
    expect(await operator.receipt({ receipted_message_id: 'abc1', message_state: 2 })).toBe(0);
    expect(
      await operator.receipt({
        short_message:
          'id:abc1 sub:001 dlvrd:000 submit date:2611220510 done date:2611220511 stat:UNDELIV err:001 text:',
      }),
    ).toBe(0);
    expect(reports.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['delivered', 'smpp-state-2'],
      ['bounced', 'smpp-state-5-001'],
    ]);
  });

  it('may name in decimal what the operator had named in hexadecimal', async () => {
    const operator = await startOperator();
    await follow(operator.port);
    expect(await operator.receipt({ short_message: `id:${0xabc1} stat:DELIVRD err:000 text:` })).toBe(0);
    expect(reports).toMatchObject([{ message: { reference: 'abc1' }, outcome: 'delivered' }]);
  });

  it('of messages not known yet are asked for again, but not for ever', async () => {
    const operator = await startOperator();
    await follow(operator.port);
    const tell = () => operator.receipt({ receipted_message_id: 'other', message_state: 2 });
    expect([await tell(), await tell(), await tell(), await tell()]).toEqual([0x64, 0x64, 0x64, 0]);
    expect(reports).toEqual([]);
  });

  it('of messages on their way say nothing, and an SMS from a stranger is taken and left', async () => {
    const operator = await startOperator();
    await follow(operator.port);
    expect(await operator.receipt({ receipted_message_id: 'abc1', message_state: 1 })).toBe(0);
    expect(await operator.receipt({ esm_class: 0, short_message: 'id:abc1 stat:DELIVRD' })).toBe(0);
    expect(reports).toEqual([]);
  });

  it('come over a new connection when the operator has been away', async () => {
    const operator = await startOperator();
    await follow(operator.port);
    for (const session of operator.server.sessions) session.destroy();
    await expect.poll(() => operator.binds.length).toBe(2);
    expect(await operator.receipt({ receipted_message_id: 'abc1', message_state: 2 })).toBe(0);
    expect(reports).toHaveLength(1);
  });
});
