const KiB = 1024;
const MiB = 1024 * KiB;

/** Every limit of the product: a named constant with its unit last and its source next to it. */

/**
 * Lambda accepts an event of 6 MiB. Base64 turns 3 bytes into 4, and the event's other members need room:
 * docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const wireBytesMax = 4_500_000;
/** Lambda's limit of an event: same page. A body of a text type is escaped as JSON in it. */
export const eventBytesMax = 6 * MiB;
/** The largest expanded size of a gzip body. A Lambda function of 1 GB holds it twice with room to spare. */
export const inflatedBytesMax = 64 * MiB;
/** Machine-made records compress 5 to 30 times; a gzip bomb compresses 1,000 times. */
export const inflationRatioMax = 200;
/** Below this expanded size, any ratio is accepted: short repeated text compresses well and harms nobody. */
export const inflationRatioBytesMin = MiB;
/**
 * A single record's request must stay below the Import API's 20 MB: target-stitch 4.0.4 requires <
 * 20,000,000.
 */
export const lineBytesMax = 20_000_000;
/**
 * The most that expanding cache codes and rewriting values may add to a body: 128 kB of codes can stand for
 * 200 MB.
 */
export const expansionBytesMax = 4 * inflatedBytesMax;
export const headerLinesMax = 32;
export const headerBytesMax = 64 * KiB;
export const depthMax = 128;
export const streamsMax = 1_000;
/**
 * A JSON Schema. tap-hubspot's `deals` spends 400 bytes on a property, twice; each batch of 4 MB repeats the
 * schema.
 */
export const schemaBytesMax = 2 * MiB;
/** Each list of names next to a schema. */
export const namesBytesMax = 256 * KiB;
export const schemasMax = 1_000;
/**
 * A step checks one value against one schema node in about 40 ns; a table's records need one per 10 bytes or
 * so.
 */
export const checkStepsMin = 4_000_000;
export const checkStepsPerByteMax = 4;
/**
 * Schemas that a process keeps between deliveries, in UTF-16 units of text: compiled, and as the Import API
 * gets them. 30 columns need about 2,000.
 */
export const schemaCharsKeptMax = 2 * MiB;
/** Databases have 38 digits, a few have 1,000. Dividing a value takes about one step per digit. */
export const multipleOfDigitsMax = 300;
/** Nested schema nodes in one check, more than records and schemas may have: `$ref`s may be circular. */
export const evaluationDepthMax = 1_000;
export const patternsKeptMax = 500;
/** The memory for the states of a pattern's automata: its engine has one, and so has the faster way. */
export const patternStatesBytesMax = 64 * KiB;
/** The memory for the automata of kept patterns that are matched without their engine. */
export const automataBytesMax = 16 * MiB;
export const bookmarkBytesMax = 1 * MiB;
export const streamerNameCharsMax = 64;
/** A validator's message grows with the value it describes. */
export const faultCharsMax = 1_000;
/** The sender decides how long a name is, so a fault quotes only the beginning of it. */
export const faultNameCharsMax = 100;
/** A problem document lists the first faults of a body and counts the rest. */
export const faultsNamedMax = 100;
/** Lambda's result is limited to 6 MiB, as JSON with all its members: same page as `wireBytesMax`. */
export const answerBytesMax = 6_000_000;
/** A longer receipt lists its first streams and counts them all. */
export const streamsNamedMax = 100;
/** Reading stops here: more faults help nobody and cost time. */
export const faultsCountedMax = 10_000;

/** Batches stay below this, as in every official client: import-api.md section 4. */
export const batchBytesMax = 4_000_000;
/** A batch of a single record may be this large. */
export const loneRecordBatchBytesMax = 20_000_000;
/** stitchdata.com/docs/developers/import-api: 1 to 20,000 records a request. */
export const batchRecordsMax = 20_000;
/** Scalar leaves of one record: same page. */
export const dataPointsMax = 10_000;
/** A key's text, in UTF-16 units. The server says: "String keys cannot be longer than 1024 characters". */
export const keyCharsMax = 1_024;
/** A text whose schema requires an email or IP address, in UTF-16 units: limits the time of its check. */
export const addressCharsMax = 1_000;
/** Names of streams and key fields: BigQuery accepts the longest table names of all Stitch destinations. */
export const nameCharsMax = 1_024;
/**
 * Up to 8 are known to work (readme of stitchdata/google-sheets-integration); checking them must stay cheap.
 */
export const keyNamesMax = 100;
/** Batches of small tables wait for round trips: 200 of them, at 300 ms each, take 4 s. */
export const batchesInFlightMax = 16;
/** Each holds its body while it waits. Users of target-stitch send 5 at once (its turbo_boost_factor). */
export const batchesInFlightBytesMax = 4 * batchBytesMax;
/** After a batch that needed a second attempt: the Import API states no rate, and may answer 429. */
export const batchesInFlightAfterRetryMax = 4;

/** The length of an Idempotency-Key, in visible ASCII characters: the limit of Stripe's API. */
export const idempotencyKeyCharsMax = 255;
/** For how long a key refuses another body. */
export const idempotencyKeyHoursMax = 24;
/** For how long idempotency records and filed commits are kept. */
export const rememberedDaysMax = 400;
export const historyEntriesMax = 100;
/** For how long a day's counts are kept. */
export const dayCountsDaysMax = 35;
/** Few enough that a day's item stays small: each of its updates costs a write unit for each kB. */
export const dayStreamsMax = 100;
/** A page of streamers with their last failures has less than 2 MB. */
export const streamersListedMax = 1_000;
/** A page of history stays below Lambda's 6 MB even if each of its characters is escaped. */
export const historyBytesMax = 2 * MiB;

/** A streamer's `expectedEvery`: `watch` checks every five minutes. */
export const expectedMillisecondsMin = 60_000;
/** Ten years: for a streamer that is retired. */
export const expectedMillisecondsMax = 3_650 * 86_400_000;

/** How soon a token may expire: soon enough for a test. */
export const expiresMillisecondsMin = 60_000;
/** Ten years, as for `expectedEvery`. A token without `expires` does not expire. */
export const expiresMillisecondsMax = 3_650 * 86_400_000;
/** A page of tokens: each costs one read of the table. */
export const tokensListedMax = 100;

/**
 * The clocks of two machines may differ this much. Amazon Time Sync keeps Lambda's within about a
 * millisecond.
 */
export const leaseMarginMillisecondsMax = 1_000;
/**
 * Reserved for the commit: the write of a large bookmark to S3 and, next to it, of the receipt, and then the
 * write of the streamer's item, each after one attempt that got no answer within a second.
 */
export const commitMillisecondsMin = 3_000;
/** Reserved for the response. */
export const answerMillisecondsMin = 200;
/** Reserved at the end of a scheduled run for the segment in flight and for ending the streamer. */
export const runReserveMillisecondsMin = 60_000;
/**
 * The deadline of a scheduled run's segment, with all retries; a run that is killed holds its lease for this
 * long.
 */
export const segmentMillisecondsMax = 120_000;
/** Returns when the work must be done for its response to be in time, ms since the epoch. */
export const answerBy = (deadline: number): number => deadline - answerMillisecondsMin;

/**
 * Larger values are stored in S3. A delivery writes its bookmark into three items, at a write unit a started
 * kB: from here on, one PUT is cheaper. docs/operations.md has the prices.
 */
export const inlineBytesMax = 2 * KiB;
