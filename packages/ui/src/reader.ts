// The reader of the page: their language, its texts, and how it writes numbers and dates. Put into the context once, by
// the root layout; every component takes it from there.
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import { createContext } from 'svelte';
import type { Format } from './format.ts';

export type Reader = {
  readonly locale: Locale;
  /** The text for a key, with its values. */
  readonly t: Translate;
  readonly format: Format;
};

const [readReader, writeReader] = createContext<Reader>();

/** The reader; take it while the component is being made. @throws Error: outside of the root layout. */
export const getReader = readReader;
/** For the root layout alone. */
export const setReader = writeReader;
