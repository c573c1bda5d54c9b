// The kinds of entries and the fields that the pages have words for: keys `log.kind.…` and `log.field.…`.
import { ENTRY_KINDS } from '@veche/ledger/entry.ts';

/** The message key of a kind's name; null for a kind of which this page knows nothing. */
export const kindKey = (kind: string): string | null =>
  Object.hasOwn(ENTRY_KINDS, kind) ? `log.kind.${kind}` : null;

const FIELDS = new Set(Object.values(ENTRY_KINDS).flatMap((fields) => Object.keys(fields)));
/** The message key of a field's name; null for a field of which this page knows nothing. */
export const fieldKey = (field: string): string | null => (FIELDS.has(field) ? `log.field.${field}` : null);
