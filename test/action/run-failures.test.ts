// Whole runs that must not succeed: what people see then, and what they must never see.
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../action/run";
import { useActionPlace } from "../support/action-place";
import { jpeg } from "../support/temp-tree";
import { recordTalkingTo, type Given, type Recorded } from "../support/recorded-action";

const place = useActionPlace({ "images/one.jpg": jpeg("one"), "images/two.jpg": jpeg("two") });

const prepare = (inputs: Record<string, string>, more: Partial<Given> = {}): Recorded =>
  recordTalkingTo(place.emulator, { tree: place.tree, ...more, inputs });

const { act, start } = place;

const working = {
  dataset: "pets-{digest}",
  files: "images",
  "export-datasets": "uploaded",
  "download-path": "export",
};

describe("bad inputs", () => {
  test("are told all at once, and nothing is sent", async () => {
    const { errors, outputs } = await act({
      ...working,
      symlinks: "maybe",
      concurrency: "6abc",
      "dry-run": "yes",
      metadata: "- a list",
      "export-datasets": "up/loaded",
      "gate-min-exported": "101%",
    });
    expect(errors).toHaveLength(1);
    for (const input of ["symlinks", "concurrency", "dry-run", "metadata", "export-datasets"]) {
      expect(errors[0]).toContain(`${input}: `);
    }
    expect(errors[0]).toContain("gate-min-exported: ");
    expect(outputs).toMatchObject({ outcome: "invalid", complete: "false", "files-uploaded": "0" });
    expect(place.emulator.requests()).toEqual([]);
  });

  test("are told with the connection's, and with a list, a plan and a root that are not there", async () => {
    const bad = {
      ...{ concurrency: "x", metadata: "- a list", "data-type": "pictures", dataset: "{what}" },
      ...{ "base-url": "notaurl", "allow-storage-hosts": "*.foo", files: "images" },
      ...{ "files-from": "none.txt", plan: "none.json", root: "nowhere", filse: "images" },
    };
    const { errors } = await act(bad);
    for (const [input] of Object.entries(bad).filter(
      ([name]) => !["files", "filse"].includes(name),
    ))
      expect(errors[0]).toContain(`${input}: `);
    expect(errors[0]).toContain("filse: is not a known input. Did you mean `files`?");
    expect(place.emulator.requests()).toEqual([]);
  });

  test.each([
    ["a plan", { files: "images", plan: "none.json" }],
    ["a list", { "files-from": "none.txt" }],
  ])("%s that is not there is refused before the files are read", async (_what, named) => {
    const recorded = await act({ dataset: "{what}", root: "nowhere", ...named });
    const { errors } = recorded;
    expect(errors[0]).toMatch(/none\.(json|txt) does not exist/);
    expect(errors[0]).toContain("dataset: {what} is not a known placeholder");
    expect(errors[0]).toMatch(/root: .*nowhere does not exist/);
    expect(recorded.text()).not.toContain("Files");
  });

  test("name the placeholder that was meant, or else all that there are", async () => {
    const meant = await act({ ...working, dataset: "training-{incremnt}" });
    expect(meant.errors[0]).toContain(
      "dataset: {incremnt} is not a known placeholder. Did you mean {increment}?",
    );
    const strange = await act({ ...working, dataset: "training-{sha}" });
    expect(strange.errors[0]).toContain(
      "dataset: {sha} is not a known placeholder. Known: {increment}, {digest}, {folder}.",
    );
  });

  test("are called as in action.yml also where the core finds them", async () => {
    const { errors } = await act({
      ...working,
      "api-key": "not a key",
      "base-url": "http://example.com",
      "allow-storage-hosts": "https://storage.example.com/path",
    });
    expect(errors[0]).toContain("api-key: ");
    expect(errors[0]).toContain("base-url: ");
    expect(errors[0]).toContain("allow-storage-hosts: ");
    expect(errors[0]).not.toContain("apiKey");
  });

  test("say of a path that is not there what it is relative to", async () => {
    const { errors } = await act({ ...working, root: "nowhere" });
    expect(errors[0]).toMatch(/root: .*nowhere does not exist\. It is relative to the workspace\./);
    const planned = await act({ dataset: "pets-{digest}", files: "images", plan: "none.json" });
    expect(planned.text()).toContain("none.json does not exist. It is relative to the workspace.");
  });

  test("name the input that trusts a storage host", async () => {
    const { errors } = await act({ ...working, "allow-storage-hosts": "" });
    expect(errors[0]).toMatch(
      /add 127\.0\.0\.1:\d+ to the allowed storage hosts \(allow-storage-hosts in a workflow/,
    );
  });

  test("say of a name in place of a uid which uid it is", async () => {
    const { outputs } = await act({ dataset: "training", files: "images" });
    const project = place.emulator.addProject("Boxes");
    const { errors } = await act({
      "export-datasets": "training",
      "export-projects": "Boxes",
    });
    expect(errors[0]).toContain(
      `export-datasets: training is a dataset's name; use its uid: ${String(outputs["dataset-uid"])}`,
    );
    expect(errors[0]).toContain(
      `export-projects: Boxes is a project's name; use its uid: ${project.uid}`,
    );
    const unknown = await act({ "export-datasets": "trainin" });
    expect(unknown.errors[0]).toContain(
      "trainin is not the uid of a dataset that this key can see; use its uid (usually a UUID), not its name",
    );
  });

  test("a missing key is one of them", async () => {
    const { errors, outputs } = await act({ ...working, "api-key": "" });
    expect(errors[0]).toContain("api-key: ");
    expect(outputs.outcome).toBe("invalid");
  });

  test("a misspelt one names the one that was meant", async () => {
    const { errors } = await act(working, { env: { INPUT_DRYRUN: "true", INPUT_FILE: "x" } });
    expect(errors[0]).toContain("Did you mean `dry-run`?");
    expect(errors[0]).toContain("Did you mean `files`?");
    expect(place.emulator.requests()).toEqual([]);
  });

  test("of files, their lines and the dataset's name are told together", async () => {
    place.tree.write({ "images/gha-creds-1.json": "{}" });
    for (const dataset of ["pets-{nope}", "pets/all"]) {
      const inputs = { ...working, dataset, files: "images\nsounds", unindexed: "send" };
      const { errors, outputs } = await act(inputs);
      expect(errors).toHaveLength(1);
      for (const text of ["gha-creds-1.json: ", 'the line "sounds" matches nothing', "dataset: "])
        expect(errors[0]).toContain(text);
      expect(outputs.outcome).toBe("invalid");
    }
    expect(place.emulator.requests()).toEqual([]);
  });

  test("of each partition are told together", async () => {
    place.tree.write({ "images/mixed/a.jpg": jpeg("a"), "images/mixed/b.mp4": "b" });
    place.tree.write({ "images/both/a.jpg": jpeg("a"), "images/both/b.mcap": "b" });
    const { errors } = await act({
      ...working,
      ...{ root: "images", files: "*/**", "check-content": "off" },
      ...{ "partition-depth": "1", dataset: "pets/{folder}" },
    });
    for (const folder of ["mixed", "both"])
      expect(errors[0]).toContain(`the files of folder ${folder}`);
    expect(errors[0]).toContain("pets/{folder} can't be");
  });

  test("refused files are named, all of them", async () => {
    place.tree.write({
      "images/.env.jpg": { link: "nowhere" },
      "images/gone.jpg": { link: "nowhere" },
    });
    place.tree.write({ "images/gha-creds-1.json": "{}" });
    const { errors, outputs } = await act({ ...working, unindexed: "send" });
    expect(errors[0]).toContain("gone.jpg");
    expect(errors[0]).toContain("gha-creds-1.json");
    expect(outputs.outcome).toBe("invalid");
    expect(place.emulator.requests()).toEqual([]);
  });
});

describe("an answer that is an error", () => {
  test("is told once, with status, endpoint, request and the next step", async () => {
    await start({ dialect: { permissions: "absent" } });
    place.emulator.addKey({ key: "avk_reader_0123456789abcdef", scopes: ["datasets.read"] });
    const { errors, outputs } = await act({ ...working, "api-key": "avk_reader_0123456789abcdef" });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(
      /\(403 POST \/datasets\/manual-upload\/file-upload-url\/, request \S+\)/,
    );
    expect(errors[0]).not.toMatch(/\n\s+at /);
    expect(outputs.outcome).toBe("failed");
  });

  test("fails files one by one, each with an annotation on it", async () => {
    const { status, body } = { status: 400, body: { file_path_in_dataset: ["not allowed"] } };
    place.emulator.setFault({
      on: { path: "*file-upload-url/" },
      skip: 1,
      times: 1,
      reply: { status, body },
    });
    const { errors, outputs, warnings } = await act({ ...working, concurrency: "1" });
    expect(errors).toHaveLength(1);
    expect(warnings.map(({ file }) => file)).toContain("images/two.jpg");
    expect(outputs).toMatchObject({ "files-uploaded": "1", outcome: "failed", complete: "false" });
    expect(place.emulator.datasets()).toEqual([]);
  });
});

test("files that a store refuses for one reason are one warning, and the log names them", async () => {
  const names = Array.from({ length: 110 }, (_, index) => `${String(index + 1000)}.jpg`);
  place.tree.write(Object.fromEntries(names.map((name) => [`images/${name}`, jpeg(name)])));
  const body = "<Error><Code>EntityTooLarge</Code></Error>";
  place.emulator.setFault({ on: { target: "storage" }, times: 0, reply: { status: 400, body } });
  const { errors, warnings, lines } = await act({ ...working, files: "images/1*.jpg" });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]?.text).toMatch(
    /^\S+1000\.jpg, \S+1001\.jpg, \S+1002\.jpg and 107 more: Could not store the file: \S+ refused \(400, EntityTooLarge\)\.$/,
  );
  expect(warnings[0]?.file).toBe("images/1000.jpg");
  expect(lines.filter((line) => /^\S+1\d{3}\.jpg$/.test(line))).toHaveLength(100);
  expect(errors[0]).toContain("110 files of 110 could not be uploaded");
});

