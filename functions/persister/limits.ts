export {
  multipleOfDigitsMax,
  patternStatesBytesMax,
  patternsKeptMax,
  schemaCharsKeptMax,
} from "../json-schema/limits.ts";

const KiB = 1024;
const MiB = 1024 * KiB;

/** Every limit of the product: a named constant, its unit last, its source beside it. */

/**
 * Lambda takes 6 MiB as an event, base64 turns 3 bytes into 4, and the event's other members want room:
 * docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const wireBytesMax = 4_500_000;
/** What a gzip body may grow to; a Lambda function of 1 GB holds it twice with room to spare. */
export const inflatedBytesMax = 64 * MiB;
/** Text of machine-made records shrinks 5 to 30 times; a gzip bomb 1,000 times. */
export const inflationRatioMax = 200;
/** One record's request must stay below the Import API's 20 MB: singer-io/target-stitch 4.0.4 demands < 20,000,000. */
export const lineBytesMax = 20_000_000;
/** What all of a body's cache codes, and values that are written anew, may add to it: 128 kB of codes can stand for 200 MB. */
export const expansionBytesMax = 4 * inflatedBytesMax;
export const headerLinesMax = 32;
export const depthMax = 128;
export const streamsMax = 1_000;
/** A JSON Schema, in bytes: tap-hubspot's of deals has 400 for a property and says it twice; batches of 4 MB repeat it. */
export const schemaBytesMax = 2 * MiB;
/** Each list of names beside a schema, in bytes. */
export const namesBytesMax = 256 * KiB;
export const schemasMax = 1_000;
/** A step holds one value against one node of a schema, in some 40 ns; records of a table take one for 10 bytes or so. */
export const checkStepsMin = 4_000_000;
export const checkStepsPerByteMax = 4;
export const bookmarkBytesMax = 1 * MiB;
export const streamerNameCharsMax = 64;
/** A validator's words grow with what they are about. */
export const faultCharsMax = 1_000;
/** What a fault names is as long as whoever sent it wants. */
export const faultNameCharsMax = 100;
/** A problem document names the first of a body's faults, and counts the rest. */
export const faultsNamedMax = 100;
/** Lambda's result has 6 MiB, as JSON with all its members: the page of `wireBytesMax`. */
export const answerBytesMax = 6_000_000;
/** A receipt that would be larger names the first of its streams, and counts them. */
export const streamsNamedMax = 100;
/** Reading a body on beyond so many faults would help nobody and cost time. */
export const faultsCountedMax = 10_000;

/** Batches are cut below this, as every official client does: import-api.md section 4. */
export const batchBytesMax = 4_000_000;
/** A lone record may make a batch this large. */
export const loneRecordBatchBytesMax = 20_000_000;
/** stitchdata.com/docs/developers/import-api: 1 to 20,000 records a request. */
export const batchRecordsMax = 20_000;
/** Scalar leaves of one record's data: same page. */
export const dataPointsMax = 10_000;
/** A key's text, in UTF-16 units: the server's own words, "String keys cannot be longer than 1024 characters". */
export const keyCharsMax = 1_024;
/** Of a stream or a key field: the longest table name any Stitch destination takes (BigQuery), its destination-details page. */
export const nameCharsMax = 1_024;
/** No more than 8 are known to work (stitchdata/google-sheets-integration's readme); checking them must stay cheap. */
export const keyNamesMax = 100;
/** Each holds its body's 4 MB while it waits; target-stitch's users set 5 (its turbo_boost_factor). */
export const batchesInFlightMax = 4;

/** An Idempotency-Key, in visible ASCII characters: as Stripe's API has it. */
export const idempotencyKeyCharsMax = 255;
/** How long a key refuses another body. */
export const idempotencyKeyHoursMax = 24;
/** How long a delivery is known by its key, and a commit by its revision. */
export const rememberedDaysMax = 400;
export const historyEntriesMax = 100;
/** A page of history stays below Lambda's 6 MB, though each character of it were escaped. */
export const historyBytesMax = 2 * MiB;

/** How far two machines' clocks may differ: Amazon Time Sync keeps Lambda's within a millisecond or so. */
export const leaseMarginMillisecondsMax = 1_000;
/** Kept back from the deadline for the commit: two writes of DynamoDB, each after an attempt of 800 ms that was silent. */
export const commitMillisecondsMin = 3_000;
/** Kept back for the answer. */
export const answerMillisecondsMin = 200;
/** Kept back from a scheduled run's deadline for the segment that is under way, and for the streamer's end. */
export const runReserveMillisecondsMin = 60_000;
/** How long a segment of a scheduled run may take, with all retries; for so long a run that was killed holds its streamer. */
export const segmentMillisecondsMax = 120_000;
/** When work has to be done, so that its answer is in time; ms since the epoch. */
export const answerBy = (deadline: number): number => deadline - answerMillisecondsMin;

/** A DynamoDB item holds 400 KB with all its attributes; what is larger than this lives in S3. */
export const inlineBytesMax = 256 * KiB;
