import { createMemoryTileStore } from './memory-stores.ts';
import { testTileStore } from './tile-store.conformance.ts';

testTileStore('memory', async () => {
  const store = createMemoryTileStore();
  return { store, other: store };
});
