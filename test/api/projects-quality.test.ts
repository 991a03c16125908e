// Tasks, quality targets, consensus and a key's permissions: what is sent, and replies in each documented form.
import { getConsensusSummary } from "../../src/api/endpoints/consensus";
import { getPermissions, lackedScopes, requireScopes } from "../../src/api/endpoints/permissions";
import { getProject, listProjects } from "../../src/api/endpoints/projects";
import {
  createQualityTarget,
  deleteQualityTarget,
  evaluateQualityTargets,
  listQualityTargets,
  updateQualityTarget,
} from "../../src/api/endpoints/quality-targets";
import { getTask, hasPendingTasks } from "../../src/api/endpoints/tasks";
import { scopeWordsOf } from "../../src/api/scopes";
import { BASE, reply, scripted } from "../support/scripted-transport";
import { rejectionOf } from "../support/thrown";

const page = (results: readonly unknown[], next: string | null = null): object => ({
  next,
  previous: null,
  results,
});
const task = (uid: string, status?: string): object => ({ uid, status, project: "p1" });

describe("projects", () => {
  test("are read under the user, since the bare route is for staff", async () => {
    const { avala, requests } = scripted([
      reply(200, { uid: "p1", name: "Cats" }),
      reply(200, page([{ uid: "p1", name: "Cats" }])),
    ]);
    expect(await getProject(avala, "p1")).toMatchObject({ uid: "p1", name: "Cats" });
    for await (const project of listProjects(avala)) expect(project.uid).toBe("p1");
    expect(requests.map(({ url }) => url)).toEqual([
      `${BASE}/users/me/projects/p1/`,
      `${BASE}/users/me/projects/`,
    ]);
  });
});

describe("pending tasks", () => {
  test.each([
    ["one is pending", [task("t1", "pending")], true],
    ["its status is in capital letters", [task("t1", "PENDING")], true],
    ["the server leaves its status out", [task("t1")], true],
    ["there is none", [], false],
  ])("take one call: %s", async (_name, results, expected) => {
    const { avala, requests } = scripted([reply(200, page(results, null))]);
    expect(await hasPendingTasks(avala, "p1")).toBe(expected);
    expect(requests.map(({ url }) => url)).toEqual([
      `${BASE}/tasks/?project=p1&status=pending&limit=1`,
    ]);
  });

  test("take one call, however many there are", async () => {
    const more = `${BASE}/tasks/?cursor=2`;
    const { avala, requests } = scripted([reply(200, page([task("t1", "pending")], more))]);
    expect(await hasPendingTasks(avala, "p1")).toBe(true);
    expect(requests).toHaveLength(1);
  });

  test("are looked for further where the server ignores the filter", async () => {
    const more = `${BASE}/tasks/?cursor=2`;
    const { avala } = scripted([
      reply(200, page([task("t1", "completed")], more)),
      reply(200, page([task("t1", "completed")], more)),
      reply(200, page([task("t2", "pending")])),
    ]);
    expect(await hasPendingTasks(avala, "p1")).toBe(true);
  });

  test("fail where the key may not read tasks, and name the scope", async () => {
    const { avala } = scripted([reply(403, { detail: "No." })]);
    await expect(hasPendingTasks(avala, "p1")).rejects.toMatchObject({
      code: "permission",
      hint: expect.stringContaining("tasks.read") as string,
    });
  });
});

test("a task's project is a uid, also where the server nests it", async () => {
  const { avala } = scripted([reply(200, { uid: "t1", project: { uid: "p1", name: "Cats" } })]);
  expect(await getTask(avala, "t1")).toMatchObject({ uid: "t1", project: "p1" });
});

