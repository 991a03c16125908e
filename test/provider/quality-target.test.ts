// QualityTarget: made, changed, read, removed, and never made twice.
import { checked, createBench, failuresOf, make, type Bench } from "../support/provider";

let bench: Bench;
let project: string;
beforeEach(async () => {
  bench = await createBench({});
  project = bench.avala.addProject("lanes", { metrics: { issue_rate: 0.2 } }).uid;
});
afterEach(() => bench.stop());

const issues = { name: "Issues", metric: "issue_rate", operator: "gt", threshold: 0.1 };
const given = (): Record<string, unknown> => ({ project, ...issues, severity: "critical" });
const handler = () => bench.handlers().qualityTarget;

async function listed(): Promise<readonly Record<string, unknown>[]> {
  const { baseUrl, apiKey } = bench.avala;
  const reply = await fetch(`${baseUrl}/projects/${project}/quality-targets/`, {
    headers: { "X-Avala-Api-Key": apiKey },
  });
  return ((await reply.json()) as { results: Record<string, unknown>[] }).results;
}

test("is made in its project, and is the same for the next up", async () => {
  const { id, outs } = await make(handler(), given());
  expect(await listed()).toMatchObject([{ uid: outs.uid, name: "Issues", severity: "critical" }]);
  expect(id).toBe(`${project}/${outs.uid}`);
  const { changes } = await handler().diff(id, outs, await checked(handler(), given()));
  expect(changes).toBe(false);
});

test("is changed in place, and what is no longer declared is taken back", async () => {
  const { id, outs } = await make(handler(), { ...given(), notifyEmails: ["a@example.com"] });
  const news = await checked(handler(), { ...given(), threshold: 0.3, isActive: false });
  expect(await handler().diff(id, outs, news)).toEqual({ changes: true, replaces: [] });
  const { outs: after } = await handler().update(id, outs, news);
  expect(await listed()).toMatchObject([
    { uid: outs.uid, threshold: 0.3, is_active: false, notify_emails: [] },
  ]);
  const state = { ...outs, ...after };
  expect(await handler().diff(id, state, news)).toMatchObject({ changes: false });
});

test("of another project is another target", async () => {
  const { id, outs } = await make(handler(), given());
  const other = bench.avala.addProject("rivers").uid;
  const news = await checked(handler(), { ...given(), project: other });
  expect(await handler().diff(id, outs, news)).toEqual({ changes: true, replaces: ["project"] });
});

test("that was removed elsewhere is gone, and removing it again is no error", async () => {
  const { id, outs } = await make(handler(), given());
  await handler().delete(id, outs);
  expect(await listed()).toEqual([]);
  expect(await handler().read(id, outs)).toEqual({ id: "" });
  await handler().delete(id, outs);
});

test("is read by PROJECT/TARGET alone", async () => {
  const { id, outs } = await make(handler(), given());
  expect(await handler().read(id)).toMatchObject({ id, props: { uid: outs.uid, project } });
  await expect(handler().read("only-one")).rejects.toThrow("PROJECT/TARGET");
});

test("is not made twice when the reply is lost", async () => {
  bench.avala.setFault({
    on: { method: "POST", path: "/projects/*/quality-targets/" },
    when: "after",
    drop: true,
  });
  const { outs } = await make(handler(), given());
  expect(await listed()).toMatchObject([{ uid: outs.uid }]);
});

test("with everything wrong says all of it at once", async () => {
  const found = await failuresOf(handler(), { threshold: "high", operator: ">", severity: "bad" });
  const named = found.map(({ property }) => property).sort();
  expect(named).toEqual(["metric", "name", "operator", "project", "severity", "threshold"]);
  expect(bench.writes()).toEqual([]);
});
