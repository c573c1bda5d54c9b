// `npm run bench`: every figure of the product in one run on one machine, each promise with its limit beside it.
//   npm run bench -- [--json] [--only casts,sequencing,verification,meeting,walk,audit,growth] [--growth-to 1e6]
// Exit code 1 when a promise is not kept. Never run it while something builds.
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { benchAudit } from './audit.ts';
import { benchCasts } from './casts.ts';
import { holds, lineOf, type Figure } from './figures.ts';
import { benchGrowth } from './growth.ts';
import { benchMeetingSizes } from './meeting.ts';
import { publishedTable } from './published.ts';
import { benchSequencing } from './sequencing.ts';
import { benchVerification } from './verification.ts';
import { benchWalk } from './walk.ts';

const benches: Record<string, { title: string; run: (say: (text: string) => void) => Promise<Figure[]> }> = {
  casts: { title: 'Casting over HTTP', run: benchCasts },
  sequencing: { title: 'Sequencing alone', run: benchSequencing },
  verification: { title: 'Verifying a meeting', run: benchVerification },
  meeting: { title: 'A meeting of a large building', run: (say) => benchMeetingSizes(say) },
  walk: { title: 'The walk of an owner and of a verifier', run: benchWalk },
  audit: { title: 'Auditing a whole log', run: (say) => benchAudit(say) },
  growth: {
    title: 'Growth of the log',
    run: (say) => benchGrowth(say, { to: growthTo }),
  },
};

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    'growth-to': { type: 'string', default: '1e7' },
  },
});
const wanted = values.only?.split(',') ?? Object.keys(benches);
const unknown = wanted.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`no bench named ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}

const growthTo = Number(values['growth-to']);
if (!Number.isSafeInteger(growthTo) || growthTo < 1_000) {
  console.error('--growth-to: expected a number of entries from 1e3');
  process.exit(2);
}

const machine = {
  cores: cpus().length,
  processor: cpus()[0]?.model ?? '',
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
};
if (!values.json)
  console.log(
    `${machine.cores} cores of ${machine.processor}, ${machine.memoryGiB} GiB, Node ${machine.node}`,
  );

const results: Record<string, Figure[]> = {};
for (const name of wanted) {
  const { title, run } = benches[name]!;
  if (!values.json) console.log(`\n${title}`);
  const figures = await run((text) => (values.json ? undefined : console.log(`    ${text}`)));
  results[name] = figures;
  if (!values.json) for (const figure of figures) console.log(lineOf(figure));
}
if (values.json) console.log(JSON.stringify({ machine, results }, null, 2));
else console.log(`\n${publishedTable(results, machine)}`);
process.exitCode = Object.values(results).flat().every(holds) ? 0 : 1;
