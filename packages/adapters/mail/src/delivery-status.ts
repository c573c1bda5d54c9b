// Reads a report of delivery (RFC 3464): what became of the one message it is about. What is not such a report, an
// "out of office" for one, says nothing. Untrusted: anybody may send mail here.
import PostalMime from 'postal-mime';

export type DeliveryStatus = {
  readonly outcome: 'delivered' | 'delayed' | 'bounced';
  /** RFC 3463, such as `5.1.1`. */
  readonly code: string;
};

const OUTCOMES: Readonly<Record<string, DeliveryStatus['outcome']>> = {
  failed: 'bounced',
  delayed: 'delayed',
  delivered: 'delivered',
};

/** Null when the mail is no report of delivery, or of something else than our message's arrival, such as a relay's. */
export async function readDeliveryStatus(mail: Uint8Array): Promise<DeliveryStatus | null> {
  const { attachments } = await PostalMime.parse(mail, { attachmentEncoding: 'utf8' });
  const report = attachments.find(({ mimeType }) => /^message\/(global-)?delivery-status$/i.test(mimeType));
  if (!report || typeof report.content !== 'string') return null;
  // Groups of fields: the first is of the message, each further one of a recipient. Ours have one recipient.
  const groups = report.content.replaceAll('\r\n', '\n').split(/\n\s*\n/);
  for (const group of groups.slice(1)) {
    const fields = group.replace(/\n[ \t]+/g, ' ');
    const action = /^action:\s*([a-z]+)/im.exec(fields)?.[1]?.toLowerCase() ?? '';
    const code = /^status:\s*([245]\.[0-9]{1,3}\.[0-9]{1,3})\b/im.exec(fields)?.[1];
    const outcome = OUTCOMES[action];
    if (outcome && code) return { outcome, code };
  }
  return null;
}

/**
 * Whether a status says that the mailbox itself is no good (RFC 3463 §3.2 and §3.3): no such mailbox or system, moved away,
 * closed. A full one, or one that does not want this message, may be good tomorrow.
 */
export const isDeadMailbox = (status: string): boolean => /^5\.(1\.(1|2|3|6|10)|2\.1)$/.test(status);
