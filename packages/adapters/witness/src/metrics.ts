// What a monitoring system may know of a witness, as OpenMetrics text: sizes, times and counts of logs, nothing of who asked.
import type { KnownLog } from './witness-store.ts';

export type WitnessMetrics = {
  readonly logs: readonly KnownLog[];
  /** Counts since the start of the process. */
  readonly requests: readonly { readonly origin: string; readonly status: number; readonly count: number }[];
};

/** The exposition of https://prometheus.io/docs/specs/om/open_metrics_spec/, end mark included. */
export function formatMetrics({ logs, requests }: WitnessMetrics): string {
  const heads = logs.flatMap(({ origin, head }) => (head ? [{ origin, head }] : []));
  return [
    ...family('witness_requests', 'counter', 'Requests for a cosignature by log and status.'),
    ...requests.map(
      ({ origin, status, count }) =>
        `witness_requests_total{log="${escape(origin)}",status="${status}"} ${count}`,
    ),
    ...family('witness_tree_size', 'gauge', 'Size of the largest tree cosigned.'),
    ...heads.map(({ origin, head }) => `witness_tree_size{log="${escape(origin)}"} ${head.size}`),
    ...family('witness_cosigned_timestamp_seconds', 'gauge', 'Unix time of the last cosignature.'),
    ...heads.map(
      ({ origin, head }) => `witness_cosigned_timestamp_seconds{log="${escape(origin)}"} ${head.cosignedAt}`,
    ),
    ...family('witness_forks', 'gauge', 'Signed checkpoints kept that contradict a cosigned one.'),
    ...logs.map(({ origin, forks }) => `witness_forks{log="${escape(origin)}"} ${forks}`),
    '# EOF',
    '',
  ].join('\n');
}

const family = (name: string, type: string, help: string): string[] => [
  `# TYPE ${name} ${type}`,
  `# HELP ${name} ${help}`,
];

const escape = (label: string): string =>
  label.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
