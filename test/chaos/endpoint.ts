import { readSettings } from "../../infra/local/settings.ts";
import { startStack } from "../../infra/local/stack.ts";
import { instrumented } from "./instrumented.ts";
import { Steps } from "./steps.ts";

// Whoever started it may be killed, too.
process.once("disconnect", () => process.exit());

/**
 * A process of its own: the endpoint, whose deliveries have less time, so that a killed one's lease is soon
 * over.
 */
const stack = await startStack(readSettings(process.env), { ingestMilliseconds: 5_000 });
// Its functions read the parts anew for each delivery.
Object.assign(stack.wired.parts, instrumented({ ...stack.wired.parts }, new Steps(process.env.STEPS_FILE!)));
console.log(`up ${stack.url}`);
