// The first operator of an installation: nobody is there yet who could grant the role.
import type { House } from '@veche/module-kit/module.ts';
import type { Contact } from '@veche/people/domain/contact.ts';
import { ensurePerson, insertRole } from '@veche/people/store.ts';

/** Makes whoever has the contact an operator of the installation; does nothing when they are one. @returns their id. */
export async function ensureOperator(house: House, contact: Contact, name: string): Promise<string> {
  const now = house.clock.now();
  return house.db.transaction(async (tx) => {
    const personId = await ensurePerson(tx, contact, name, 'ru', now);
    await insertRole(tx, { buildingId: null, personId, role: 'operator', grantedBy: null }, now);
    return personId;
  });
}