describe("what people see", () => {
  test("holds no secret, in a debug run either", async () => {
    const recorded = await act(working);
    const text = recorded.text();
    expect(recorded.errors).toEqual([]);
    expect(recorded.secrets).toContain(place.emulator.apiKey);
    expect(text).not.toContain(place.emulator.apiKey);
    expect(text).not.toMatch(/X-Amz-Signature|X-Amz-Credential|policy=/i);
    expect(text).not.toContain(recorded.outputs["download-url"]);
    // Requests are shown, so the test has looked at something.
    expect(text).toContain("/datasets/manual-upload/file-upload-url/");
  });

  test("masks the key before anything is printed", async () => {
    const order: string[] = [];
    const recorded = prepare(working, { onInfo: () => order.push("info") });
    await run({
      ...recorded.environment,
      setSecret: () => order.push("secret"),
      debug: () => order.push("debug"),
    });
    expect(order[0]).toBe("secret");
  });

  test("holds no command to the runner that a file name or the server brought", async () => {
    await start({ dialect: { exportReason: "error" } });
    place.tree.write({
      "images/::error::owned.jpg": jpeg("x"),
      "images/##[error]owned.jpg": jpeg("y"),
    });
    place.emulator.failExports("::set-output name=x::y ##[warning]owned");
    const { lines, summaries, errors } = await act(working);
    expect(errors).toHaveLength(1);
    for (const line of [...lines, ...errors].flatMap((text) => text.split("\n"))) {
      expect(line.trimStart()).not.toMatch(/^::/);
      expect(line).not.toContain("##[");
    }
    expect(summaries.join()).not.toContain("##[");
  });

  test("tells a bug from a mistake, and keeps the stack for the debug log", async () => {
    const recorded = prepare(working);
    await run({
      ...recorded.environment,
      startGroup: () => {
        throw new TypeError("groups is undefined");
      },
    });
    expect(recorded.errors).toHaveLength(1);
    expect(recorded.errors[0]).toContain("a bug in the Action");
    expect(recorded.errors[0]).not.toMatch(/\n\s+at /);
    expect(recorded.lines.join("\n")).toContain("groups is undefined");
    expect(recorded.outputs.outcome).toBe("failed");
  });
});

