// What a run says of the versions that its new one takes the place of, and how few calls that takes.
import { readFileSync, rmSync } from "node:fs";
import { useActionPlace } from "../support/action-place";
import { jpeg } from "../support/temp-tree";

const place = useActionPlace(
  {
    "images/cats/one.jpg": jpeg("one"),
    "images/dogs/two.jpg": jpeg("two"),
  },
  { ingestMs: 20, exportMs: 20 },
);

const versioned = { dataset: "pets-{digest}", files: "images" };
const parts = {
  ...versioned,
  root: "images",
  files: "**",
  dataset: "pets-{folder}-{digest}",
  "partition-depth": "1",
};
const { act } = place;

/** `METHOD route` of the API's calls since `from`. */
const callsSince = (from: number): readonly string[] =>
  place.emulator
    .requests()
    .slice(from)
    .filter(({ target }) => target === "api")
    .map(({ method, route }) => `${method} ${route}`);

describe("a version that takes the place of another", () => {
  beforeEach(async () => {
    const { outputs } = await act(versioned);
    place.emulator.addAnnotations(outputs["dataset-uid"] ?? "", 12);
    place.tree.write({ "images/cats/new.jpg": jpeg("new") });
  });

  test.each([{ "dry-run": "true" }, {}])(
    "with %j is told with its annotations before a byte is sent, with the way out",
    async (more) => {
      place.emulator.setFault({
        on: { method: "POST", path: "*/file-upload-url/" },
        times: 0,
        reply: { status: 401, body: { detail: "No." } },
      });
      const { warnings, summaries } = await act({ ...versioned, ...more });
      const text =
        /pets-\w{12} \(uid \S+, 2 items, 12 annotations\) stays at Avala, and pets-\w{12} takes its place\. It has 12 annotations and no projects\. They do not move to pets-\w{12}, and an export of pets-\w{12} does not contain them\. .* \{increment\}/;
      expect(warnings.map((one) => one.text)).toContainEqual(expect.stringMatching(text));
      expect(summaries[0]).toContain("| Left behind |");
    },
  );

  test("stands in the plan, with null where Avala does not count", async () => {
    const [old] = place.emulator.datasets();
    const replaces = async (): Promise<unknown> => {
      const { outputs } = await act({ ...versioned, "dry-run": "true" });
      const plan = JSON.parse(readFileSync(outputs.plan ?? "", "utf8")) as {
        datasets: { replaces: unknown }[];
      };
      return plan.datasets[0]?.replaces;
    };
    const { uid = "", name = "", slug = "" } = old ?? {};
    expect(await replaces()).toEqual([{ name, uid, items: 2, annotations: 12, projects: 0 }]);
    const results = [{ uid, name, slug, status: "created", item_count: 2 }];
    place.emulator.setFault({
      on: { method: "GET", path: "/datasets/" },
      reply: { status: 200, body: { next: null, previous: null, results } },
    });
    expect(await replaces()).toEqual([{ name, uid, items: 2, annotations: null, projects: null }]);
  });

  test("is said to be not counted where Avala does not count, and not to have nothing", async () => {
    const [{ uid = "", name = "", slug = "" } = {}] = place.emulator.datasets();
    const results = [{ uid, name, slug, status: "created", item_count: 2 }];
    place.emulator.setFault({
      on: { method: "GET", path: "/datasets/" },
      reply: { status: 200, body: { next: null, previous: null, results } },
    });
    const { warnings } = await act({ ...versioned, "dry-run": "true" });
    expect(warnings[0]?.text).toMatch(
      /Avala does not say how many annotations and projects it has\. They do not move/,
    );
  });

  test("is counted with all earlier ones, of which those with work are named", async () => {
    await act(versioned);
    place.tree.write({ "images/cats/newer.jpg": jpeg("newer") });
    const { warnings } = await act({ ...versioned, "dry-run": "true" });
    expect(warnings[0]?.text).toMatch(
      /^2 earlier versions stay at Avala, .* They have 12 annotations and no projects\..*\n {2}- Dataset pets-\w{12} \(uid \S+, 2 items, 12 annotations\)$/s,
    );
  });

  test("is not told where the files are those of a version that exists", async () => {
    rmSync(place.tree.at("images/cats/new.jpg"));
    const { warnings, outputs } = await act(versioned);
    expect([outputs["outcome"], warnings]).toEqual(["unchanged", []]);
  });
});

test("earlier versions on which nobody worked are no warning", async () => {
  await act(versioned);
  place.tree.write({ "images/cats/new.jpg": jpeg("new") });
  const { warnings, lines } = await act({ ...versioned, "dry-run": "true" });
  expect(warnings).toEqual([]);
  expect(lines.join("\n")).toMatch(/has no annotations and no projects/);
});

