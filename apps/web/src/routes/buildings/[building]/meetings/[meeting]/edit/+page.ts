import { redirect } from '@sveltejs/kit';
import { getCallingCalendar, getPreflight, listLibrary } from '@veche/meetings/calling/contract.ts';
import { getMeeting, listRules } from '@veche/meetings/contract.ts';
import { isWizardStep } from '@veche/meetings/web/draft-form.ts';
import { pathsOf } from '@veche/meetings/web/views.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { demo, locale } = await event.parent();
  const step = event.url.searchParams.get('step');
  const isReview = step === 'review';
  const query = { lang: locale };
  const [meeting, { rules }, { items: library }] = await Promise.all([
    call(getMeeting, { params: event.params, query }),
    call(listRules, { query: { ...query, building: event.params.building } }),
    call(listLibrary, { query: { ...query, building: event.params.building } }),
  ]);
  if (!meeting.may.edit) redirect(303, pathsOf(meeting.buildingId, meeting.id).meeting);
  const [calendar, { findings }] = await Promise.all([
    call(getCallingCalendar, { params: event.params, query: { form: meeting.form, ...query } }),
    isReview ? call(getPreflight, { params: event.params, query }) : { findings: [] },
  ]);
  return {
    meeting,
    rules,
    library,
    calendar,
    findings,
    step: isWizardStep(step) ? step : ('what' as const),
    serverNow: demo?.now ?? new Date().toISOString(),
    origin: event.url.origin,
  };
};
