// The minutes as XML and as JSON, for an authority's program or another house's: the model, field by field.
// The form is held by docs/formats/minutes-1.xsd and docs/formats/minutes-1.schema.json; the same minutes give the same bytes.
import { encodeUtf8 } from '@veche/ledger/bytes.ts';
import { create } from 'xmlbuilder2';
import type { MinutesModel } from '../domain/minutes-model.ts';

export const MINUTES_NAMESPACE = 'urn:veche:minutes:1';

type Element = ReturnType<typeof create>;
type Figure = MinutesModel['base']['area'];

/** Control characters that XML cannot hold become U+FFFD; nothing else of a text is changed. */
export function renderMinutesXml(minutes: MinutesModel): Uint8Array {
  const { building, meeting, base, participation, ballots, journal } = minutes;
  const document = create({
    version: '1.0',
    encoding: 'UTF-8',
    defaultNamespace: { ele: MINUTES_NAMESPACE, att: null },
    invalidCharReplacement: '\ufffd',
  });
  const root = document.ele('minutes', {
    format: minutes.format,
    profile: minutes.profile,
    language: minutes.language,
    number: String(minutes.number),
    edition: String(minutes.edition),
  });
  put(root, 'drawnUpAt', minutes.drawnUpAt);

  const place = root.ele('building', { timeZone: building.timeZone });
  put(place, 'address', building.address);
  put(place, 'city', building.city);
  if (building.area) putFigure(place, 'area', building.area);

  const held = root.ele('meeting', {
    id: meeting.id,
    form: meeting.form,
    shortNotice: String(meeting.shortNotice),
    ...(meeting.kind ? { kind: meeting.kind } : {}),
    ...(meeting.convener ? { convener: meeting.convener } : {}),
  });
  put(held, 'title', meeting.title);
  for (const moment of ['calledAt', 'opensAt', 'closesAt', 'rollTakenAt', 'sealedAt'] as const)
    put(held, moment, meeting[moment]);
  put(held, 'page', meeting.page);
  if (meeting.gathering) held.ele('gathering', { at: meeting.gathering.at }).txt(meeting.gathering.place);
  if (minutes.initiator !== null) put(root, 'initiator', minutes.initiator);
  if (minutes.accepted) {
    const accepted = root.ele('accepted');
    for (const { stage, code, item, title, reason } of minutes.accepted) {
      const risk = accepted.ele('risk', { stage, code, ...(item === null ? {} : { item: String(item) }) });
      put(risk, 'title', title);
      put(risk, 'reason', reason);
    }
  }

  const roll = root.ele('base', {
    premises: String(base.premises),
    owners: String(base.owners),
    entitlements: String(base.entitlements),
  });
  putFigure(roll, 'area', base.area);
  const took = root.ele('participation', { quorum: minutes.quorum, owners: participation.owners });
  putFigure(took, 'area', participation.area);
  if (participation.percent) putFigure(took, 'percent', participation.percent);
  root.ele('ballots', {
    logged: String(ballots.logged),
    effective: String(ballots.effective),
    superseded: String(ballots.superseded),
    ...(ballots.late === null ? {} : { late: String(ballots.late) }),
    ...(ballots.carried === undefined ? {} : { carried: String(ballots.carried) }),
  });
  if (minutes.representation) {
    const representation = root.ele('representation');
    for (const { basis, ballots: cast, shares } of minutes.representation)
      representation.ele('by', { basis, ballots: String(cast), shares: String(shares) });
  }
  if (minutes.passed)
    root.ele('passed', { sale: minutes.passed.sale, shares: String(minutes.passed.shares) });

  const items = root.ele('items');
  for (const item of minutes.items) {
    const one = items.ele('item', {
      number: String(item.number),
      id: item.id,
      verdict: item.verdict,
      ...(item.round === undefined ? {} : { round: String(item.round) }),
      ...(item.effect ? { effect: item.effect } : {}),
      ...(item.tie ? { tie: item.tie } : {}),
      ...(item.followUp ? { followUp: item.followUp } : {}),
    });
    for (const speaker of item.heard) put(one, 'heard', speaker);
    put(one, 'proposed', item.text);
    if (item.explanation !== '') put(one, 'explanation', item.explanation);
    one
      .ele('rule', {
        id: item.rule.id,
        version: String(item.rule.version),
        confidence: item.rule.confidence,
        legalRef: item.rule.legalRef,
      })
      .txt(item.rule.name);
    for (const side of item.votes) {
      const votes = one.ele('votes', { side: side.side, owners: side.owners });
      putFigure(votes, 'area', side.area);
      if (side.ofParticipants) putFigure(votes, 'ofParticipants', side.ofParticipants);
      if (side.ofAll) putFigure(votes, 'ofAll', side.ofAll);
    }
    const arithmetic = one.ele('arithmetic');
    for (const line of item.arithmetic) put(arithmetic, 'line', line);
    put(one, 'decision', item.decision);
  }

  if (minutes.storage !== null) put(root, 'storage', minutes.storage);
  const annexes = root.ele('annexes');
  for (const annex of minutes.annexes)
    annexes
      .ele('annex', {
        number: String(annex.number),
        kind: annex.kind,
        fileName: annex.fileName,
        sha256: annex.sha256,
        bytes: String(annex.bytes),
        personal: String(annex.personal),
      })
      .txt(annex.title);
  const signatories = root.ele('signatories');
  for (const { role, name } of minutes.signatories)
    signatories.ele('signatory', name === null ? { role } : { role, name });

  const log = root.ele('journal', { key: journal.key });
  for (const { kind, index } of journal.records) log.ele('record', { kind, index: String(index) });
  if (journal.closing) {
    const closing = log.ele('closing', { size: String(journal.closing.size), at: journal.closing.at });
    for (const { name, at } of journal.closing.witnesses) closing.ele('witness', { name, at });
  }
  return encodeUtf8(`${document.end({ prettyPrint: true })}\n`);
}

export const renderMinutesJson = (minutes: MinutesModel): Uint8Array =>
  encodeUtf8(`${JSON.stringify(minutes, null, 2)}\n`);

const put = (parent: Element, name: string, text: string): void => void parent.ele(name).txt(text);

const putFigure = (parent: Element, name: string, { exact, decimal, rounded }: Figure): void =>
  void parent.ele(name, { exact, decimal, rounded: String(rounded) });
