// Reads the register in use for an export: one statement, a row for each title in force on a day.
import { parseRational, formatRational } from '@veche/core/rational.ts';
import type { Locale } from '@veche/core/locale.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import { sql } from 'drizzle-orm';
import { formatArea } from '../domain/area.ts';
import type { PremisesKind } from '../domain/premises-kind.ts';
import type { PersonKind } from '../domain/register.ts';
import type { ExportedTitle } from './export.ts';
import type { LocalDay } from './local-day.ts';

/** Words that the import reads back. */
const KINDS: Readonly<Record<Locale, Readonly<Record<PremisesKind, string>>>> = {
  ru: { flat: 'квартира', nonresidential: 'нежилое помещение', parking: 'машино-место', room: 'комната' },
  en: { flat: 'flat', nonresidential: 'non-residential', parking: 'parking', room: 'room' },
};
const OWNER_KINDS: Readonly<Record<Locale, Readonly<Record<PersonKind, string>>>> = {
  ru: { natural: 'физическое лицо', legal: 'юридическое лицо', public: 'муниципальная собственность' },
  en: { natural: 'natural person', legal: 'legal entity', public: 'public body' },
};

export async function readExport(
  tx: Tx,
  buildingId: string,
  day: LocalDay,
  locale: Locale,
): Promise<ExportedTitle[]> {
  const rows = await tx.execute<{
    number: string;
    kind: PremisesKind;
    entrance: string;
    area: string;
    name: string | null;
    owner_kind: PersonKind | null;
    tax_number: string | null;
    share: string;
    document: string;
    document_number: string;
    email: string | null;
    phone: string | null;
    held_from: string | null;
  }>(sql`
    select p.number, p.kind, p.entrance, p.area_cm2::text as area, o.name, o.kind as owner_kind, o.tax_number, t.share,
      t.document, t.document_number, o.email, o.phone, t.held_from::text as held_from
    from people.titles t
    join people.premises p on p.building_id = t.building_id and p.id = t.premises_id
    left join people.persons o on o.id = t.person_id
    where t.building_id = ${buildingId}::uuid and t.superseded_at is null
      and (t.held_from is null or t.held_from <= ${day}::date) and (t.held_to is null or t.held_to > ${day}::date)
    order by p.sort_key, p.number, o.name nulls last, t.id`);
  return rows.map((row) => ({
    premises: row.number,
    kind: KINDS[locale][row.kind],
    entrance: row.entrance,
    area: formatArea(Number(row.area)),
    owner: row.name ?? '',
    ownerKind: row.owner_kind ? OWNER_KINDS[locale][row.owner_kind] : '',
    taxNumber: row.tax_number ?? '',
    share: formatRational(parseRational(row.share)),
    document: row.document || row.document_number,
    email: row.email ?? '',
    phone: row.phone ?? '',
    heldFrom: row.held_from ?? '',
  }));
}
