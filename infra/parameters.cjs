/** Checks `--param name=value` and converts the values for the template. The defaults are in serverless.yml. */

const { closest } = require("fastest-levenshtein");

const importApiUrls = {
  us: "https://api.stitchdata.com",
  eu: "https://api.eu-central-1.stitchdata.com",
};
/** CloudFormation omits a property with this value. */
const noValue = { Ref: "AWS::NoValue" };

const count = /^[1-9]\d{0,3}$/;
/** docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const logDays = "1 3 5 7 14 30 60 90 120 150 180 365 400 545 731 1827 2192 2557 2922 3288 3653".split(" ");
const secretArn = /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/;
/** docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const roleArn = /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;
const certificateArn = /^arn:[\w-]+:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/;

/** A parameter's valid values, and their description for errors. An empty value means that it was not given. */
const kinds = {
  importApiRegion: [/^(us|eu)$/, "us or eu"],
  accountsSecret: [/^$/, secretArn, "the full ARN of a secret, with the six characters at its end"],
  alarmAddress: [/^$/, /^[^@\s]+@[^@\s]+\.[^@\s]+$/, "an e-mail address"],
  monthlyBudget: [/^(0|[1-9]\d{0,6})$/, "a number of dollars, or 0 for no budget"],
  rate: [count, "a number of requests a second"],
  burst: [count, "a number of requests at once"],
  bookmarkAgeHours: [count, "a number of hours"],
  streamerMetrics: [/^(on|off)$/, "on or off"],
  concurrency: [/^none$/, count, "a number of runs at a time, or none"],
  logDays: [new RegExp(`^(${logDays.join("|")})$`), `one of ${logDays.join(", ")}`],
  archiveDays: [/^$/, count, "a number of days above 90"],
  auth: [/^(token|jwt|iam)$/, "token, jwt or iam"],
  jwtIssuer: [/^$/, /^https:\/\/[^\s/?#]+[^\s?#]*$/, "an https URL"],
  jwtAudience: [/^$/, /^[^\s,]+(,[^\s,]+)*$/, "audiences separated by commas"],
  customDomain: [/^$/, /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, "a domain name in lower case"],
  certificateArn: [/^$/, certificateArn, "the ARN of a certificate"],
  scheduled: [/^$/, /^[a-z0-9-]+(,[a-z0-9-]+)*$/, "names of custom.streamers, separated by commas"],
  table: [/^$/, /^[\w.-]{3,255}$/, "a table's name"],
  archive: [/^$/, bucketName, "a bucket's name"],
  deploymentRole: [/^$/, roleArn, "the ARN of a role"],
  protect: [/^(true|false)$/, "true or false"],
};

/** docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html, FunctionName. */
const functionNameLengthMax = 64;
/** The longest name of the functions of every stage; infra/scheduled.cjs checks its streamers' names. */
const longestFunction = "overview";

/** A stage's name is part of the names of the stack and of the functions. */
function stageFaults(service, stage) {
  const lengthMax = functionNameLengthMax - `${service}--${longestFunction}`.length;
  return stage.length <= lengthMax ? [] : [`stage has ${stage.length} characters, and can have ${lengthMax}`];
}

/** Returns the conflicts between valid values. */
function contradictions(given) {
  const { auth, jwtIssuer, jwtAudience, customDomain, certificateArn, archive, archiveDays } = given;
  const found = [];
  const isJwt = auth === "jwt";
  if (isJwt !== (jwtIssuer !== "") || isJwt !== (jwtAudience !== ""))
    found.push("auth=jwt, jwtIssuer and jwtAudience must be set together or not at all");
  if ((customDomain === "") !== (certificateArn === ""))
    found.push("customDomain and certificateArn must be set together or not at all");
  // S3 refuses to let objects expire before their last move, which infra/archive.yml has at 90 days.
  if (archiveDays !== "" && Number(archiveDays) <= 90) found.push("archiveDays must be more than 90");
  // The stack configures only its own bucket.
  if (archive !== "" && archiveDays !== "")
    found.push("archiveDays is for the stack's own archive: with archive, set that bucket's lifecycle rules");
  return found;
}

function faultsOf(given, named) {
  const known = Object.keys(kinds);
  const unknown = named.filter(name => !known.includes(name));
  const wrong = Object.entries(kinds).flatMap(([name, [...patterns]]) => {
    const legal = patterns.pop();
    return patterns.some(pattern => pattern.test(given[name]))
      ? []
      : [`${name} must be ${legal}, not "${given[name]}"`];
  });
  const misspelt = unknown.map(
    name => `there is no parameter ${name}: did you mean ${closest(name, known)}?`,
  );
  return [...misspelt, ...wrong, ...contradictions(given)];
}

const authorizers = ({ jwtIssuer, jwtAudience }) => ({
  jwt: {
    type: "jwt",
    identitySource: "$request.header.Authorization",
    issuerUrl: jwtIssuer,
    audience: jwtAudience.split(","),
  },
});

/* biome-ignore-start lint/suspicious/noTemplateCurlyInString: CloudFormation fills them in. */
const tableArn = table => ({
  "Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/".concat(table),
});

/** The archive's ARN inside an Fn::Sub. */
const archiveArnSub = archive => (archive ? `arn:\${AWS::Partition}:s3:::${archive}` : "${Archive.Arn}");
/* biome-ignore-end lint/suspicious/noTemplateCurlyInString: CloudFormation fills them in. */

/** Returns the parameters of a deploy: of its command line, and those that serverless.yml has for its stage. */
async function namedBy({ options, resolveConfigurationProperty, resolveVariable }) {
  const onLine = [options.param ?? []].flat().map(param => param.split("=")[0]);
  const params = await resolveConfigurationProperty(["params"]);
  const ofStage = params[await resolveVariable("sls:stage")];
  return [...new Set([...onLine, ...Object.keys({ ...params.default, ...ofStage })])];
}

module.exports = async given => parametersOf(given, await namedBy(given));

async function parametersOf({ resolveConfigurationProperty, resolveVariable }, named) {
  const names = Object.keys(kinds);
  const [service, stage] = [
    await resolveConfigurationProperty(["service"]),
    await resolveVariable("sls:stage"),
  ];
  const values = await Promise.all(names.map(name => resolveVariable(`param:${name}`)));
  const given = Object.fromEntries(names.map((name, i) => [name, String(values[i])]));
  const faults = [...stageFaults(service, stage), ...faultsOf(given, named)];
  // The tool prints an error's stack if it has one.
  if (faults.length > 0)
    throw Object.assign(new Error(), { stack: `wrong parameters: ${faults.join("; ")}` });

  const { accountsSecret, alarmAddress, archive, archiveDays, auth, concurrency, customDomain, table } =
    given;
  const { monthlyBudget } = given;
  return {
    importApiUrl: importApiUrls[given.importApiRegion],
    accountsSecretArn: accountsSecret || { Ref: "Secret" },
    secretFile: accountsSecret ? "none" : "secret",
    tableName: table || { Ref: "Table" },
    tableArn: table ? tableArn(table) : { "Fn::GetAtt": ["Table", "Arn"] },
    tableSub: table || "${Table}",
    tableFile: table ? "none" : "table",
    archiveName: archive || { Ref: "Archive" },
    archiveArnSub: archiveArnSub(archive),
    archiveFile: archive ? "none" : "archive",
    protect: given.protect === "true",
    deploymentRole: given.deploymentRole || null,
    alarmAddress,
    alarmAddressFile: alarmAddress ? "alarm-address" : "none",
    monthlyBudget,
    budgetFile: alarmAddress && monthlyBudget !== "0" ? "budget" : "none",
    rate: Number(given.rate),
    burst: Number(given.burst),
    bookmarkAgeHours: Number(given.bookmarkAgeHours),
    streamerMetrics: given.streamerMetrics,
    concurrency: concurrency === "none" ? null : Number(concurrency),
    logDays: Number(given.logDays),
    archiveDays: archiveDays ? Number(archiveDays) : noValue,
    auth,
    authorizer: { token: null, jwt: { name: "jwt" }, iam: { type: "aws_iam" } }[auth],
    authorizers: auth === "jwt" ? authorizers(given) : {},
    customDomain,
    disableDefaultEndpoint: customDomain !== "",
    scheduled: given.scheduled === "" ? [] : [...new Set(given.scheduled.split(","))],
    certificateArn: given.certificateArn,
    domainFile: customDomain ? "domain" : "none",
  };
}
