import { accessRules } from "./access-rules.ts";
import { alarmRules } from "./alarm-rules.ts";
import { apiRules } from "./api-rules.ts";
import { dataRules } from "./data-rules.ts";
import { functionRules } from "./function-rules.ts";
import { roleRules } from "./role-rules.ts";
import type { Seed, Template } from "./template.ts";
import { watchRules } from "./watch-rules.ts";

export interface Rule {
  readonly name: string;
  /** The faults found, one per line. */
  check(template: Template): string[];
  /** Changes that each break the rule: a rule that does not notice proves nothing. */
  readonly seeds: readonly Seed[];
}

export const rules: readonly Rule[] = [
  ...roleRules,
  ...accessRules,
  ...functionRules,
  ...dataRules,
  ...apiRules,
  ...watchRules,
  ...alarmRules,
];
