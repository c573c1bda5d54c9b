// Remembers on this device which key the log had and how far it went, so that it cannot be changed behind a reader's back.
// What is kept is public.
import type { LogMemory, SeenLog } from './open-log.ts';

const NAME = 'veche_log';

/** A memory in the browser's own storage; one that forgets where there is none. */
export function browserMemory(storage: Pick<Storage, 'getItem' | 'setItem'> | null): LogMemory {
  return {
    load() {
      try {
        return parseSeen(storage?.getItem(NAME) ?? null);
      } catch {
        return null;
      }
    },
    keep(seen) {
      try {
        storage?.setItem(NAME, JSON.stringify(seen));
      } catch {
        // A browser that keeps nothing checks as well as at a first visit.
      }
    },
  };
}

function parseSeen(text: string | null): SeenLog | null {
  const value = JSON.parse(text ?? 'null') as Partial<SeenLog> | null;
  if (!value || typeof value.note !== 'string' || !Number.isSafeInteger(value.size)) return null;
  const keys = Array.isArray(value.keys) ? value.keys.filter((key) => typeof key === 'string') : [];
  return keys.length > 0 ? { keys, note: value.note, size: value.size! } : null;
}
