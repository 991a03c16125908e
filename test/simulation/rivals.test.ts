// Runs of other content under one name and with one journal, many worlds: whoever is told that it went well finds
// exactly its own files at the server. `AVALA_SEED=n` plays one world again; `AVALA_RIVAL_SEEDS=10000` plays more, and
// `AVALA_FIRST_SEED` others.
import { failuresIn, seedsBy } from "./judged-worlds";
import { playRivals, type Rivals } from "./rivals";

const seeds = seedsBy("AVALA_RIVAL_SEEDS");

const isSame = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean =>
  one.size === other.size && [...one].every(([path, sha256]) => other.get(path) === sha256);

/** A success claims the content; `unverified` does not. */
const CLAIMS = new Set(["uploaded", "unchanged"]);
const MAY_END = new Set([
  ...CLAIMS,
  ...["unverified", "killed", "journal", "conflict", "upload"],
  ...["network", "server", "timeout", "rate_limited", "storage", "storage_expired"],
]);

/** What is wrong with a world that has ended, by the server's own records. */
function judge({ contents, ends, server, stored }: Rivals): string[] {
  const wrong: string[] = [];
  for (const { content, how, stored: then } of ends) {
    if (!MAY_END.has(how)) wrong.push(`ended as ${how}`);
    const own = contents[content]!;
    if (CLAIMS.has(how) && !isSame(own, then)) wrong.push(`${how}, and other content lies there`);
  }
  if (server.datasets.length > 1) wrong.push(`${server.datasets.length} datasets`);
  for (const { madeOf, name } of server.datasets) {
    const made = new Map(
      [...madeOf].map(([key, { sha256 }]) => [key.slice(`acme/${name}/`.length), sha256]),
    );
    if (!contents.some((content) => isSame(content, made))) wrong.push("made of neither content");
    if (!isSame(made, stored)) wrong.push("replaced after it was made");
  }
  return wrong;
}

describe("runs of other content under one name and with one journal", () => {
  test(`keep their promises in ${seeds.length} worlds`, async () => {
    const failures = await failuresIn("rivals", seeds, async (seed) => {
      const played = await playRivals(seed);
      const ends = played.ends.map(({ how }) => how);
      return { wrong: judge(played), datasets: played.server.datasets.length, ends };
    });
    expect(failures.slice(0, 20)).toEqual([]);
  }, 7_200_000);
});
