// The pages of people, buildings and registers.
import type { WebModule } from '@veche/module-kit/web/module.ts';

export const people: WebModule = {
  name: 'people',
  nav: [
    { href: '/home', label: 'shell.nav.home', for: 'signed-in' },
    { href: '/operator', label: 'shell.nav.operator', for: 'operator' },
  ],
  pages: [
    '/sign-in',
    '/account',
    '/buildings/[building]/register',
    '/buildings/[building]/premises',
    '/buildings/[building]/roles',
    '/operator',
    '/registry',
    '/outbox',
    '/notices',
    '/stop',
  ],
  messages: {
    ru: () => import('./messages/ru.json').then((file) => file.default),
    en: () => import('./messages/en.json').then((file) => file.default),
  },
};
