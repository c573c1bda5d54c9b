// The texts of a page in one language: the shell's own, and those of the module whose page it is. Nothing else is loaded.
import type { Locale } from '@veche/core/locale.ts';
import type { Catalog } from '@veche/core/messages.ts';
import { modules } from '../modules.ts';

const shell: Record<Locale, () => Promise<Catalog>> = {
  ru: () => import('./catalog-ru.ts').then(({ catalog }) => catalog),
  en: () => import('./catalog-en.ts').then(({ catalog }) => catalog),
};

/** The catalogs for the page with this route id; those of the shell alone where no module owns it. */
export async function loadCatalogs(locale: Locale, routeId: string | null): Promise<Catalog[]> {
  const owner = modules.find(({ pages }) => pages.some((page) => routeId?.startsWith(page)));
  return Promise.all([shell[locale](), ...(owner ? [owner.messages[locale]()] : [])]);
}
