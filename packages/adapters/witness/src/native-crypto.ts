// Puts the system's library in the place of the ledger's portable arithmetic, in every program that runs under Node: SHA-256
// and Ed25519 an order of magnitude quicker. It changes how fast an answer comes, never which.
import { nativeSha256 } from '@veche/ledger/cli/native-sha256.ts';
import { useEd25519 } from '@veche/ledger/ed25519.ts';
import { useSha256 } from '@veche/ledger/hash.ts';
import { nativeCheck } from './native-ed25519.ts';

/** For the whole thread; call it before anything is hashed or checked. Twice is the same as once. */
export function useNativeCrypto(): void {
  useSha256(nativeSha256);
  useEd25519(nativeCheck);
}
