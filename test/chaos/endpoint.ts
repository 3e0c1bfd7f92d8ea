import { readSettings } from "../../infra/local/settings.ts";
import { startStack } from "../../infra/local/stack.ts";
import { instrumented } from "./instrumented.ts";
import { Steps } from "./steps.ts";

// Its parent may be killed, too.
process.once("disconnect", () => process.exit());

/**
 * The endpoint, in a process of its own. Deliveries have less time, so that the lease of a killed one
 * expires soon.
 */
const stack = await startStack(readSettings(process.env), { ingestMilliseconds: 5_000 });
// The functions read the parts again for each delivery.
Object.assign(stack.wired.parts, instrumented({ ...stack.wired.parts }, new Steps(process.env.STEPS_FILE!)));
console.log(`up ${stack.url}`);
