// Which commit gets the status, for each event that can start a workflow.
import { COMMIT_SOURCES, commitOfEvent } from "../../action/github/event-commit";
import { readInputs } from "../support/read-inputs";
import { InputError } from "../../src/errors";
import { createTempTree, record } from "../support/recorded-action";

const runnersSha = "d".repeat(40);
const eventsSha = "e".repeat(40);
const pullRequest = { pull_request: { head: { sha: eventsSha }, merge_commit_sha: runnersSha } };

/** The event's own commit, the runner's, or none; with the part of the payload that GitHub documents. */
const expected: [name: string, from: "event" | "runner" | "nowhere", payload: unknown][] = [
  ["branch_protection_rule", "nowhere", { rule: { id: 1 } }],
  ["check_run", "event", { check_run: { head_sha: eventsSha } }],
  ["check_suite", "event", { check_suite: { head_sha: eventsSha, after: eventsSha } }],
  ["create", "runner", { ref: "v1", ref_type: "tag" }],
  ["delete", "nowhere", { ref: "old", ref_type: "branch" }],
  ["deployment", "event", { deployment: { sha: eventsSha } }],
  ["deployment_status", "event", { deployment: { sha: eventsSha }, deployment_status: {} }],
  ["discussion", "nowhere", { discussion: {} }],
  ["discussion_comment", "nowhere", { comment: {} }],
  ["fork", "nowhere", { forkee: {} }],
  ["gollum", "nowhere", { pages: [{ sha: eventsSha }] }],
  ["image_version", "nowhere", {}],
  ["issue_comment", "nowhere", { issue: { number: 7, pull_request: {} }, comment: {} }],
  ["issues", "nowhere", { issue: {} }],
  ["label", "nowhere", { label: {} }],
  ["merge_group", "event", { merge_group: { head_sha: eventsSha, base_sha: runnersSha } }],
  ["milestone", "nowhere", { milestone: {} }],
  ["page_build", "event", { build: { commit: eventsSha } }],
  ["project", "nowhere", {}],
  ["project_card", "nowhere", {}],
  ["project_column", "nowhere", {}],
  ["public", "nowhere", {}],
  ["pull_request", "event", pullRequest],
  ["pull_request_review", "event", pullRequest],
  ["pull_request_review_comment", "event", pullRequest],
  ["pull_request_target", "event", pullRequest],
  // An annotated tag has a sha of its own in `after`, and the runner that of its commit.
  ["push", "runner", { ref: "refs/tags/v1", after: eventsSha }],
  ["registry_package", "runner", { registry_package: {} }],
  ["release", "runner", { release: { target_commitish: "main" } }],
  ["repository_dispatch", "nowhere", { client_payload: { sha: eventsSha } }],
  ["schedule", "runner", { schedule: "0 0 * * *" }],
  ["status", "event", { sha: eventsSha }],
  ["watch", "nowhere", {}],
  ["workflow_dispatch", "runner", { inputs: {} }],
  ["workflow_run", "event", { workflow_run: { event: "pull_request", head_sha: eventsSha } }],
];

test("every event of the table is tried", () => {
  expect(expected.map(([name]) => name)).toEqual([...COMMIT_SOURCES.keys()]);
});

test.each(expected)("%s: the status goes to the commit of the %s", (name, from, payload) => {
  const found = commitOfEvent({ name, sha: runnersSha, payload });
  const shas = { event: eventsSha, runner: runnersSha, nowhere: undefined };
  expect("sha" in found ? found.sha : undefined).toBe(shas[from]);
});

test.each([
  ["an event that is not known", "brand_new_event", {}],
  ["no event at all", "", undefined],
  ["a push that deletes its branch", "push", { deleted: true }],
  ["a payload without the commit", "check_run", { check_run: {} }],
  ["a payload that can't be read", "pull_request", undefined],
  ["a payload with a commit that is none", "check_run", { check_run: { head_sha: "main" } }],
  ["a payload that inherits its commit", "status", Object.create({ sha: eventsSha })],
])("%s names no commit", (_what, name, payload) => {
  expect(commitOfEvent({ name, sha: runnersSha, payload })).toHaveProperty("problem");
});

/** GitHub gives such a run the commit that its own event is about. */
test.each(["push", "pull_request", "merge_group", "release", "workflow_dispatch"])(
  "workflow_run of a run that %s started: the status goes to the commit of that run",
  (event) => {
    const payload = { workflow_run: { event, head_sha: eventsSha } };
    const found = commitOfEvent({ name: "workflow_run", sha: runnersSha, payload });
    expect(found).toEqual({ sha: eventsSha });
  },
);

/** Of these it is the default or the base branch's last commit, as GITHUB_SHA was in that run. */
test.each([
  "issue_comment",
  "check_run",
  "pull_request_target",
  "repository_dispatch",
  "workflow_run",
  undefined,
])("workflow_run of a run that %s started names no commit", (event) => {
  const payload = { workflow_run: { event, head_sha: eventsSha } };
  const found = commitOfEvent({ name: "workflow_run", sha: runnersSha, payload });
  expect(found).toHaveProperty("problem");
});

test("a runner without a commit names none", () => {
  expect(commitOfEvent({ name: "push", sha: "", payload: {} })).toHaveProperty("problem");
});

describe("the input status-sha", () => {
  const tree = createTempTree();
  afterAll(() => tree.remove());
  const inputs = { "export-uid": "e", "status-context": "avala", "github-token": "t" };
  const read = (more: Record<string, string>, eventName: string, event?: unknown) => {
    const env = { GITHUB_EVENT_NAME: eventName, GITHUB_SHA: runnersSha };
    return readInputs(record({ tree, inputs: { ...inputs, ...more }, env, event }).environment);
  };
  const refused = (more: Record<string, string>, eventName: string): readonly string[] => {
    try {
      read(more, eventName, {});
      return [];
    } catch (error) {
      return error instanceof InputError ? error.problems.map(({ input }) => input) : [];
    }
  };

  test("goes before what the event says", () => {
    const own = "c".repeat(40);
    expect(read({ "status-sha": own }, "issue_comment", {}).status).toMatchObject({ sha: own });
    expect(read({ "status-sha": own }, "push", {}).status).toMatchObject({ sha: own });
  });
  test("may be left out where the event says it", () => {
    const event = { check_suite: { head_sha: eventsSha } };
    expect(read({}, "check_suite", event).status).toMatchObject({ sha: eventsSha });
  });
  test("is asked for where the event does not, before anything else happens", () => {
    expect(refused({}, "issue_comment")).toEqual(["status-context"]);
    expect(refused({}, "repository_dispatch")).toEqual(["status-context"]);
  });
  test.each(["main", "abc1234", "g".repeat(40), `${"a".repeat(40)}/..`])("is no %s", (sha) => {
    expect(refused({ "status-sha": sha }, "push")).toEqual(["status-sha"]);
  });
});
