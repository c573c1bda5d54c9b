// Contacts in one spelling, so that the same mailbox or phone is found however it was typed.
// They are personal data: never in logs or error texts.
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

export type Contact = { readonly channel: 'email' | 'sms'; readonly address: string };

/** Local part of unquoted characters, a domain of labels with a dot: what mail servers of today deliver. */
const EMAIL =
  /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+\p{L}[\p{L}\p{N}-]{0,61}[\p{L}\p{N}]$/u;

/** The address in lower case; null when it is not one. At most 200 characters. */
export function findEmail(text: string): string | null {
  const email = text.trim().normalize('NFC').toLowerCase();
  return email.length <= 200 && EMAIL.test(email) ? email : null;
}

/** The number in E.164; a number without a country is Russian. Null when it is not a possible number. */
export function findPhone(text: string): string | null {
  const parsed = parsePhoneNumberFromString(text.trim(), { defaultCountry: 'RU', extract: false });
  return parsed?.isValid() ? parsed.number : null;
}

/** An e-mail address or a phone number, whichever the text is; null when neither. */
export function findContact(text: string): Contact | null {
  if (text.includes('@')) {
    const address = findEmail(text);
    return address === null ? null : { channel: 'email', address };
  }
  const address = findPhone(text);
  return address === null ? null : { channel: 'sms', address };
}
