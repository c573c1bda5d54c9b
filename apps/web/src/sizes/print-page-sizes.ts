// Prints how much script every page sends, compressed: the end of a build, which fails when a page sends too much.
import { readBuiltSite } from './built-site.ts';
import { weighPage } from './page-sizes.ts';

const LIMIT_BYTES = 150_000;
/** These begin their work by themselves: all they may load belongs to the first view. */
const AT_ONCE = new Set([
  '/buildings/[building]/meetings/[meeting]/verify',
  '/buildings/[building]/meetings/[meeting]/vote',
]);

const { site, pages } = await readBuiltSite();
const unknown = [...AT_ONCE].filter((route) => !pages.some((page) => page.route === route));
if (unknown.length > 0) throw new Error(`expected pages at ${unknown.join(', ')}`);
const sizes = pages
  .map((page) => weighPage(site, page))
  .map((size) => (AT_ONCE.has(size.route) ? { ...size, firstView: size.whole } : size))
  .sort((a, b) => b.firstView - a.firstView);

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1).padStart(7);
console.log(
  `Script of each page, compressed, in kB: at first view (at most ${LIMIT_BYTES / 1000}), and with all it may load later`,
);
for (const { route, firstView, whole } of sizes)
  console.log(`${firstView > LIMIT_BYTES ? '!' : ' '} ${kilobytes(firstView)} ${kilobytes(whole)}  ${route}`);
if (sizes.some(({ firstView }) => firstView > LIMIT_BYTES)) {
  console.error(
    'a page sends too much script at first view: load what it does not need at once when it is needed',
  );
  process.exitCode = 1;
}
