// What a page has to load to check for itself stays small. Bundled by Rolldown, so in Node alone.
import { describe, expect, it } from 'vitest';
import { measureSizes } from './cli/sizes.ts';

describe('the library in a browser', async () => {
  it.each(await measureSizes())(
    '$name weighs at most $limitGzip bytes compressed',
    ({ raw, gzip, limitGzip }) => {
      expect(gzip).toBeLessThanOrEqual(limitGzip);
      // Less than the curve alone would mean that nothing was bundled.
      expect(gzip).toBeGreaterThan(10_000);
      expect(raw).toBeGreaterThan(gzip);
    },
  );
});
