// Every kind of entry that this installation writes: the registrar's own and those of its modules. The registrar signs no other.
import { ENTRY_KINDS, type EntryKinds } from '@veche/ledger/entry.ts';
import { modules } from './modules.ts';

export const entryKinds: EntryKinds = Object.assign(
  { registrar: ENTRY_KINDS.registrar },
  ...modules.map((module) => module.entryKinds),
) as EntryKinds;
