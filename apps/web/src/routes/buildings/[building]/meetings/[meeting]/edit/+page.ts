import { redirect } from '@sveltejs/kit';
import { getMeeting, listRules } from '@veche/meetings/contract.ts';
import { isWizardStep } from '@veche/meetings/web/draft-form.ts';
import { pathsOf } from '@veche/meetings/web/views.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { demo, locale } = await event.parent();
  const [meeting, { rules }] = await Promise.all([
    call(getMeeting, { params: event.params }),
    call(listRules, { query: { lang: locale } }),
  ]);
  if (!meeting.may.edit) redirect(303, pathsOf(meeting.buildingId, meeting.id).meeting);
  const step = event.url.searchParams.get('step');
  return {
    meeting,
    rules,
    step: isWizardStep(step) ? step : ('what' as const),
    serverNow: demo?.now ?? new Date().toISOString(),
    origin: event.url.origin,
  };
};
