// Names given in the place of uids: a preview refuses them, since an `up` would find out after the upload.
import { UNKNOWN } from "../../provider/process/unknown";
import { jpeg } from "../support/temp-tree";
import { createBench, type Bench } from "../support/provider";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "images/1.jpg": jpeg("1") });
});
afterEach(() => bench.stop());

const UID = "0b8f7a5e-1c2d-4e3f-8a9b-0c1d2e3f4a5b";
const call = (isPreview: boolean): object => ({ urn: "urn:pulumi:s::p::t::one", isPreview });

interface Refused {
  readonly failures?: readonly { readonly property: string; readonly reason: string }[];
}

type Kind = "export" | "fileSet" | "growingDataset";

async function refused(kind: Kind, given: object, isPreview = true): Promise<Refused["failures"]> {
  const handler = bench.handlers()[kind] as { check(olds: object, news: object): Promise<Refused> };
  return (await handler.check({}, { ...given, call: call(isPreview) })).failures ?? [];
}

const asked = (): readonly string[] =>
  bench.avala
    .requests()
    .map(({ path }) => path)
    .filter((path) => /datasets|projects|organizations/.test(path));

test("an export's names are refused with all of them, each at its input", async () => {
  const projects = [bench.avala.addProject("roads").uid, "my project"];
  const given = { datasets: ["my-dataset"], projects, baseName: "release" };
  expect(await refused("export", given)).toEqual([
    { property: "datasets", reason: expect.stringContaining("my-dataset") as string },
    { property: "projects", reason: expect.stringContaining("my project") as string },
  ]);
});

test("what is not known yet is asked about by nobody", async () => {
  const given = { datasets: UNKNOWN, projects: [UNKNOWN, "my project"], baseName: "release" };
  expect(await refused("export", given)).toMatchObject([{ property: "projects" }]);
});

test("what looks like a uid costs no call", async () => {
  expect(await refused("export", { projects: [UID], baseName: "release" })).toEqual([]);
  expect(asked()).toEqual([]);
});

test.each(["fileSet", "growingDataset"] as const)(
  "the name of an organization is refused before the files of a %s are read",
  async (kind) => {
    const given = { root: bench.tree.at("images"), include: ["**"], organizationUid: "acme" };
    const named = kind === "fileSet" ? { versionOf: "images" } : { name: "g" };
    const failures = await refused(kind, { ...given, ...named, dataType: "image" });
    expect(failures).toEqual([
      { property: "organizationUid", reason: expect.stringContaining("acme") as string },
    ]);
  },
);

test("an up asks nothing: its preview has", async () => {
  await refused("export", { projects: ["my project"], baseName: "release" }, false);
  expect(asked()).toEqual([]);
});
