import { error } from '@sveltejs/kit';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, url }) => {
  const vkeys = await fetch('/log/v1/vkey');
  if (!vkeys.ok) error(503);
  const [vkey = ''] = (await vkeys.text()).split('\n');
  return { log: { url: `${url.origin}/log/v1`, origin: vkey.split('+')[0]!, vkey } };
};
