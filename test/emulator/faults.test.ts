import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, call, CATS, presign, sendForm, start, stopAll } from "../support/emulator";

afterEach(stopAll);

const create = { body: CATS };

describe("a fault", () => {
  test("hits the requests that it is for, after those it skips, as often as it says", async () => {
    const emulator = await start();
    const reply = { status: 503, headers: { "Retry-After": "7" }, body: { detail: "busy" } };
    emulator.setFault({ on: { method: "get", path: "/datasets/*" }, skip: 1, times: 2, reply });
    const answers: Answer[] = [];
    for (let n = 0; n < 5; n += 1) answers.push(await call(emulator, "GET", "/datasets/x/"));
    expect(answers.map(({ status }) => status)).toEqual([404, 503, 503, 404, 404]);
    expect(answers[1]?.headers.get("retry-after")).toBe("7");
    expect((await call(emulator, "GET", "/users/me/")).status).toBe(200);
    expect(emulator.requests()[1]).toMatchObject({ status: 503, fault: "reply 503 before" });
  });

  test("hits all that follow when it has no end, until it is taken away", async () => {
    const emulator = await start();
    emulator.setFault({ times: 0, reply: { status: 500 } });
    for (let n = 0; n < 3; n += 1)
      expect((await call(emulator, "GET", "/users/me/")).status).toBe(500);
    emulator.clearFaults();
    expect((await call(emulator, "GET", "/users/me/")).status).toBe(200);
  });

  test("by chance hits the same requests for the same seed", async () => {
    const hits = async (seed: number) => {
      const emulator = await start();
      emulator.setFault({ times: 0, probability: 0.5, seed, reply: { status: 500 } });
      const statuses: number[] = [];
      for (let n = 0; n < 12; n += 1)
        statuses.push((await call(emulator, "GET", "/users/me/")).status);
      return statuses.join();
    };
    const [first, again, other] = [await hits(3), await hits(3), await hits(4)];
    expect(first).toBe(again);
    expect(first).not.toBe(other);
    expect(first).toMatch(/200.*500|500.*200/);
  });

  test("drops the connection before the effect, or after it", async () => {
    const emulator = await start();
    emulator.setFault({ on: { path: "/datasets/" }, drop: true });
    await expect(call(emulator, "POST", "/datasets/", create)).rejects.toThrow();
    expect(emulator.datasets()).toHaveLength(0);
    emulator.setFault({ on: { path: "/datasets/" }, drop: true, when: "after" });
    await expect(call(emulator, "POST", "/datasets/", create)).rejects.toThrow();
    expect(emulator.datasets()).toHaveLength(1);
    expect(emulator.requests().map(({ status, fault }) => [status, fault])).toEqual([
      [0, "drop before"],
      [0, "drop after"],
    ]);
  });

  test("stalls: nothing comes back until the client gives up, and then others are served", async () => {
    const emulator = await start();
    emulator.setFault({ on: { path: "/users/me/" }, stall: true });
    const headers = { "X-Avala-Api-Key": emulator.apiKey };
    const signal = AbortSignal.timeout(200);
    await expect(fetch(`${emulator.baseUrl}/users/me/`, { headers, signal })).rejects.toMatchObject(
      { name: "TimeoutError" },
    );
    expect((await call(emulator, "GET", "/users/me/")).status).toBe(200);
    expect(emulator.requests()[0]).toMatchObject({ status: 0, fault: "stall before" });
  });

  test("gives a reply slowly, and whole", async () => {
    const emulator = await start();
    emulator.setFault({ on: { path: "/users/me/" }, bytesPerSecond: 400 });
    const startedMs = performance.now();
    const slow = await call(emulator, "GET", "/users/me/");
    const slowMs = performance.now() - startedMs;
    expect(slow.status).toBe(200);
    expect(slow.text).toBe((await call(emulator, "GET", "/users/me/")).text);
    // Some 100 bytes at 400 a second can't come faster, however fast the machine is.
    expect(slowMs).toBeGreaterThan(100);
  });

  test.each([1000, 60_000, 200_000])(
    "takes a body of %i bytes slowly, though it comes at once",
    async (bytes) => {
      const emulator = await start();
      emulator.setFault({ on: { target: "storage" }, bytesPerSecond: 4 * bytes });
      const form = await presign(emulator, "cats/1.jpg", bytes);
      const startedMs = performance.now();
      const answer = await sendForm(form, Buffer.alloc(bytes, 1));
      // A quarter of a second for the file, and the form's other fields.
      expect(performance.now() - startedMs).toBeGreaterThan(245);
      expect(answer.status).toBe(204);
      expect(await emulator.objects()).toMatchObject([{ size: bytes }]);
    },
  );

  test("answers with an error after the effect", async () => {
    const emulator = await start();
    emulator.setFault({
      when: "after",
      reply: { status: 504, body: "<html>Gateway Timeout</html>" },
    });
    const answer = await call(emulator, "POST", "/datasets/", create);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      504,
      "text/html; charset=utf-8",
    ]);
    expect(emulator.datasets()).toHaveLength(1);
  });

  test("cuts a reply short of the length that it promised", async () => {
    const emulator = await start();
    emulator.setFault({ cutAfterBytes: 10 });
    await expect(call(emulator, "GET", "/users/me/")).rejects.toThrow();
  });

  test("redirects", async () => {
    const emulator = await start();
    emulator.setFault({ reply: { status: 302, headers: { Location: "http://127.0.0.2/" } } });
    const answer = await call(emulator, "GET", "/users/me/");
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "http://127.0.0.2/"]);
  });

  test("delays", async () => {
    const emulator = await start();
    emulator.setFault({ delayMs: 60 });
    const from = performance.now();
    expect((await call(emulator, "GET", "/users/me/")).status).toBe(200);
    expect(performance.now() - from).toBeGreaterThan(50);
  });

  test.each([
    ["a call whose body is on its way", "POST /api/v1/datasets/", {}],
    ["a form that is on its way", "POST /", {}],
    ["a call that is to stall", "GET /api/v1/users/me/", { stall: true }],
  ])("delays %s, and ends it when the client goes away meanwhile", async (_name, line, more) => {
    const emulator = await start();
    emulator.setFault({ delayMs: 60, ...more });
    const { hostname, port } = new URL(
      line.includes("api") ? emulator.baseUrl : emulator.storageUrl,
    );
    const socket = connect(Number(port), hostname);
    const type = line === "POST /" ? "multipart/form-data; boundary=x" : "application/json";
    const body = line.startsWith("POST") ? `Content-Type: ${type}\r\nContent-Length: 100\r\n` : "";
    socket.write(`${line} HTTP/1.1\r\nHost: localhost\r\n${body}\r\n`);
    while (emulator.requests().length === 0) await sleep(2);
    socket.destroy();
    for (let n = 0; n < 50 && emulator.requests()[0]?.endTime === undefined; n += 1)
      await sleep(10);
    expect(emulator.requests()).toMatchObject([
      { status: 0, endTime: expect.any(Number) as number },
    ]);
  });

  test("presigns what has already expired", async () => {
    const emulator = await start();
    emulator.setFault({ on: { path: "*file-upload-url/" }, expired: true });
    expect((await sendForm(await presign(emulator, "a.jpg", 1), "x")).text).toContain(
      "Policy expired.",
    );
    expect((await sendForm(await presign(emulator, "a.jpg", 1), "x")).status).toBe(204);
  });

  test.each([
    ["nothing", undefined],
    ["half", "12345"],
    ["other", "!!!!!!!!!!"],
  ] as const)("has the store keep %s while it says that all is well", async (store, kept) => {
    const emulator = await start();
    emulator.setFault({ on: { target: "storage", method: "POST" }, store });
    const form = await presign(emulator, "a.jpg", 10);
    expect((await sendForm(form, "1234567890")).status).toBe(204);
    expect((await emulator.content(form.fields["key"]!))?.toString()).toBe(kept);
  });
});

