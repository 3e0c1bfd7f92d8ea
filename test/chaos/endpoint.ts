import { readSettings } from "../../infra/local/settings.ts";
import { startStack } from "../../infra/local/stack.ts";

// Whoever started it may be killed, too.
process.once("disconnect", () => process.exit());

/**
 * A process of its own: the endpoint, whose deliveries have less time, so that a killed one's lease is soon
 * over.
 */
const stack = await startStack(readSettings(process.env), { ingestMilliseconds: 5_000 });
console.log(`up ${stack.url}`);