describe("quality targets", () => {
  const wire = { uid: "q1", name: "Issues", metric: "issue_rate", threshold: 0.1, operator: "gt" };

  test("are made, listed, changed and removed", async () => {
    const { avala, requests, body } = scripted([
      reply(201, { ...wire, is_breached: false }),
      reply(200, page([wire])),
      reply(200, { ...wire, threshold: "0.2" }),
      reply(204),
    ]);
    const input = { name: "Issues", metric: "issue_rate", threshold: 0.1, operator: "gt" };
    const made = await createQualityTarget(avala, "p1", { ...input, notifyEmails: ["a@b.c"] });
    expect(made).toMatchObject({ uid: "q1", threshold: 0.1, isBreached: false });
    expect(body()).toEqual({ ...input, notify_emails: ["a@b.c"] });
    for await (const { uid } of listQualityTargets(avala, "p1")) expect(uid).toBe("q1");
    const changed = await updateQualityTarget(avala, "p1", "q1", { threshold: 0.2 });
    expect(changed.threshold).toBe(0.2);
    expect(body(2)).toEqual({ threshold: 0.2 });
    await deleteQualityTarget(avala, "p1", "q1");
    expect(requests.map(({ method, url }) => `${method} ${url.slice(BASE.length)}`)).toEqual([
      "POST /projects/p1/quality-targets/",
      "GET /projects/p1/quality-targets/",
      "PATCH /projects/p1/quality-targets/q1/",
      "DELETE /projects/p1/quality-targets/q1/",
    ]);
  });

  test("are not made twice when a reply is lost", async () => {
    const { avala, requests } = scripted([reply(502)]);
    const input = { name: "Issues", metric: "issue_rate", threshold: 0.1, operator: "gt" };
    const made = createQualityTarget(avala, "p1", input);
    await expect(made).rejects.toMatchObject({ code: "server", ambiguous: true });
    expect(requests).toHaveLength(1);
  });

  test.each([
    ["a plain list", (entries: unknown[]) => entries],
    ["a page", (entries: unknown[]) => page(entries)],
  ])("are evaluated, in %s", async (_name, wrap) => {
    const { avala, requests } = scripted([
      reply(200, wrap([{ ...wire, current_value: 0.4, is_breached: true, severity: "critical" }])),
    ]);
    expect(await evaluateQualityTargets(avala, "p1")).toEqual([
      { ...wire, currentValue: 0.4, isBreached: true, severity: "critical" },
    ]);
    expect(requests[0]).toMatchObject({ method: "POST" });
  });

  test("do not pass when the reply does not say whether they are breached", async () => {
    const { avala } = scripted([reply(200, [{ ...wire, current_value: 0.4 }])]);
    await expect(evaluateQualityTargets(avala, "p1")).rejects.toMatchObject({ code: "bad_reply" });
  });
});

describe("consensus", () => {
  test("is read, with its counts", async () => {
    const { avala } = scripted([
      reply(200, { mean_score: 0.9, total_items: 4, items_with_consensus: 3 }),
    ]);
    expect(await getConsensusSummary(avala, "p1")).toMatchObject({
      meanScore: 0.9,
      totalItems: 4,
      itemsWithConsensus: 3,
    });
  });

  test("is nothing where it is not set up", async () => {
    const { avala } = scripted([reply(404, { detail: "Not found." })]);
    expect(await getConsensusSummary(avala, "p1")).toBeUndefined();
  });
});

