// The installation's clock in the page: the server's moment, moved on by the device's own ticking, so that a wrong clock
// of the device changes nothing.
export function createClock(serverNow: () => string) {
  let elapsedMs = $state(0);
  $effect(() => {
    const given = serverNow();
    const started = performance.now();
    const timer = setInterval(() => (elapsedMs = performance.now() - started), 5000);
    elapsedMs = 0;
    void given;
    return () => clearInterval(timer);
  });
  return {
    get now(): Date {
      return new Date(Date.parse(serverNow()) + elapsedMs);
    },
  };
}
