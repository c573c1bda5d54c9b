// The list that those present in person sign, a line for every owner: it belongs to the papers of a meeting at which people
// came together, beside the list of all who took part. Holds names; it is drawn for whoever takes the package and not kept.
import type { Locale } from '@veche/core/locale.ts';
import type { House } from '@veche/module-kit/module.ts';
import { translateIn } from '../catalogs.ts';
import { formatMoment } from '../domain/figures.ts';
import { listRecipients } from '../notice/recipients.ts';
import { noticeOf, type MeetingRow } from '../store.ts';

/** Null where nobody came together, so that nobody signs. */
export async function drawAttendance(
  house: House,
  row: MeetingRow,
  language: Locale,
  now: Date,
): Promise<Uint8Array | null> {
  const { title, gathering, timeZone } = noticeOf(row);
  if (!gathering) return null;
  const translate = translateIn(language);
  const key = { buildingId: row.buildingId, id: row.id };
  const { known, unknown } = await listRecipients(house.db, key, row, now);
  const line = (premises: string, owner: string): string[] => [premises, owner, '', '', ''];
  // Who owns in two entrances signs once, in the first of them.
  const lines = [
    ...known.map(({ entrances, premises, name }) => ({
      entrance: entrances[0] ?? '',
      row: line(premises.join(', '), name),
    })),
    ...unknown.map(({ entrance, premises }) => ({
      entrance,
      row: line(premises, translate('annex.unknown-owner')),
    })),
  ];
  const sections = [...Map.groupBy(lines, ({ entrance }) => entrance)]
    .sort(([a], [b]) => a.localeCompare(b, 'ru', { numeric: true }))
    .map(([entrance, here]) => ({
      title: entrance === '' ? translate('notice.entrance.none') : translate('notice.entrance', { entrance }),
      rows: here.map((one) => one.row),
    }));
  const { renderSheet } = await import('../notice/paper-pdf.ts');
  return renderSheet(
    {
      language,
      heading: translate('package.present.title'),
      lead: translate('package.present.lead', {
        title,
        gathering: `${formatMoment(new Date(gathering.at), language, timeZone)}, ${gathering.place}`,
      }),
      head: ['premises', 'owner', 'represented', 'date', 'sign'].map((name) =>
        translate(`package.present.${name}`),
      ),
      widths: [1.2, 3.2, 2.6, 1.2, 1.8],
      sections,
      signature: translate('package.present.signature'),
    },
    now,
  );
}
