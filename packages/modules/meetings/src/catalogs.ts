// The texts of meetings in each language, with the names and explanations of the decision rules they show.
import type { Catalog } from '@veche/core/messages.ts';
import type { Locale } from '@veche/core/locale.ts';
import rulesEn from '@veche/rules/messages/en.json' with { type: 'json' };
import rulesRu from '@veche/rules/messages/ru.json' with { type: 'json' };
import callingEn from './calling/messages/en.json' with { type: 'json' };
import callingRu from './calling/messages/ru.json' with { type: 'json' };
import en from './messages/en.json' with { type: 'json' };
import ru from './messages/ru.json' with { type: 'json' };

export const catalogs: Readonly<Record<Locale, Catalog>> = {
  ru: { ...rulesRu, ...callingRu, ...ru },
  en: { ...rulesEn, ...callingEn, ...en },
};
