// Cuts a text into the parts that phones join again (3GPP TS 23.040 §9.2.3.24.1), in the alphabet that takes the fewest:
// GSM 7 bit where it has every character, else UCS-2. Never cuts a character in two.
import { smpp } from './smpp-library.ts';

export type SmsPart = {
  /** What goes into `short_message`: where there are several, with the header that joins them. */
  readonly content: Buffer;
  /** SMPP 3.4 §5.2.19: 0 the default alphabet, 8 UCS-2. */
  readonly dataCoding: 0 | 8;
  readonly hasHeader: boolean;
};

/** Units of the alphabet in a lone message and in a part of several: septets, or UTF-16 code units. */
const ROOM = { gsm: { alone: 160, joined: 153 }, ucs2: { alone: 70, joined: 67 } } as const;

const GSM =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** These take two septets. */
const GSM_ESCAPED = '\f^{}\\[~]|€';
const BASIC = new Set(GSM);
const ESCAPED = new Set(GSM_ESCAPED);

/**
 * @param reference - any number from 0 to 255, the same for no two long messages that travel to a phone at once
 * @throws RangeError: when there would be more than 255 parts.
 */
export function cutIntoParts(text: string, reference: number): SmsPart[] {
  const characters = [...text];
  const isGsm = characters.every((character) => BASIC.has(character) || ESCAPED.has(character));
  const room = ROOM[isGsm ? 'gsm' : 'ucs2'];
  const sizeOf = (character: string): number => (isGsm ? (ESCAPED.has(character) ? 2 : 1) : character.length);
  const whole = characters.reduce((size, character) => size + sizeOf(character), 0);
  const texts = whole <= room.alone ? [text] : cut(characters, sizeOf, room.joined);
  if (texts.length > 255) throw new RangeError('expected a text of at most 255 parts');
  return texts.map((part, position) => {
    const bytes = isGsm ? smpp.encodings.ASCII.encode(part) : Buffer.from(part, 'utf16le').swap16();
    const hasHeader = texts.length > 1;
    return {
      content: hasHeader
        ? Buffer.concat([Buffer.from([5, 0, 3, reference & 0xff, texts.length, position + 1]), bytes])
        : bytes,
      dataCoding: isGsm ? 0 : 8,
      hasHeader,
    };
  });
}

function cut(characters: readonly string[], sizeOf: (character: string) => number, room: number): string[] {
  const texts: string[] = [];
  let part = '';
  let size = 0;
  for (const character of characters) {
    const own = sizeOf(character);
    if (size + own > room) {
      texts.push(part);
      part = '';
      size = 0;
    }
    part += character;
    size += own;
  }
  return [...texts, part];
}
