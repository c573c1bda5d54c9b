// A witness policy as it is drawn: the group that decides, its members, theirs, down to the witnesses.
import { isQuorum, type WitnessPolicy } from '@veche/ledger/policy.ts';

export type PolicyNode =
  | { readonly kind: 'witness'; readonly name: string }
  | {
      readonly kind: 'group';
      readonly name: string;
      /** As many members as must have signed. */
      readonly threshold: number;
      readonly members: readonly PolicyNode[];
    };

/** The part of the policy that decides; null where nobody's word is asked for. */
export function policyTree(policy: WitnessPolicy): PolicyNode | null {
  const nodeOf = (name: string): PolicyNode => {
    const group = policy.groups.find((one) => one.name === name);
    return group
      ? { kind: 'group', name, threshold: group.threshold, members: group.members.map(nodeOf) }
      : { kind: 'witness', name };
  };
  return policy.quorum === null ? null : nodeOf(policy.quorum);
}

/** Whether the node is satisfied by these witnesses. */
export const isMet = (policy: WitnessPolicy, { name }: PolicyNode, signed: ReadonlySet<string>): boolean =>
  isQuorum({ ...policy, quorum: name }, signed);
