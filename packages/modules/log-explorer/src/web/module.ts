// The pages of the public log: for everybody, for auditors, and for those who run it.
import type { WebModule } from '@veche/module-kit/web/module.ts';

export const log: WebModule = {
  name: 'log',
  nav: [{ href: '/operator/log', label: 'shell.nav.operatorLog', for: 'operator' }],
  pages: ['/log', '/audit', '/operator/log'],
  messages: {
    ru: () => import('./messages/ru.json').then((file) => file.default),
    en: () => import('./messages/en.json').then((file) => file.default),
  },
};
