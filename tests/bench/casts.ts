// Casts per second, end to end over HTTP, beside the least possible server: same machine, same run, same load generator,
// rounds taking turns. Every receipt is checked after its round.
import { castBallot } from '@veche/meetings/contract.ts';
import { pathOf } from '@veche/module-kit/client.ts';
import { encodeUtf8 } from '@veche/ledger/bytes.ts';
import { parseVerifierKey } from '@veche/ledger/note.ts';
import { checkReceipt } from '@veche/ledger/receipt.ts';
import { signBallot, type SignedBallot } from '../story/holder.ts';
import { openMeeting, prepareDevices } from '../story/hold-meeting.ts';
import { startLeast, startVeche } from './children.ts';
import { median, type Figure } from './figures.ts';
import { load, type LoadFigures, type Shot } from './load.ts';

const OWNERS = 500;
const ITEMS = 10;
const ROUNDS = 5;
const CASTS_A_ROUND = 2000;
const IN_FLIGHT = 64;

export async function benchCasts(say: (text: string) => void): Promise<Figure[]> {
  const veche = await startVeche();
  const least = await startLeast();
  try {
    const options = { origin: veche.origin, owners: OWNERS, items: ITEMS, inFlight: 8, seed: 7, say };
    const meeting = await openMeeting(options);
    const devices = await prepareDevices(options, meeting);
    const path = pathOf(castBallot, { params: meeting.place });
    const choices = Object.fromEntries(meeting.itemIds.map((item) => [item, 'for' as const]));
    const before = veche.memory();

    const ours: LoadFigures[] = [];
    const theirs: LoadFigures[] = [];
    // Round 0 warms both up and is not counted.
    for (let round = 0; round <= ROUNDS; round++) {
      const cast: { ballot: SignedBallot; shot: Shot; logKey: string }[] = [];
      for (let i = 0; i < CASTS_A_ROUND; i++) {
        const device = devices[i % devices.length]!;
        const ballot = signBallot(device, choices);
        cast.push({
          ballot,
          logKey: device.logKey,
          shot: { path, headers: { ...device.session.headers }, body: JSON.stringify(ballot) },
        });
      }
      const answers: string[] = [];
      const mine = await load(
        veche.origin,
        cast.map(({ shot }) => shot),
        IN_FLIGHT,
        (i, text) => void (answers[i] = text),
      );
      for (const [i, { ballot, logKey }] of cast.entries()) {
        const { proof } = JSON.parse(answers[i]!) as { proof: string };
        // Checking costs more than casting; one in twenty keeps the bench short and still sees a broken sequencer.
        if (i % 20 === 0) checkReceipt(proof, encodeUtf8(ballot.entry), parseVerifierKey(logKey));
      }
      const bare = await load(
        least.origin,
        cast.map(({ ballot }) => ({ path: '/', headers: {}, body: leastBody(ballot) })),
        IN_FLIGHT,
      );
      say(
        `round ${round}: ${mine.perSecond.toFixed(0)} casts/s, least server ${bare.perSecond.toFixed(0)}/s`,
      );
      if (round > 0) {
        ours.push(mine);
        theirs.push(bare);
      }
    }
    const memory = veche.memory();
    const perSecond = median(ours.map((figures) => figures.perSecond));
    const leastPerSecond = median(theirs.map((figures) => figures.perSecond));
    return [
      { name: 'casts per second, with session, signature, log and receipt', value: perSecond, unit: '/s' },
      { name: 'the least possible server: one signature, one row', value: leastPerSecond, unit: '/s' },
      {
        name: 'ratio',
        value: median(ours.map((figures, i) => figures.perSecond / theirs[i]!.perSecond)),
        unit: '',
        limit: { atLeast: 0.5 },
      },
      { name: 'receipt, p50', value: median(ours.map((figures) => figures.p50Ms)), unit: 'ms' },
      { name: 'receipt, p99', value: median(ours.map((figures) => figures.p99Ms)), unit: 'ms' },
      {
        name: 'start of the server with a new database and demonstration',
        value: veche.startMs / 1000,
        unit: 's',
      },
      { name: 'memory of the server before the load', value: before.now / 2 ** 20, unit: 'MiB' },
      { name: 'memory of the server under the load, highest', value: memory.highest / 2 ** 20, unit: 'MiB' },
    ];
  } finally {
    await veche.stop();
    await least.stop();
  }
}

/** The same signature over the same bytes, as the least server wants them. */
function leastBody({ entry }: SignedBallot): string {
  const { sig, ...unsigned } = JSON.parse(entry) as { sig: string; by: string };
  return JSON.stringify({
    key: unsigned.by,
    signed: `veche/entry/v1\n${JSON.stringify(unsigned)}`,
    signature: sig,
  });
}
