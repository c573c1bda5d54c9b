import type { PageLoad } from './$types';

export const load: PageLoad = ({ url }) => ({ origin: url.origin });
