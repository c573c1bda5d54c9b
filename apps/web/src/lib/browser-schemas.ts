// What a contract is made of in the browser, where no schema runs: the pages need an endpoint's method and path only, and
// the checking library would be a third of a voting page's script. The build puts this in its place, see vite.config.ts.
// The server checks everything; a page that must check a text itself imports the library under its own name.

const PARSING = new Set(['parse', 'safeParse', 'parseAsync', 'safeParseAsync', 'decode', 'encode']);

const shape: unknown = new Proxy(() => shape, {
  get(_, name) {
    if (typeof name === 'string' && PARSING.has(name))
      throw new TypeError('the schemas of a contract do not run in the browser');
    return shape;
  },
});

export const z = shape;
