// Commit statuses on GitHub's API, and what a user reads when one can't be set.
import type * as GitHub from "@actions/github";
import type { CommitStatus } from "../../action/environment";
import type * as Statuses from "../../action/github/commit-status";
import { transportError } from "../../src/api/transport/transport-errors";
import { AvalaError } from "../../src/errors";
import { json, replyServer, type Answer, type ReplyServer } from "../support/reply-server";
import { rejectionOf } from "../support/thrown";
import { fixedRandom, virtualClock, type VirtualClock } from "../support/virtual-clock";

let commits = 0;
let status = { context: "avala", sha: "a".repeat(40) };

const runner = {
  GITHUB_REPOSITORY: "me/pets",
  GITHUB_RUN_ID: "42",
  GITHUB_SERVER_URL: "https://ghes.example",
};
const before = { ...process.env };
let github: ReplyServer;
let answers: Answer[];
let statuses: typeof Statuses;
let clock: VirtualClock;
let outages: string[];

beforeAll(async () => {
  github = await replyServer((heard, response, incoming) => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    return answer?.(heard, response, incoming);
  });
  // The toolkit reads the runner's variables when it is loaded.
  Object.assign(process.env, runner, { GITHUB_API_URL: `${github.origin}/api/v3` });
  delete process.env.GITHUB_EVENT_PATH;
  statuses = jest.requireActual<typeof Statuses>("../../action/github/commit-status");
});
afterAll(async () => {
  process.env = before;
  await github.stop();
});
beforeEach(() => {
  clock = virtualClock();
  outages = [];
  commits += 1;
  status = { context: "avala", sha: String(commits).padStart(40, "a") };
});

const reply =
  (code: number, message = "", headers = {}): Answer =>
  (_heard, response) =>
    json(response, code, { message }, headers);

let lastState: string | undefined;

/** GitHub answers in this order, the last one again and again. */
async function set(given: Answer[], more: Partial<CommitStatus> = {}): Promise<number> {
  answers = given;
  const count = github.heard.length;
  lastState = await clock.run(
    statuses.setCommitStatus(
      {
        ...status,
        token: "ghs_token",
        state: "pending",
        keepsSame: false,
        description: "Waiting",
        leftMs: 3_600_000,
        onOutage: (text) => outages.push(text),
        ...more,
      },
      { clock, random: fixedRandom(0) },
    ),
  );
  return github.heard.length - count;
}

test("a status is set on the commit, by the API that the runner names, and links to the run", async () => {
  expect(await set([reply(201)])).toBe(1);
  const { method, url, headers, body } = github.heard.at(-1)!;
  expect([method, url]).toEqual(["POST", `/api/v3/repos/me/pets/statuses/${status.sha}`]);
  expect(headers["authorization"]).toBe("token ghs_token");
  expect(headers["user-agent"]).toContain("avala-upload-action");
  expect(JSON.parse(body.toString())).toEqual({
    state: "pending",
    context: "avala",
    description: "Waiting",
    target_url: "https://ghes.example/me/pets/actions/runs/42",
  });
});

