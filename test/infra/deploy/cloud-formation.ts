import { isDeepStrictEqual } from "node:util";
import type { Account, StandInStack, StandInTemplate } from "./account.ts";

/** A refusal by a service. */
export class Refused extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

interface ChangeSet {
  readonly name: string;
  readonly template: StandInTemplate;
  readonly hasChanges: boolean;
}

type Parameters = Readonly<Record<string, string>>;
type Action = (parameters: Parameters) => object | Promise<object>;

const stackId = ({ name }: StandInStack) => `arn:aws:cloudformation:us-east-1:123456789012:stack/${name}/1`;

/**
 * CloudFormation's actions that a deploy needs, on a stand-in account. `read` reads a template by its URL.
 */
export function cloudFormation(
  account: Account,
  read: (url: string) => Promise<StandInTemplate>,
): Readonly<Record<string, Action>> {
  const changeSets = new Map<string, ChangeSet>();
  const stackOf = ({ StackName }: Parameters): StandInStack => {
    const name = StackName!.replace(/^arn:.*:stack\/(.*)\/1$/, "$1");
    const stack = account.stacks.get(name);
    if (stack === undefined) throw new Refused("ValidationError", `Stack with id ${name} does not exist`);
    return stack;
  };
  const described = (stack: StandInStack, { name, hasChanges }: ChangeSet) => ({
    ChangeSetName: name,
    ChangeSetId: `arn:${name}`,
    StackId: stackId(stack),
    StackName: stack.name,
    ...(hasChanges
      ? { Status: "CREATE_COMPLETE" }
      : { Status: "FAILED", StatusReason: "The submitted information didn't contain changes." }),
  });
  return {
    DescribeStacks: parameters => ({ Stacks: [describedStack(account, stackOf(parameters))] }),
    ListStackResources: parameters => ({
      StackResourceSummaries: stackOf(parameters).resources.map(({ id, physical, resource }) => ({
        LogicalResourceId: id,
        PhysicalResourceId: physical,
        ResourceType: resource.Type,
        ResourceStatus: "CREATE_COMPLETE",
      })),
    }),
    DescribeStackResource: parameters => {
      const id = parameters.LogicalResourceId!;
      const made = stackOf(parameters).resources.find(each => each.id === id);
      if (made === undefined)
        throw new Refused(
          "ValidationError",
          `Resource ${id} does not exist for stack ${parameters.StackName}`,
        );
      return { StackResourceDetail: { LogicalResourceId: id, PhysicalResourceId: made.physical } };
    },
    CreateChangeSet: async parameters => {
      const { StackName, ChangeSetName: name, TemplateBody, TemplateURL, ChangeSetType } = parameters;
      const stack = ChangeSetType === "CREATE" ? account.create(StackName!) : stackOf(parameters);
      const template = TemplateBody
        ? (JSON.parse(TemplateBody) as StandInTemplate)
        : await read(TemplateURL!);
      const hasChanges = !isDeepStrictEqual(template, stack.template);
      changeSets.set(stack.name, { name: name!, template, hasChanges });
      stack.tags = tagsOf(parameters);
      return { Id: `arn:${name}`, StackId: stackId(stack) };
    },
    DescribeChangeSet: parameters => {
      const stack = stackOf(parameters);
      return described(stack, changeSets.get(stack.name)!);
    },
    DeleteChangeSet: () => ({}),
    ExecuteChangeSet: parameters => {
      const stack = stackOf(parameters);
      account.apply(stack, changeSets.get(stack.name)!.template);
      return {};
    },
    DescribeStackEvents: parameters => {
      const stack = stackOf(parameters);
      const events = stack.events.map(({ id, type, status, reason }, i) => ({
        EventId: String(i),
        StackName: stack.name,
        LogicalResourceId: id,
        ResourceType: type,
        ResourceStatus: status,
        ResourceStatusReason: reason,
      }));
      return { StackEvents: events.reverse() };
    },
    ValidateTemplate: () => ({}),
    GetStackPolicy: parameters => ({ StackPolicyBody: stackOf(parameters).policy }),
    SetStackPolicy: parameters => {
      stackOf(parameters).policy = parameters.StackPolicyBody;
      return {};
    },
    UpdateTerminationProtection: parameters => {
      stackOf(parameters).isProtected = parameters.EnableTerminationProtection === "true";
      return {};
    },
  };
}

const describedStack = (account: Account, stack: StandInStack) => ({
  StackName: stack.name,
  StackId: stackId(stack),
  StackStatus: stack.status,
  Outputs: Object.entries(account.outputsOf(stack)).map(([OutputKey, OutputValue]) => ({
    OutputKey,
    OutputValue,
  })),
});

/** `Tags.member.1.Key=stage&Tags.member.1.Value=dev` */
const tagsOf = (parameters: Parameters) =>
  Object.fromEntries(
    Object.entries(parameters).flatMap(([name, key]) => {
      const [, n] = /^Tags\.member\.(\d+)\.Key$/.exec(name) ?? [];
      return n === undefined ? [] : [[key, parameters[`Tags.member.${n}.Value`]!]];
    }),
  );
