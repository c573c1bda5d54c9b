// The whole story in a real browser against the real server and database: from an empty building to a result that a
// stranger has verified. The tests are its chapters and stand on one another.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseVerifierKey } from '@veche/ledger/note.ts';
import { checkKeptReceipt } from '@veche/ledger/receipt.ts';
import { getMeeting } from '@veche/meetings/contract.ts';
import { createBuilding, grantRole } from '@veche/people/contract.ts';
import { sampleRegister } from '@veche/people/domain/register-sample.ts';
import { extractText, getDocumentProxy } from 'unpdf';
import { describe, expect, it } from 'vitest';
import writeExcelFile from 'write-excel-file/node';
import { nameHeads } from '../story/hold-meeting.ts';
import { cast, enter, prepareDevice, signBallot, type Choice, type Place } from '../story/holder.ts';
import { PHONE } from '../support/browser.ts';
import {
  awaitMessage,
  castOn,
  confirm,
  downloadBy,
  mark,
  messagesTo,
  recordNumber,
  review,
  seen,
  signIn,
  typeSignIn,
  untilAlive,
} from '../support/pages.ts';
import { startTestServer } from '../support/server.ts';
import { receiveVisitors } from './visitors.ts';

const CITY_LIST = join(
  import.meta.dirname,
  '../../../shared/data/reforma/houses_vladivostok_2016-12-24.csv.gz',
);

const CHAIR = 'chair@vechevaya.example';
const ANNA = { phone: '+79990001122', email: 'anna@vechevaya.example' };
const TITLE = 'Roof and yard';
const ITEMS = [
  { text: 'Repair the roof above the second entrance', rule: /^More than half of the votes that took part/ },
  { text: 'Give the yard a fence with two gates', rule: /^More than half of all votes/ },
  { text: 'Let the cellar to the bicycle workshop', rule: /^At least two thirds of all votes/ },
] as const;

// 300 m² in all, so that a percent is three square metres.
const REGISTER = `Premises,Kind,Entrance,Area m2,Owner,Owner type,Share,E-mail,Phone
1,flat,1,50,Орлова Анна Петровна,person,1,${ANNA.email},${ANNA.phone}
2,flat,1,60.5,Белов Борис Ильич,person,1/3,boris@vechevaya.example,
2,flat,1,60.5,Белова Вера Ильинична,person,2/3,vera@vechevaya.example,
3,flat,2,40,Администрация города Вечевой,public,1,city@vechevaya.example,
4,flat,2,45,,,,,
P1,parking,,13.25,Орлова Анна Петровна,person,1,${ANNA.email},${ANNA.phone}
1-N,non-residential,,91.25,ООО «Маяк»,legal,1,mayak@vechevaya.example,
`;
const BROKEN_REGISTER = REGISTER.replace('1/3', '1/0').replace('2,40,Адм', '2,forty,Адм');

/** A list in the shape of the national registry of houses, of which three rows of five are houses. */
const HOUSES = (() => {
  const header =
    'LAT,LON,HOUSE_ID,ADDRESS,YEAR,LASTUPDATE,SERVICEDATE_START,HOUSE_TYPE,MGMT_COMPANY,MGMT_COMPANY_LINK,AVAR,LEVELS_MAX,LEVELS_MIN,DOORS,ROOM_COUNT,ROOM_COUNT_LIVE,ROOM_COUNT_NONLIVE,AREA,AREA_LIVE,AREA_NONLIVE,AREA_GEN,AREA_LAND,AREA_PARK';
  const houses: Record<string, string>[] = [
    { HOUSE_ID: '1', ADDRESS: 'г. Вечевой, ул. Соборная, д. №7', YEAR: '1967', AREA: '3625.00' },
    { HOUSE_ID: '2', ADDRESS: 'г. Вечевой, ул. Соборная, д. 9', YEAR: '2967', ROOM_COUNT: '1 080' },
    { HOUSE_ID: '3', ADDRESS: 'г. Вечевой, Проспект. Мира, д. 11', YEAR: 'Не заполнено', AREA: '0.00' },
    { HOUSE_ID: '4', YEAR: '1980', ROOM_COUNT: '20' },
    { HOUSE_ID: '5', ADDRESS: 'г. Вечевой, ул. Соборная, д. 7.' },
  ];
  const rows = houses.map((house) =>
    header
      .split(',')
      .map((title) => `"${{ LASTUPDATE: '20.10.2016 в 08:02', ...house }[title] ?? ''}"`)
      .join(','),
  );
  return [header, ...rows].join('\n');
})();

