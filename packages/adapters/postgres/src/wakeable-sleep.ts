// A sleep that whoever has news may cut short. A wake that comes while nobody sleeps is not lost: the next sleep does not
// begin, so that between the last look at the work and the sleep nothing is overlooked.

export type WakeableSleep = {
  /** Resolves after so long, at once when woken meanwhile or since the last sleep, or when the time is not above 0. */
  sleep(milliseconds: number): Promise<void>;
  wake(): void;
};

/** For one sleeper. Once the signal is aborted it sleeps no more; whoever aborts wakes, too. */
export function createWakeableSleep(stopping: AbortSignal): WakeableSleep {
  let woken = false;
  let endSleep: (() => void) | null = null;
  return {
    async sleep(milliseconds) {
      if (!woken && !stopping.aborted && milliseconds > 0)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          endSleep = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      endSleep = null;
      woken = false;
    },
    wake() {
      woken = true;
      endSleep?.();
    },
  };
}
