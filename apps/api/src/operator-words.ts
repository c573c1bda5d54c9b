// One line about what went wrong with an operator's command. Errors of ours are written for people; of any other only name
// and code are told, since its text may hold an address or a password.
const OURS: readonly string[] = [
  'EmbeddedPostgresError',
  'InstallationError',
  'LedgerFault',
  'MigrationError',
  'MirrorFault',
  'ObjectStoreError',
  'RangeError',
  'RecoveryError',
  'RotationError',
  'SettingsError',
  'TileFault',
];

export function describeTrouble(error: unknown): string {
  const isOurs = error instanceof Error && OURS.includes(error.name);
  if (isOurs) return `veche: ${error.message}`;
  const code = error instanceof Error && 'code' in error ? ` ${String(error.code)}` : '';
  return `veche: ${error instanceof Error ? error.name : 'failed'}${code}`;
}
