/** Where a delivery's bytes go: by streamer and UTC day, so that a person finds them. `now` in ms since the epoch. */
export function archiveKey(streamer: string, delivery: string, now: number, gzipped: boolean): string {
  const [year, month, day] = new Date(now).toISOString().slice(0, 10).split("-");
  return `raw/${streamer}/${year}/${month}/${day}/${delivery}.stitchstream${gzipped ? ".gz" : ""}`;
}
