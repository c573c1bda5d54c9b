// Lets the ledger hash by the system's library in programs of this package: an order of magnitude quicker. Import it first.
import { hash } from 'node:crypto';
import { useSha256 } from '@veche/ledger/hash.ts';

useSha256((bytes) => hash('sha256', bytes, 'buffer'));
