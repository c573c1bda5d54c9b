// What goes wrong with bytes that others sent: one typed error with a closed code, and nothing personal in its text.
// A bug of ours is never one of these.

/**
 * What was broken, by subject. `encoding`: base64, hex or UTF-8; `json`: not canonical JSON; the others are named for
 * the format. `no-quorum`: all signatures hold, but too few witnesses are among them. `unreachable`: nothing came.
 */
export type FaultCode =
  | 'encoding'
  | 'json'
  | 'proof'
  | 'tile'
  | 'note'
  | 'unknown-signer'
  | 'signature'
  | 'checkpoint'
  | 'policy'
  | 'no-quorum'
  | 'witness-request'
  | 'receipt'
  | 'commitment'
  | 'entry'
  | 'payload'
  | 'bundle'
  | 'unreachable';

/** Untrusted bytes that are not what they must be. `message` says what was expected, never the content. */
export class LedgerFault extends Error {
  readonly code: FaultCode;
  constructor(code: FaultCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'LedgerFault';
    this.code = code;
  }
}
