// What is wrong with a stack that was played, by the server's own records. Nothing, when the promises were kept.
import { createHash } from "node:crypto";
import { pathOf } from "./play";
import { acceptedIn, type PlayedRound, type PlayedStack } from "./pulumi-play";
import type { PulumiPlan } from "./pulumi-plan";

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Paths in the datasets, with what should be there. */
function expected({ files }: PulumiPlan): Map<string, string> {
  return new Map(
    Object.entries(files).map(([file, content]) => [file.slice("images/".length), sha256(content)]),
  );
}

/** Which files should be one dataset. */
function expectedDatasets(plan: PulumiPlan): string[] {
  const groups = new Map<string, string[]>();
  for (const path of expected(plan).keys()) {
    const slash = path.indexOf("/");
    const folder = plan.isPartitioned && slash >= 0 ? path.slice(0, slash) : "";
    groups.set(folder, [...(groups.get(folder) ?? []), path]);
  }
  return [...groups.values()].map((paths) => paths.sort().join(", ")).sort();
}

function* inDatasets({ plan, emulator, wholeSets }: PlayedStack): Generator<string> {
  const wanted = expectedDatasets(plan);
  const made = emulator.datasets().map(({ uid }) =>
    emulator
      .items(uid)
      .map(({ key }) => key)
      .sort()
      .join(", "),
  );
  if (made.sort().join("; ") !== wanted.join("; "))
    yield `${made.length} datasets, of ${made.join("; ")}, not ${wanted.join("; ")}`;
  if (wholeSets !== wanted.length) yield `${wholeSets} whole file sets are in the state`;
}

async function inStore({ plan, emulator }: PlayedStack): Promise<string[]> {
  const wanted = expected(plan);
  const objects = (await emulator.objects()).filter(({ key }) => key.startsWith("__u__=/"));
  const wrong = objects
    .filter(({ key, sha256: sum }) => wanted.get(pathOf(key)) !== sum)
    .map(({ key }) => `${key} is not what was to be stored`);
  const paths = new Set(objects.map(({ key }) => pathOf(key)));
  if (paths.size !== objects.length || paths.size !== wanted.size)
    wrong.push(`${objects.length} objects of ${paths.size} paths, not ${wanted.size}`);
  return wrong;
}

function* inExports({ plan, emulator, rounds }: PlayedStack): Generator<string> {
  const exports = [...emulator.exports()].sort((one, other) => one.createdAt - other.createdAt);
  if (plan.exportMs === undefined) {
    if (exports.length > 0) yield "an export that nobody declared";
    return;
  }
  if (exports.length === 0) yield "no export";
  for (const [index, { createdAt }] of exports.entries()) {
    const before = exports[index - 1];
    if (before !== undefined && createdAt < before.doneAt)
      yield "an export was started while one ran";
  }
  for (const round of rounds) {
    if (round.exportsMade > 1) yield `one up started ${round.exportsMade} exports`;
    if (round.exportsMade > 0 && round.knewExport) yield "an export that the state had was started";
  }
}

/** What was written down somewhere, or is the server's, is never sent again. */
function* sentAgain({ requests, before }: PlayedRound): Generator<string> {
  for (const { target, method, key } of requests) {
    if (target !== "storage" || method === "GET") continue;
    const path = pathOf(key);
    for (const [where, paths] of Object.entries(before)) {
      if ((paths as ReadonlySet<string>).has(path)) yield `${path} was sent, though in ${where}`;
    }
  }
}

/** Of each set at most what was under way may be lost: in the journal always, in the state when the provider could end. */
function* lost(round: PlayedRound, { concurrency }: PulumiPlan): Generator<string> {
  const { broken, after } = round;
  const isCut =
    broken === "engine killed" || broken === "impatience" || broken === "provider killed";
  for (const [name, paths] of acceptedIn(round)) {
    const rest = [...paths].filter((path) => !after.datasets.has(path));
    const counts = {
      journal: rest.filter((path) => !after.journal.has(path)).length,
      state: isCut ? 0 : rest.filter((path) => !after.state.has(path)).length,
    };
    const most = broken === undefined ? 0 : concurrency;
    for (const [where, count] of Object.entries(counts))
      if (count > most) yield `${count} files of ${name} have landed and are not in the ${where}`;
  }
}

function* inRounds({ rounds, plan }: PlayedStack): Generator<string> {
  for (const [index, round] of rounds.entries()) {
    for (const wrong of [...sentAgain(round), ...lost(round, plan)])
      yield `up ${index + 1} (${round.broken ?? "ended by itself"}): ${wrong}`;
  }
  if (rounds.at(-1)?.code !== 0) yield `the last up ended with ${rounds.at(-1)?.code}`;
}

function* inIdle({ idle }: PlayedStack): Generator<string> {
  if (idle.code !== 0) yield `an up with nothing to do ended with ${idle.code}`;
  const writes = idle.requests.filter(({ method }) => method !== "GET");
  if (writes.length > 0)
    yield `an up with nothing to do wrote: ${writes.map(({ method, path }) => `${method} ${path}`).join(", ")}`;
}

function* inWhatIsShown({ emulator, shown }: PlayedStack): Generator<string> {
  for (const text of shown) {
    if (text.includes(emulator.apiKey)) yield `the key is shown: ${text.slice(0, 200)}`;
    const at = text.search(/X-Amz-(Signature|Credential)/i);
    if (at >= 0) yield `a signature is shown: ${text.slice(Math.max(0, at - 200), at + 20)}`;
  }
}

export async function judgeStack(played: PlayedStack): Promise<string[]> {
  const { leftRunning, journalsLeft, rounds } = played;
  const wrong = [
    ...inRounds(played),
    ...inDatasets(played),
    ...(await inStore(played)),
    ...inExports(played),
    ...inIdle(played),
    ...inWhatIsShown(played),
  ];
  for (const command of leftRunning) wrong.push(`outlived its engine: ${command}`);
  if (journalsLeft.length > 0) wrong.push("the journal is left");
  // What the engine said helps to see why.
  const isEndedWell = rounds.at(-1)?.code === 0;
  return isEndedWell ? wrong : [...wrong, ...played.shown.filter((text) => text.includes("error"))];
}
