// What this device keeps of a meeting between visits: its keys, ballots on their way, receipts, and the public journal
// as it was last seen. Nothing of it is ever sent anywhere; `add` never replaces, so that two tabs agree on the first.
import type { BallotPayload } from '@veche/ledger/meeting.ts';

/** Named values under string keys, durable where the browser allows it. */
export type DeviceStore = {
  find<K extends ShelfName>(shelf: K, key: string): Promise<Shelves[K] | null>;
  /** Keeps the value unless one is there already, in one step. Returns the one that stays. */
  add<K extends ShelfName>(shelf: K, key: string, value: Shelves[K]): Promise<Shelves[K]>;
  put<K extends ShelfName>(shelf: K, key: string, value: Shelves[K]): Promise<void>;
  remove(shelf: ShelfName, key: string): Promise<void>;
  /** Every value whose key begins so, in the order of the keys. */
  list<K extends ShelfName>(shelf: K, prefix: string): Promise<Shelves[K][]>;
  /** False where everything is forgotten with the page, as in some private windows. */
  readonly durable: boolean;
};

/** The key of one device in one meeting. */
export type DeviceKey = {
  readonly meeting: string;
  readonly voter: string;
  /** 32 bytes, base64. */
  readonly publicKey: string;
  readonly secret: DeviceSecret;
};
/**
 * `webcrypto`: the browser signs with it and never gives it out. `bytes`: a browser without Ed25519, or a page without
 * https; then the 32 secret bytes lie in the browser's own storage, readable by scripts of this site alone.
 */
export type DeviceSecret =
  | { readonly kind: 'webcrypto'; readonly key: CryptoKey }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

export type Choices = BallotPayload['choices'];

/** A ballot that was signed here and has no checked receipt yet: these very bytes are sent, however often. */
export type PendingBallot = {
  readonly meeting: string;
  readonly voter: string;
  /** SHA-256 of the entry's bytes, hex. */
  readonly idem: string;
  /** The signed entry, canonical JSON. */
  readonly entry: string;
  /** Canonical JSON {meeting, voter, entitlements, choices}. */
  readonly payload: string;
  /** 32 bytes, base64. */
  readonly salt: string;
  readonly choices: Choices;
};

/** That enough witnesses cosigned the checkpoint of a receipt, as this device checked it. Unix seconds by their clocks. */
export type Witnessed = {
  /** When the last of those needed had cosigned. */
  readonly at: number;
  readonly by: readonly { readonly name: string; readonly at: number }[];
};

/** A ballot whose receipt was checked on this device. */
export type KeptReceipt = PendingBallot & {
  readonly index: number;
  /** The C2SP tlog-proof as the server gave it. */
  readonly proof: string;
  /** Null or absent while too few witnesses have seen it. */
  readonly witnessed?: Witnessed | null;
};

/**
 * The public journal as this device knows it: a later one must be signed by a known key and continue this checkpoint.
 */
export type SeenLog = {
  /** C2SP verifier keys, one a line, newest first. */
  readonly key: string;
  readonly checkpoint: string | null;
  readonly size: number;
  /** C2SP witness policy; null or absent where no witnesses were asked. */
  readonly policy?: string | null;
  /** The policy before, until the person has seen that it changed. */
  readonly formerPolicy?: string;
};

type Shelves = { keys: DeviceKey; pending: PendingBallot; receipts: KeptReceipt; logs: SeenLog };
type ShelfName = keyof Shelves;
const SHELVES: readonly ShelfName[] = ['keys', 'pending', 'receipts', 'logs'];

/** One voter of one meeting. Ids of the log hold no spaces. */
export const voterKey = (meeting: string, voter: string): string => `${meeting} ${voter}`;
/** One ballot of one meeting. */
export const ballotKey = (meeting: string, idem: string): string => `${meeting} ${idem}`;
/** There is one journal per installation, and so per site. */
export const LOG_KEY = 'log';

/** The store of this browser; one in memory where the browser refuses to keep anything. */
export async function openDeviceStore(): Promise<DeviceStore> {
  try {
    return indexedStore(await openDatabase());
  } catch {
    return memoryStore();
  }
}

/** Forgets with the page: the last resort of a browser, and the whole of a test. */
export function memoryStore(): DeviceStore {
  const shelves = new Map<string, unknown>();
  const place = (shelf: ShelfName, key: string) => `${shelf}/${key}`;
  return {
    durable: false,
    find: async (shelf, key) => (shelves.get(place(shelf, key)) ?? null) as never,
    add: async (shelf, key, value) => {
      if (!shelves.has(place(shelf, key))) shelves.set(place(shelf, key), value);
      return shelves.get(place(shelf, key)) as never;
    },
    put: async (shelf, key, value) => void shelves.set(place(shelf, key), value),
    remove: async (shelf, key) => void shelves.delete(place(shelf, key)),
    list: async (shelf, prefix) =>
      [...shelves.keys()]
        .filter((key) => key.startsWith(place(shelf, prefix)))
        .sort()
        .map((key) => shelves.get(key)) as never,
  };
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('veche-meetings', 1);
    request.addEventListener('upgradeneeded', () => {
      for (const shelf of SHELVES) request.result.createObjectStore(shelf);
    });
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () =>
      reject(request.error ?? new Error('the browser keeps no database')),
    );
  });
}

function indexedStore(database: IDBDatabase): DeviceStore {
  // A promise settles when the transaction is done, not when the request is: only then is the value on the disk.
  const run = <T>(
    shelf: ShelfName,
    mode: IDBTransactionMode,
    act: (store: IDBObjectStore, give: (value: T) => void) => void,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction(shelf, mode, { durability: 'strict' });
      let given: T;
      transaction.addEventListener('complete', () => resolve(given));
      transaction.addEventListener('abort', () =>
        reject(transaction.error ?? new Error('the browser kept nothing')),
      );
      act(transaction.objectStore(shelf), (value) => (given = value));
    });
  return {
    durable: true,
    find: (shelf, key) =>
      run(shelf, 'readonly', (store, give) => {
        const request = store.get(key);
        request.addEventListener('success', () => give(request.result ?? null));
      }),
    add: (shelf, key, value) =>
      run(shelf, 'readwrite', (store, give) => {
        const request = store.get(key);
        request.addEventListener('success', () => {
          give(request.result ?? value);
          if (request.result === undefined) store.add(value, key);
        });
      }),
    put: (shelf, key, value) => run(shelf, 'readwrite', (store) => void store.put(value, key)),
    remove: (shelf, key) => run(shelf, 'readwrite', (store) => void store.delete(key)),
    list: (shelf, prefix) =>
      run(shelf, 'readonly', (store, give) => {
        const request = store.getAll(IDBKeyRange.bound(prefix, `${prefix}\uffff`));
        request.addEventListener('success', () => give(request.result));
      }),
  };
}
