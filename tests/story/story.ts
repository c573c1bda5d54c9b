// A whole meeting held through the public API alone: register, call, sign-ins, keys, votes, revotes, close.
//   npm run story -- --url http://127.0.0.1:3000 --owners 600 --items 10 --out DIR [--inflight 16] [--seed 1]
// Works against a demonstration only, since it reads one-time codes from the outbox and moves the clock to the close.
// Leaves in DIR: bundle.jsonl, receipts/*.tlog-proof, vkey, minutes.pdf, result.json, story.json.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { holdMeeting } from './hold-meeting.ts';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    owners: { type: 'string', default: '600' },
    items: { type: 'string', default: '10' },
    out: { type: 'string' },
    inflight: { type: 'string', default: '16' },
    seed: { type: 'string', default: '1' },
  },
});
if (!values.url || !values.out) {
  console.error(
    'usage: npm run story -- --url URL --out DIR [--owners 600] [--items 10] [--inflight 16] [--seed 1]',
  );
  process.exit(2);
}
const out = values.out;
await mkdir(join(out, 'receipts'), { recursive: true });

const story = await holdMeeting({
  origin: values.url.replace(/\/$/, ''),
  owners: Number(values.owners),
  items: Number(values.items),
  inFlight: Number(values.inflight),
  seed: Number(values.seed),
  say: (text) => console.log(text),
  keepReceipt: (index, text) => writeFile(join(out, 'receipts', `${index}.tlog-proof`), text),
});

await Promise.all([
  writeFile(join(out, 'bundle.jsonl'), story.bundle),
  writeFile(join(out, 'minutes.pdf'), story.minutes),
  writeFile(join(out, 'vkey'), `${story.logKey}\n`),
  writeFile(join(out, 'result.json'), `${JSON.stringify(story.result, null, 2)}\n`),
  writeFile(join(out, 'story.json'), `${JSON.stringify(story.figures, null, 2)}\n`),
]);
console.log(
  `\n${story.figures.ballots} ballots, ${story.figures.receipts} receipts checked. Now check it all yourself:`,
);
console.log(
  `  npm run verify -- ${join(out, 'bundle.jsonl')} --log ${values.url}/log/v1 --vkey ${join(out, 'vkey')}`,
);
