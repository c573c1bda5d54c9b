// The report of a check as a text file that an auditor keeps and signs. Says what was checked here and nothing else; holds
// no name and no vote.
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import type { AuditReport } from '@veche/ledger/audit.ts';
import type { Witnessed } from '../device-store.ts';

export type CheckedMeeting = {
  readonly id: string;
  readonly title: string;
  readonly address: string;
  readonly page: string;
};

export type Check = {
  readonly report: AuditReport;
  readonly asksWitnesses: boolean;
  readonly witnessed: Witnessed | null;
  /** By the clock of the device, as it is written for the reader. */
  readonly at: string;
};

/** Lines of plain text; every step as the page shows it, and the signed checkpoint that all of it was checked under. */
export function reportText(
  meeting: CheckedMeeting,
  { report, asksWitnesses, witnessed, at }: Check,
  t: Translate,
): string {
  const { broken } = report;
  const line = (name: string, value: string): string => `${t(`audit.file.${name}`)}: ${value}`;
  return [
    t('audit.file.title'),
    '',
    line('meeting', meeting.title),
    line('address', meeting.address),
    line('id', meeting.id),
    line('page', meeting.page),
    line('at', at),
    '',
    t(report.ok ? 'audit.file.good' : 'audit.file.bad'),
    ...(broken
      ? [
          `${t(`verify.step.${broken.step}`)}: ${t(`verify.fault.${broken.fault}`)}`,
          ...Object.entries(broken.where).map(([name, value]) =>
            t('verify.bad.place', { name: t(`verify.place.${name}`), value: String(value) }),
          ),
        ]
      : []),
    '',
    t('audit.file.steps'),
    // A browser cannot list the files of a log: that step is for the program.
    ...report.steps
      .filter(({ code }) => code !== 'files')
      .map(({ code, status }, i) => `${i + 1}. ${t(`verify.step.${code}`)}: ${t(`verify.state.${status}`)}`),
    line(
      'witnesses',
      witnessed
        ? witnessed.by.map(({ name }) => name).join(', ')
        : t(asksWitnesses ? 'verify.witnesses.too-few' : 'fact.witnessed.none'),
    ),
    ...(report.checkpoint === null ? [] : ['', t('audit.file.checkpoint'), report.checkpoint.trimEnd()]),
    '',
    t('audit.file.means'),
    '',
    `${t('audit.file.signed')}: ______________________________`,
    '',
  ].join('\n');
}

export const reportFileName = (meeting: Pick<CheckedMeeting, 'id'>, locale: Locale): string =>
  `veche-audit-${meeting.id}-${locale}.txt`;
