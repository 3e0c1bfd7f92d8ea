import { within } from "../deadline.ts";
import type { Settings } from "../entries.ts";
import { PersisterError } from "../errors.ts";
import type { Store, StreamerSettings } from "../store.ts";
import { nextFence } from "./lease.ts";
import type { Precondition } from "./precondition.ts";

/** A streamer's settings, and how often they have been set: their ETag. */
export interface VersionedSettings {
  readonly version: number;
  readonly settings: Settings;
}

export interface SettingsRequest {
  readonly streamer: string;
  readonly settings: Settings;
  readonly precondition: Precondition;
  /** ms since the epoch. */
  readonly deadline: number;
}

/** Resolves to a streamer's settings; version 0 before the first. Rejects with `store-unavailable`. */
export async function readSettings(
  streamer: string,
  store: Store,
  deadline: number,
): Promise<VersionedSettings> {
  const { settings } = await within(store, deadline).streamers.readWithSettings(streamer);
  return versionedOf(settings);
}

/**
 * Replaces a streamer's settings, whether it has delivered yet or not. They are no part of its revision, and
 * a delivery in flight does not matter. Rejects with `precondition-failed` or `store-unavailable`.
 */
export async function changeSettings(
  { streamer, settings, precondition, deadline }: SettingsRequest,
  store: Store & { newId(): string },
): Promise<VersionedSettings> {
  const { streamers, entries, newId } = within(store, deadline);
  const { settings: current } = await streamers.readWithSettings(streamer);
  const { version } = versionedOf(current);
  if (!matches(precondition, version)) throw changed(version);
  const next: StreamerSettings = { streamer, ...nextFence(current, newId()), settings };
  if (!(await streamers.writeSettings(next))) {
    const { settings: found } = await streamers.readWithSettings(streamer);
    // The stamp tells another caller's write from our own whose answer was lost.
    const isOverwritten = versionedOf(found).version > next.fence;
    if (found?.stamp !== next.stamp)
      throw isOverwritten ? overwritten() : changed(versionedOf(found).version);
  }
  await entries.set(streamer, settings).catch(() => undefined);
  return versionedOf(next);
}

const versionedOf = (stored: StreamerSettings | undefined): VersionedSettings => ({
  version: stored?.fence ?? 0,
  settings: stored?.settings ?? {},
});

/** RFC 9110 section 13.1. Settings always exist, if only as `{}`: `*` matches every version. */
const matches = ({ match, noneMatch }: Precondition, version: number) =>
  (match === undefined || match === "*" || match.includes(version)) &&
  (noneMatch === undefined || (noneMatch !== "*" && !noneMatch.includes(version)));

/** Others have replaced the settings, so it is unknown whether these were stored before. */
const overwritten = () =>
  new PersisterError(
    "store-unavailable",
    "Others replaced the settings meanwhile, so it is unknown whether these were stored.",
    {
      hint: "Read the settings again, and send `If-Match` with their ETag.",
      retryAfterSeconds: 1,
    },
  );

const changed = (version: number) =>
  new PersisterError(
    "precondition-failed",
    `The settings are at version ${version}, which \`If-Match\` does not name.`,
    { hint: "Read the settings again, and send `If-Match` with their ETag.", version },
  );
