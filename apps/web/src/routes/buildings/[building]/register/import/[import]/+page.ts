import { getBuilding, getRegisterImport } from '@veche/people/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const params = { building: event.params.building };
  const [building, upload] = await Promise.all([
    call(getBuilding, { params }),
    call(getRegisterImport, { params: { ...params, import: event.params.import } }),
  ]);
  const asked = event.url.searchParams.get('step');
  const step =
    upload.state === 'applied'
      ? ('done' as const)
      : upload.reconciliation && asked !== 'columns'
        ? ('report' as const)
        : ('columns' as const);
  return { building, upload, step };
};