describe("a cancelled job", () => {
  test("stops at once while it waits, says so and sets its outputs", async () => {
    await start({ exportMs: 600_000 });
    const controller = new AbortController();
    const recorded = prepare(
      { ...working, "status-context": "avala", "github-token": "ghs_x" },
      { signal: controller.signal },
    );
    const running = run(recorded.environment);
    // It waits once it reads the export that it has started.
    const isRead = (): boolean =>
      place.emulator
        .requests()
        .some(({ method, path }) => method === "GET" && /^\/exports\/[^/]+\/$/.test(path));
    while (!isRead()) await sleep(10);
    const abortedMs = performance.now();
    controller.abort();
    await running;
    expect(performance.now() - abortedMs).toBeLessThan(2_000);
    expect(recorded.errors).toHaveLength(1);
    expect(recorded.outputs).toMatchObject({
      outcome: "cancelled",
      complete: "false",
      "files-uploaded": "2",
    });
    // Running it again would start a second export.
    expect(recorded.errors[0]).toContain(`export-uid: ${recorded.outputs["export-uid"]}`);
    expect(recorded.statuses.map(({ state }) => state)).toEqual(["pending", "failure"]);
  });

  test("leaves a journal that the next run goes on from", async () => {
    for (let index = 0; index < 20; index += 1)
      place.tree.write({ [`images/${index}.jpg`]: jpeg(`${index}`) });
    place.emulator.setFault({ on: { path: "*file-upload-url/" }, times: 0, delayMs: 30 });
    const controller = new AbortController();
    const recorded = prepare({ ...working, concurrency: "2" }, { signal: controller.signal });
    const running = run(recorded.environment);
    while ((await place.emulator.objects()).length < 5) await sleep(10);
    controller.abort();
    await running;
    expect(recorded.outputs.outcome).toBe("cancelled");
    expect(recorded.errors[0]).toMatch(/again/);
    const landed = (await place.emulator.objects()).length;
    const { outputs, errors } = await act(working);
    expect(errors).toEqual([]);
    // A file whose bytes were all there when the job was cancelled may be sent twice; the others are not.
    expect(Number(outputs["files-skipped"])).toBeGreaterThanOrEqual(landed - 2);
    expect(Number(outputs["files-uploaded"]) + Number(outputs["files-skipped"])).toBe(22);
  });
});
