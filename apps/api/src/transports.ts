// The carriers of messages that the settings name. In a demonstration none: everything stays in the outbox for all to
// read, and no invented address is ever written to.
import { createSmtpTransport } from '@veche/mail/smtp.ts';
import type { MessageTransport } from '@veche/module-kit/module.ts';
import { createSmsGateway } from '@veche/sms/http-gateway.ts';
import { createSmppTransport } from '@veche/sms/smpp.ts';
import type { Settings } from './settings.ts';

export type Transports = {
  /** At most one for each channel; messages of a channel without one wait in the queue. */
  readonly all: readonly MessageTransport[];
  close(): void;
};

/** Takes every message and carries it nowhere. */
const outboxOnly = (channel: MessageTransport['channel']): MessageTransport => ({
  channel,
  deliver: async () => {},
});

export function createTransports(settings: Settings, demo: boolean, webOrigin: string): Transports {
  if (demo) return { all: [outboxOnly('email'), outboxOnly('sms')], close: () => {} };
  const from = settings.mailFrom ?? `Veche <no-reply@${new URL(webOrigin).hostname}>`;
  const mail =
    settings.smtpUrl === null
      ? null
      : createSmtpTransport({ url: settings.smtpUrl, from, bounces: settings.bounces ?? null });
  const smpp = settings.smppUrl === undefined ? null : openSmpp(new URL(settings.smppUrl));
  const sms = settings.smsGatewayUrl === null ? smpp : createSmsGateway({ url: settings.smsGatewayUrl });
  return {
    all: [...(mail ? [mail] : []), ...(sms ? [sms] : [])],
    close: () => {
      mail?.close();
      smpp?.close();
    },
  };
}

const openSmpp = (url: URL) =>
  createSmppTransport({
    url: url.href,
    from: url.searchParams.get('from') ?? 'Veche',
    ...(url.searchParams.has('rate') ? { perSecond: Number(url.searchParams.get('rate')) } : {}),
  });
