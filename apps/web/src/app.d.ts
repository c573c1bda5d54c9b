// What every page and every error carries.
import type { Locale } from '@veche/core/locale.ts';
import type { Problem } from '@veche/module-kit/problem.ts';
import type { Theme } from './lib/theme.ts';

declare global {
  namespace App {
    interface Error {
      /** The server's own words, where it gave any. */
      problem?: Problem;
    }
    interface Locals {
      locale: Locale;
      theme: Theme;
    }
  }
}
