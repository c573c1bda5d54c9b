// The part of the `smpp` package that is used here, with types: the package itself brings none.
import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type { Server as NetServer } from 'node:net';

export type Pdu = {
  readonly command: string;
  readonly command_status: number;
  response(fields?: Readonly<Record<string, unknown>>): Pdu;
} & Readonly<Record<string, unknown>>;

type Command = (fields: Readonly<Record<string, unknown>>, onResponse?: (response: Pdu) => void) => boolean;

export type Session = EventEmitter & {
  send(pdu: Pdu): boolean;
  readonly bind_transceiver: Command;
  readonly submit_sm: Command;
  readonly deliver_sm: Command;
  readonly enquire_link: Command;
  readonly unbind: Command;
  close(): void;
  destroy(): void;
};

export type SmppServer = NetServer & { readonly sessions: readonly Session[] };

type Library = {
  connect(options: { host: string; port: number; tls: boolean; servername?: string }): Session;
  createServer(onSession: (session: Session) => void): SmppServer;
  readonly encodings: { readonly ASCII: { encode(text: string): Buffer; decode(bytes: Buffer): string } };
};

const require = createRequire(import.meta.url);

export const smpp = require('smpp') as Library;
