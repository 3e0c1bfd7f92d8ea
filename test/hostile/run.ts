import { parseArgs } from "node:util";
import { type Answer, fine, type Input, request } from "./asking.ts";
import { contentInputs, nameInputs } from "./content-inputs.ts";
import { Endpoint, token } from "./endpoint.ts";
import { framingInputs } from "./framing-inputs.ts";
import { gzipInputs } from "./gzip-inputs.ts";
import { raceInputs, slowInput } from "./race-inputs.ts";

/**
 * `npm run test:hostile`: sends each input to `npm start`, and an ordinary delivery after each; then
 * `--rounds` of the cheap ones. It fails on an unexpected answer, any 5xx, a token in the log, and growing
 * memory.
 */
const { values } = parseArgs({ options: { rounds: { type: "string", default: "1000" } } });
const rounds = Number(values.rounds);
/** Cheap enough to be sent a thousand times. */
const cheapMilliseconds = 100;
/** Two measurements may differ by this much garbage. */
const growthMebibytesMax = 48;
/** Rounds before memory is measured, and the number of rounds that it is measured over. */
const [warmUp, look] = [Math.ceil(rounds / 5), Math.ceil(rounds / 10)];

const inputs = [...gzipInputs, ...framingInputs, ...contentInputs, ...nameInputs, ...raceInputs];
const ordinary = request({ path: "/v1/streamers/ordinary", body: fine });
const faults: string[] = [];

const codeOf = ({ text }: Answer) => /"code":"([a-z-]+)"/.exec(text)?.[1];

async function asExpected(input: Input, endpoint: Endpoint): Promise<Answer> {
  const answer = await input.ask(endpoint);
  const code = codeOf(answer);
  const isRight = input.statuses.includes(answer.status) && (input.code === undefined || input.code === code);
  if (!isRight || answer.status >= 500)
    faults.push(`${input.name}: ${answer.status} ${code ?? answer.text.slice(0, 80)}`);
  if (answer.text.includes(token)) faults.push(`${input.name}: the answer contains the token`);
  const after = await ordinary(endpoint);
  if (after.status !== 200) faults.push(`the delivery after "${input.name}": ${after.status} ${after.text}`);
  return answer;
}

const shown = (value: number | undefined) => (value === undefined ? "?" : value.toFixed(0)).padStart(6);

async function table(endpoint: Endpoint): Promise<Input[]> {
  const cheap: Input[] = [];
  console.log(`${"input".padEnd(44)} status      ms  peak MiB  code`);
  for (const input of inputs) {
    endpoint.forgetPeak();
    const start = performance.now();
    const answer = await input.ask(endpoint);
    const milliseconds = performance.now() - start;
    const peak = endpoint.peak();
    await asExpected(input, endpoint);
    if (milliseconds < cheapMilliseconds) cheap.push(input);
    const name = JSON.stringify(input.name).slice(1, -1).padEnd(44);
    console.log(
      `${name} ${answer.status}    ${shown(milliseconds)}   ${shown(peak)}  ${codeOf(answer) ?? ""}`,
    );
  }
  return cheap;
}

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

async function manyRounds(cheap: readonly Input[], endpoint: Endpoint): Promise<void> {
  const memory: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await asExpected(cheap[round % cheap.length]!, endpoint);
    memory.push(endpoint.memory() ?? 0);
  }
  const [before, after] = [median(memory.slice(warmUp, warmUp + look)), median(memory.slice(-look))];
  console.log(
    `\n${rounds} rounds: ${shown(before).trim()} MiB after the first ${warmUp}, ` +
      `${shown(after).trim()} MiB at the end`,
  );
  if (after! - before! > growthMebibytesMax) faults.push("memory grows");
}

const endpoint = await Endpoint.start();
try {
  const start = performance.now();
  const slow = slowInput.ask(endpoint);
  await manyRounds(await table(endpoint), endpoint);
  const { status } = await slow;
  console.log(
    `${slowInput.name}: ${status} after ${((performance.now() - start) / 1_000).toFixed(0)} s at most`,
  );
  if (!slowInput.statuses.includes(status)) faults.push(`${slowInput.name}: ${status}`);
  if (endpoint.log.includes(token)) faults.push("the log holds the token");
} finally {
  await endpoint.stop();
}
for (const fault of new Set(faults)) console.log(`✗ ${fault}`);
console.log(faults.length === 0 ? "all as expected" : `${faults.length} not as expected`);
process.exitCode = faults.length === 0 ? 0 : 1;
