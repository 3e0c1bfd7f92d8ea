import { memoryArchive } from "../../functions/memory/archive.ts";
import { memoryStore } from "../../functions/memory/store.ts";
import type { Streamer, Streamers } from "../../functions/persister/store.ts";
import { Destination } from "./import-api.ts";
import { Invariants } from "./invariants.ts";
import { Random } from "./random.ts";
import type { FaultCounts } from "./report.ts";
import { Scheduler } from "./scheduler.ts";
import type { Change } from "./source.ts";

/** Everything outside the core: it outlives every process, and loses nothing that it has said it has. */
export class World {
  readonly random: Random;
  readonly scheduler = new Scheduler();
  readonly archive = memoryArchive();
  readonly store = memoryStore();
  readonly destination = new Destination();
  readonly invariants = new Invariants(this);
  readonly faults: FaultCounts = new Map();
  readonly #changes = new Map<string, Change[]>();
  #ids = 0;

  /** How often the Import API is in trouble. */
  readonly trouble: number;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.trouble = this.random.pick([0.05, 0.4]);
  }

  /** What has happened in a streamer's source. */
  changesOf(streamer: string): Change[] {
    const changes = this.#changes.get(streamer) ?? [];
    this.#changes.set(streamer, changes);
    return changes;
  }

  streamerNames(): string[] {
    return [...this.#changes.keys()];
  }

  /** The streamers' items, each write of them checked. */
  readonly streamers: Streamers = {
    read: (name, deadline) => this.store.streamers.read(name, deadline),
    list: (nextFence, limit, deadline) => this.store.streamers.list(nextFence, limit, deadline),
    write: async (next, deadline) => {
      const before = await this.store.streamers.read(next.name, deadline);
      const isWritten = await this.store.streamers.write(next, deadline);
      if (isWritten) this.invariants.watching(() => this.invariants.checkWrite(before, next));
      if (isWritten) await this.#checkFiled(next);
      return isWritten;
    },
  };

  /** A delivery that is committed can be asked for. */
  async #checkFiled({ name, commit }: Streamer): Promise<void> {
    if (commit?.whole !== true) return;
    const filed = await this.store.log.read(name, commit.delivery, 0);
    this.invariants.watching(() => this.invariants.checkFiled(commit, filed));
  }

  newId(): string {
    return `id-${this.#ids++}`;
  }
}
