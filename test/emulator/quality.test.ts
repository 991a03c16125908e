// Tasks, quality targets, consensus and deliveries: what a gate and its hooks look at.
import { call, start, stopAll } from "../support/emulator";

afterEach(stopAll);

test("tasks are listed by project and status, and read one by one", async () => {
  const emulator = await start();
  const streets = emulator.addProject("streets", { pendingTasks: 3, completedTasks: 2 });
  emulator.addProject("parks", { pendingTasks: 1 });
  const pending = `/tasks/?project=${streets.uid}&status=pending`;
  const page = await call(emulator, "GET", `${pending}&limit=2`);
  expect(page.body.results).toMatchObject([
    { project: streets.uid, status: "pending" },
    { project: streets.uid, status: "pending" },
  ]);
  expect((await call(emulator, "GET", page.body.next!)).body.results).toHaveLength(1);
  expect((await call(emulator, "GET", "/tasks/")).body.results).toHaveLength(6);
  const [one] = page.body.results;
  expect((await call(emulator, "GET", `/tasks/${one!.uid}/`)).body).toEqual(one);
  expect((await call(emulator, "GET", "/tasks/?status=done")).status).toBe(400);
  emulator.setTasks(streets.uid, "completed");
  expect((await call(emulator, "GET", pending)).body.results).toEqual([]);
  emulator.addKey({ key: "avk_other", username: "other" });
  const others = await call(emulator, "GET", "/tasks/", { key: "avk_other" });
  expect(others.body.results).toEqual([]);
});

test("a quality target is made, changed, measured and deleted", async () => {
  const emulator = await start();
  const { uid } = emulator.addProject("streets", { metrics: { issue_rate: 0.2 } });
  const at = `/projects/${uid}/quality-targets/`;
  const body = { name: "few issues", metric: "issue_rate", operator: "gt", threshold: 0.1 };
  const made = await call(emulator, "POST", at, { body });
  expect(made).toMatchObject({ status: 201, body: { ...body, is_active: true, last_value: null } });
  const one = `${at}${made.body.uid}/`;
  const changed = await call(emulator, "PATCH", one, { body: { severity: "critical" } });
  expect(changed.body).toMatchObject({ ...body, severity: "critical" });
  const evaluate = async () => (await call(emulator, "POST", `${at}evaluate/`)).body;
  expect(await evaluate()).toEqual([
    { uid: made.body.uid, ...body, current_value: 0.2, is_breached: true, severity: "critical" },
  ]);
  emulator.setMetrics(uid, { issue_rate: 0.05 });
  expect(await evaluate()).toMatchObject([{ current_value: 0.05, is_breached: false }]);
  const read = await call(emulator, "GET", one);
  expect(read.body).toMatchObject({ last_value: 0.05, is_breached: false, breach_count: 1 });
  expect((await call(emulator, "GET", at)).body.results).toEqual([read.body]);
  await call(emulator, "PATCH", one, { body: { is_active: false } });
  expect(await evaluate()).toEqual([]);
  expect((await call(emulator, "DELETE", one)).status).toBe(204);
  expect((await call(emulator, "GET", one)).status).toBe(404);
});

test.each([
  ["breach", [true, false, false]],
  ["goal", [false, true, false]],
] as const)(
  "an operator states the %s, and what is not measured is not breached",
  async (targetOperators, breached) => {
    const emulator = await start({ dialect: { targetOperators } });
    const { uid } = emulator.addProject("streets");
    const at = `/projects/${uid}/quality-targets/`;
    const body = { name: "few issues", metric: "issue_rate", operator: "gt", threshold: 0.1 };
    await call(emulator, "POST", at, { body });
    for (const [n, value] of [0.2, 0.05, null].entries()) {
      emulator.setMetrics(uid, { issue_rate: value });
      const { body: found } = await call(emulator, "POST", `${at}evaluate/`);
      expect(found).toMatchObject([{ current_value: value, is_breached: breached[n] }]);
    }
  },
);