describe("a status of a commit that the workflow names", () => {
  const closed = { state: "failure", description: "Waiting" };
  const holds =
    (...found: object[]): Answer =>
    (_heard, response) =>
      json(response, 200, { statuses: found.map((one) => ({ context: "avala", ...one })) });
  const more = { keepsSame: true } as const;

  test.each([
    ["failure says the same already", closed, { state: "failure" }, "failure"],
    ["failure is looked at again", closed, { state: "pending" }, "failure"],
    ["error is looked at again", { ...closed, state: "error" }, { state: "pending" }, "failure"],
    [
      "pending is looked at again",
      { ...closed, state: "pending" },
      { state: "pending" },
      "pending",
    ],
    // GitHub's names of statuses have no case.
    [
      "name is written in another case",
      { ...closed, context: "AVALA" },
      { state: "failure" },
      "failure",
    ],
    [
      "success says the same already",
      { ...closed, state: "success" },
      { state: "success" },
      "success",
    ],
  ] as const)("is left alone where %s", async (_name, found, wanted, has) => {
    expect(await set([holds(found)], { ...more, ...wanted })).toBe(1);
    expect(github.heard.at(-1)).toMatchObject({
      method: "GET",
      url: `/api/v3/repos/me/pets/commits/${status.sha}/status?per_page=100`,
    });
    expect(lastState).toBe(has);
  });

  test.each([
    ["there is none", [], { state: "pending" }],
    ["only others have one", [{ ...closed, context: "ci" }], { state: "failure" }],
    ["an open gate is looked at again", [{ ...closed, state: "success" }], { state: "pending" }],
    ["a gate opens", [closed], { state: "success" }],
    ["a gate closes", [{ ...closed, state: "success" }], { state: "failure" }],
    ["it is closed for another reason", [{ ...closed, description: "Old" }], { state: "failure" }],
  ] as const)("is set where %s", async (_name, found, wanted) => {
    expect(await set([holds(...found), reply(201)], { ...more, ...wanted })).toBe(2);
    expect(JSON.parse(github.heard.at(-1)!.body.toString())).toMatchObject(wanted);
    expect(lastState).toBe(wanted.state);
  });

  test("is found among more of other names than a page has", async () => {
    const page = (from: number, count: number) =>
      Array.from({ length: count }, (_one, at) => ({ ...closed, context: `ci/${from + at}` }));
    const answers = [holds(...page(0, 100)), holds(...page(100, 3), closed)];
    expect(await set(answers, { ...more, state: "failure" })).toBe(2);
    expect(github.heard.at(-1)?.url).toContain("&page=2");
  });

  test("is set where the answer has no list", async () => {
    const answers = [reply(200, "odd"), reply(201)];
    expect(await set(answers, { ...more, state: "failure" })).toBe(2);
  });

  test("is read again after a failure of GitHub's", async () => {
    const answers = [reply(502), holds(), reply(502), holds(closed)];
    expect(await set(answers, { ...more, state: "failure" })).toBe(4);
  });
});

test("a failure of GitHub's is tried again", async () => {
  expect(await set([reply(502), reply(201)])).toBe(2);
});

describe("an outage of GitHub's", () => {
  test("is waited out, with one warning that says for how long", async () => {
    const startMs = clock.now();
    const dropped: Answer = (_heard, response) => response.destroy();
    const tries = [
      reply(502, "Server Error"),
      dropped,
      ...Array.from({ length: 60 }, () => reply(503)),
      reply(201),
    ];
    expect(await set(tries)).toBe(63);
    expect(clock.now() - startMs).toBeGreaterThan(14 * 60_000);
    expect(outages).toEqual([
      `The commit status avala can't be set to pending on ${status.sha.slice(0, 12)}: GitHub responded 502: Server Error. Nothing has been sent to Avala yet. Still trying: 60 min left.`,
    ]);
  });

  test("ends the run only when its time is over, by what GitHub said last", async () => {
    const startMs = clock.now();
    const error = await rejectionOf(set([reply(502, "Bad gateway")], { leftMs: 600_000 }));
    expect(error.code).toBe("server");
    expect(error.message).toContain("GitHub responded 502: Bad gateway");
    expect(clock.now() - startMs).toBe(600_000);
  });

  test("is not waited out after a cancel", async () => {
    const controller = new AbortController();
    const down: Answer = (_heard, response) => {
      json(response, 502, {});
      setImmediate(() => controller.abort());
    };
    const error = await rejectionOf(set([down], { signal: controller.signal }));
    expect(error.code).toBe("cancelled");
  });
});

