// The texts of meetings in each language, with the names and explanations of the decision rules they show.
import { createTranslate, type Catalog, type Translate } from '@veche/core/messages.ts';
import type { Locale } from '@veche/core/locale.ts';
import { builtIn, ruleMessages } from '@veche/rules/presets.ts';
import callingEn from './calling/messages/en.json' with { type: 'json' };
import callingRu from './calling/messages/ru.json' with { type: 'json' };
import followUpEn from './follow-ups/messages/en.json' with { type: 'json' };
import followUpRu from './follow-ups/messages/ru.json' with { type: 'json' };
import en from './messages/en.json' with { type: 'json' };
import ru from './messages/ru.json' with { type: 'json' };
import noticeEn from './notice/messages/en.json' with { type: 'json' };
import noticeRu from './notice/messages/ru.json' with { type: 'json' };

export const catalogs: Readonly<Record<Locale, Catalog>> = {
  ru: { ...ruleMessages(builtIn, 'ru'), ...callingRu, ...noticeRu, ...followUpRu, ...ru },
  en: { ...ruleMessages(builtIn, 'en'), ...callingEn, ...noticeEn, ...followUpEn, ...en },
};

const translators = new Map<Locale, Translate>();

/** The texts in one language, for what is written without a reader who asks: minutes, letters. */
export function translateIn(locale: Locale): Translate {
  const known = translators.get(locale) ?? createTranslate(locale, catalogs[locale]);
  translators.set(locale, known);
  return known;
}
