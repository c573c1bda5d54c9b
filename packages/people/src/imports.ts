// The three acts of a register import: upload, check, apply; and the import of a city's list of houses.
// A file is kept as it came; nothing of it counts until it is applied, and then all of it at once.
import { formatRational } from '@veche/core/rational.ts';
import type { Translate } from '@veche/core/messages.ts';
import { isRefusal, refuse, type Refusal } from '@veche/core/refusal.ts';
import type { House } from '@veche/module-kit/module.ts';
import { cleanHouses, REGISTRY_LIMITS } from './domain/house-registry.ts';
import type { Reconciliation } from './domain/reconciliation.ts';
import { guessMapping } from './domain/register-import.ts';
import type { ColumnMapping } from './domain/register.ts';
import { REGISTER_LIMITS, SpreadsheetFault, type Sheet, type SheetLimits } from './domain/spreadsheet.ts';
import {
  applyRegister,
  findImport,
  insertImport,
  lockImport,
  updateReport,
  type RegisterImport,
  type RegisterReport,
} from './register-store.ts';
import { dayIn } from './register/local-day.ts';
import { insertRegistry, type RegistryImport } from './registry-store.ts';
import { readInThread, reconcileInThread } from './spreadsheet-thread.ts';
import { getBuilding, getPerson } from './store.ts';

const PREVIEW_ROWS = 10;
const FINDINGS_KEPT = 500;
/** Rows named for one reason in the report of a list of houses. */
const ROWS_NAMED = 200;

type Unreadable = Refusal<'unreadable-file' | 'too-many-rows'>;

/** The sheet, or why the file is none, in the reader's words. */
async function readSheet(
  bytes: Uint8Array,
  limits: SheetLimits,
  translate: Translate,
): Promise<Sheet | Unreadable> {
  try {
    return await readInThread(bytes, limits);
  } catch (error) {
    if (!(error instanceof SpreadsheetFault)) throw error;
    if (error.code === 'too-many-rows') return refuse('too-many-rows', { limit: limits.rows });
    return refuse('unreadable-file', { reason: translate(`register.problem.${error.code}`, error.facts) });
  }
}

const fileNameOf = (buildingId: string, importId: string): string => `registers/${buildingId}/${importId}`;

export async function uploadRegister(
  house: House,
  given: {
    readonly buildingId: string;
    readonly importId: string;
    readonly uploadedBy: string;
    readonly fileName: string;
    readonly bytes: Uint8Array;
    readonly now: Date;
    readonly translate: Translate;
  },
): Promise<RegisterImport | Unreadable> {
  const { buildingId, importId, bytes } = given;
  const sheet = await readSheet(bytes, REGISTER_LIMITS, given.translate);
  if (isRefusal(sheet)) return sheet as Unreadable;
  const file = fileNameOf(buildingId, importId);
  // The file first: a crash here leaves a file that no row names, never a row without its file.
  await house.files.put(file, bytes);
  return insertImport(
    house.db,
    {
      id: importId,
      buildingId,
      uploadedBy: given.uploadedBy,
      fileName: given.fileName,
      file,
      header: [...sheet.header],
      preview: sheet.rows.slice(0, PREVIEW_ROWS).map((row) => [...row]),
      rows: sheet.rows.length,
      mapping: guessMapping(sheet.header),
    },
    given.now,
  );
}

/** Reads the kept file again by a mapping. */
async function reconcileFile(
  house: House,
  found: RegisterImport,
  mapping: ColumnMapping,
): Promise<Reconciliation | Refusal<'mapping-incomplete'>> {
  const bytes = await house.files.get(found.file);
  if (!bytes) throw new Error('the file of a register import is gone');
  const { areaCm2 } = await getBuilding(house.db, found.buildingId);
  const checked = await reconcileInThread(bytes, REGISTER_LIMITS, { mapping, areaCm2 });
  return 'missing' in checked ? refuse('mapping-incomplete', { fields: checked.missing.join(' ') }) : checked;
}

export async function checkRegister(
  house: House,
  given: {
    readonly buildingId: string;
    readonly importId: string;
    readonly mapping: ColumnMapping;
    readonly translate: Translate;
  },
): Promise<RegisterImport | Refusal<'not-found' | 'import-applied' | 'mapping-incomplete'>> {
  const { buildingId, importId: id, mapping } = given;
  const found = await findImport(house.db, buildingId, id);
  if (!found) return refuse('not-found');
  if (found.state === 'applied') return refuse('import-applied');
  const checked = await reconcileFile(house, found, mapping);
  if (isRefusal(checked)) {
    const fields = String(checked.facts?.['fields']).split(' ');
    return refuse('mapping-incomplete', {
      fields: fields.map((field) => given.translate(`people.field.${field}`)).join(', '),
    });
  }
  const report = reportOf(checked as Reconciliation);
  if (!(await updateReport(house.db, { buildingId, id, mapping, report }))) return refuse('import-applied');
  return { ...found, state: 'checked', mapping, report };
}

