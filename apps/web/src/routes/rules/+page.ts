import { loadRules } from '@veche/meetings/web/rules/load.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => loadRules(await loadCall(event), event.url);
