// How much older some figures are than the newest beside them: in commits to the source, as git counts them when the page is written.
// It is kept beside the figures, as a clone without its whole history can't count.
// @ts-check
import { execFileSync } from "node:child_process";
import path from "node:path";
import { keep, readKept } from "../results.mjs";

/**
 * @typedef {import("../results.mjs").Outcome} Outcome
 *
 * @typedef {object} Ages
 * @property {string} newest the commit of the newest figures
 * @property {Readonly<Record<string, number>>} commitsToSource each other commit → how many changed `src` from it to the newest
 */

const AGES_FILE = "ages.json";

/** Of a clone with changes the commit is followed by that. @param {string} commit */
const revisionOf = (commit) => commit.split(",", 1)[0] ?? commit;

/** @param {readonly Outcome[]} benchmarks @param {string} root of the clone @returns {Ages | undefined} where git does not know them all */
function countAges(benchmarks, root) {
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const commits = [...new Set(benchmarks.map(({ commit }) => commit))];
  try {
    // The newest first.
    const sorted = git("rev-list", "--no-walk", ...commits.map(revisionOf), "--");
    const newest = commits.find((commit) => sorted.startsWith(revisionOf(commit)));
    if (newest === undefined) return undefined;
    const countOf = (/** @type {string} */ commit) =>
      git("rev-list", "--count", `${revisionOf(commit)}..${revisionOf(newest)}`, "--", "src");
    const others = commits.filter((commit) => commit !== newest);
    const counts = others.map((commit) => [commit, Number(countOf(commit))]);
    return { newest, commitsToSource: Object.fromEntries(counts) };
  } catch {
    return undefined;
  }
}

/** Leaves what was counted before where git can't count. @param {string} folder of the results @param {readonly Outcome[]} benchmarks @param {string} root of the clone */
export async function keepAges(folder, benchmarks, root) {
  const ages = countAges(benchmarks, root);
  if (ages !== undefined) await keep(path.join(folder, AGES_FILE), ages);
}

/** @param {string} folder of the results @returns {Ages | undefined} */
export function readAges(folder) {
  return readKept(path.join(folder, AGES_FILE));
}

/** Nothing of the newest, and of those that were not counted. @param {Outcome} outcome @param {readonly Outcome[]} benchmarks @param {Ages | undefined} ages */
export function ageOf({ commit }, benchmarks, ages) {
  const count = ages?.commitsToSource[commit];
  const newest = benchmarks.find((one) => one.commit === ages?.newest);
  if (count === undefined || newest === undefined) return "";
  const commits = count === 1 ? "1 commit to `src/` lies" : `${count} commits to \`src/\` lie`;
  return ` These figures are older than others here: ${commits} between them and the newest, of ${newest.takenOn} at commit ${newest.commit}.`;
}
