/**
 * A role for each function, with no permission that it does not need. In the table, partitions say who may do
 * what: a bearer token has a partition of its own, `token#<digest>`, and `tokens` alone creates and deletes
 * one; streamers have `streamer#<name>`, and their entries in the list of streamers share `streamers#0` to `streamers#f`.
 */

const { allow, arnOf, logTo, partitions, roleFor } = require("./statements.cjs");

/** Earlier versions kept all names in the partition `streamers`. */
const ofStreamers = ["streamers", "streamers#*", "streamer#*"];
const ofEntries = ["streamers#*"];
/** The list of tokens is in `tokens`; earlier versions kept the tokens themselves there. */
const ofTokens = ["token#*", "tokens"];

function rolesOf({ tableArn: table, archiveArnSub, accountsSecretArn, auth }) {
  const below = (...prefixes) => prefixes.map(prefix => ({ "Fn::Sub": `${archiveArnSub}/${prefix}/*` }));
  const isTokens = auth === "token";
  const read = isTokens ? [...ofStreamers, ...ofTokens] : ofStreamers;
  const readItems = allow("dynamodb:GetItem", table, partitions(read));
  const writeStreamers = allow("dynamodb:PutItem", table, partitions(["streamer#*"]));
  const updateEntries = allow("dynamodb:UpdateItem", table, partitions(ofEntries));
  // A delivery also adds to the counts of its streamer's day.
  const updateDays = allow("dynamodb:UpdateItem", table, partitions([...ofEntries, "streamer#*"]));
  const queryStreamers = allow("dynamodb:Query", table, partitions(ofStreamers));
  // An attribute that is not named here can't be set: a token's scopes, for one.
  const attributes = ["pk", "sk", "usedOn"];
  const noteLastUse = isTokens
    ? [allow("dynamodb:UpdateItem", table, partitions(ofTokens, { attributes }))]
    : [];
  const listed = isTokens ? ["tokens"] : [];
  const noteNotified = listed.map(list =>
    allow("dynamodb:UpdateItem", table, partitions([list], { attributes: ["pk", "sk", "notifiedAt"] })),
  );
  const changeTokens = isTokens
    ? [
        allow("dynamodb:GetItem", table, partitions(ofTokens)),
        allow("dynamodb:Query", table, partitions(listed)),
        allow(["dynamodb:PutItem", "dynamodb:DeleteItem"], table, partitions(ofTokens)),
      ]
    : [];
  const role = (name, ...statements) => roleFor("lambda.amazonaws.com", name, statements);

  return {
    IngestRole: role(
      "ingest",
      allow("s3:PutObject", below("raw", "bookmarks", "receipts")),
      allow("s3:GetObject", below("bookmarks", "receipts")),
      readItems,
      writeStreamers,
      queryStreamers,
      updateDays,
      ...noteLastUse,
      allow("secretsmanager:GetSecretValue", accountsSecretArn),
      logTo("IngestLogGroup"),
    ),
    BookmarkRole: role(
      "bookmark",
      allow("s3:GetObject", below("bookmarks")),
      readItems,
      queryStreamers,
      ...noteLastUse,
      logTo("BookmarkLogGroup"),
    ),
    ChangeRole: role(
      "change",
      allow(["s3:GetObject", "s3:PutObject"], below("bookmarks")),
      readItems,
      writeStreamers,
      queryStreamers,
      updateEntries,
      ...noteLastUse,
      logTo("ChangeLogGroup"),
    ),
    OverviewRole: role(
      "overview",
      allow("s3:GetObject", below("bookmarks", "receipts")),
      readItems,
      queryStreamers,
      ...noteLastUse,
      logTo("OverviewLogGroup"),
    ),
    TokensRole: role("tokens", ...changeTokens, ...noteLastUse, logTo("TokensLogGroup")),
    WatchRole: role(
      "watch",
      readItems,
      allow("dynamodb:Query", table, partitions([...ofStreamers, ...listed])),
      updateEntries,
      ...noteNotified,
      allow("sqs:SendMessage", arnOf("DeadLetters")),
      allow("sns:Publish", { Ref: "AlarmTopic" }),
      // Publishing to a topic that is encrypted with a key of our own requires these.
      allow(["kms:Decrypt", "kms:GenerateDataKey"], arnOf("AlarmKey")),
      logTo("WatchLogGroup"),
    ),
  };
}

module.exports = async ({ resolveConfigurationProperty }) => ({
  Resources: rolesOf(await resolveConfigurationProperty(["custom", "parameters"])),
});
