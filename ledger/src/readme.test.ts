// Runs the snippet of README.md against the sample meeting.
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { auditMeeting } from './audit.ts';
import { encodeUtf8 } from './bytes.ts';
import { readLines } from './bundle.ts';
import { createHttpLogReader } from './log-reader.ts';
import { holdMeeting } from './meeting.fixture.ts';
import { createWebVerifier } from './webcrypto.ts';

it('the snippet of README.md verifies a meeting', async () => {
  const page = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const snippet = /```ts\n([\s\S]*?)```/.exec(page)![1]!;
  const code = snippet.replace(/^import .*\n/gm, '').replace('const report =', 'return');
  const world = await holdMeeting();
  const publicFetch = async (url: string) => {
    const content = world.files.get(url.replace('https://veche.example/log/v1/', ''));
    return {
      ok: content !== undefined,
      status: content ? 200 : 404,
      arrayBuffer: async () => content!.slice().buffer,
    };
  };
  const chunks = [encodeUtf8(world.bundle.join(''))];
  const scope = {
    auditMeeting,
    readLines,
    createHttpLogReader,
    createWebVerifier,
    chunks,
    publicFetch,
    logKey: world.logKey,
  };
  const AsyncFunction = (async () => {}).constructor as new (
    ...args: string[]
  ) => (...values: unknown[]) => Promise<unknown>;
  expect(await new AsyncFunction(...Object.keys(scope), code)(...Object.values(scope))).toMatchObject({
    ok: true,
  });
});
