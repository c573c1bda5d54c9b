// How long until a moment, in the largest units that still say something.
import type { Translate } from '@veche/core/messages.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Such as `3 days 4 hours`, `25 minutes`; null once the moment is past. */
export function writeTimeLeft(t: Translate, until: Date, now: Date): string | null {
  const left = until.getTime() - now.getTime();
  if (left <= 0) return null;
  const days = Math.floor(left / DAY_MS);
  const hours = Math.floor((left % DAY_MS) / HOUR_MS);
  const minutes = Math.ceil((left % HOUR_MS) / MINUTE_MS);
  const parts =
    days > 0
      ? [t('time.days', { n: days }), ...(hours > 0 ? [t('time.hours', { n: hours })] : [])]
      : hours > 0
        ? [
            t('time.hours', { n: hours }),
            ...(minutes > 0 && minutes < 60 ? [t('time.minutes', { n: minutes })] : []),
          ]
        : [t('time.minutes', { n: minutes })];
  return parts.join(' ');
}
