// How the pages are built: SvelteKit for Node, Tailwind, and the rules a browser is told to hold the pages to.
import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { lightContracts, parsedMessages } from './light-build.ts';

const api = process.env['VECHE_API_URL'] ?? `http://127.0.0.1:${process.env['PORT'] ?? '3000'}`;

export default defineConfig({
  plugins: [
    lightContracts,
    parsedMessages,
    tailwindcss(),
    sveltekit({
      adapter: adapter(),
      // Style sheets are a round on a phone's line before anything is painted; in the page, 6 kB compressed, they are none:
      // the first view of the voting page takes a third less.
      inlineStyleThreshold: 32_768,
      compilerOptions: { runes: true },
      csp: {
        mode: 'auto',
        directives: {
          'default-src': ['self'],
          'script-src': ['self'],
          // Attributes only: positions of figures and menus. A style sheet is our own file, or bears the page's nonce.
          'style-src': ['self'],
          'style-src-attr': ['unsafe-inline'],
          'img-src': ['self', 'data:', 'blob:'],
          'worker-src': ['self'],
          'object-src': ['none'],
          'base-uri': ['none'],
          'form-action': ['self'],
          'frame-ancestors': ['none'],
        },
      },
    }),
  ],
  build: { target: 'es2022' },
  environments: {
    client: {
      build: {
        rolldownOptions: {
          output: {
            codeSplitting: {
              // What every page has travels together: fifty small files cost a phone more in requests than in bytes.
              groups: [
                {
                  name: 'framework',
                  test: /node_modules\/(svelte|intl-messageformat|@formatjs|esm-env|clsx)\//,
                  priority: 2,
                },
                {
                  name: 'base',
                  test: /src\/contract\.ts$|apps\/web\/src\/lib\/(call|catalogs|theme|service-zone)\b|packages\/((core|module-kit)\/src\/|ui\/src\/(Button|Card|Field|Icon|Notice|PageHeader|ProblemNotice|Status|Table|format|reader)\b)/,
                  priority: 1,
                },
              ],
            },
          },
        },
      },
    },
  },
  server: { proxy: { '/api/v1': api, '/log/': api, '/openapi.json': api, '/health': api } },
});
