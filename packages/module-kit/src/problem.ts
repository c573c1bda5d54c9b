// RFC 9457 problem JSON: the one shape of every "no" that leaves the server.

export type Problem = {
  /** `/problems/<code>`: stable, what programs look at. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** For people, in their language: what happened, what was kept, what to do now. */
  readonly detail?: string;
  /** The request's id, to be named in a call for help. */
  readonly instance?: string;
  /** Facts behind the refusal. */
  readonly facts?: Readonly<Record<string, string | number>>;
  /** For a body or a query that does not parse: where, and what was expected. */
  readonly errors?: readonly { readonly at: string; readonly message: string }[];
};

/** Thrown by the client when the server answers with a problem. */
export class ProblemError extends Error {
  readonly problem: Problem;
  /** The last part of the problem's type, such as `meeting-closed`. */
  readonly code: string;
  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = 'ProblemError';
    this.problem = problem;
    this.code = problem.type.slice(problem.type.lastIndexOf('/') + 1);
  }
}
