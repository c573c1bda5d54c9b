// The meetings of a building are listed on the building's own page; an address cut short leads there.
import { redirect } from '@sveltejs/kit';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params }) => redirect(307, `/buildings/${params.building}`);
