// The story itself, as a function: the shell command, the end-to-end tests and the benches hold their meetings by it.
import {
  callMeeting,
  closeMeeting,
  draftMeeting,
  getBundle,
  getMeeting,
  getMinutes,
  getResult,
  listRules,
} from '@veche/meetings/contract.ts';
import { getPreflight } from '@veche/meetings/calling/contract.ts';
import { createCall, type Call } from '@veche/module-kit/client.ts';
import {
  applyRegister,
  checkRegister,
  createBuilding,
  getDemo,
  grantRole,
  moveDemoClock,
  readRegister,
  uploadRegister,
} from '@veche/people/contract.ts';
import { grantRepresentation } from '@veche/people/register/contract.ts';
import { formatCsv, sampleRegister } from '@veche/people/domain/register-sample.ts';
import { cast, enter, prepareDevice, signBallot, type Choice, type Device, type Place } from './holder.ts';

export type StoryOptions = {
  readonly origin: string;
  readonly owners: number;
  readonly items: number;
  /** Owners acting at the same moment. */
  readonly inFlight: number;
  readonly seed: number;
  readonly say: (text: string) => void;
  readonly keepReceipt?: (index: number, text: string) => Promise<void>;
  /** What else is to be in the register before the meeting is called. */
  readonly prepare?: (chair: Call, building: string) => Promise<void>;
};

/** A meeting that is open, with the people who may vote in it. */
export type OpenMeeting = {
  readonly place: Place;
  readonly chair: Call;
  readonly contacts: readonly string[];
  readonly itemIds: readonly string[];
  readonly closesAt: string;
};

/**
 * The sample register with mailboxes of this story only, and without what else would join its people with those of
 * another building of the installation.
 */
function inventRegister({ owners, seed }: StoryOptions, tag: string) {
  const { sheet, mapping, buildingAreaCm2 } = sampleRegister({ owners, seed });
  const rows = sheet.rows.map((row) =>
    row.map((cell, column) =>
      column === mapping.email
        ? cell.replace(/@.*$/, `@${tag}.example`)
        : column === mapping.phone || column === mapping.taxNumber
          ? ''
          : cell,
    ),
  );
  const nameOf = new Map(rows.map((row) => [row[mapping.email!]!, row[mapping.owner!]!]));
  nameOf.delete('');
  return { csv: formatCsv({ ...sheet, rows }), nameOf, areaCm2: buildingAreaCm2 };
}

/**
 * Firms and public bodies vote by people: the chair records the head or an officer of each.
 * @param nameOf - owners by their mailboxes
 * @returns the mailboxes of all who vote; in place of an organisation's `head-of-` that
 */
export async function nameHeads(
  chair: Call,
  building: string,
  nameOf: ReadonlyMap<string, string>,
): Promise<string[]> {
  const organisations = new Map<string, { id: string; kind: string }>();
  let after: string | undefined;
  do {
    const page = await chair(readRegister, {
      params: { building },
      query: after === undefined ? {} : { after },
    });
    for (const { owner } of page.premises.flatMap(({ titles }) => titles))
      if (owner && owner.kind !== 'natural') organisations.set(owner.name, owner);
    after = page.next ?? undefined;
  } while (after !== undefined);
  const contacts: string[] = [];
  for (const [contact, name] of nameOf) {
    const organisation = organisations.get(name);
    const email = organisation ? `head-of-${contact}` : contact;
    contacts.push(email);
    if (organisation)
      await chair(grantRepresentation, {
        params: { building },
        body: {
          principal: organisation.id,
          agent: { name: `Head of ${name}`, email },
          basis: organisation.kind === 'public' ? 'officer' : 'head',
          document: { number: '1' },
          from: '2020-01-01',
        },
      });
  }
  return contacts;
}

/** From an empty building to an open meeting. */
export async function openMeeting(options: StoryOptions): Promise<OpenMeeting> {
  const { origin, say } = options;
  const stranger = createCall(origin, fetch);
  const demo = await stranger(getDemo);
  if (!demo.demo) throw new Error('the story needs a demonstration: it reads one-time codes from the outbox');
  const tag = `${options.seed}-${Date.now().toString(36)}`;

  say('The operator adds a building and names its chair.');
  const { call: operator } = await enter(
    origin,
    demo.people.find(({ role }) => role === 'operator')!.contact,
  );
  const register = inventRegister(options, tag);
  const building = await operator(createBuilding, {
    body: {
      address: `ул. Примерная, д. ${tag}`,
      city: 'Казань',
      timeZone: 'Europe/Moscow',
      areaCm2: register.areaCm2,
    },
  });
  const chairContact = `chair@${tag}.example`;
  await operator(grantRole, {
    params: { building: building.id },
    body: { contact: chairContact, name: 'Story Chair', role: 'chair' },
  });

  say(`The chair imports a register of ${options.owners} owners.`);
  const { call: chair } = await enter(origin, chairContact);
  const uploaded = await chair(uploadRegister, {
    params: { building: building.id },
    query: { fileName: 'register.csv' },
    body: new TextEncoder().encode(register.csv),
    contentType: 'text/csv',
  });
  const inImport = { building: building.id, import: uploaded.id };
  const checked = await chair(checkRegister, { params: inImport, body: { mapping: uploaded.mapping } });
  if (checked.reconciliation!.errors > 0)
    throw new Error(JSON.stringify(checked.reconciliation!.findings.slice(0, 3)));
  await chair(applyRegister, { params: inImport });
  const contacts = await nameHeads(chair, building.id, register.nameOf);
  await options.prepare?.(chair, building.id);

  say(`The chair calls a meeting of ${options.items} items.`);
  const { rules } = await chair(listRules);
  const { now } = await stranger(getDemo);
  const opensAt = wholeSeconds(new Date(now).getTime() + 3000);
  const closesAt = wholeSeconds(new Date(now).getTime() + 7 * 86_400_000);
  const draft = await chair(draftMeeting, {
    params: { building: building.id },
    body: {
      title: `Meeting ${tag}`,
      opensAt,
      closesAt,
      items: Array.from({ length: options.items }, (_, i) => ({
        text: `Item ${i + 1}: shall the owners decide so?`,
        ruleId: rules[i % rules.length]!.rule.id,
        // For the rules that measure one entrance.
        entrance: '1',
      })),
    },
  });
  const place = { building: building.id, meeting: draft.id };
  await chair(callMeeting, { params: place, body: { overrides: await takeRisks(chair, place) } });
  const open = await until(chair, place, 'open');
  return { place, chair, contacts, itemIds: open.items.map(({ id }) => id), closesAt };
}

