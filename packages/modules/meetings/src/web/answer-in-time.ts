// An end to waiting for the server: a line that died without a word, as when a phone changes from one network to another,
// would otherwise leave a ballot "on its way" for as long as the page is open.

/** The server itself waits three seconds at most for the journal and its witnesses; the rest is a slow line. */
const LONGEST_MS = 15_000;

/**
 * The answer; what comes later than that is not waited for, so only calls that may be repeated can be made by this.
 * @throws TypeError: when none came in time, the same as for a line that is down.
 */
export async function answerInTime<T>(answer: Promise<T>, longestMs: number = LONGEST_MS): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TypeError('no answer in time')), longestMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
