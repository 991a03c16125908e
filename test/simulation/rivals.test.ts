// Runs of other content under one name and with one journal, hundreds of worlds: whoever is told that it went well finds
// exactly its own files at the server. `AVALA_SEED=n` plays one world again; `AVALA_RIVAL_SEEDS=10000` plays more, and
// `AVALA_FIRST_SEED` others.
import { playRivals, type Rivals } from "./rivals";

const ONE = process.env["AVALA_SEED"];
const FIRST = Number(process.env["AVALA_FIRST_SEED"] ?? 1);
const COUNT = Number(process.env["AVALA_RIVAL_SEEDS"] ?? 150);
const seeds =
  ONE === undefined ? Array.from({ length: COUNT }, (_, index) => FIRST + index) : [Number(ONE)];

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
    const failures: string[] = [];
    const totals: Record<string, number> = { worlds: 0, datasets: 0 };
    for (const seed of seeds) {
      const played = await playRivals(seed);
      const wrong = judge(played);
      if (wrong.length > 0) failures.push(`seed ${seed}: ${[...new Set(wrong)].join("; ")}`);
      totals["worlds"]! += 1;
      totals["datasets"]! += played.server.datasets.length;
      for (const { how } of played.ends) totals[how] = (totals[how] ?? 0) + 1;
    }
    process.stdout.write(`rivals: ${JSON.stringify(totals)}\n`);
    expect(failures.slice(0, 20)).toEqual([]);
  }, 7_200_000);
});
