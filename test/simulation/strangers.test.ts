// Runs of other content under one fixed name on machines that share nothing, many worlds: never do both end well, and
// whoever does has its own files in the store, unless another run replaced them afterwards and was told of it.
// `AVALA_SEED=n` plays one world again; `AVALA_STRANGER_SEEDS=10000` plays more, and `AVALA_FIRST_SEED` others.
import { failuresIn, seedsBy } from "./judged-worlds";
import { NAME, playStrangers, type Strangers } from "./strangers";

const seeds = seedsBy("AVALA_STRANGER_SEEDS");

const isSame = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean =>
  one.size === other.size && [...one].every(([path, sha256]) => other.get(path) === sha256);

/** A success claims the content; `unverified` does not. */
const CLAIMS = new Set(["uploaded", "unchanged"]);
const MAY_END = new Set([
  ...CLAIMS,
  ...["unverified", "killed", "conflict", "dataset", "upload"],
  ...["network", "server", "timeout", "rate_limited", "storage"],
]);

/** What is wrong with a world that has ended, by the server's own records. */
function judge({ contents, ends, hasLostConfirm, server }: Strangers): string[] {
  const wrong: string[] = [];
  const claims = ends.filter(({ how }) => CLAIMS.has(how));
  for (const { how } of ends) if (!MAY_END.has(how)) wrong.push(`ended as ${how}`);
  if (server.datasets.length > 1) wrong.push(`${server.datasets.length} datasets`);
  const areAlike = isSame(contents[0]!, contents[1]!);
  if (areAlike) return wrong;
  // What a lost reply to the confirm hides is whose the dataset is that is found.
  const bothEndWell = new Set(claims.map(({ content }) => content)).size > 1;
  if (bothEndWell && !hasLostConfirm) wrong.push("both ended well");
  const made = server.datasets.flatMap(({ madeOf }) =>
    [...madeOf].map(([key, { sha256 }]) => [key.slice(`acme/${NAME}/`.length), sha256] as const),
  );
  for (const { content, how, held } of claims) {
    const own = contents[content]!;
    // What was replaced after it was made may have been so after the comparison; who replaced it does not claim to be well.
    const isReplacedLate = isSame(own, new Map(made)) && !bothEndWell;
    if (!isSame(own, held) && !isReplacedLate) wrong.push(`${how}, and other content is held`);
  }
  return wrong;
}

describe("runs of other content under one name on machines that share nothing", () => {
  test(`keep their promises in ${seeds.length} worlds`, async () => {
    const failures = await failuresIn("strangers", seeds, async (seed) => {
      const played = await playStrangers(seed);
      const ends = played.ends.map(({ how }) => how);
      return { wrong: judge(played), datasets: played.server.datasets.length, ends };
    });
    expect(failures.slice(0, 20)).toEqual([]);
  }, 7_200_000);
});
