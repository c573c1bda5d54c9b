// Addresses inside a plain text, so that a page can make links of them without ever putting markup in.

export type TextPart = { readonly text: string; readonly href?: string };

/** The text in parts, in order; a part that is a web address carries it, a full stop after it does not belong to it. */
export function linked(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"]+/g)) {
    const address = match[0].replace(/[.,;:!?)»]+$/, '');
    if (match.index > at) parts.push({ text: text.slice(at, match.index) });
    parts.push({ text: address, href: address });
    at = match.index + address.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}
