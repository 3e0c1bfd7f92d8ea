/**
 * Returns a delivery's archive key: by streamer and UTC day, for people to find. `now` in ms since the epoch.
 */
export function archiveKey(streamer: string, delivery: string, now: number, gzipped: boolean): string {
  const [year, month, day] = new Date(now).toISOString().slice(0, 10).split("-");
  return `raw/${streamer}/${year}/${month}/${day}/${delivery}.stitchstream${gzipped ? ".gz" : ""}`;
}
