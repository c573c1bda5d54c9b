// How much script every page sends before it can do all it is for: counted from what the build made, promised in one limit.
// Counts; never builds.

/** A chunk as the bundler's manifest has it. Imports name other chunks by their keys. */
export type Chunk = {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
};

/** The bundler's manifest: chunks by the source they were made of. */
export type ChunkManifest = Readonly<Record<string, Chunk>>;

/** A page of the site with what stands in its script files. */
export type BuiltPage = {
  readonly route: string;
  /** Keys of the chunks that the page's document asks for: its layouts' and its own. */
  readonly nodes: readonly string[];
  /** Keys of the chunks with its texts, in each language. */
  readonly texts: readonly (readonly string[])[];
};

export type BuiltSite = {
  readonly manifest: ChunkManifest;
  /** Files that every document asks for. */
  readonly always: readonly string[];
  /** Keys of chunks with texts: a page loads those that are its own, in one language. */
  readonly isText: (key: string) => boolean;
  /** Bytes of a file as it is sent, compressed. */
  readonly bytesOf: (file: string) => number;
  /** Files of the workers that a file starts. */
  readonly workersOf: (file: string) => readonly string[];
};

export type PageSize = {
  readonly route: string;
  /** Script that the document itself asks for, with the texts of the language that weighs most; bytes as sent. */
  readonly firstView: number;
  /** The same with everything that the page may load while it is used, workers included. */
  readonly whole: number;
};

/**
 * Weighs a page. Each file counts once.
 * @throws RangeError: when the manifest lacks a chunk that is asked for.
 */
export function weighPage(site: BuiltSite, page: BuiltPage): PageSize {
  const firstFiles = filesOf(site, page.nodes, false);
  const wholeFiles = filesOf(site, page.nodes, true);
  const heaviest = (files: ReadonlySet<string>): number =>
    Math.max(...page.texts.map((texts) => weigh(site, new Set([...files, ...filesOf(site, texts, false)]))));
  return { route: page.route, firstView: heaviest(firstFiles), whole: heaviest(wholeFiles) };
}

const weigh = (site: BuiltSite, files: ReadonlySet<string>): number =>
  [...new Set([...site.always, ...files])].reduce((bytes, file) => bytes + site.bytesOf(file), 0);

/** The files behind the chunks: those they import, and with `later` those they load at any time, but for texts. */
function filesOf(site: BuiltSite, keys: readonly string[], later: boolean): Set<string> {
  const seen = new Set<string>();
  const files = new Set<string>();
  const left = [...keys];
  for (let key = left.pop(); key !== undefined; key = left.pop()) {
    if (seen.has(key)) continue;
    seen.add(key);
    const chunk = site.manifest[key];
    if (!chunk) throw new RangeError(`expected a chunk of ${key} in the manifest of the build`);
    files.add(chunk.file);
    left.push(...(chunk.imports ?? []));
    if (!later) continue;
    left.push(...(chunk.dynamicImports ?? []).filter((dynamic) => !site.isText(dynamic)));
    for (const worker of site.workersOf(chunk.file)) files.add(worker);
  }
  return files;
}
