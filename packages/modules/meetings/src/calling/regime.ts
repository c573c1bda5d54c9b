// The law of the installation's buildings; one so far. A building of another country brings its own here.

/** As the ids of rules, terms and the library begin. */
export const REGIME = 'ru';
