// The whole upload in one process on virtual time, thousands of worlds with faults, kills and doubled runs, each from a
// seed. A failing seed is printed: `AVALA_SEED=n npx jest test/simulation` plays it again; `AVALA_SEEDS=100000` plays more,
// `AVALA_FIRST_SEED` others.
import { createHash } from "node:crypto";
import { API_KEY, playSeed, type Played } from "./world";

const ONE = process.env["AVALA_SEED"];
const FIRST = Number(process.env["AVALA_FIRST_SEED"] ?? 1);
const COUNT = Number(process.env["AVALA_SEEDS"] ?? 1900);
const seeds =
  ONE === undefined ? Array.from({ length: COUNT }, (_, index) => FIRST + index) : [Number(ONE)];

/**
 * How a run may end here: well, killed, or because a fault lasted longer than its tries. A `dataset`, or a `conflict` but
 * for the two reasons below, would mean that it met its own doing and did not know it.
 */
const MAY_END: ReadonlySet<string> = new Set([
  "uploaded",
  "unchanged",
  "unverified",
  "killed",
  "upload",
  "network",
  "server",
  "timeout",
  "rate_limited",
  "storage",
  "storage_expired",
]);

/** Besides one a file: who we are, the look before, two for parts, the confirm, the polls of 20 s, the items. */
const CALLS_OF_A_RUN = 20;

/** What is wrong with a world that has ended; nothing, when the promises were kept. */
function judge(played: Played): string[] {
  const { server, files, ends, datasetName, sha256Of } = played;
  const wrong: string[] = [];
  const last = ends.at(-1) ?? "";
  // Under a fixed name only our record of the confirm says what a dataset was made of.
  const mayLoseTheRecord = ends.includes("killed") || played.diskWasFull || played.ranTogether;
  const isWell = last === "uploaded" || last === "unchanged";
  if (!isWell && !(last === "unverified" && mayLoseTheRecord))
    wrong.push(`it never ended well: ${ends.join(" ")}`);
  // It waits 15 minutes at most for a run that holds the lock, and under a fixed name takes what a store says is there
  // already for its own only where something shows it.
  const mayBeRefused = played.ranTogether || ["put", "mixed"].includes(played.dialect.reply);
  const odd = ends.filter((end) => !MAY_END.has(end) && !(end === "conflict" && mayBeRefused));
  if (odd.length > 0) wrong.push(`ended as ${odd.join(" ")}`);
  if (server.datasets.length !== 1) wrong.push(`${server.datasets.length} datasets`);
  const prefix = `acme/${datasetName}/`;
  const stored = new Map(server.objects);
  const isOfBatches = played.dialect.batches === "apart";
  for (const file of files) {
    const object = stored.get(prefix + file.path);
    stored.delete(prefix + file.path);
    if (object?.sha256 !== sha256Of(file.path)) wrong.push(`${file.path} is not stored whole`);
    if (isOfBatches && object?.batch !== server.datasets[0]?.batch)
      wrong.push(`${file.path} is not in the dataset's batch`);
  }
  if (stored.size > 0) wrong.push(`stored besides: ${[...stored.keys()].join(", ")}`);
  // A full disk may forget what had landed, and so may two runs at once with files that changed: one takes back what
  // the other has recorded since.
  const mayForget = played.diskWasFull || (played.ranTogether && played.changes > 0);
  if (!mayForget && played.sentAgain.length > 0) {
    wrong.push(`sent again although it was known to have landed: ${played.sentAgain.join(", ")}`);
  }
  if (!played.ranTogether && played.sentTwice.length > 0) {
    wrong.push(`sent twice by one run: ${played.sentTwice.join(", ")}`);
  }
  // A run that was killed leaves a second's burst behind that the next one can't know of.
  if (!played.ranTogether && !ends.includes("killed") && server.counts.throttled > 0) {
    wrong.push(`${server.counts.throttled} calls were throttled`);
  }
  const callsPerFile = played.dialect.reply === "put" ? 2 : 1;
  const wasUndisturbed = ends.length === 1 && !played.hadFaults;
  if (wasUndisturbed && server.counts.calls > callsPerFile * files.length + CALLS_OF_A_RUN) {
    wrong.push(`${server.counts.calls} calls for ${files.length} files`);
  }
  const isLeaked = [...played.disk.written, ...server.trace].some((text) => text.includes(API_KEY));
  if (isLeaked) wrong.push("the key was written down");
  if (last !== "" && played.disk.journals().length > 0) wrong.push("the journal was left behind");
  return wrong;
}

function traceOf({ server, ends }: Played): string {
  return createHash("sha256")
    .update(JSON.stringify([server.trace, ends]))
    .digest("hex");
}

describe("an upload in a world of faults", () => {
  test(`keeps its promises in ${seeds.length} worlds, and plays each the same way twice`, async () => {
    const failures: string[] = [];
    const totals = {
      starts: 0,
      kills: 0,
      requests: 0,
      files: 0,
      parts: 0,
      sentAgain: 0,
      sentTwice: 0,
      throttled: 0,
      changes: 0,
    };
    for (const seed of seeds) {
      const played = await playSeed(seed);
      const again = await playSeed(seed);
      const wrong = judge(played);
      if (traceOf(played) !== traceOf(again))
        wrong.push("the second play of the seed went another way");
      if (wrong.length > 0) failures.push(`seed ${seed}: ${wrong.join("; ")}`);
      totals.starts += played.ends.length;
      totals.kills += played.ends.filter((end) => end === "killed").length;
      totals.requests += played.server.trace.length;
      totals.files += played.files.length;
      totals.parts += played.server.counts.parts;
      totals.sentAgain += played.sentAgain.length;
      totals.sentTwice += played.sentTwice.length;
      totals.throttled += played.server.counts.throttled;
      totals.changes += played.changes;
    }
    process.stdout.write(`simulation: ${JSON.stringify(totals)}\n`);
    expect(failures.slice(0, 20)).toEqual([]);
  }, 1_800_000);
});