test.each([
  [{ metric: "beauty" }, "metric"],
  [{ threshold: "much" }, "threshold"],
  [{ operator: "=" }, "operator"],
  [{ name: "" }, "name"],
  [{ notify_emails: "a@b" }, "notify_emails"],
])("a quality target with %j is refused", async (more, field) => {
  const emulator = await start();
  const { uid } = emulator.addProject("streets");
  const good = { name: "x", metric: "issue_rate", operator: "gt", threshold: 1 };
  const body = { ...good, ...more };
  const answer = await call(emulator, "POST", `/projects/${uid}/quality-targets/`, { body });
  expect(answer).toMatchObject({ status: 400, body: { [field]: [expect.any(String)] } });
});

test("consensus is there where it was set up", async () => {
  const emulator = await start();
  const [mean, low, high] = [0.8, 0.5, 1];
  const consensus = {
    ...{ meanScore: mean, medianScore: mean, minScore: low, maxScore: high },
    ...{ totalItems: 10, itemsWithConsensus: 8 },
  };
  const [set, unset] = [
    emulator.addProject("streets", { consensus }),
    emulator.addProject("parks"),
  ];
  const summary = await call(emulator, "GET", `/projects/${set.uid}/consensus/`);
  expect(summary.body).toMatchObject({ mean_score: 0.8, items_with_consensus: 8 });
  const config = `/projects/${unset.uid}/consensus/config/`;
  expect((await call(emulator, "GET", `/projects/${unset.uid}/consensus/`)).status).toBe(404);
  expect((await call(emulator, "GET", config)).status).toBe(404);
  const put = await call(emulator, "PUT", config, { body: { iou_threshold: 0.7 } });
  expect(put.body).toMatchObject({ iou_threshold: 0.7, min_annotations: 2 });
  expect((await call(emulator, "GET", config)).body).toEqual(put.body);
});

test("what became of a webhook's messages is listed", async () => {
  const emulator = await start();
  const body = { target_url: "https://example.com/hook", events: ["quality.alert"] };
  const hook = await call(emulator, "POST", "/webhooks/", { body });
  const tested = await call(emulator, "POST", `/webhooks/${hook.body.uid}/test/`);
  expect(tested.body).toMatchObject({ success: true, message: expect.any(String) as string });
  emulator.addDelivery(hook.body.uid, { status: "failed", responseStatus: 500, attempts: 3 });
  const listed = await call(emulator, "GET", "/webhook-deliveries/");
  expect(listed.body.results).toMatchObject([
    { subscription: hook.body.uid, status: "failed", response_status: 500, attempts: 3 },
    { subscription: hook.body.uid, status: "delivered" },
  ]);
  const [one] = listed.body.results;
  expect((await call(emulator, "GET", `/webhook-deliveries/${one!.uid}/`)).body).toEqual(one);
});

test("a dataset of a bucket takes all that describes one, and refuses a role without an organization", async () => {
  const emulator = await start();
  const provider_config = {
    ...{ provider: "aws_s3", s3_bucket_name: "b", s3_bucket_region: "r" },
    ...{ s3_auth_method: "iam_role", s3_role_arn: "arn:aws:iam::1:role/x" },
    ...{ s3_cloudfront_domain: "d.cloudfront.net", s3_cloudfront_public_key_id: "K" },
    ...{ included_extensions: "jpg", ignored_paths: "tmp/" },
  };
  const body = { name: "b", slug: "b", data_type: "image", provider_config };
  const own = await call(emulator, "POST", "/datasets/", { body });
  expect(own).toMatchObject({ status: 400, body: { provider_config: [expect.any(String)] } });
  const theirs = { ...body, owner_name: "emulator-org" };
  expect((await call(emulator, "POST", "/datasets/", { body: theirs })).status).toBe(201);
  const noRole = { ...theirs, provider_config: { ...provider_config, s3_role_arn: null } };
  const refused = await call(emulator, "POST", "/datasets/", { body: noRole });
  expect(refused.body).toMatchObject({
    provider_config: ["s3_role_arn: This field may not be null."],
  });
});