describe("a GitHub that can't be reached", () => {
  // As the toolkit reads it from the runner's variables.
  const from = (apiUrl: string): void => {
    const { context } = jest.requireActual<typeof GitHub>("@actions/github");
    context.apiUrl = apiUrl;
  };
  let closed: string;
  beforeEach(async () => {
    const server = await replyServer(() => undefined);
    closed = server.origin;
    await server.stop();
  });
  afterEach(() => from(`${github.origin}/api/v3`));

  test("ends a run's start within about a minute, by the reason, and says that nothing was sent", async () => {
    from(closed);
    const startMs = clock.now();
    const error = await rejectionOf(set([reply(201)]));
    expect(error.code).toBe("network");
    expect(error.message).toContain("refused the connection (ECONNREFUSED)");
    expect(error.hint).toContain("Nothing has been sent to Avala yet.");
    expect(clock.now() - startMs).toBeGreaterThanOrEqual(60_000);
    expect(clock.now() - startMs).toBeLessThan(80_000);
    expect(outages).toEqual([
      expect.stringMatching(
        /\(ECONNREFUSED\)\. Nothing has been sent to Avala yet\. Still trying: 60 s left\.$/,
      ),
    ]);
  });

  test("is waited for at a run's end until its time is over: what it did would be lost", async () => {
    from(closed);
    const startMs = clock.now();
    const given = { state: "success", leftMs: 600_000 } as const;
    const error = await rejectionOf(set([reply(201)], given));
    expect(error.message).toContain("ECONNREFUSED");
    expect(error.hint).not.toContain("Nothing has been sent");
    expect(clock.now() - startMs).toBe(600_000);
  });

  test("is an outage once it has answered", async () => {
    const startMs = clock.now();
    const down: Answer = (_heard, response) => {
      from(closed);
      json(response, 502, {});
    };
    const error = await rejectionOf(set([down], { leftMs: 600_000 }));
    expect(error.message).toContain("ECONNREFUSED");
    expect(clock.now() - startMs).toBe(600_000);
  });

  test("by a port that fetch refuses ends the run at once", async () => {
    from("http://127.0.0.1:1");
    const startMs = clock.now();
    const error = await rejectionOf(set([reply(201)]));
    expect(error.message).toContain("127.0.0.1:1 has a port that is not for HTTP (bad port)");
    expect(clock.now()).toBe(startMs);
  });
});

describe("a limit of GitHub's", () => {
  const again = { "Retry-After": "70" };

  test.each([
    ["403 with Retry-After, whatever its text", reply(403, "Slow down", again), 70_000],
    ["429 with Retry-After", reply(429, "Too many", again), 70_000],
    ["secondary limit", reply(403, "You have exceeded a secondary rate limit", again), 70_000],
    ["429 that names no wait", reply(429, "Too many"), 60_000],
    [
      "secondary limit that only its words name",
      reply(403, "You have exceeded a secondary rate limit. Please wait a few minutes."),
      60_000,
    ],
  ])("as a %s is waited for as long as it says", async (_name, limit, ms) => {
    const startMs = clock.now();
    expect(await set([limit, reply(201)])).toBe(2);
    expect(clock.now() - startMs).toBe(ms);
  });

  test("on the hour's quota is waited for until the quota is there again", async () => {
    const startMs = clock.now();
    // By GitHub's clock, which is an hour ahead of this machine's.
    const hourMs = startMs + 3_600_000;
    const headers = {
      Date: new Date(hourMs).toUTCString(),
      "X-RateLimit-Remaining": "0",
      "X-RateLimit-Reset": String(hourMs / 1000 + 100),
    };
    expect(await set([reply(403, "API rate limit exceeded", headers), reply(201)])).toBe(2);
    expect(clock.now() - startMs).toBe(101_000);
  });

  test("is not waited for when the run has less time left", async () => {
    const startMs = clock.now();
    const count = github.heard.length;
    const error = await rejectionOf(set([reply(403, "Slow down", again)], { leftMs: 69_000 }));
    expect(error.code).toBe("rate_limited");
    expect(error.message).toContain("Slow down");
    expect(error.hint).toContain("70 s");
    expect(clock.now()).toBe(startMs);
    expect(github.heard).toHaveLength(count + 1);
  });

  test("that never ends is given up when the run's time is over", async () => {
    const count = github.heard.length;
    const error = await rejectionOf(set([reply(429, "Too many", again)], { leftMs: 300_000 }));
    expect(error.code).toBe("rate_limited");
    expect(error.hint).toContain("70 s");
    expect(github.heard).toHaveLength(count + 5);
  });

  test("is not waited for after a cancel", async () => {
    const controller = new AbortController();
    const limit: Answer = (_heard, response) => {
      json(response, 429, {}, { "Retry-After": "70" });
      setImmediate(() => controller.abort());
    };
    const error = await rejectionOf(set([limit], { signal: controller.signal }));
    expect(error.code).toBe("cancelled");
  });
});

