// The pages that bring several modules together, and so belong to none of them: the first page, one's own, a building's.
import type { WebModule } from '@veche/module-kit/web/module.ts';
import { people } from '@veche/people/web/module.ts';

export const together: WebModule = {
  name: 'together',
  nav: [],
  pages: ['/'],
  messages: {
    ru: async () => ({ ...(await people.messages.ru()), ...(await import('./messages/ru.json')).default }),
    en: async () => ({ ...(await people.messages.en()), ...(await import('./messages/en.json')).default }),
  },
};
