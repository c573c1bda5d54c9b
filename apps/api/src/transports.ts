// The carriers of messages that the settings name. In a demonstration none: everything stays in the outbox for all to read.
import type { MessageTransport } from '@veche/module-kit/module.ts';
import type { Settings } from './settings.ts';

/** Takes every message and carries it nowhere. */
const demoTransport = (channel: MessageTransport['channel']): MessageTransport => ({
  channel,
  deliver: async () => {},
});

/** At most one carrier for each channel; messages of a channel without one wait in the queue. */
export function createTransports(settings: Settings, demo: boolean): readonly MessageTransport[] {
  if (demo) return [demoTransport('email'), demoTransport('sms')];
  void settings;
  return [];
}