const reportOf = (checked: Reconciliation): RegisterReport => ({
  errors: checked.errors,
  warnings: checked.warnings,
  findings: checked.findings.slice(0, FINDINGS_KEPT),
  premises: checked.register.premises.length,
  titles: checked.register.titles.length,
  persons: checked.register.persons.length,
  unknownOwners: checked.unknownOwners,
  byKind: checked.byKind,
  byOwner: checked.byOwner.map(({ area, ...owner }) => ({ ...owner, area: formatRational(area) })),
  areaCm2: checked.areaCm2,
  buildingAreaCm2: checked.buildingAreaCm2,
});

export async function applyImport(
  house: House,
  given: {
    readonly buildingId: string;
    readonly importId: string;
    readonly appliedBy: string;
    readonly now: Date;
  },
): Promise<
  RegisterImport | Refusal<'not-found' | 'import-applied' | 'import-has-errors' | 'import-not-checked'>
> {
  const { buildingId, importId } = given;
  const found = await findImport(house.db, buildingId, importId);
  const refused = refuseToApply(found);
  if (!found || refused) return refused ?? refuse('not-found');
  // The work is done before the lock is taken; what it rests on is compared under the lock.
  const checked = await reconcileFile(house, found, found.mapping);
  if (isRefusal(checked)) return refuse('import-not-checked');
  const { register, errors } = checked as Reconciliation;
  if (errors > 0) return refuse('import-has-errors', { errors });
  return house.db.transaction(async (tx) => {
    const locked = await lockImport(tx, buildingId, importId);
    const late = refuseToApply(locked);
    if (!locked || late) return late ?? refuse('not-found');
    if (JSON.stringify(locked.mapping) !== JSON.stringify(found.mapping)) return refuse('import-not-checked');
    const { locale } = await getPerson(tx, given.appliedBy);
    await applyRegister(tx, {
      buildingId,
      importId,
      fileName: locked.fileName,
      appliedBy: given.appliedBy,
      register,
      locale,
      now: given.now,
      day: dayIn(given.now, (await getBuilding(tx, buildingId)).timeZone),
      random: house.random,
      tellReplaced: (personIds) =>
        house.notices.send(
          tx,
          personIds.map((personId) => ({ personId, template: 'people.contact-changed', buildingId })),
        ),
    });
    await house.events.emit(tx, 'register.imported', { buildingId, importId });
    return { ...locked, state: 'applied' as const };
  });
}

function refuseToApply(found: RegisterImport | null) {
  if (!found) return refuse('not-found');
  if (found.state === 'applied') return refuse('import-applied');
  if (found.state !== 'checked' || !found.report) return refuse('import-not-checked');
  if (found.report.errors > 0) return refuse('import-has-errors', { errors: found.report.errors });
  return null;
}

export async function importRegistry(
  house: House,
  given: {
    readonly importedBy: string;
    readonly fileName: string;
    readonly bytes: Uint8Array;
    readonly now: Date;
    readonly translate: Translate;
  },
): Promise<RegistryImport | Unreadable> {
  const sheet = await readSheet(given.bytes, REGISTRY_LIMITS, given.translate);
  if (isRefusal(sheet)) return sheet as Unreadable;
  const cleaned = cleanHouses(sheet as Sheet);
  if (isRefusal(cleaned))
    return refuse('unreadable-file', {
      reason: given.translate(`registry.problem.${cleaned.refused}`, cleaned.facts),
    });
  const { houses, rows, leftOut, ...report } = cleaned as Exclude<typeof cleaned, Refusal>;
  return house.db.transaction((tx) =>
    insertRegistry(
      tx,
      {
        importedBy: given.importedBy,
        fileName: given.fileName,
        rows,
        houses,
        report: {
          cleaned: report.cleaned,
          companies: report.companies,
          filled: report.filled,
          leftOut: leftOut.map(({ reason, rows: left }) => ({
            reason,
            count: left.length,
            rows: left.slice(0, ROWS_NAMED).map(({ row }) => row),
          })),
        },
      },
      given.now,
    ),
  );
}
