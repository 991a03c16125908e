// A pull request that GitHub gives no secrets: what is said of the key that is missing there.
import { withheldFrom } from "../../action/github/withheld-secrets";
import { run } from "../../action/run";
import { record } from "../support/recorded-action";
import { createTempTree, type TempTree } from "../support/temp-tree";

const sha = "e".repeat(40);
const from = (head: unknown): unknown => ({
  pull_request: { head: { sha, repo: head }, base: { repo: { full_name: "me/pets" } } },
});
const fork = from({ full_name: "them/pets", fork: true });
const own = from({ full_name: "me/pets", fork: false });

describe("secrets are withheld from", () => {
  test.each([
    ["a pull request from a fork", "pull_request", "them", fork, "fork"],
    ["a review of one", "pull_request_review", "me", fork, "fork"],
    ["a comment on one", "pull_request_review_comment", "me", fork, "fork"],
    ["a pull request whose fork was deleted", "pull_request", "them", from(null), "fork"],
    ["a pull request by Dependabot", "pull_request", "dependabot[bot]", own, "dependabot"],
    ["a push by Dependabot", "push", "dependabot[bot]", { after: sha }, "dependabot"],
    ["a branch that Dependabot makes", "create", "dependabot[bot]", {}, "dependabot"],
    ["a deployment of Dependabot's", "deployment", "dependabot[bot]", {}, "dependabot"],
    ["the status of one", "deployment_status", "dependabot[bot]", {}, "dependabot"],
  ] as const)("%s", (_name, event, actor, payload, why) => {
    expect(withheldFrom({ event, actor, payload })).toBe(why);
  });
});

describe("secrets are not withheld from", () => {
  test.each([
    ["a pull request of the same repository", "pull_request", own],
    [
      "one in a repository that is a fork itself",
      "pull_request",
      from({ full_name: "me/pets", fork: true }),
    ],
    ["pull_request_target", "pull_request_target", fork],
    ["a merge queue", "merge_group", { merge_group: { head_sha: sha } }],
    ["a push", "push", { after: sha }],
    ["an event that can't be read", "pull_request", undefined],
    ["a pull request without repositories", "pull_request", { pull_request: { head: {} } }],
  ])("%s", (_name, event, payload) => {
    expect(withheldFrom({ event, actor: "me", payload })).toBeUndefined();
  });
});

describe("on a pull request from a fork", () => {
  let tree: TempTree;
  beforeEach(() => {
    tree = createTempTree({ "photos/a.jpg": "text" });
  });
  afterEach(() => tree.remove());

  const upload = { files: "photos/*.jpg", dataset: "pets-{digest}" };
  const start = async (
    inputs: Record<string, string>,
    event: unknown = fork,
  ): Promise<ReturnType<typeof record>> => {
    const env = { AVALA_API_KEY: "", GITHUB_EVENT_NAME: "pull_request", GITHUB_ACTOR: "them" };
    const recorded = record({ tree, inputs, env, event });
    await run(recorded.environment);
    return recorded;
  };

  test("an upload without a key says why there is none, and offers a dry run", async () => {
    const { errors, outputs } = await start(upload);
    expect(errors).toEqual([expect.stringMatching(/^api-key: .*fork.*dry-run: true/)]);
    expect(outputs["outcome"]).toBe("invalid");
  });

  test("a gate without a key says so before it tries to set a status", async () => {
    const { errors, statuses } = await start({
      "export-projects": "11111111-1111-4111-8111-111111111111",
      "status-context": "avala",
      "github-token": "ghs_x",
    });
    expect(errors).toEqual([expect.stringMatching(/^api-key: .*fork.*merge queue/)]);
    expect(statuses).toEqual([]);
  });

  test("other problems are named beside it", async () => {
    const { errors } = await start({ ...upload, concurrency: "99" });
    expect(errors[0]).toMatch(/concurrency/);
    expect(errors[0]).toMatch(/api-key.*fork/);
  });

  test("a dry run needs no key", async () => {
    const { errors, outputs } = await start({ ...upload, "dry-run": "true" });
    expect(errors).toEqual([]);
    expect(outputs["outcome"]).toBe("planned");
  });

  test("of the same repository a missing key is a missing key", async () => {
    const { errors } = await start(upload, own);
    expect(errors).toEqual([
      expect.stringMatching(/copy it from Avala.*the secret does not exist here.*dry-run: true/),
    ]);
  });
});
