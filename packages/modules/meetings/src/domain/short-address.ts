// The address of a meeting that fits on a poster and in a small code: `/m/` and the first half of its id. Ids are random, so
// half of one names a meeting among more than anybody will ever hold here; where it should not, it names none.

export const SHORT_DIGITS = 12;

/** @param webOrigin - of the installation, without a trailing slash */
export const shortAddress = (webOrigin: string, meeting: string): string =>
  `${webOrigin}/m/${meeting.slice(0, SHORT_DIGITS)}`;