describe("a refusal", () => {
  test.each([
    [401, "authentication", "github-token"],
    [403, "permission", "permissions:\n  statuses: write"],
    [403, "permission", "fork"],
    [404, "permission", "permissions:\n  statuses: write"],
    [422, "validation", "status-sha"],
  ] as const)("of %i is not tried again, and says what to do", async (code, expected, hint) => {
    const count = github.heard.length;
    const error = await rejectionOf(set([reply(code, "No.\u001b[2J")]));
    expect(error.code).toBe(expected);
    expect(error.message).toContain(`GitHub responded ${code}: No.`);
    expect(error.message).not.toContain("\u001b");
    expect(error.hint).toContain(hint);
    expect(github.heard).toHaveLength(count + 1);
  });

  test.each([
    ["a list of texts", [{ message: "description is too long" }], "description is too long"],
    [
      "a list of codes",
      [{ resource: "Status", field: "context", code: "invalid" }],
      "Status context invalid",
    ],
    ["a text", "Validation failed: description is too long.", "description is too long."],
    ["nothing readable", [null, 3, {}], "GitHub responded 422: Validation Failed."],
  ])("says what GitHub says of it, as %s", async (_name, errors, text) => {
    const refused: Answer = (_heard, response) =>
      json(response, 422, { message: "Validation Failed", errors });
    const { message } = await rejectionOf(set([refused]));
    expect(message).toContain("GitHub responded 422: Validation Failed");
    expect(message).toContain(text);
  });

  test("of one status more than GitHub takes says the ways out", async () => {
    const message = "This SHA and context has reached the maximum number of statuses.";
    const full: Answer = (_heard, response) =>
      json(response, 422, { message: "Validation Failed", errors: [{ message }] });
    const { hint } = await rejectionOf(set([full]));
    expect(hint).toContain("1,000");
    expect(hint).toContain("status-context");
  });

  test("with the token nowhere in it", async () => {
    const error = await rejectionOf(set([reply(403)]));
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("ghs_token");
  });
});

test("a reply without end is cut", async () => {
  const endless: Answer = (_heard, response) => {
    response.writeHead(403, { "Content-Type": "application/json" });
    response.end("x".repeat(2_000_000));
  };
  const error = await rejectionOf(set([endless]));
  expect(error.code).toBe("permission");
  expect(error.message.length).toBeLessThan(500);
});

test.each(["ECONNREFUSED", "ETIMEDOUT"])(
  "a status that %s stops says what was to be set",
  (code) => {
    const error = transportError(
      { host: "api.github.com" },
      Object.assign(new Error(code), { code }),
    );
    const named = statuses.asStatusError(error, status) as AvalaError;
    expect(named.code).toBe(error.code);
    expect(named.message).toContain("commit status avala");
    expect(named.message).toContain("api.github.com");
    expect(named.hint).not.toContain("base URL");
  },
);

test("a proxy that refuses GitHub is told as the proxy", () => {
  const refused = new Error("Proxy response (403) !== 200 when HTTP Tunneling");
  const thrown = new TypeError("fetch failed", { cause: refused });
  const named = statuses.asStatusError(transportError({ host: "api.github.com" }, thrown), status);
  expect(named).toMatchObject({ code: "network", retryable: false });
  expect((named as AvalaError).message).toContain(
    "the proxy did not connect to api.github.com (403",
  );
});

test("another error stays as it is", () => {
  const error = new AvalaError("permission", "no");
  expect(statuses.asStatusError(error, status)).toBe(error);
});
