// An area as a person types it. The server stores whole square centimetres and nothing here may pass through a float.

const TYPED = /^([0-9]{1,8})(?:[.,]([0-9]{1,4}))?$/;

/** Square metres as typed (`24 315,7`, `24315.70 м²`) in cm²; null when it is no such number. */
export function parseAreaCm2(text: string): number | null {
  const match = TYPED.exec(
    text.replace(/\s*(м²|м2|m²|m2|кв\.?\s*м\.?)\s*$/i, '').replace(/[\s\u00a0\u202f]/g, ''),
  );
  if (!match) return null;
  return Number(BigInt(match[1]!) * 10_000n + BigInt((match[2] ?? '').padEnd(4, '0')));
}
