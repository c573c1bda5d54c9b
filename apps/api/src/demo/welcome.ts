// What `npm start` says when it is ready: where to look, and in a demonstration whom to sign in as.
import { createCall } from '@veche/module-kit/client.ts';
import { getDemo } from '@veche/people/contract.ts';
import type { RunningServer } from '../start.ts';

/** A few lines for the terminal. */
export async function describeStart(server: RunningServer, milliseconds: number): Promise<string> {
  const lines = [
    '',
    `  Veche is open at ${server.webOrigin}   (started in ${(milliseconds / 1000).toFixed(1)} s)`,
  ];
  const demo = await createCall(server.localUrl, fetch)(getDemo);
  if (demo.demo) {
    lines.push('', '  This is a demonstration: its people are invented. Sign in as');
    for (const { contact, name, role } of demo.people)
      lines.push(`    ${role.padEnd(12)}${name.padEnd(31)}${contact}`);
    lines.push('', `  Codes and all other messages are shown at ${server.webOrigin}/outbox`);
  }
  lines.push('', '  Ctrl-C stops everything.', '');
  return lines.join('\n');
}
