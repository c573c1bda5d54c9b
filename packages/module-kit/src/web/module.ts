// The plug a module's pages have: where they are, what they say, and what the header links to.
import type { Locale } from '@veche/core/locale.ts';
import type { Catalog } from '@veche/core/messages.ts';
import type { Role } from '../who.ts';

/** A link of the header. */
export type NavLink = {
  readonly href: string;
  /** Key in the shell's messages, since the header is on every page. */
  readonly label: string;
  /** `everyone`, `signed-in`, or those who hold a role in the installation. */
  readonly for: 'everyone' | 'signed-in' | Role;
};

export type WebModule = {
  readonly name: string;
  readonly nav: readonly NavLink[];
  /** Route ids the module owns; an id stands for everything below it too, and the first module that fits wins. */
  readonly pages: readonly string[];
  /** The texts of its pages; loaded with the first of them. */
  readonly messages: Readonly<Record<Locale, () => Promise<Catalog>>>;
};
