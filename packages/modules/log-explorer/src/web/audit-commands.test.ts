import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toolsFor } from './audit-commands.ts';
import { GO_PROGRAM } from './go-program.ts';

const page = readFileSync(new URL('../../../../../docs/audit.md', import.meta.url), 'utf8');
const tools = toolsFor({ url: '$LOG', origin: '$ORIGIN', vkey: '$VKEY' });

describe('the commands of the audit page', () => {
  it('have the Go program of docs/audit.md', () =>
    expect(/```go\n(.*?)```/s.exec(page)?.[1]).toBe(GO_PROGRAM));

  it.each(['go', 'tessera', 'litewitness', 'omniwitness'] as const)('run %s as docs/audit.md does', (id) => {
    // Quotes and line breaks are another matter there, where address and key are variables of the shell.
    const plain = (text: string): string =>
      text
        .replaceAll('${VKEY%%+*}', '$ORIGIN')
        .replace(/['"]/g, '')
        .replace(/\\\n\s*/g, '');
    const { commands } = tools.find((tool) => tool.id === id)!;
    const calls =
      plain(commands.replace(GO_PROGRAM, '')).match(/^(?:go|witnessctl|litewitness|ssh-\w+) .*$/gm) ?? [];
    expect(calls.length).toBeGreaterThan(0);
    for (const call of calls) {
      // The order of options is free.
      const words = call.split(' ').toSorted();
      const there = plain(page)
        .split('\n')
        .map((line) => line.trim().split(' ').toSorted());
      expect(there, call).toContainEqual(words);
    }
  });
});
