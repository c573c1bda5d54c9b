// What a browser lends to casting: the API by contract, WebCrypto, and the passing of time.
import type { Call } from '@veche/module-kit/client.ts';
import { castBallot, getReceipt, registerKey } from '../contract.ts';
import { answerInTime } from './answer-in-time.ts';
import type { CastPorts, CastStage } from './cast.ts';
import { nameDevice } from './device-key.ts';
import type { DeviceStore } from './device-store.ts';

/**
 * @param registered - the device keys that the server told us it knows.
 * @param voter - for whose votes a key is registered
 */
export const browserPorts = (options: {
  readonly call: Call;
  readonly params: { readonly building: string; readonly meeting: string };
  readonly store: DeviceStore;
  readonly registered: readonly string[];
  readonly voter: string;
  readonly onStage: (stage: CastStage) => void;
}): CastPorts => {
  const { call, params, store, registered, voter, onStage } = options;
  return {
    store,
    maker: {
      subtle: globalThis.crypto.subtle as SubtleCrypto | undefined,
      random: (length) => globalThis.crypto.getRandomValues(new Uint8Array(length)),
    },
    isRegistered: (key) => registered.includes(key),
    register: (key) =>
      answerInTime(
        call(registerKey, { params, body: { ...key, voter, label: nameDevice(navigator.userAgent) } }),
      ),
    send: (body) => answerInTime(call(castBallot, { params, body })),
    findReceipt: (idem) => answerInTime(call(getReceipt, { params: { ...params, idem } })),
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    onStage,
  };
};
