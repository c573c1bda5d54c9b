// What a voter and a chair see of the journal's witnesses: while they are away, once they are back, and at the close; and
// what a receipt file shows to anybody it is given to.
import { closeMeeting } from '@veche/meetings/contract.ts';
import { describe, expect, it } from 'vitest';
import { openMeeting } from '../story/hold-meeting.ts';
import { PHONE } from '../support/browser.ts';
import { serveHouseWitnesses } from '../support/house-witnesses.ts';
import { castOn, downloadBy, moveClock, seen, signIn } from '../support/pages.ts';
import { freePort, startTestServer, temporaryFolder } from '../support/server.ts';
import { receiveVisitors } from './visitors.ts';

describe('witnesses of the journal, in the browser', async () => {
  const dataDir = await temporaryFolder();
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const witnesses = await serveHouseWitnesses(dataDir, origin);
  const { witnessPolicy } = witnesses;
  const server = await startTestServer({
    seed: true,
    pages: true,
    settings: { dataDir, port, witnessPolicy },
  });
  witnesses.follow(server.open.clock);
  const come = await receiveVisitors(origin);
  const meeting = await openMeeting({ origin, owners: 12, items: 2, inFlight: 4, seed: 21, say: () => {} });
  const { place } = meeting;
  const meetingPath = `/buildings/${place.building}/meetings/${place.meeting}`;
  const receiptsPath = `${meetingPath}/receipts`;
  let file: Buffer = Buffer.alloc(0);

  it('a vote is recorded at once; that it is witnessed comes to the page by itself', async () => {
    const { page } = await comeToVote(0);
    witnesses.answer(false);
    const record = await castOn(page, ['For', 'Against']);
    await page.getByText('Independent witnesses are looking at the journal').waitFor();
    witnesses.answer(true);
    await page
      .getByText(/^[23] independent witnesses have confirmed the journal with your record: /)
      .waitFor();

    await page.getByRole('link', { name: 'Back to the meeting' }).click();
    await page.getByRole('link', { name: 'My votes and devices' }).click();
    await page.getByText('Recorded and witnessed').waitFor();
    const saved = await downloadBy(page, () =>
      page.getByRole('button', { name: 'Save the receipt file' }).click(),
    );
    file = saved.bytes;
    expect(saved.name).toBe(`veche-${place.meeting}-${record}.tlog-proof`);
    // The file is the final one: with the lines of those who cosigned.
    expect(file.toString('utf8').match(/^— /gm)!.length).toBeGreaterThanOrEqual(3);
  });

  it('a page that was left before is caught up with when the receipts are opened again', async () => {
    const { page, tab } = await comeToVote(1);
    witnesses.answer(false);
    await castOn(page, ['For', 'For']);
    await page.getByText('Independent witnesses are looking at the journal').waitFor();
    await page.close();
    const later = await tab();
    await later.open(receiptsPath);
    await later.page.getByText('Recorded, waiting for witnesses').waitFor();
    witnesses.answer(true);
    await later.page.getByText('Recorded and witnessed').waitFor();
    await later.page.reload();
    expect(await seen(later.page.getByText('Recorded and witnessed'))).toBe(true);
  });

  it('other witnesses than before are shown until the person has read it', async () => {
    const { page, open } = await comeToVote(2);
    await castOn(page, ['For', 'For']);
    // As if the journal had named somebody else when this device first saw it.
    await page.evaluate(
      () =>
        new Promise<void>((resolve, reject) => {
          const request = indexedDB.open('veche-meetings', 1);
          request.addEventListener('success', () => {
            const logs = request.result.transaction('logs', 'readwrite').objectStore('logs');
            const found = logs.get('log');
            found.addEventListener('success', () => {
              const seenLog = found.result as { policy: string };
              const policy = seenLog.policy.replace(/^witness city .*\n/m, '').replace(' city', '');
              logs.put({ ...seenLog, policy }, 'log').addEventListener('success', () => resolve());
            });
          });
          request.addEventListener('error', () => reject(request.error!));
        }),
    );
    await open(`${meetingPath}/vote`);
    await castOn(page, ['Against', 'For']);
    await page.getByText('The journal has other witnesses now').waitFor();
    await page.getByText('Before: council, resident.').waitFor();
    await page.getByText('Now: council, resident, city.').waitFor();
    await page.getByRole('button', { name: 'I have read this' }).click();
    await page.getByText('The journal has other witnesses now').waitFor({ state: 'detached' });
    await open(receiptsPath);
    await seen(page.getByText('Recorded and witnessed'));
    expect(await page.getByText('The journal has other witnesses now').count()).toBe(0);
  });

  describe('a receipt file on the page for it', () => {
    const name = 'veche.tlog-proof';
    const input = (buffer: Buffer, as = name) => ({ name: as, mimeType: 'text/plain', buffer });

    it('says in words what it proves, on a device that knows nothing', async () => {
      const { page, open } = await come({ viewport: PHONE });
      await open('/check');
      await page.getByLabel('Receipt files').setInputFiles(input(file));
      await page.getByText('The receipt is genuine', { exact: true }).waitFor();
      await page.getByText(/^Confirmed by: (council|resident|city) \(/).waitFor();
      await page.getByText(/^Yes, in the same place\. The journal holds [0-9]+ records today/).waitFor();
      expect(await seen(page.getByRole('row', { name: 'Item 1 For' }))).toBe(true);
      expect(await seen(page.getByRole('row', { name: 'Item 2 Against' }))).toBe(true);
    });

    it.each([
      ['its record number', /\nindex ([0-9]+)\n/, '\nindex 0\n', /does not stand at the place it names/],
      ['the size of the journal', /(\/log\/v1\n)[0-9]+\n/, '$19999\n', /A signature does not hold/],
      [
        'its first line',
        /^c2sp\.org\/tlog-proof@v1/,
        'c2sp.org/tlog-proof@v7',
        /damaged or not put together/,
      ],
      [
        'the name under the journal’s signature',
        /— 127\.0\.0\.1:[0-9]+\/log/,
        '— else.example/log',
        /not signed by the journal/,
      ],
    ])('is refused with a reason when somebody changed %s', async (_, found, changed, why) => {
      const { page, open } = await come();
      await open('/check');
      const text = file.toString('utf8');
      const forged = text.replace(found, changed);
      expect(forged).not.toBe(text);
      await page.getByLabel('Receipt files').setInputFiles(input(Buffer.from(forged)));
      await page.getByText('The receipt did not pass the check', { exact: true }).waitFor();
      await page.getByText(why).waitFor();
      expect(await page.getByText('The receipt is genuine').count()).toBe(0);
    });

    it('is taken with others, and what is none is explained', async () => {
      const { page, open } = await come();
      await open('/check');
      await page
        .getByLabel('Receipt files')
        .setInputFiles([
          input(file, 'one.tlog-proof'),
          input(
            Buffer.from(file.toString('utf8').replace(/\nindex [0-9]+\n/, '\nindex 0\n')),
            'two.tlog-proof',
          ),
          input(Buffer.from('%PDF-1.7 minutes'), 'minutes.pdf'),
          input(Buffer.from('hello'), 'letter.txt'),
        ]);
      await page
        .getByRole('region', { name: 'one.tlog-proof' })
        .getByText('The receipt is genuine')
        .waitFor();
      await page
        .getByRole('region', { name: 'two.tlog-proof' })
        .getByText('The receipt did not pass the check')
        .waitFor();
      await page.getByText('minutes.pdf: not a receipt').waitFor();
      await page.getByText('letter.txt: not a receipt').waitFor();
      expect(await seen(page.getByText('A receipt file ends in .tlog-proof'))).toBe(true);
    });

    it('is checked by dropping it, and by what the device remembers when the journal is away', async () => {
      const { page, context, open } = await come();
      await open('/check');
      await dropFile(page.locator('.drop'), file.toString('utf8'));
      await page.getByText('The receipt is genuine', { exact: true }).waitFor();
      // A device that has never seen the journal has nothing to check against.
      await context.route('**/log/v1/**', (route) => route.abort());
      await dropFile(page.locator('.drop'), file.toString('utf8'));
      expect(await seen(page.getByText('The check could not be finished'))).toBe(true);
    });

    it('proves a breach when the journal no longer holds the record', async () => {
      const { page, context, open } = await come();
      // The journal of before the vote, as its keeper once signed it.
      await context.route('**/log/v1/checkpoint', async (route) => {
        await route.fulfill({ body: firstCheckpoint, contentType: 'text/plain' });
      });
      await context.route('**/log/v1/head', (route) => route.fulfill({ status: 404, body: '' }));
      const firstCheckpoint = await checkpointOfSize1();
      await open('/check');
      await page.getByLabel('Receipt files').setInputFiles(input(file));
      const breach = page.getByText('The receipt is genuine, and the journal no longer holds the record');
      expect(await seen(breach)).toBe(true);
    });
  });

  it('the chair reads that the result waits for witnesses; it comes by itself, with their time', async () => {
    await moveClock(origin, 8 * 86_400);
    witnesses.answer(false);
    await meeting.chair(closeMeeting, { params: place });
    const { page, open } = await come({ viewport: PHONE });
    await open(meetingPath);
    await page.getByText('Awaiting witnesses').waitFor();
    await page.getByText(/every vote is recorded\. The result will appear by itself/).waitFor();
    witnesses.answer(true);
    await page.getByRole('link', { name: 'See the result' }).click({ timeout: 40_000 });
    await page.getByText(/^The journal’s independent witnesses \(/).waitFor();
    await page.getByText('Who confirmed the end of voting, and when').click();
    await seen(page.getByRole('rowheader', { name: /^(council|resident|city)$/ }));
    await open(`${meetingPath}/verify`);
    await page.getByText('Everything checks', { exact: true }).waitFor();
    expect(await seen(page.getByText('Independent witnesses confirmed the end of voting'))).toBe(true);
    await seen(page.getByText(/^checked: (council|resident|city)/));
  });

  /** The head of the journal when it held its first record alone: signed now, by its own key. */
  async function checkpointOfSize1(): Promise<string> {
    const rows = await server.open.connection.sql<{ note: string }[]>`
      SELECT note FROM ledger.checkpoints WHERE size = 1`;
    return rows[0]!.note;
  }

  async function comeToVote(position: number) {
    const visitor = await come({ viewport: PHONE });
    await signIn(visitor, meeting.contacts[position]!, `${meetingPath}/vote`);
    return visitor;
  }
});

async function dropFile(target: import('playwright-core').Locator, text: string): Promise<void> {
  await target.evaluate((element, content) => {
    const data = new DataTransfer();
    data.items.add(new File([content], 'dropped.tlog-proof', { type: 'text/plain' }));
    element.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
  }, text);
}
