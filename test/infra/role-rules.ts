import { at, each, ofType, statements } from "./template.ts";
import type { Rule } from "./template-rules.ts";

const ingestStatement = "IngestRole.Properties.Policies.0.PolicyDocument.Statement";
const anyStatement = { Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };

/** The objects below one prefix of the archive. */
const prefixOfArchive = /^\{"Fn::Sub":"\$\{Archive\.Arn\}\/[a-z]+\/\*"\}$/;

const isExact = (resource: unknown) => {
  const text = JSON.stringify(resource);
  return text !== undefined && (!text.includes("*") || prefixOfArchive.test(text));
};

export const roleRules: readonly Rule[] = [
  {
    name: "roles name their actions, none by `*`",
    check: template =>
      statements(template).flatMap(({ role, actions }) =>
        actions.every(action => typeof action === "string" && !action.includes("*"))
          ? []
          : [`${role}: ${actions}`],
      ),
    seeds: [
      [`${ingestStatement}.0.Action`, "s3:*"],
      [`${ingestStatement}.0`, { Effect: "Allow", NotAction: "iam:PassRole", Resource: "arn:aws:s3:::one" }],
    ],
  },
  {
    name: "roles name their resources, by `*` only what is below a prefix of the archive",
    check: template =>
      statements(template).flatMap(({ role, resources }) => (resources.every(isExact) ? [] : [role])),
    seeds: [
      [`${ingestStatement}.0.Resource`, "*"],
      [`${ingestStatement}.0.Resource`, "arn:aws:s3:::*"],
      [`${ingestStatement}.0.Resource`, { "Fn::Sub": `\${Archive.Arn}/*` }],
      [`${ingestStatement}.0.Resource`, undefined],
    ],
  },
  {
    name: "what a role may do stands in it alone",
    check: template => [
      ...["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"].flatMap(type =>
        ofType(template, type).map(({ name }) => name),
      ),
      ...each("AWS::IAM::Role", get => get("ManagedPolicyArns") === undefined)(template),
    ],
    seeds: [
      ["IngestRole.Properties.ManagedPolicyArns", ["arn:aws:iam::aws:policy/AdministratorAccess"]],
      ["Extra", { Type: "AWS::IAM::Policy", Properties: { PolicyDocument: anyStatement } }],
    ],
  },
  {
    name: "roles are Lambda's to take",
    check: each("AWS::IAM::Role", get => {
      const takers = get("AssumeRolePolicyDocument.Statement") as unknown[];
      return takers.every(taker => at(taker, "Principal.Service") === "lambda.amazonaws.com");
    }),
    seeds: [["IngestRole.Properties.AssumeRolePolicyDocument.Statement.0.Principal", { AWS: "*" }]],
  },
  {
    name: "every function has a role of its own, which no other shares",
    check: template => {
      const roles = ofType(template, "AWS::Lambda::Function").map(({ resource }) =>
        String(at(resource.Properties, "Role.Fn::GetAtt.0")),
      );
      return roles.filter(
        (role, i) => template.Resources[role]?.Type !== "AWS::IAM::Role" || roles.indexOf(role) !== i,
      );
    },
    seeds: [
      ["BookmarkLambdaFunction.Properties.Role", { "Fn::GetAtt": ["IngestRole", "Arn"] }],
      ["BookmarkLambdaFunction.Properties.Role", undefined],
    ],
  },
  {
    name: "only the functions that take deliveries in and change bookmarks may write",
    check: template =>
      statements(template).flatMap(({ role, actions }) =>
        !["IngestRole", "ChangeRole"].includes(role) &&
        /:(Put|Update|Delete)(Object|Item)/.test(actions.join())
          ? [role]
          : [],
      ),
    seeds: [["BookmarkRole.Properties.Policies.0.PolicyDocument.Statement.1.Action", "dynamodb:UpdateItem"]],
  },
];
