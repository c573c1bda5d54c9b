// Loaded first. Node (24) parses the whole exports map of a package anew for every module of it, and drizzle-orm's is
// 180 KB over a hundred modules: 150 MB of garbage and half a second of each start. Its own files name each other by
// plain relative paths, which need no map.
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, next) =>
    specifier.startsWith('.') && context.parentURL?.includes('/node_modules/drizzle-orm/')
      ? { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true }
      : next(specifier, context),
});