describe("from outside", () => {
  test("faults are added and taken away, and the ledger is read, from an entry on", async () => {
    const emulator = await start();
    const control = `${new URL(emulator.baseUrl).origin}/_emulator`;
    const added = await call(emulator, "POST", `${control}/faults`, {
      body: [{ on: { path: "/users/me/" }, times: 0, reply: { status: 500 } }],
    });
    expect(added).toMatchObject({ status: 201, body: { added: 1 } });
    expect((await call(emulator, "GET", "/users/me/")).status).toBe(500);
    await call(emulator, "DELETE", `${control}/faults`);
    expect((await call(emulator, "GET", "/users/me/")).status).toBe(200);
    const { entries } = (await call(emulator, "GET", `${control}/ledger?after=1`))
      .body as unknown as { entries: object[] };
    expect(entries.slice(0, 1)).toMatchObject([{ id: 2, path: "/users/me/", status: 500 }]);
    expect(entries.at(-2)).toMatchObject({
      path: "/users/me/",
      status: 200,
      apiKey: emulator.apiKey.slice(-4),
    });
    await call(emulator, "DELETE", `${control}/ledger`);
    expect(emulator.requests()).toEqual([]);
  });

  test("people's annotations are added, and a dataset that is not there is named", async () => {
    const emulator = await start();
    const made = await call(emulator, "POST", "/datasets/", {
      body: { name: "a", slug: "a", data_type: "image", is_sequence: false, visibility: "private" },
    });
    const { uid } = made.body as { uid: string };
    const url = `${new URL(emulator.baseUrl).origin}/_emulator/annotations`;
    const annotate = (body: object) => call(emulator, "POST", url, { body });
    expect(await annotate({ dataset: uid, count: 3 })).toMatchObject({
      status: 201,
      body: { annotations_count: 3 },
    });
    expect(emulator.datasets()[0]?.annotationsCount).toBe(3);
    expect(await annotate({ dataset: uid, count: -1 })).toMatchObject({ status: 400 });
    expect(await annotate({ dataset: "none", count: 1 })).toMatchObject({ status: 404 });
  });

  test("they are taken from a plain curl -d, which calls its body a form", async () => {
    const emulator = await start();
    const url = `${new URL(emulator.baseUrl).origin}/_emulator/annotations`;
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const body = JSON.stringify({ dataset: "none", count: 1 });
    const answer = await fetch(url, { method: "POST", headers, body });
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("There is no dataset none.");
  });

  test.each([
    [{ times: "x" }, "times"],
    [{ nonsense: 1 }, "nonsense"],
    [{ on: { path: 3 } }, "on.path"],
    [3, "fault"],
  ])("a fault that is none is refused: %j", async (body, named) => {
    const emulator = await start();
    const url = `${new URL(emulator.baseUrl).origin}/_emulator/faults`;
    const answer = await call(emulator, "POST", url, { body });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(named);
  });
});
