// Runs of the same files under one name on machines that share nothing, many worlds: no dataset is made that lacks files,
// and where nothing breaks every run ends well. `AVALA_SEED=n` plays one world again; `AVALA_TWIN_SEEDS=10000` plays more, and
// `AVALA_FIRST_SEED` others.
import { failuresIn, seedsBy } from "./judged-worlds";
import { playTwins, type Twins } from "./twins";

const seeds = seedsBy("AVALA_TWIN_SEEDS");

const WELL = new Set(["uploaded", "unchanged", "unverified"]);
/** What a fault that lasts longer than its tries may end in. */
const BY_FAULTS = new Set(["upload", "network", "server", "timeout", "rate_limited", "storage"]);

function judgeEnds({ rounds, hadFaults, isNamedByContent, server }: Twins): string[] {
  const ends = rounds.flat();
  const wasKilled = ends.includes("killed");
  const isUndisturbed = !hadFaults && !wasKilled;
  // What a run that was killed has left under a fixed name can't be told from other content, and is not replaced.
  const mayMeetUnknown = !isNamedByContent && !isUndisturbed;
  const isDue = (how: string): boolean => {
    if (WELL.has(how) || how === "killed") return true;
    return how === "conflict" ? mayMeetUnknown : hadFaults && BY_FAULTS.has(how);
  };
  const wrong = ends.filter((how) => !isDue(how)).map((how) => `ended as ${how}`);
  if (server.datasets.length === 0 && !mayMeetUnknown && !hadFaults) wrong.push("no dataset");
  return wrong;
}

/**
 * Whether a run under a fixed name took one for dead that was killed, moved files into another batch, and gave up there, before
 * the first machine went on with what its journal has: as docs/faults.md says, that one ends with an error.
 */
function wasMovedAway({ rounds, isNamedByContent, mayMove }: Twins): boolean {
  const ends = rounds.flat();
  const gaveUp = ends.includes("killed") && ends.includes("conflict");
  return mayMove && !isNamedByContent && gaveUp && ends.includes("dataset");
}

/** What is wrong with a world that has ended, by the server's own record of what each dataset was made of. */
function judge(twins: Twins): string[] {
  const { files, server } = twins;
  if (wasMovedAway(twins)) return [];
  const wrong = judgeEnds(twins);
  if (server.datasets.length > 1) wrong.push(`${server.datasets.length} datasets`);
  for (const { madeOf, name } of server.datasets) {
    for (const [path, sha256] of files)
      if (madeOf.get(`acme/${name}/${path}`)?.sha256 !== sha256)
        wrong.push(`${path} is not in the dataset as it is`);
    if (madeOf.size !== files.size) wrong.push(`made of ${madeOf.size} objects`);
  }
  return wrong;
}

describe("runs of the same files on machines that share nothing", () => {
  test(`keep their promises in ${seeds.length} worlds`, async () => {
    const failures = await failuresIn("twins", seeds, async (seed) => {
      const played = await playTwins(seed);
      const ends = played.rounds.flat();
      return { wrong: judge(played), datasets: played.server.datasets.length, ends };
    });
    expect(failures.slice(0, 20)).toEqual([]);
  }, 7_200_000);
});