describe("a key's permissions", () => {
  test("name the scopes that it lacks", async () => {
    const { avala } = scripted([reply(200, { type: "scoped", scopes: ["datasets.read"] })]);
    const permissions = await getPermissions(avala);
    expect(lackedScopes(permissions, ["datasets.read", "exports.read"])).toEqual(["exports.read"]);
  });

  test.each([
    ["exports.create polls by the reference", ["exports.create"], "exports.read"],
    ["datasets.read covers storage by the reference", ["datasets.read"], "storage.read"],
    ["qc.write may be what evaluating wants", ["qc.write"], "qc.read"],
    ["projects.read lists tasks by the reference", ["projects.read"], "tasks.read"],
    ["no scope for organizations is in the reference", ["datasets.read"], "organizations.read"],
    ["the case differs", ["Exports.READ"], "exports.read"],
    ["a wildcard is in the list", ["*", "datasets.read"], "exports.read"],
    ["all of an area is in the list", ["exports.*"], "exports.read"],
    ["an admin's word is in the list", ["datasets.read", "admin"], "exports.read"],
    ["the words have another form", ["exports:create"], "exports.read"],
    ["a scope is not text", ["datasets.read", 7], "exports.read"],
  ] as const)("prove nothing where %s", async (_why, scopes, wanted) => {
    const { avala } = scripted([reply(200, { type: "customer", scopes })]);
    expect(lackedScopes(await getPermissions(avala), [wanted])).toEqual([]);
  });

  test("that lack qc.read are advised to have qc.write as well, as evaluating may need it", async () => {
    const listed = ["exports.create", "exports.read"];
    const { avala } = scripted([reply(200, { type: "customer", scopes: listed })]);
    const error = await rejectionOf(requireScopes(avala, ["exports.create", "qc.read"], "gate"));
    expect(error.message).toContain("lacks the scope qc.read.");
    expect(error.hint).toContain("the scopes exports.create, qc.read, qc.write, or");
  });

  test("of staff prove nothing", async () => {
    const staff = { type: "customer", is_staff_privileged: true, scopes: ["datasets.read"] };
    const { avala } = scripted([reply(200, staff)]);
    expect(lackedScopes(await getPermissions(avala), ["exports.read"])).toEqual([]);
  });

  test("of a key that may only read exports show that it can't create one", async () => {
    const { avala } = scripted([reply(200, { type: "customer", scopes: ["exports.read"] })]);
    expect(lackedScopes(await getPermissions(avala), ["exports.create", "exports.read"])).toEqual([
      "exports.create",
    ]);
  });

  test("that the sources disagree on are advice, and say when the lack would show", async () => {
    const scopes = ["datasets.read", "exports.create"];
    const { avala } = scripted([reply(200, { type: "customer", scopes })]);
    const wanted = ["exports.create", "exports.read", "organizations.read"] as const;
    const advice = await requireScopes(avala, wanted, "export");
    expect(advice).toMatchObject({ kind: "doubted" });
    expect(advice?.text).toMatch(/exports\.read \(.*status.*organizations\.read \(/);
  });

  test("of a key without scopes are all rights", async () => {
    const { avala } = scripted([reply(200, { type: "full", scopes: [] })]);
    expect(lackedScopes(await getPermissions(avala), ["exports.read"])).toEqual([]);
  });

  test.each([
    ["an older server has no such route", reply(404, "<html>")],
    ["an older server takes it for a user", reply(404, { detail: "Not found." })],
    ["the key may not read them", reply(403, { detail: "No." })],
    ["a proxy answers", reply(200, [])],
  ])("are not known where %s", async (_name, answer) => {
    const { avala } = scripted([answer]);
    const permissions = await getPermissions(avala);
    expect(permissions).toBeUndefined();
    expect(lackedScopes(permissions, ["exports.read"])).toEqual([]);
  });

  test("of a wrong key are an error", async () => {
    const { avala } = scripted([reply(401, { detail: "Invalid key." })]);
    await expect(getPermissions(avala)).rejects.toMatchObject({ code: "authentication" });
  });
});

test.each([
  ["POST /exports/", "exports.create"],
  ["GET /exports/{uid}/", "exports.read"],
  ["GET /exports/", "exports.read"],
  ["POST /datasets/manual-upload/file-upload-url/", "datasets.write"],
  ["GET /datasets/{owner}/{slug}/items/", "datasets.read"],
  ["GET /users/me/projects/{uid}/", "projects.read"],
  ["POST /projects/{uid}/quality-targets/evaluate/", "qc.read"],
  ["PATCH /projects/{uid}/quality-targets/{target_uid}/", "qc.write"],
  ["GET /projects/{uid}/consensus/", "qc.read"],
  ["GET /tasks/", "tasks.read"],
  ["POST /storage-configs/", "storage.write"],
  ["GET /webhook-deliveries/", "webhooks.read"],
  ["GET /organizations/", "organizations.read"],
  ["GET /users/me/", undefined],
])("%s needs the scope %s", (route, scope) => {
  expect(scopeWordsOf(route)).toContain(`the scope ${scope ?? "for it"}`);
});