const csv = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

describe('a house meeting in the browser', async () => {
  const server = await startTestServer({ seed: true, pages: true });
  const origin = server.url;
  const come = await receiveVisitors(origin);

  /** The building of this story, and its meeting once it was called. */
  let building = '';
  let place: Place = { building: '', meeting: '' };
  const meetingPath = () => `/buildings/${place.building}/meetings/${place.meeting}`;
  const stateNow = async () => (await server.call(getMeeting, { params: place })).state;
  /** Records of Anna's two votes, and the receipt of the first. */
  const records: number[] = [];
  let receiptFile = '';

  describe('the first page of a demonstration', () => {
    it('says what this is and that it is a demonstration, in the reader’s language', async () => {
      const { page, open } = await come({ locale: 'ru' });
      await open('/');
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await page.locator('html').getAttribute('lang')).toBe('ru');
      await page.getByRole('link', { name: 'English' }).click();
      await page
        .getByRole('heading', { name: 'A house meeting that anyone can recount', level: 1 })
        .waitFor();
      await page.getByRole('complementary', { name: 'Demonstration.' }).waitFor();
      await page.getByRole('link', { name: 'Двор, лифт и камеры' }).waitFor();
    });

    it.each([
      ['Owner', '/home'],
      ['Co-owner', '/home'],
      ['Officer of the city', '/home'],
      ['Chair', '/buildings/'],
      ['Counting commission', '/buildings/'],
      ['Auditor', '/buildings/'],
      ['Operator of the service', '/operator'],
    ])('lets one in as %s with one tap', async (role, path) => {
      const { page, open } = await come({ viewport: PHONE });
      await open('/');
      await page.getByRole('button', { name: new RegExp(`^${role}`) }).click();
      await page.waitForURL((url) => url.pathname.startsWith(path));
      expect(await seen(page.getByRole('heading', { level: 1 }))).toBe(true);
    });

    it('shows an owner the meeting that waits for the vote', async () => {
      const { page, open } = await come({ viewport: PHONE });
      await open('/');
      await page.getByRole('button', { name: /^Owner/ }).click();
      await page
        .getByRole('region', { name: 'Waiting for your vote' })
        .getByRole('link', { name: 'Vote' })
        .click();
      expect(await seen(page.getByRole('heading', { name: 'Your vote', level: 1 }))).toBe(true);
    });
  });

  describe('the operator', () => {
    it('adds a building and names its chair', async () => {
      const { page, open } = await come();
      await open('/');
      await page.getByRole('button', { name: /^Operator of the service/ }).click();
      await page.waitForURL('**/operator');
      await page.getByLabel('Address').fill('ул. Вечевая, д. 12');
      await page.getByRole('textbox', { name: 'City' }).fill('Вечевой');
      await page.getByLabel('Total area of the premises, m²').fill('300');
      await page.getByRole('button', { name: 'Add the building' }).click();
      await page.waitForURL('**/buildings/*');
      building = new URL(page.url()).pathname.split('/')[2]!;
      await page.getByRole('link', { name: 'Who does what' }).click();
      await page.getByRole('radio', { name: /^chair/ }).check();
      await page.getByLabel('Name').fill('Председатель Пётр');
      await page.getByLabel('Phone or e-mail').fill(CHAIR);
      await page.getByRole('button', { name: 'Give the role' }).click();
      expect(await seen(page.getByText('Председатель Пётр now has the role: chair.'))).toBe(true);
    });

    it('imports a list of houses with dirty values and reads what became of each', async () => {
      const { page, open } = await come();
      await open('/');
      await page.getByRole('button', { name: /^Operator of the service/ }).click();
      await page.getByLabel('File with the list').setInputFiles(csv('houses.csv', HOUSES));
      await page.getByRole('heading', { name: 'Report on the last import' }).waitFor();
      const factOf = (name: string) => page.locator('dl > div').filter({ hasText: name }).innerText();
      expect(await factOf('Rows in the file')).toMatch(/\b5$/);
      expect(await factOf('Houses taken')).toMatch(/\b3$/);
      const leftOut = page.getByRole('table', { name: 'What was left out' });
      await leftOut.getByText('The row has no address.').waitFor();
      await page.getByText(/^A year of construction was impossible and was left empty\.?: 1$/).click();
      await page.getByRole('rowheader', { name: '2967' }).waitFor();
      await page.getByRole('link', { name: 'See the houses' }).click();
      await page.getByRole('heading', { name: 'Registry of houses', level: 1 }).waitFor();
      await page.getByText('г. Вечевой, ул. Соборная, д. 7', { exact: true }).waitFor();
    });

    it.runIf(existsSync(CITY_LIST))('imports the registry of a whole city', async () => {
      const { page, open } = await come();
      await open('/');
      await page.getByRole('button', { name: /^Operator of the service/ }).click();
      await page.getByLabel('File with the list').setInputFiles(CITY_LIST);
      await page.getByText('houses_vladivostok_2016-12-24.csv.gz').first().waitFor();
      await page.getByRole('link', { name: 'See the houses' }).click();
      await page.getByRole('heading', { name: 'Registry of houses' }).waitFor();
      expect(await seen(page.getByText(/^[34],[0-9]{3} houses found\.$/))).toBe(true);
    });
  });

  describe('the chair with a register', () => {
    it('is told row, column and expectation of what cannot be read, and nothing is imported', async () => {
      const visitor = await come();
      await signIn(visitor, CHAIR, `/buildings/${building}`);
      const { page, open } = visitor;
      await page.getByRole('link', { name: 'Import the owners’ register' }).click();
      await page.getByLabel('File of the register').setInputFiles(csv('owners.csv', BROKEN_REGISTER));
      await page.getByRole('heading', { name: 'What each column means', level: 1 }).waitFor();
      await page.getByRole('region', { name: 'The first rows of the file' }).getByText('P1').waitFor();
      await page.getByRole('button', { name: 'Check' }).click();
      await page.getByText('2 errors: the register cannot be taken yet').waitFor();
      const share = page.getByRole('row').filter({ hasText: 'row 3, Share' });
      expect(await share.innerText()).toContain('1/0');
      const area = page.getByRole('row').filter({ hasText: 'row 5, Area m2' });
      expect(await area.innerText()).toContain(
        'The area “forty” cannot be read. It takes a number of square metres, for example 54.3.',
      );
      expect(await page.getByRole('button', { name: 'Take the register into use' }).count()).toBe(0);
      await page.getByRole('link', { name: 'Upload the mended file' }).waitFor();
      await open(`/buildings/${building}/register`);
      await page.getByText('The register is empty so far').waitFor();
    });

    it('is told at once that a file is no table', async () => {
      const visitor = await come();
      await signIn(visitor, CHAIR, `/buildings/${building}/register/import`);
      const { page } = visitor;
      await page
        .getByLabel('File of the register')
        .setInputFiles({ name: 'owners.xlsx', mimeType: 'application/zip', buffer: Buffer.from('no book') });
      expect(await seen(page.getByText(/^The file cannot be read\./))).toBe(true);
    });

    it('takes the mended CSV into use after a report in which the shares add up', async () => {
      const visitor = await come();
      await signIn(visitor, CHAIR, `/buildings/${building}/register/import`);
      const { page, open } = visitor;
      await page.getByLabel('File of the register').setInputFiles(csv('owners.csv', REGISTER));
      await page.getByRole('button', { name: 'Check' }).click();
      await page.getByText('The area by the register is exactly that of the building.').first().waitFor();
      await page.getByText('The owner of premises 4 is unknown. Its area stays in the total.').waitFor();
      // A reload loses nothing: the file and the chosen columns are kept.
      await page.reload();
      await untilAlive(page);
      await page.getByRole('button', { name: 'Take the register into use' }).click();
      await page.getByRole('heading', { name: 'The register is in use', level: 1 }).waitFor();
      await page.getByText('Taken: 6 premises, 5 owners, 300.00 m²').waitFor();
      await open(`/buildings/${building}/register`);
      const row = page.getByRole('row').filter({ hasText: 'Белова Вера Ильинична' });
      expect(await row.innerText()).toContain('share 2/3');
    });

    it('imports a spreadsheet of 600 owners', async () => {
      const operator = (await enter(origin, 'operator@example.org')).call;
      const { sheet, mapping, buildingAreaCm2 } = sampleRegister({ owners: 600, seed: 7 });
      const large = await operator(createBuilding, {
        body: {
          address: 'ул. Большая, д. 1',
          city: 'Вечевой',
          timeZone: 'Europe/Moscow',
          areaCm2: buildingAreaCm2,
        },
      });
      await operator(grantRole, {
        params: { building: large.id },
        body: { contact: CHAIR, name: 'Председатель Пётр', role: 'chair' },
      });
      // Nobody of it may be taken for somebody of another building.
      const rows = sheet.rows.map((row) =>
        row.map((cell, column) =>
          column === mapping.email
            ? cell.replace(/@.*$/, '@bolshaya.example')
            : column === mapping.phone || column === mapping.taxNumber
              ? ''
              : cell,
        ),
      );
      const book = await writeExcelFile(
        [sheet.header, ...rows].map((row) => row.map((value) => ({ value }))),
      ).toBuffer();

      const visitor = await come();
      await signIn(visitor, CHAIR, `/buildings/${large.id}/register/import`);
      const { page } = visitor;
      await page.getByLabel('File of the register').setInputFiles({
        name: 'owners.xlsx',
        mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        buffer: Buffer.from(book),
      });
      await page.getByRole('button', { name: 'Check' }).click();
      await page.getByRole('button', { name: 'Take the register into use' }).click();
      expect(await seen(page.getByText(/^Taken: [0-9,]+ premises, 600 owners, [0-9,.]+\s+m²$/))).toBe(true);
    });
  });

  describe('the firm and the city', () => {
    it('vote by people: the chair records the head of the one and an officer of the other', async () => {
      const { call } = await enter(origin, CHAIR);
      const organisations = new Map([
        ['city@vechevaya.example', 'Администрация города Вечевой'],
        ['mayak@vechevaya.example', 'ООО «Маяк»'],
      ]);
      expect(await nameHeads(call, building, organisations)).toEqual([
        'head-of-city@vechevaya.example',
        'head-of-mayak@vechevaya.example',
      ]);
      await awaitMessage(origin, 'mayak@vechevaya.example', ({ text }) =>
        text.includes('Head of ООО «Маяк»'),
      );
    });
  });

  describe('calling the meeting', () => {
    it('takes five short pages, saved at each', async () => {
      const visitor = await come();
      await signIn(visitor, CHAIR, `/buildings/${building}`);
      const { page } = visitor;
      await page.getByRole('link', { name: 'Call a meeting' }).click();
      await page.getByRole('heading', { name: 'Call a meeting: What and how', level: 1 }).waitFor();

      const goOn = () => page.getByRole('button', { name: 'Save and go on' }).click();
      await goOn();
      await page.getByText('The title needs 3 to 200 characters.').waitFor();
      await page.getByLabel('Title of the meeting').fill(TITLE);
      await goOn();

      await page.getByRole('heading', { name: 'Call a meeting: Agenda', level: 1 }).waitFor();
      for (const [i, { text, rule }] of ITEMS.entries()) {
        if (i > 0) await page.getByRole('button', { name: 'Add an item' }).click();
        const item = page.getByRole('group', { name: `Item ${i + 1}` });
        await item.getByLabel('Wording put to the vote').fill(text);
        await item.getByRole('radio', { name: rule }).check();
      }
      // What is typed survives a reload before it was saved.
      await page.reload();
      await untilAlive(page);
      const second = page.getByRole('group', { name: 'Item 2' });
      expect(await second.getByLabel('Wording put to the vote').inputValue()).toBe(ITEMS[1].text);
      await goOn();

      await page.getByRole('heading', { name: 'Call a meeting: Dates', level: 1 }).waitFor();
      await page.getByText('Owners get 10 clear days of notice.').waitFor();
      await goOn();

      await page.getByRole('heading', { name: 'Call a meeting: Materials', level: 1 }).waitFor();
      await goOn();

      await page.getByRole('heading', { name: 'Call a meeting: Review and call', level: 1 }).waitFor();
      const notice = page.getByRole('article', { name: TITLE });
      for (const { text } of ITEMS) await notice.getByText(text).waitFor();
      await page.getByRole('button', { name: 'Call the meeting' }).click();
      await page.waitForURL(/\/meetings\/[^/]+$/);
      await page.getByText('Announced', { exact: true }).waitFor();
      place = { building, meeting: new URL(page.url()).pathname.split('/').at(-1)! };
    });

    it('tells every owner by e-mail and SMS, to be read in the outbox', async () => {
      const { page, open } = await come();
      await awaitMessage(origin, ANNA.email, ({ text }) => text.includes(TITLE));
      await open(`/outbox?to=${encodeURIComponent(ANNA.email)}`);
      await page.getByText(`E-mail · ${ANNA.email}`).first().waitFor();
      await page
        .getByRole('link', { name: `${origin}${meetingPath()}` })
        .first()
        .waitFor();
      await awaitMessage(origin, ANNA.phone, ({ text }) => text.includes(`/m/${place.meeting}`));
      await open(`/outbox?to=${encodeURIComponent(ANNA.phone)}`);
      expect(await seen(page.getByText(`SMS · ${ANNA.phone}`))).toBe(true);
      for (const name of ['boris', 'vera', 'city', 'mayak'])
        await awaitMessage(origin, `${name}@vechevaya.example`, ({ text }) => text.includes(meetingPath()));
    });

    it('opens by itself at the announced time', async () => {
      const { page, open } = await come();
      await open('/outbox');
      await page.getByRole('button', { name: 'Ten days on' }).click();
      await page.getByText(/^Done: it is now /).waitFor();
      for (const _ of [1, 2]) {
        await page.getByRole('button', { name: 'One day on' }).click();
        await page.waitForFunction(() => document.querySelectorAll('[aria-busy]').length === 0);
      }
      await expect.poll(stateNow, { timeout: 20_000 }).toBe('open');
      await open(meetingPath());
      await page.getByText('Voting is open', { exact: true }).waitFor();
      await page.getByText('0.00 m² of 300.00 m² took part: 0.00%.').first().waitFor();
      await page.getByText('How people vote is shown to nobody before the close.').waitFor();
    });
  });

  describe('an owner on a phone', () => {
    it('goes from the SMS to a receipt that holds outside, and changes the vote', async () => {
      const visitor = await come({ viewport: PHONE });
      const { page, open } = visitor;
      const votePath = `${meetingPath()}/vote`;
      const sms = await awaitMessage(origin, ANNA.phone, ({ text }) => text.includes(votePath));
      expect(sms.channel).toBe('sms');
      await open(/https?:\/\/\S+\/vote/.exec(sms.text)![0]);
      await typeSignIn(visitor, ANNA.phone);
      await page.getByRole('heading', { name: 'Your vote', level: 1 }).waitFor();
      await page.getByText('You hold 63.25 m² of 300.00 m²: 21.08% of all votes.').waitFor();
      await page.locator('summary', { hasText: 'What you vote with' }).click();
      await page
        .getByRole('row')
        .filter({ hasText: 'Parking place P1' })
        .getByText('13.25')
        .first()
        .waitFor();

      await mark(page, ['For', 'For', 'For']);
      // What was marked survives a reload.
      await page.reload();
      await untilAlive(page);
      await page.getByText('3 of 3 marked').waitFor();
      await review(page);
      await page.getByText('This is what will be recorded, with 63.25 m² of votes (21.08%).').waitFor();
      await confirm(page);
      records.push(await recordNumber(page));

      const file = await downloadBy(page, () =>
        page.getByRole('button', { name: 'Save the receipt file' }).click(),
      );
      expect(file.name).toMatch(/\.tlog-proof$/);
      const vkey = (await (await fetch(`${origin}/log/v1/vkey`)).text()).trim();
      receiptFile = file.bytes.toString('utf8');
      const receipt = checkKeptReceipt(receiptFile, parseVerifierKey(vkey));
      expect(receipt.index).toBe(records[0]);
      expect(receipt.payload).toMatchObject({ meeting: place.meeting });
      await page.getByText(/independent witnesses have confirmed the journal with your record/).waitFor();
      for (const word of [/Merkle/i, /\bhash/i])
        expect(await page.getByText(word).filter({ visible: true }).count()).toBe(0);

      // Participation may be told two seconds late.
      await expect
        .poll(async () => (await server.call(getMeeting, { params: place })).turnout?.areaParticipants, {
          timeout: 10_000,
        })
        .toBe('632500');
      await page.getByRole('link', { name: 'Back to the meeting' }).click();
      await page
        .getByText('63.25 m² of 300.00 m² took part: 21.08%. That is 1 owner of 6.')
        .first()
        .waitFor();
      await page.getByRole('link', { name: 'Change my vote' }).click();
      await page.getByText('You have voted already.').waitFor();
      records.push(await castOn(page, ['For', 'Against', 'For']));
      expect(records[1]).toBeGreaterThan(records[0]!);

      await open(`${meetingPath()}/receipts`);
      const first = page.getByText(new RegExp(`record ${records[0]}\\b`, 'i'));
      await first.waitFor();
      expect(await page.getByText('Counts', { exact: true }).count()).toBe(1);
      await page.getByText('(this device)').waitFor();
    });

    it('is told by another channel that a device was connected', async () => {
      expect(
        await awaitMessage(origin, ANNA.email, ({ text }) => text.includes(`${meetingPath()}/receipts`)),
      ).toBeDefined();
    });

    it('has a key that the browser gives to nobody', async () => {
      const visitor = await come({ viewport: PHONE });
      await signIn(visitor, 'vera@vechevaya.example', `${meetingPath()}/vote`);
      await castOn(visitor.page, ['For', 'For', 'For']);
      const secrets = await visitor.page.evaluate(async () => {
        const found: { extractable: boolean; usages: string[] }[] = [];
        for (const { name } of await indexedDB.databases()) {
          const db = await new Promise<IDBDatabase>((done, failed) => {
            const request = indexedDB.open(name!);
            request.addEventListener('success', () => done(request.result));
            request.addEventListener('error', () => failed(request.error!));
          });
          const keys = await new Promise<{ secret: { key?: CryptoKey } }[]>((done, failed) => {
            const request = db.transaction('keys').objectStore('keys').getAll();
            request.addEventListener('success', () => done(request.result));
            request.addEventListener('error', () => failed(request.error!));
          });
          for (const { secret } of keys)
            found.push({
              extractable: secret.key?.extractable ?? true,
              usages: [...(secret.key?.usages ?? [])],
            });
          db.close();
        }
        return found;
      });
      expect(secrets).toEqual([{ extractable: false, usages: ['sign'] }]);
    });

    it('reads and votes in Russian just as well', async () => {
      const visitor = await come({ viewport: PHONE, locale: 'ru' });
      await signIn(visitor, 'head-of-mayak@vechevaya.example', `${meetingPath()}/vote`);
      const { page } = visitor;
      await page.getByRole('heading', { name: 'Ваш голос', level: 1 }).waitFor();
      for (const group of await page
        .getByRole('group')
        .filter({ has: page.getByRole('radio') })
        .all())
        await group.getByRole('radio', { name: 'За', exact: true }).check();
      await page.getByRole('button', { name: 'Проверить' }).click();
      await page.getByRole('button', { name: /^Подтвер/ }).click();
      expect(await seen(page.getByText(/журнал.*запись.*\d/i))).toBe(true);
    });
  });

  describe('the close', () => {
    it('is refused before its time, even to the chair', async () => {
      const city = await enter(origin, 'head-of-city@vechevaya.example');
      const device = await prepareDevice(city, place, 'program');
      const items = (await city.call(getMeeting, { params: place })).items.map(({ id }) => id);
      const choices: readonly Choice[] = ['against', 'abstain', 'for'];
      await cast(device, signBallot(device, Object.fromEntries(items.map((id, i) => [id, choices[i]!]))));
      const visitor = await come();
      await signIn(visitor, CHAIR, meetingPath());
      await visitor.page.getByText('Voting is open', { exact: true }).waitFor();
      expect(await visitor.page.getByRole('button', { name: 'Close and count' }).count()).toBe(0);
      const missing = visitor.page.getByRole('region', { name: 'Who has not voted yet' });
      await missing.getByText('Entrance 1: 1 left').click();
      await missing.getByText('Белов Борис Ильич').waitFor();
    });

    it('counts, and shows the arithmetic that a person can redo on paper', async () => {
      const visitor = await come();
      await signIn(visitor, CHAIR, '/outbox');
      const { page, open } = visitor;
      await page.getByRole('button', { name: 'Ten days on' }).click();
      await page.getByText(/^Done: it is now /).waitFor();
      await open(meetingPath());
      await page.getByRole('button', { name: 'Close and count' }).click();
      await page.getByRole('link', { name: 'See the result' }).click();
      await page.getByRole('heading', { name: 'Result', level: 1 }).waitFor();
      await page.getByText('2 items passed of 3.').waitFor();
      await page.getByText('Took part: 234.83 m² of 300.00 m², 78.28%.').waitFor();

      const verdicts = page.getByRole('region', { name: 'Verdicts' }).getByRole('listitem');
      expect(await verdicts.allInnerTexts()).toEqual([
        expect.stringMatching(/^1\. Repair[^]*\nPassed$/),
        expect.stringMatching(/^2\. Give[^]*\nNot passed$/),
        expect.stringMatching(/^3\. Let[^]*\nPassed$/),
      ]);
      // A flat of 60.5 m² by two thirds is 40 1/3 m²: with the lighthouse 131 7/12, and the line is at 150.
      expect(
        await page
          .getByRole('img', { name: /^For: 43\.86%, against: 21\.08%, abstained: 13\.33% of all votes/ })
          .count(),
      ).toBe(1);
      const arithmetic = page.getByRole('group').filter({ hasText: 'Outcome: the decision is not taken.' });
      await arithmetic.locator('summary').first().click();
      const lines = await arithmetic.innerText();
      expect(lines).toMatch(/131\.58/);
      expect(lines).toMatch(/150/);
      expect(lines).toMatch(/18\.42/);
      await page.getByText(/^Line: more than 150\.00\sm² /).waitFor();
    });

    it('gives minutes as a PDF whose text can be read and searched', async () => {
      const { page, open } = await come();
      await open(`${meetingPath()}/result`);
      const href = await page.getByRole('link', { name: 'Minutes (PDF)' }).getAttribute('href');
      const answer = await page.request.get(new URL(href!, origin).href);
      expect(answer.headers()['content-type']).toBe('application/pdf');
      const pdf = await getDocumentProxy(new Uint8Array(await answer.body()));
      const { text } = await extractText(pdf, { mergePages: true });
      const plain = text.replace(/\s+/g, ' ');
      for (const { text: wording } of ITEMS) expect(plain).toContain(wording);
      expect(plain).toContain('ул. Вечевая, д. 12');
      expect(plain).toContain('Minutes no. 1 of the general meeting of owners');
      // 131 7/12 m² are 18 5/12 short of the half: exactly, for whoever does it again on paper.
      expect(plain).toContain('(exactly −221/12 m²)');
      // The names of owners stand in annexes that only the chair and the commission hold.
      expect(plain).not.toContain('Орлова');
    });

    it('tells the owners the result', async () => {
      await awaitMessage(origin, ANNA.email, ({ text }) => text.includes(`${meetingPath()}/result`));
      expect((await messagesTo(origin, ANNA.phone)).some(({ text }) => text.includes('/result'))).toBe(true);
    });
  });

  describe('a stranger', () => {
    it('finds that everything checks, two taps from the first page of the meeting', async () => {
      const { page, open } = await come({ viewport: PHONE });
      await open(meetingPath());
      await page.getByRole('link', { name: 'Check this meeting' }).click();
      await page.getByText('Everything checks', { exact: true }).waitFor();
      const steps = page.getByRole('listitem').filter({ hasText: 'The recount gives the same sums' });
      expect(await steps.innerText()).toContain('checked');
      await page.getByText('This device has not seen the journal before.').waitFor();
      // The second time it is also checked that the journal only grew.
      await page.getByRole('button', { name: 'Check again' }).click();
      await page.getByText('Everything checks', { exact: true }).waitFor();
      const grown = page.getByRole('listitem').filter({ hasText: 'The journal only grew' });
      expect(await grown.innerText()).toMatch(/checked$/);
    });

    it.each([
      [
        'a choice in the meeting’s file',
        '**/bundle*',
        /"against"/,
        '"abstain"',
        'Agenda and votes are the very ones that were recorded',
      ],
      [
        'a record of the journal',
        '**/log/v1/tile/entries/**',
        /"voter":"[^"]/,
        '"voter":"~',
        'Every record of the meeting is in the journal',
      ],
      [
        'the signed head of the journal',
        '**/log/v1/checkpoint',
        /\n([0-9]+)\n/,
        '\n1\n',
        'The public journal is signed by its keeper',
      ],
    ])('is told what is broken when somebody changed %s', async (_, url, found, changed, step) => {
      const { page, context, open } = await come();
      let touched = 0;
      await context.route(url, async (route) => {
        const answer = await route.fetch();
        const bytes = (await answer.body()).toString('latin1');
        if (found.test(bytes)) touched++;
        await route.fulfill({ response: answer, body: Buffer.from(bytes.replace(found, changed), 'latin1') });
      });
      await open(`${meetingPath()}/verify`);
      await page.getByText('Something is broken').waitFor();
      expect(touched).toBeGreaterThan(0);
      await page.getByText(`The check stopped at: “${step}”.`).waitFor();
      expect(await page.getByText('Everything checks').count()).toBe(0);
    });

    it('drops a voter’s receipt and a meeting’s file on the page and sees them check', async () => {
      const { page, open } = await come({ viewport: PHONE });
      await open(`${meetingPath()}/result`);
      const bundle = await downloadBy(page, () =>
        page.getByRole('link', { name: 'The meeting’s file for checking' }).click(),
      );
      await open('/verify');
      const drop = page.getByLabel('Check files you were given');
      await drop.setInputFiles({ name: 'meeting.jsonl', mimeType: 'text/plain', buffer: bundle.bytes });
      await page.getByText('Everything checks', { exact: true }).waitFor();
      await drop.setInputFiles({ name: 'x', mimeType: 'text/plain', buffer: Buffer.from('something else') });
      await page.getByText('This is neither a meeting’s file nor a receipt.').waitFor();
      await drop.setInputFiles({ name: 'r', mimeType: 'text/plain', buffer: Buffer.from(receiptFile) });
      await page.getByText('The receipt is genuine', { exact: true }).waitFor();
      await page.getByText(`Record ${records[0]} is the very one in the receipt.`).waitFor();
      const forged = receiptFile.replace(
        /\n(index )([0-9]+)\n/,
        (_, word, index) => `\n${word}${Number(index) + 1}\n`,
      );
      expect(forged).not.toBe(receiptFile);
      await drop.setInputFiles({ name: 'r', mimeType: 'text/plain', buffer: Buffer.from(forged) });
      await page.getByText('The receipt did not pass the check', { exact: true }).waitFor();
    });
  });
});