describe("a public version whose owner Avala does not name", () => {
  const published = { ...versioned, visibility: "public" };
  beforeEach(async () => {
    await place.start({ dialect: { uploadVisibility: "any", ownerName: "null" } });
    const { outputs } = await act(published);
    place.emulator.addAnnotations(outputs["dataset-uid"] ?? "", 7);
    place.tree.write({ "images/cats/new.jpg": jpeg("new") });
  });

  test("is told with its annotations where the server finds it under the owner", async () => {
    const { warnings } = await act({ ...published, "dry-run": "true" });
    expect(warnings[0]?.text).toMatch(/7 annotations\) stays at Avala/);
  });

  test("is said to be not known where nothing shows whose it is, and the plan has null", async () => {
    place.emulator.setFault({
      on: { method: "GET", path: "/datasets/*/*/" },
      times: 0,
      reply: { status: 403, body: { detail: "No." } },
    });
    const { warnings, outputs } = await act({ ...published, "dry-run": "true" });
    const text = warnings.map((one) => one.text).join("\n");
    expect(text).toMatch(
      /is not known whether .*: Avala does not show who owns .*\n {2}- pets-\w{12} \(uid /,
    );
    const plan = JSON.parse(readFileSync(outputs.plan ?? "", "utf8")) as {
      datasets: { replaces: unknown }[];
    };
    expect(plan.datasets[0]?.replaces).toBeNull();
  });
});

test("a name with too little beside its digest is said to be that, and the plan has null", async () => {
  const { warnings, outputs } = await act({
    ...versioned,
    dataset: "p{digest}",
    "dry-run": "true",
  });
  expect(warnings[0]?.text).toMatch(
    /is not known whether .*: without the digest, its name is too short/,
  );
  const plan = JSON.parse(readFileSync(outputs.plan ?? "", "utf8")) as {
    datasets: { replaces: unknown }[];
  };
  expect(plan.datasets[0]?.replaces).toBeNull();
});

test("a key that cannot read is told that what stays behind is not known", async () => {
  const key = "avk_writeonly0000000000";
  place.emulator.addKey({ key, username: "emulator", scopes: ["datasets.write"] });
  const { warnings } = await act({ ...versioned, "api-key": key, "dry-run": "true" });
  expect(warnings.map(({ text }) => text)).toContainEqual(
    expect.stringMatching(/is not known whether .*: the key cannot read datasets/),
  );
});

describe("a set that is unchanged", () => {
  test.each([
    [1, versioned],
    [2, parts],
  ])("in %d datasets costs one list of datasets and none of items", async (count, inputs) => {
    await act(inputs);
    const from = place.emulator.requests().length;
    const { outputs } = await act(inputs);
    expect(outputs["outcome"]).toBe("unchanged");
    expect(place.emulator.datasets()).toHaveLength(count);
    const calls = callsSince(from);
    expect(calls.filter((call) => call === "GET /datasets/")).toHaveLength(1);
    expect(calls.filter((call) => /items|health|\{uid\}/.test(call))).toEqual([]);
  });

  test("is listed again where no record shows that it was compared, or its number of items differs", async () => {
    await act(versioned);
    const itemsListed = async (): Promise<number> => {
      const from = place.emulator.requests().length;
      expect((await act(versioned)).outputs["outcome"]).toBe("unchanged");
      return callsSince(from).filter((call) => call.endsWith("/items/")).length;
    };
    expect(await itemsListed()).toBe(0);
    rmSync(place.tree.at(".state"), { recursive: true });
    expect(await itemsListed()).toBe(1);
    expect(await itemsListed()).toBe(0);
    const [{ uid = "", name = "", slug = "" } = {}] = place.emulator.datasets();
    const results = [
      {
        uid,
        name,
        slug,
        status: "created",
        item_count: 7,
        data_type: "image",
        owner_name: "emulator",
      },
    ];
    place.emulator.setFault({
      on: { method: "GET", path: "/datasets/" },
      reply: { status: 200, body: { next: null, previous: null, results } },
    });
    expect(await itemsListed()).toBe(1);
  });
});

test("content that came back says what stays on the newer versions", async () => {
  await act(versioned);
  place.tree.write({ "images/cats/new.jpg": jpeg("new") });
  const { outputs } = await act(versioned);
  place.emulator.addAnnotations(outputs["dataset-uid"] ?? "", 7);
  rmSync(place.tree.at("images/cats/new.jpg"));
  for (const more of [{ "dry-run": "true" }, {}]) {
    const { warnings } = await act({ ...versioned, ...more });
    expect(warnings.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/3 items, 7 annotations\) stays at Avala/),
    );
  }
});

test("versions of a folder that is gone are said, with their annotations", async () => {
  await act(parts);
  for (const { uid } of place.emulator.datasets()) place.emulator.addAnnotations(uid, 5);
  const said = /1 dataset of folders that have no files now stays at Avala.* It has 5 annotations/;
  expect((await act(parts)).warnings).toEqual([]);
  rmSync(place.tree.at("images/dogs"), { recursive: true });
  for (const more of [{ "dry-run": "true" }, {}]) {
    const { warnings } = await act({ ...parts, ...more });
    expect(warnings.map(({ text }) => text)).toContainEqual(expect.stringMatching(said));
  }
});
