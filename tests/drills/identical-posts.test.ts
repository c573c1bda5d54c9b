// A thousand identical posts at once, over HTTP: one entry, one index, one receipt.
import * as contract from '@veche/meetings/contract.ts';
import { expect, it } from 'vitest';
import { prepareDevice, signBallot } from '../story/holder.ts';
import { openOf, startMeetingServer } from '../support/meeting-server.ts';

it('a thousand identical posts at once are one entry, and every one of them gets its receipt', async () => {
  const house = await startMeetingServer();
  const place = await openOf(house);
  const device = await prepareDevice(await house.as('anna'), place, 'Phone');
  const ballot = signBallot(device, { 'item-1': 'for', 'item-2': 'against', 'item-3': 'abstain' });

  const post = async () => {
    const answer = await device.session.call(contract.castBallot, { params: place, body: ballot });
    // An answer that was quicker than the log is asked for again, as a page does it.
    return answer.proof ? answer : device.session.call(contract.castBallot, { params: place, body: ballot });
  };
  const answers = await Promise.all(Array.from({ length: 1_000 }, post));
  expect(new Set(answers.map(({ idem }) => idem)).size).toBe(1);
  expect(new Set(answers.map(({ index }) => index)).size).toBe(1);
  const last = await device.session.call(contract.castBallot, { params: place, body: ballot });
  // Of one state there is one receipt, to the byte; that of the last state is what everybody gets from now on.
  for (const state of ['logged', 'witnessed'] as const) {
    const proofs = answers.filter((answer) => answer.state === state).map(({ proof }) => proof);
    expect(new Set(proofs).size).toBeLessThanOrEqual(1);
  }
  expect(answers.filter(({ state }) => state === last.state).map(({ proof }) => proof)).toContain(last.proof);

  const ballots = (await house.server.open.connection.sql`
    SELECT count(*)::int AS n FROM ledger.entries
    WHERE position('"kind":"ballot"'::bytea IN leaf) > 0`) as unknown as { n: number }[];
  expect(ballots).toEqual([{ n: 1 }]);
});
