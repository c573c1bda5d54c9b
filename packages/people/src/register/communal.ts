// Rooms in a communal flat. An owner's part of the flat's common area goes with the room, in proportion to it (art. 42
// of the Russian Housing Code); as a share of the whole flat that is the room over all rooms, exactly.
import { compare, multiply, rational, sum, zero, type Rational } from '@veche/core/rational.ts';

export type Room = {
  readonly room: string;
  /** Above zero. */
  readonly areaCm2: number;
};

export type RoomShare = Room & {
  /** Of the flat, kitchen and corridor included. */
  readonly share: Rational;
  /** Room and its part of the common area, cm². Not always whole. */
  readonly weight: Rational;
};

/**
 * Shares of the rooms in their flat; they add up to 1 exactly.
 * @param flatAreaCm2 - the whole flat, with what is common to the rooms
 * @throws RangeError: when there is no room, one has no area, or the rooms are more than the flat.
 */
export function shareRooms(flatAreaCm2: number, rooms: readonly Room[]): RoomShare[] {
  const all = sum(rooms.map(({ areaCm2 }) => rational(areaCm2)));
  if (rooms.length === 0 || rooms.some(({ areaCm2 }) => areaCm2 <= 0))
    throw new RangeError('expected rooms with an area');
  if (compare(all, rational(flatAreaCm2)) > 0 || compare(all, zero) <= 0)
    throw new RangeError('expected rooms no larger than their flat');
  return rooms.map((room) => {
    const share = rational(BigInt(room.areaCm2) * all.den, all.num);
    return { ...room, share, weight: multiply(rational(flatAreaCm2), share) };
  });
}
