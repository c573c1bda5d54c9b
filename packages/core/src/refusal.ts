// A refusal is an expected "no" of the law or of the state: a value, never an exception.

/** A refusal with its closed code and the plain facts a person needs to mend it. */
export type Refusal<Code extends string = string> = {
  readonly refused: Code;
  /** Facts for the message, none of them personal. */
  readonly facts?: Readonly<Record<string, string | number>>;
};

export const refuse = <const Code extends string>(
  code: Code,
  facts?: Record<string, string | number>,
): Refusal<Code> => (facts ? { refused: code, facts } : { refused: code });

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refused' in value;
