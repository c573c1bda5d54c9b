// Annexes that are not made of the box: who was told up to the close, and the documents that owners could read. The ledger of
// notices holds names, and with a random number in it its public SHA-256 cannot be guessed back to them.
import type { Translate } from '@veche/core/messages.ts';
import { concatBytes, decodeBase64, encodeHex, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import type { House } from '@veche/module-kit/module.ts';
import { listMaterials } from '../calling/store.ts';
import { translateIn } from '../catalogs.ts';
import type { MinutesAnnex } from '../domain/minutes-model.ts';
import { createPapers } from '../notice/papers.ts';
import { noticeOf, type MeetingRow } from '../store.ts';

export type FurtherAnnexes = {
  readonly deliveries: { readonly annex: MinutesAnnex; readonly content: Uint8Array };
  /** The documents are kept already: each with the name of its file. */
  readonly materials: readonly { readonly annex: MinutesAnnex; readonly file: string }[];
};

/** @param from - the number of the first of them */
export async function makeFurtherAnnexes(
  house: House,
  row: MeetingRow,
  from: number,
): Promise<FurtherAnnexes> {
  const translate = translateIn(row.language);
  return {
    deliveries: await listDeliveries(house, row, from, translate),
    materials: await listDocuments(house, row, from + 1, translate),
  };
}

async function listDeliveries(house: House, row: MeetingRow, number: number, translate: Translate) {
  const title = translate('annex.deliveries');
  const query = { kind: 'called', only: 'all', locale: row.language, now: row.closedAt! } as const;
  const table = (await createPapers(house).deliveries(row, query)) ?? new Uint8Array();
  const content = concatBytes(table, encodeUtf8(`"${title}";"${encodeHex(house.random(32))}"\n`));
  return {
    content,
    annex: {
      number,
      kind: 'deliveries' as const,
      title,
      fileName: `annex-${number}-deliveries.csv`,
      sha256: encodeHex(sha256(content)),
      bytes: content.length,
      personal: true,
    },
  };
}

/** As the notice announced them; the public log commits to these hashes. */
async function listDocuments(house: House, row: MeetingRow, from: number, translate: Translate) {
  const { items, materials = [] } = noticeOf(row);
  const kept = await listMaterials(house.db, { buildingId: row.buildingId, id: row.id });
  return materials.flatMap(({ name, bytes, sha256: digest, item }, position) => {
    const file = kept.find((one) => one.sha256 === digest && one.name === name)?.file;
    if (file === undefined) return [];
    const number = from + position;
    const type = /\.([a-z0-9]{1,8})$/.exec(name.toLowerCase())?.[1] ?? 'bin';
    return [
      {
        file,
        annex: {
          number,
          kind: 'material' as const,
          title: translate('annex.material', {
            scope: item === undefined ? 'meeting' : 'item',
            item: items.find(({ id }) => id === item)?.number ?? 0,
            name,
          }),
          fileName: `annex-${number}-material.${type}`,
          sha256: encodeHex(decodeBase64(digest, 32)),
          bytes,
          personal: false,
        },
      },
    ];
  });
}
