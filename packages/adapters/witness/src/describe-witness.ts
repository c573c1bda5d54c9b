// The page of a witness for people: who it is, what it promises, how far it has seen each log. Made from texts alone, so
// that it needs no script and no file.
import { chooseLocale, type Locale } from '@veche/core/locale.ts';
import { createTranslate, type Catalog } from '@veche/core/messages.ts';
import en from './messages/en.json' with { type: 'json' };
import ru from './messages/ru.json' with { type: 'json' };
import type { KnownLog } from './witness-store.ts';

const CATALOGS: Readonly<Record<Locale, Catalog>> = { ru, en };

export type WitnessPage = {
  readonly name: string;
  readonly vkey: string;
  readonly logs: readonly KnownLog[];
  /** As the browser sent it. */
  readonly acceptLanguage: string | null;
};

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e8eaed); --soft: light-dark(#57606a, #a3abb4);
  --line: light-dark(#d0d7de, #3a4149); --ground: light-dark(#fff, #14171a); --alarm: light-dark(#a40e26, #ff8d8d); }
body { font: 18px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); margin: 0; }
main { max-width: 44rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.15rem; margin-top: 1.25rem; overflow-wrap: anywhere; }
code { font: 0.85em ui-monospace, monospace; word-break: break-all; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; margin: 0; }
dt, .soft { color: var(--soft); } dd { margin: 0; } section { border-top: 1px solid var(--line); margin-top: 1.5rem; }
.alarm { border: 2px solid var(--alarm); color: var(--alarm); padding: 0.75rem 1rem; }
a { color: inherit; } @media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 0.5rem; } }
`;

/** A whole HTML document in the reader's language. */
export function describeWitness({ name, vkey, logs, acceptLanguage }: WitnessPage): string {
  const locale = chooseLocale(acceptLanguage);
  const t = createTranslate(locale, CATALOGS[locale]);
  const text = (key: string, values?: Parameters<typeof t>[1]): string => escape(t(key, values));
  const sections = logs.map(({ origin, id, keys, head, forks }) => {
    const facts: [string, string][] = head
      ? [
          [text('page.size'), text('page.entries', { size: head.size })],
          [text('page.time'), formatTime(head.cosignedAt, locale)],
          [text('page.checkpoint'), `<a href="${id}/checkpoint">${text('page.checkpoint.link')}</a>`],
        ]
      : [[text('page.size'), text('page.none')]];
    return `<section><h2>${escape(origin)}</h2>
${forks > 0 ? `<p class="alarm" role="alert">${text('page.fork')} <a href="${id}/forks">${text('page.fork.link')}</a></p>` : ''}
${keys.length === 0 ? `<p class="soft">${text('page.ended')}</p>` : ''}
<dl>${facts.map(([term, fact]) => `<dt>${term}</dt><dd>${fact}</dd>`).join('')}</dl></section>`;
  });
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text('page.title')} · ${escape(name)}</title><style>${STYLE}</style></head>
<body><main><h1>${text('page.title')}</h1>
<p>${text('page.what')}</p><p>${text('page.not')}</p>
<dl><dt>${text('page.name')}</dt><dd><code>${escape(name)}</code></dd>
<dt>${text('page.key')}</dt><dd><code>${escape(vkey)}</code></dd></dl>
${sections.length > 0 ? sections.join('\n') : `<p>${text('page.empty')}</p>`}
<p class="soft">${text('page.protocol')}</p></main></body></html>
`;
}

const formatTime = (unixSeconds: number, locale: Locale): string => {
  const at = new Date(unixSeconds * 1000);
  const words = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long', timeZone: 'UTC' });
  return `<time datetime="${at.toISOString()}">${escape(words.format(at))}</time>`;
};

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
