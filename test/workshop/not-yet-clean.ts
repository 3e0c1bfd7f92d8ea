/** Rooms and files that rules do not hold yet. The lists only shrink until they can be removed. */
export const withOldWords: readonly string[] = [
  "infra/alarm-address.yml",
  "infra/alarms.yml",
  "infra/local/gateway/body.ts",
];

export const withLongLines: readonly string[] = ["cli/", "functions/", "infra/", "streamers/"];
