// What a resource says of a key that lacks scopes: before anything is sent, and at the price of one call a process.
import { jpeg } from "../support/temp-tree";
import { createBench, make, type Bench } from "./support";

const KEY = "avk_scoped_000000000000";

let bench: Bench;
afterEach(() => bench.stop());

test("the scopes that are missing are named before anything is sent, and asked for once", async () => {
  const dialect = { permissions: "present", scopes: "many" } as const;
  bench = await createBench({ "a.jpg": jpeg("a") }, { dialect });
  const scopes = ["datasets.read", "datasets.write", "exports.create"];
  bench.avala.addKey({ key: KEY, username: "emulator", scopes });
  const handlers = bench.handlers({ AVALA_API_KEY: KEY });
  await make(handlers.fileSet, { root: bench.tree.root, include: ["*.jpg"], versionOf: "cats" });
  bench.writes();
  const exported = make(handlers.export, { datasets: ["00000000-0000-4000-8000-000000000000"] });
  await expect(exported).rejects.toThrow(/Export.*exports\.read/);
  expect(bench.writes()).toEqual([]);
  const asked = bench.avala.requests().filter(({ path }) => path === "/users/me/permissions/");
  expect(asked).toHaveLength(1);
});
