import { createHash } from "node:crypto";
import { marshall } from "@aws-sdk/util-dynamodb";
import { tokenKey } from "../../../functions/aws/tokens.ts";
import { Random } from "../random.ts";
import type { World } from "./world.ts";

/** The token of who acts apart: its use is noted for itself. */
const token = "token-apart";

/**
 * The world for an actor with random numbers, ids and a token of its own, so that a schedule's other actors
 * draw and call as they do without it.
 */
export function apartIn(world: World, random: Random): World {
  const digest = createHash("sha256").update(token).digest("hex");
  const scopes = ["read", "admin"];
  const grant = { id: token, streamer: "*", scopes, createdAt: world.scheduler.now };
  world.table.replace(marshall({ ...tokenKey(digest), ...grant }));
  let ids = 0;
  const own = { random, token, newId: () => `apart-${ids++}`, traits: { ...world.traits, oldCode: 0 } };
  return new Proxy(world, {
    get: (target, name) => {
      if (Object.hasOwn(own, name)) return own[name as keyof typeof own];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Random numbers that depend on a seed, and not on those of its schedule. */
export const randomApart = (seed: number) => new Random(seed ^ 0x5e77_19a5);
