// The examples of gates, as they stand, by the real workflow runner: each way in which GitHub waits for one.
import { startEmulator, type Emulator } from "../../emulator";
import { createRepository, REPOSITORY, trigger, type WorkflowResult } from "../support/act";
import { addTarget, call } from "../support/emulator";
import { startFakeGitHub, type FakeGitHub } from "../support/fake-github";
import { createTempTree, type TempTree } from "../support/recorded-action";
import { describeWithParts } from "../support/parts";
import { startRelay, type Relay } from "../support/webhook-relay";

const CONTEXT = "avala/annotations";
const [headSha, otherSha] = ["a".repeat(40), "b".repeat(40)];
const [tagSha, oldSha] = ["c".repeat(40), "d".repeat(40)];

let tree: TempTree;
let emulator: Emulator;
let github: FakeGitHub;
let project: string;

// One of each for all tests: they differ in what the project and the repository hold.
beforeAll(async () => {
  tree = createTempTree();
  const starter = ".github/workflows/export.yml";
  createRepository(
    { example: "gates", tree },
    { photos: "examples/photos/things", [starter]: `examples/webhook-relay/${starter}` },
  );
  github = await startFakeGitHub(CONTEXT);
});
afterAll(async () => {
  await github.stop();
  tree.remove();
});
beforeEach(async () => {
  emulator = await startEmulator({ exportMs: 100, ingestMs: 0 });
  github.reset({});
  project = emulator.addProject("labels", {
    ...{ tasks: 4, exportable: 4, completedTasks: 4 },
    metrics: { issue_rate: 0.05 },
  }).uid;
  await addTarget(emulator, project);
});
afterEach(() => emulator.stop());

/** As the API shows it, which is what Avala delivers. */
async function finishedExport(name: string): Promise<unknown> {
  const sources = { projects: [project], datasets: [], slices: [] };
  const body = { name, format: "avala-json-external", ...sources };
  const made = await call(emulator, "POST", "/exports/", { body });
  return (await call(emulator, "GET", `/exports/${made.body.uid}/`)).body;
}

const pullRequestFrom = (repository: string): unknown => ({
  number: 7,
  pull_request: {
    number: 7,
    head: { sha: headSha, repo: { full_name: repository, fork: repository !== REPOSITORY } },
    base: { repo: { full_name: REPOSITORY } },
  },
});

const success = (sha: string): readonly unknown[] => [
  { sha, context: CONTEXT, state: "pending" },
  { sha, context: CONTEXT, state: "success" },
];

const ofGitHub = (sha: string): readonly unknown[] =>
  github.statuses().filter((status) => status.sha === sha);

describeWithParts(["act", "node24"], ({ act, node24 }) => {
  const start = (
    name: string,
    payload: unknown,
    more: { readonly hasSecrets?: boolean } = {},
  ): Promise<WorkflowResult> =>
    trigger(
      {
        ...{ example: "gates", tree, emulator, parts: [act, node24] },
        ...{ variables: { AVALA_PROJECT: project }, github: github.origin, ...more },
      },
      { name, payload },
    );

  test("a pull request gets the required check on its head, and joins the queue without waiting", async () => {
    const { code, log } = await start("pull_request", pullRequestFrom(REPOSITORY));
    expect(github.statuses()).toEqual(success(headSha));
    expect(emulator.exports().map(({ name }) => name)).toContain(`Annotations for ${headSha}`);
    expect(emulator.datasets()).toHaveLength(1);
    expect(log).not.toContain("Annotations in the queue");
    expect(code).toBe(0);
  });

  test("a fork's pull request is a dry run that says what would be sent, and nothing else is tried", async () => {
    const before = emulator.requests().length;
    const fork = pullRequestFrom("them/pets");
    const { code, log } = await start("pull_request", fork, { hasSecrets: false });
    expect(log).toContain("Dry run: nothing is sent. It would be 1 file");
    expect(github.statuses()).toEqual([]);
    expect(emulator.requests()).toHaveLength(before);
    expect(code).toBe(0);
  });

  test("a merge queue waits for the gate on the group that it merges", async () => {
    const group = { merge_group: { head_sha: headSha, head_ref: "gh-readonly-queue/main/pr-7" } };
    const { code, log } = await start("merge_group", group);
    expect(log).toMatch(/Annotations in the queue.*Job succeeded/);
    expect(log).toContain(`met: no task of project ${project} is pending`);
    expect(emulator.exports()).toHaveLength(1);
    expect(code).toBe(0);
  });

  test("an environment is deployed to, and the caller of a reusable gate releases, when it opens", async () => {
    const { code, log } = await start("push", { ref: "refs/tags/v1" });
    const uids = emulator.exports().map(({ uid }) => uid);
    expect(uids).toContain(/Deployed with export ([\w-]+)/.exec(log)?.[1]);
    expect(uids).toContain(/Released with export ([\w-]+)/.exec(log)?.[1]);
    expect(code).toBe(0);
  });

  test("neither happens while it is closed", async () => {
    emulator.failExports("not in the reply", 2);
    const { code, log } = await start("push", { ref: "refs/tags/v1" });
    expect(emulator.exports()).not.toEqual([]);
    expect(log).not.toContain("Deployed");
    expect(log).not.toContain("Released");
    expect(code).not.toBe(0);
  });

  test("a schedule looks at the open pull requests and the newest tag that wait", async () => {
    github.reset({
      heads: [headSha, otherSha],
      tags: { "v1.9.0": oldSha, "v1.10.0": tagSha, nightly: "e".repeat(40) },
      open: [otherSha],
    });
    const { code } = await start("schedule", {});
    expect(ofGitHub(headSha)).toEqual(success(headSha));
    expect(ofGitHub(tagSha)).toEqual(success(tagSha));
    expect(github.statuses()).toHaveLength(4);
    expect(code).toBe(0);
  });

  describe("by Avala's webhook, through the relay,", () => {
    let relay: Relay;
    beforeAll(async () => {
      relay = await startRelay({ GITHUB_API_URL: github.origin });
    });
    afterAll(() => relay.stop());

    /** What GitHub makes of the dispatch that the relay sent. */
    const dispatched = (): Promise<WorkflowResult> => {
      const [sent] = github.dispatches() as { event_type: string; client_payload: unknown }[];
      const { event_type: action, client_payload } = sent ?? {};
      return start("repository_dispatch", { action, client_payload });
    };

    test("a finished export sets the check on its commit, and its own export starts nothing", async () => {
      const name = `Annotations for ${headSha}`;
      await relay.deliver({ body: await finishedExport(name) });
      const { code } = await dispatched();
      expect(github.statuses()).toEqual(success(headSha));
      expect(code).toBe(0);
      const [own] = emulator.exports().filter((made) => made.name !== name);
      const { result } = await relay.deliver({ body: { uid: own?.uid, name: own?.name } });
      expect(result).toBe("ignored");
    });

    test("a breached target closes the check also where it is open, and the run succeeds", async () => {
      github.reset({ heads: [headSha, otherSha], open: [otherSha] });
      emulator.setMetrics(project, { issue_rate: 0.2 });
      await relay.deliver({ event: "quality.alert", body: { uid: project, is_breached: true } });
      const { code } = await dispatched();
      const last = [headSha, otherSha].map((sha) => ofGitHub(sha).at(-1));
      expect(last).toMatchObject([{ state: "failure" }, { state: "failure" }]);
      expect(emulator.exports()).toEqual([]);
      expect(code).toBe(0);
    });
  });
});
