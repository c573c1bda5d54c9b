// Carriers of a demonstration: they send nothing, and every message can be read on the outbox page.
import type { MessageTransport } from '@veche/module-kit/module.ts';

/** One for each channel; every message counts as taken. */
export const demoOutbox: readonly MessageTransport[] = [
  { channel: 'email', deliver: () => Promise.resolve() },
  { channel: 'sms', deliver: () => Promise.resolve() },
];
