// Casts per second, end to end over HTTP, beside the least possible server: same machine, same run, same load generator,
// rounds taking turns. Every receipt is checked after its round: the leaf's proof, the log's signature, the witnesses' quorum.
import { castBallot } from '@veche/meetings/contract.ts';
import { pathOf } from '@veche/module-kit/client.ts';
import { encodeUtf8 } from '@veche/ledger/bytes.ts';
import { parseLogKeys } from '@veche/ledger/log-keys.ts';
import { parsePolicy } from '@veche/ledger/policy.ts';
import { checkReceipt } from '@veche/ledger/receipt.ts';
import { useNativeCrypto } from '@veche/witness/native-crypto.ts';
import { signBallot, type SignedBallot } from '../story/holder.ts';
import { openMeeting, prepareDevices } from '../story/hold-meeting.ts';
import { startLeast, startVeche } from './children.ts';
import { median, type Figure } from './figures.ts';
import { load, type LoadFigures, type Shot } from './load.ts';

const OWNERS = 500;
const ITEMS = 10;
const ROUNDS = 5;
/** Many times what is in flight: how a round starts and ends, with less under way, must not weigh. */
const CASTS_A_ROUND = 6_000;
/**
 * Requests under way at once: the last hour of a large vote, with receipts well within the two seconds that are promised.
 * With fewer, latency bounds the rate and not the server; figures for those are printed beside it.
 */
const IN_FLIGHT = 512;
const FEWER_IN_FLIGHT = [256, 32];

export async function benchCasts(say: (text: string) => void): Promise<Figure[]> {
  useNativeCrypto();
  const veche = await startVeche();
  const least = await startLeast().catch(async (error: unknown) => {
    await veche.stop();
    throw error;
  });
  try {
    const options = { origin: veche.origin, owners: OWNERS, items: ITEMS, inFlight: 8, seed: 7, say };
    const meeting = await openMeeting(options);
    const devices = await prepareDevices(options, meeting);
    const path = pathOf(castBallot, { params: meeting.place });
    const choices = Object.fromEntries(meeting.itemIds.map((item) => [item, 'for' as const]));
    const policy = parsePolicy(devices[0]!.policy!);
    const before = veche.memory();

    /** The same ballots to both servers, ours first. */
    const round = async (inFlight: number): Promise<{ ours: LoadFigures; theirs: LoadFigures }> => {
      const cast: { ballot: SignedBallot; shot: Shot; logKey: string }[] = [];
      for (let i = 0; i < CASTS_A_ROUND; i++) {
        const device = devices[i % devices.length]!;
        const ballot = signBallot(device, choices);
        const shot = { path, headers: { ...device.session.headers }, body: JSON.stringify(ballot) };
        cast.push({ ballot, logKey: device.logKey, shot });
      }
      const answers: string[] = [];
      const ours = await load(
        veche.origin,
        cast.map(({ shot }) => shot),
        inFlight,
        (i, text) => void (answers[i] = text),
      );
      for (const [i, { ballot, logKey }] of cast.entries()) {
        const { state, proof } = JSON.parse(answers[i]!) as { state: string; proof: string };
        if (state !== 'witnessed')
          throw new Error(`a receipt says ${state}: the figure would not be one of receipts`);
        const { checkpoint } = checkReceipt(proof, encodeUtf8(ballot.entry), parseLogKeys(logKey), policy);
        if (!checkpoint.witnessed?.quorumTime) throw new Error('a receipt has no quorum of witnesses');
      }
      const theirs = await load(
        least.origin,
        cast.map(({ ballot }) => ({ path: '/', headers: {}, body: leastBody(ballot) })),
        inFlight,
      );
      say(
        `${inFlight} in flight: ${ours.perSecond.toFixed(0)} casts/s, least server ${theirs.perSecond.toFixed(0)}/s`,
      );
      return { ours, theirs };
    };
    await round(IN_FLIGHT);
    const rounds: { ours: LoadFigures; theirs: LoadFigures }[] = [];
    for (let i = 0; i < ROUNDS; i++) rounds.push(await round(IN_FLIGHT));
    const fewer: Figure[] = [];
    for (const inFlight of FEWER_IN_FLIGHT) {
      const { ours, theirs } = await round(inFlight);
      fewer.push(
        { name: `casts per second, ${inFlight} in flight`, value: ours.perSecond, unit: '/s' },
        { name: `ratio, ${inFlight} in flight`, value: ours.perSecond / theirs.perSecond, unit: '' },
        { name: `receipt, p50, ${inFlight} in flight`, value: ours.p50Ms, unit: 'ms' },
      );
    }
    const memory = veche.memory();
    const of = (figure: (pair: (typeof rounds)[number]) => number): number => median(rounds.map(figure));
    return [
      {
        name: `casts per second: session, signature, log, quorum, receipt; ${IN_FLIGHT} in flight`,
        value: of(({ ours }) => ours.perSecond),
        unit: '/s',
        limit: { atLeast: 1_000 },
      },
      {
        name: 'the least possible server: one signature, one row',
        value: of(({ theirs }) => theirs.perSecond),
        unit: '/s',
      },
      {
        name: 'ratio, round by round',
        value: of(({ ours, theirs }) => ours.perSecond / theirs.perSecond),
        unit: '',
        limit: { atLeast: 0.7 },
      },
      { name: 'receipt, p50', value: of(({ ours }) => ours.p50Ms), unit: 'ms' },
      { name: 'receipt, p99', value: of(({ ours }) => ours.p99Ms), unit: 'ms', limit: { atMost: 2_000 } },
      ...fewer,
      { name: 'start with a new database and demonstration', value: veche.startMs / 1000, unit: 's' },
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
