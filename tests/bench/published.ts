// Figures that other logs have published, with their conditions, beside those of this very run. They were measured
// elsewhere, by others, on other machines and for other entries: they say what order of magnitude the field works in, and
// nothing about who is faster. Looked up in November 2026; a figure whose source was not found again says so.
import type { Figure } from './figures.ts';

type Row = {
  readonly what: string;
  readonly figure: string;
  readonly conditions: string;
  readonly source: string;
};

const PUBLISHED: readonly Row[] = [
  {
    what: 'Tessera, files, no deduplication',
    figure: '2,900/s; in the tree after 6.0 s on average',
    conditions: '12 cores, 8 GB, mirrored SAS disks',
    source: 'transparency-dev/tessera docs/performance.md',
  },
  {
    what: 'Tessera, files, deduplicating',
    figure: '1,600/s; in the tree after 3.2 s on average',
    conditions: 'the same machine',
    source: 'transparency-dev/tessera docs/performance.md',
  },
  {
    what: 'Tessera, files, the smallest cloud machine',
    figure: 'above 1,500/s; in the tree after 1.2 s on average',
    conditions: 'e2-micro: 2 shared cores, 1 GB',
    source: 'transparency-dev/tessera docs/performance.md',
  },
  {
    what: 'TesseraCT, files, answered once published',
    figure: 'about 10,000/s; in the tree after 3.1 s on average',
    conditions: 'up to 7 of 30 cores, 32 GB, mirrored NVMe, load on the same machine',
    source: 'transparency-dev/tesseract docs/performance.md',
  },
  {
    what: 'TesseraCT, files on hard disks, answered once published',
    figure: 'about 1,600/s; in the tree after 2.6 s on average',
    conditions: 'about 1 of 30 cores, mirrored SAS disks',
    source: 'transparency-dev/tesseract docs/performance.md',
  },
  {
    what: 'TesseraCT, cloud database, answered once published',
    figure: 'about 500/s; 1.2 s in the queue on average',
    conditions: 'Google Cloud, Spanner 200 PU, checkpoint every 1.5 s; the processors at 75 %',
    source: 'transparency-dev/tesseract docs/performance.md',
  },
  {
    what: 'Sunlight, a production log',
    figure: 'about 75/s arrive; a round of sequencing takes 41 ms at P50',
    conditions:
      'rate as its README gives it; the duration is reported by its operators, source not found again',
    source: 'FiloSottile/sunlight README.md',
  },
  {
    what: "Moscow's Active Citizen, votes on a chain",
    figure: '1,000 a minute (17/s) at the peak',
    conditions: 'private Ethereum with three validators; the city signs for the voters',
    source: 'press reports, 2017 and 2018',
  },
];

/** What of ours stands beside them: the bench, and how the figure's name begins. */
const OURS: readonly { readonly bench: string; readonly begins: string }[] = [
  { bench: 'casts', begins: 'casts per second: ' },
  { bench: 'casts', begins: 'receipt, p50' },
  { bench: 'casts', begins: 'receipt, p99' },
  { bench: 'sequencing', begins: 'sequenced, 256 to a batch' },
  { bench: 'growth', begins: 'at 10000000 entries: ' },
];

/** The table as text, ours first. @param results the figures of this run by bench */
export function publishedTable(
  results: Readonly<Record<string, readonly Figure[]>>,
  machine: { readonly cores: number; readonly processor: string; readonly memoryGiB: number },
): string {
  const here = `${machine.cores} cores of ${machine.processor}, ${machine.memoryGiB} GiB, load on the same machine`;
  const ours = OURS.flatMap(({ bench, begins }) => {
    const figure = results[bench]?.find(({ name }) => name.startsWith(begins));
    return figure ? [`    ${figure.name}: ${format(figure)}`] : [];
  });
  return [
    'Beside figures that others have published',
    `  Veche, this run (${here}; votes are signed by the voter, deduplicated, durable and published before the answer)`,
    ...(ours.length > 0 ? ours : ['    nothing of it was measured in this run']),
    '  Measured elsewhere, by others, under other conditions:',
    ...PUBLISHED.map(
      ({ what, figure, conditions, source }) => `    ${what}: ${figure}\n      ${conditions} [${source}]`,
    ),
  ].join('\n');
}

const format = ({ value, unit }: Figure): string =>
  `${Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1)} ${unit}`.replace(
    ' /',
    '/',
  );
