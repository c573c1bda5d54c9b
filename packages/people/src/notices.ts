// Turns notices into messages, in the language of each person, by every channel the person has and in the person's own
// pages. The texts are the modules'; nothing is sent here: messages are queued in the transaction of the act.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@veche/core/clock.ts';
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import type { RandomBytes } from '@veche/core/random.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import type { Notice, NoticePort } from '@veche/module-kit/module.ts';
import { findQuietEnd } from './domain/quiet-hours.ts';
import { ensureStopTokens } from './message-inbox.ts';
import { findPlaces, findReachable, insertMessages, type Channel, type NewMessage } from './message-store.ts';

export type NoticeOptions = {
  /** Over the catalogs of all modules. */
  readonly translate: Readonly<Record<Locale, Translate>>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** The public address of the installation, without a trailing slash. */
  readonly webOrigin: string;
};

/** So many are queued by one statement. */
const NOTICES_AT_ONCE = 2_000;
/** So many are put into words in one go: while a large building is told, others are answered in between. */
const WORDS_AT_ONCE = 200;

/**
 * The notice port of the house. Beside a notice's own values its texts may use `name` (of the person), `address` (of the
 * building, when the notice names one), `origin` (of the installation) and, in an optional notice, `stop` (the link that
 * ends such messages). A person without a contact finds it in their pages alone.
 * @throws RangeError: from `send`, when a text is missing; the act then rolls back.
 */
export function createNotices({ translate: languages, clock, random, webOrigin }: NoticeOptions): NoticePort {
  /** @param notices - few enough for one statement */
  const queue = async (tx: Tx, notices: readonly Notice[], now: Date): Promise<void> => {
    const reachable = await findReachable(
      tx,
      notices.map(({ personId }) => personId),
    );
    const people = new Map(reachable.map((person) => [person.id, person]));
    const places = await findPlaces(
      tx,
      notices.flatMap(({ buildingId }) => (buildingId ? [buildingId] : [])),
    );
    const wanted = notices.filter(({ personId, optional }) => !optional || people.get(personId)?.reminders);
    const stops = await ensureStopTokens(
      tx,
      wanted.flatMap(({ personId, optional }) => (optional ? [personId] : [])),
      random,
    );
    const queued: NewMessage[] = [];
    for (const [position, notice] of wanted.entries()) {
      if (position % WORDS_AT_ONCE === WORDS_AT_ONCE - 1) await nextTurn();
      const { personId, template, buildingId, channels } = notice;
      const person = people.get(personId);
      if (!person) throw new RangeError('notice to a person who does not exist');
      const translate = languages[person.locale];
      const place = buildingId === undefined ? undefined : places.get(buildingId);
      const stop = notice.optional ? stops.get(personId) : undefined;
      const facts = {
        name: person.name,
        origin: webOrigin,
        ...(place ? { address: place.address } : {}),
        ...(stop ? { stop: `${webOrigin}/stop/${stop}` } : {}),
        ...valuesIn(person.locale, notice.values),
      };
      const put = (channel: Channel, recipient: string | null, subject: string, text: string): void => {
        if (recipient === null || (channels && !channels.includes(channel))) return;
        const mayWait = channel === 'sms' && !notice.urgent && place !== undefined;
        queued.push({
          template,
          personId,
          buildingId: buildingId ?? null,
          about: notice.about ?? null,
          onceKey: notice.once === undefined ? null : `${notice.once}/${personId}/${channel}`,
          channel,
          recipient,
          subject: subject && translate(subject, facts),
          text: translate(text, facts),
          mayWait,
          notBefore: mayWait ? findQuietEnd(now, place.timeZone) : null,
        });
      };
      put('app', '', `${template}.subject`, `${template}.text`);
      put('email', person.email, `${template}.subject`, `${template}.text`);
      put('sms', person.phone, '', `${template}.sms`);
    }
    await insertMessages(tx, queued, now);
  };

  return {
    send: async (tx, notices) => {
      const now = clock.now();
      for (let from = 0; from < notices.length; from += NOTICES_AT_ONCE)
        await queue(tx, notices.slice(from, from + NOTICES_AT_ONCE), now);
    },
  };
}

/** The values as the reader's texts take them. */
function valuesIn(locale: Locale, values: Notice['values'] = {}): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'object' ? value[locale] : value]),
  );
}
