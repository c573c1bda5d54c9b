// What only the cookies know.
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals, cookies }) => ({
  locale: locals.locale,
  theme: locals.theme,
  mayBeSignedIn: cookies.get('veche_session') !== undefined,
});
