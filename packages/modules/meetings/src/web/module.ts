// The pages of meetings in three parts, so that a voter's phone does not load the texts of the wizard or of the audit.
import type { Catalog } from '@veche/core/messages.ts';
import type { WebModule } from '@veche/module-kit/web/module.ts';

const shared: WebModule['messages'] = {
  ru: () => import('./messages/ru.json').then(({ default: catalog }) => catalog),
  en: () => import('./messages/en.json').then(({ default: catalog }) => catalog),
};
/** What follows a vote: on the page of the result and on that of the papers. */
const afterVote: WebModule['messages'] = {
  ru: () => import('./after/messages/ru.json').then((file) => file.default),
  en: () => import('./after/messages/en.json').then((file) => file.default),
};
const together = async (...catalogs: Promise<Catalog>[]): Promise<Catalog> =>
  Object.assign({}, ...(await Promise.all(catalogs))) as Catalog;

/** The wizard shows the notice in the very words that owners receive. */
const noticeTexts = (catalog: Catalog): Catalog =>
  Object.fromEntries(Object.entries(catalog).filter(([key]) => key.startsWith('meetings.notice.called.')));

/** Calling a meeting: the wizard. */
const calling: WebModule = {
  name: 'meetings.calling',
  nav: [],
  pages: ['/buildings/[building]/meetings/new', '/buildings/[building]/meetings/[meeting]/edit'],
  messages: {
    ru: () =>
      together(
        shared.ru(),
        import('./calling/messages/ru.json').then((file) => file.default),
        import('../messages/ru.json').then((file) => noticeTexts(file.default)),
      ),
    en: () =>
      together(
        shared.en(),
        import('./calling/messages/en.json').then((file) => file.default),
        import('../messages/en.json').then((file) => noticeTexts(file.default)),
      ),
  },
};

/** Result and audit. */
const checking: WebModule = {
  name: 'meetings.checking',
  nav: [{ href: '/verify', label: 'shell.nav.verify', for: 'everyone' }],
  pages: [
    '/buildings/[building]/meetings/[meeting]/result',
    '/buildings/[building]/meetings/[meeting]/verify',
    '/verify',
    '/check',
  ],
  messages: {
    ru: () =>
      together(
        shared.ru(),
        import('./checking/messages/ru.json').then((file) => file.default),
        afterVote.ru(),
      ),
    en: () =>
      together(
        shared.en(),
        import('./checking/messages/en.json').then((file) => file.default),
        afterVote.en(),
      ),
  },
};

/** The notice centre: who was told of the meeting. */
const telling: WebModule = {
  name: 'meetings.notices',
  nav: [],
  pages: ['/buildings/[building]/meetings/[meeting]/notices'],
  messages: {
    ru: () => import('./notice/messages/ru.json').then((file) => file.default),
    en: () => import('./notice/messages/en.json').then((file) => file.default),
  },
};

/** The library of decision rules. */
const ruling: WebModule = {
  name: 'meetings.rules',
  nav: [],
  pages: ['/rules', '/buildings/[building]/rules'],
  messages: {
    ru: () => import('./rules/messages/ru.json').then((file) => file.default),
    en: () => import('./rules/messages/en.json').then((file) => file.default),
  },
};

/** What follows the count: minutes, signatures, papers. */
const closing: WebModule = {
  name: 'meetings.closing',
  nav: [],
  pages: ['/buildings/[building]/meetings/[meeting]/closing'],
  messages: {
    ru: () =>
      together(
        shared.ru(),
        import('./closing/messages/ru.json').then((file) => file.default),
        afterVote.ru(),
      ),
    en: () =>
      together(
        shared.en(),
        import('./closing/messages/en.json').then((file) => file.default),
        afterVote.en(),
      ),
  },
};

/** The auditor's desk: it shows the steps of the check in the words of the check. */
const auditing: WebModule = {
  name: 'meetings.auditing',
  nav: [],
  pages: ['/buildings/[building]/meetings/[meeting]/audit'],
  messages: {
    ru: () =>
      together(
        shared.ru(),
        import('./checking/messages/ru.json').then((file) => file.default),
        import('./auditing/messages/ru.json').then((file) => file.default),
      ),
    en: () =>
      together(
        shared.en(),
        import('./checking/messages/en.json').then((file) => file.default),
        import('./auditing/messages/en.json').then((file) => file.default),
      ),
  },
};

/** What the house has decided so far. */
const deciding: WebModule = {
  name: 'meetings.decisions',
  nav: [],
  pages: ['/buildings/[building]/decisions'],
  messages: {
    ru: () => import('./decisions/messages/ru.json').then((file) => file.default),
    en: () => import('./decisions/messages/en.json').then((file) => file.default),
  },
};

/** The meeting, the ballot, the receipts. */
const voting: WebModule = {
  name: 'meetings',
  nav: [],
  pages: ['/buildings/[building]/meetings', '/m/[meeting]'],
  messages: shared,
};

/** Narrower routes first, since the first part that owns a route gives its texts. */
export const meetings: readonly WebModule[] = [
  calling,
  checking,
  closing,
  auditing,
  telling,
  deciding,
  ruling,
  voting,
];
