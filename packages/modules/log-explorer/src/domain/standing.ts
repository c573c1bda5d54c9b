// How the log stands, in the one word that everybody reads.

export type Standing = 'running' | 'unwitnessed' | 'stopped' | 'forked';

/** Witnesses are asked after every batch, and every ten minutes at rest. */
const LATE_SECONDS = 900;

/**
 * @param log `witnessed`: the newest witnessed checkpoint
 * @param now Unix seconds by the clock that the witnesses share
 */
export function standingOf(
  log: {
    readonly state: 'running' | 'starting' | 'failing' | 'forked' | 'absent';
    readonly hasPolicy: boolean;
    readonly headSize: number;
    readonly witnessed: { readonly quorumTime: number } | null;
  },
  now: number,
): Standing {
  if (log.state === 'forked') return 'forked';
  if (log.state !== 'running') return 'stopped';
  if (log.hasPolicy && log.headSize > 0 && now - (log.witnessed?.quorumTime ?? 0) > LATE_SECONDS)
    return 'unwitnessed';
  return 'running';
}
