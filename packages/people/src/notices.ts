// Turns notices into messages, in the language of each person, by every channel the person has.
// The texts are the modules'; nothing is sent here: messages are queued in the transaction of the act.
import type { Clock } from '@veche/core/clock.ts';
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import type { Notice, NoticePort } from '@veche/module-kit/module.ts';
import { findAddresses, findReachable, insertMessages, type NewMessage } from './message-store.ts';

export type NoticeOptions = {
  /** Over the catalogs of all modules. */
  readonly translate: Readonly<Record<Locale, Translate>>;
  readonly clock: Clock;
  /** The public address of the installation, without a trailing slash. */
  readonly webOrigin: string;
};

/**
 * The notice port of the house. Beside a notice's own values its texts may use `name` (of the person), `address` (of the
 * building, when the notice names one) and `origin` (of the installation). A person without a contact is passed over:
 * who was told is counted from the messages.
 * @throws RangeError: from `send`, when a text is missing; the act then rolls back.
 */
export function createNotices(options: NoticeOptions): NoticePort {
  return {
    send: async (tx, notices) => {
      if (notices.length === 0) return;
      const people = new Map(
        (
          await findReachable(
            tx,
            notices.map(({ personId }) => personId),
          )
        ).map((person) => [person.id, person]),
      );
      const addresses = await findAddresses(
        tx,
        notices.flatMap(({ buildingId }) => (buildingId ? [buildingId] : [])),
      );
      const queued: NewMessage[] = [];
      for (const { personId, template, values, buildingId } of notices) {
        const person = people.get(personId);
        if (!person) throw new RangeError('notice to a person who does not exist');
        const translate = options.translate[person.locale];
        const address = buildingId && addresses.get(buildingId);
        const facts = {
          name: person.name,
          origin: options.webOrigin,
          ...(address ? { address } : {}),
          ...valuesIn(person.locale, values),
        };
        const about = { template, personId, buildingId: buildingId ?? null };
        if (person.email)
          queued.push({
            ...about,
            channel: 'email',
            recipient: person.email,
            subject: translate(`${template}.subject`, facts),
            text: translate(`${template}.text`, facts),
          });
        if (person.phone)
          queued.push({
            ...about,
            channel: 'sms',
            recipient: person.phone,
            subject: '',
            text: translate(`${template}.sms`, facts),
          });
      }
      await insertMessages(tx, queued, options.clock.now());
    },
  };
}

/** The values as the reader's texts take them. */
function valuesIn(locale: Locale, values: Notice['values'] = {}): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'object' ? value[locale] : value]),
  );
}
