// The pages of meetings: calling, voting, receipts, results, and checking it all.
import type { WebModule } from '@veche/module-kit/web/module.ts';

export const meetings: WebModule = {
  name: 'meetings',
  nav: [{ href: '/verify', label: 'shell.nav.verify', for: 'everyone' }],
  pages: ['/buildings/[building]/meetings', '/verify'],
  messages: {
    ru: () => import('./messages/ru.json').then(({ default: catalog }) => catalog),
    en: () => import('./messages/en.json').then(({ default: catalog }) => catalog),
  },
};
