// Prints what the verifier weighs in a browser: part of the build.
import { measureSizes } from './sizes.ts';

for (const { name, raw, gzip, limitGzip } of await measureSizes())
  console.log(
    `${name}: ${raw.toLocaleString('en')} bytes, ${gzip.toLocaleString('en')} compressed (limit ${limitGzip.toLocaleString('en')})`,
  );