/** Every risk that the check finds in a draft, taken: a story has no ten days to wait. */
export async function takeRisks(chair: Call, place: Place) {
  const { findings } = await chair(getPreflight, { params: place });
  return findings
    .filter(({ severity }) => severity === 'risk')
    .map(({ code, item }) => ({ code, item, reason: 'An invented meeting, held in a hurry' }));
}

/** Every owner signs in and prepares a device. */
export async function prepareDevices(
  options: StoryOptions,
  { place, contacts }: OpenMeeting,
): Promise<Device[]> {
  return inParallel(contacts, options.inFlight, async (contact) =>
    prepareDevice(await enter(options.origin, contact), place, 'story'),
  );
}

/** The whole meeting. */
export async function holdMeeting(options: StoryOptions) {
  const { origin, say } = options;
  const began = performance.now();
  const meeting = await openMeeting(options);
  say(`Voting is open. ${meeting.contacts.length} owners sign in and make keys.`);
  const devices = await prepareDevices(options, meeting);

  say('They vote; every tenth changes their mind; every seventh stays away.');
  let receipts = 0;
  const votes = async (device: Device, owner: number, round: number) => {
    const choices = Object.fromEntries(meeting.itemIds.map((item, i) => [item, choiceOf(owner, i, round)]));
    const proof = await cast(device, signBallot(device, choices));
    await options.keepReceipt?.(receipts++, proof);
  };
  const votingBegan = performance.now();
  const voters = devices.map((device, owner) => ({ device, owner })).filter(({ owner }) => owner % 7 !== 6);
  await inParallel(voters, options.inFlight, async ({ device, owner }) => {
    await votes(device, owner, 0);
    if (owner % 10 === 0) await votes(device, owner, 1);
  });
  const votingSeconds = (performance.now() - votingBegan) / 1000;

  say('The clock of the demonstration is moved to the end of voting; the chair closes.');
  const { now } = await createCall(origin, fetch)(getDemo);
  const wait = Math.ceil((new Date(meeting.closesAt).getTime() - new Date(now).getTime()) / 1000) + 1;
  await createCall(origin, fetch)(moveDemoClock, { body: { advanceSeconds: Math.max(1, wait) } });
  await meeting.chair(closeMeeting, { params: meeting.place });
  await until(meeting.chair, meeting.place, 'closed');

  const stranger = createCall(origin, fetch);
  const [result, bundle, minutes, logKey] = await Promise.all([
    stranger(getResult, { params: meeting.place }),
    stranger(getBundle, { params: meeting.place }).then(bytesOf),
    stranger(getMinutes, { params: meeting.place }).then(bytesOf),
    fetch(`${origin}/log/v1/vkey`).then((answer) => answer.text()),
  ]);
  return {
    place: meeting.place,
    result,
    bundle,
    minutes,
    logKey: logKey.trim(),
    figures: {
      owners: meeting.contacts.length,
      items: meeting.itemIds.length,
      ballots: result.ballots.logged,
      receipts,
      votingSeconds,
      seconds: (performance.now() - began) / 1000,
    },
  };
}

/** A choice that differs by owner, item and round, mostly "for". */
function choiceOf(owner: number, item: number, round: number): Choice {
  const spread = (owner * 31 + item * 17 + round * 7) % 10;
  return spread < 7 ? 'for' : spread < 9 ? 'against' : 'abstain';
}

const wholeSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const bytesOf = async (answer: Response): Promise<Uint8Array> => new Uint8Array(await answer.arrayBuffer());

async function until(call: Call, place: Place, state: 'open' | 'closed') {
  for (;;) {
    const view = await call(getMeeting, { params: place });
    if (view.state === state) return view;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** Runs `act` over all items, `width` at a time; results in the items' order. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  act: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = Array.from({ length: items.length });
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(width, items.length) }, async () => {
      for (let i = next++; i < items.length; i = next++) results[i] = await act(items[i]!);
    }),
  );
  return results;
}
