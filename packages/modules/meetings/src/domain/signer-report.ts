// What was read in a detached signature of the minutes: what it shows, and what it cannot.
import { z } from 'zod';

/** The forms of the minutes that may be signed. */
export const MINUTES_FORMS = ['pdf', 'xml', 'json'] as const;
export type MinutesForm = (typeof MINUTES_FORMS)[number];

export const signerReport = z.object({
  verdict: z.enum(['fits', 'other-file', 'broken', 'not-checked']).meta({
    description:
      '`fits`: of these minutes, by the key of its certificate. `other-file`: sound or not, it is not of these minutes. ' +
      '`broken`: of these minutes by its own word, and the key says otherwise. `not-checked`: by an algorithm we do not have.',
  }),
  covers: z
    .enum(MINUTES_FORMS)
    .nullable()
    .meta({ description: 'Which file it is of; null when that is not known.' }),
  subject: z.string().meta({ description: 'As the certificate has it.' }),
  position: z.string().nullable(),
  organization: z.string().nullable(),
  issuer: z.string(),
  serial: z.string(),
  notBefore: z.iso.datetime(),
  notAfter: z.iso.datetime(),
  signedAt: z.iso
    .datetime()
    .nullable()
    .meta({ description: 'By the signer’s own clock; null when not said.' }),
  algorithm: z.string().meta({ description: 'A name, or the object identifier of what we do not have.' }),
});
export type SignerReport = z.output<typeof signerReport>;
