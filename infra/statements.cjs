/** Policies, in CloudFormation's notation. */

const version = "2012-10-17";

/** A statement that allows one action, or several, on one resource, or several. */
const allow = (Action, Resource, Condition) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...(Condition && { Condition }),
});

/** A role that a service assumes, with one inline policy. */
const roleFor = (service, policyName, statements, assumeCondition) => ({
  Type: "AWS::IAM::Role",
  Properties: {
    AssumeRolePolicyDocument: {
      Version: version,
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: service },
          Action: "sts:AssumeRole",
          ...(assumeCondition && { Condition: assumeCondition }),
        },
      ],
    },
    Policies: [{ PolicyName: policyName, PolicyDocument: { Version: version, Statement: statements } }],
  },
});

/**
 * Limits what an action may touch in the table to partitions, and for an update to attributes, too:
 * docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html. `ForAllValues` holds
 * for a request without keys as well, hence `Null`.
 */
const partitions = (keys, { attributes, operator = "ForAllValues:StringLike" } = {}) => {
  const conditions = {
    [operator]: { "dynamodb:LeadingKeys": keys },
    Null: { "dynamodb:LeadingKeys": "false" },
  };
  if (attributes === undefined) return conditions;
  return {
    ...conditions,
    "ForAllValues:StringEquals": { "dynamodb:Attributes": attributes },
    Null: { ...conditions.Null, "dynamodb:Attributes": "false" },
  };
};

const arnOf = name => ({ "Fn::GetAtt": [name, "Arn"] });
const logTo = group => allow(["logs:CreateLogStream", "logs:PutLogEvents"], arnOf(group));

module.exports = { allow, arnOf, logTo, partitions, roleFor };
