// One act of a page at a time: which is under way, what went wrong, what was done. The pages that record, grant or take
// back all tell it so; what the act does is theirs.
export type Attempt = {
  /** The name of the act under way; null: none is. */
  readonly busy: string | null;
  /** Whatever was thrown by the last act; null when it went well. */
  readonly problem: unknown;
  /** What the last act did, in a sentence; empty when there is nothing to say. */
  readonly done: string;
  /**
   * Does it, and says how it went.
   * @param work - what it did, in a sentence, or nothing to say
   * @param name - to tell acts of one page apart
   * @returns whether it went well
   */
  run(work: () => Promise<string | void>, name?: string): Promise<boolean>;
  /** Says that something else on the page went wrong. */
  fail(problem: unknown): void;
};

/** For one page; make it while the component is being made. */
export function createAttempt(): Attempt {
  let busy = $state<string | null>(null);
  let problem = $state.raw<unknown>(null);
  let done = $state('');
  return {
    get busy() {
      return busy;
    },
    get problem() {
      return problem;
    },
    get done() {
      return done;
    },
    async run(work, name = 'act') {
      busy = name;
      problem = null;
      done = '';
      try {
        done = (await work()) ?? '';
        return true;
      } catch (thrown) {
        problem = thrown;
        return false;
      } finally {
        busy = null;
      }
    },
    fail(thrown) {
      problem = thrown;
    },
  };
}
