// What a summary says of calls that were refused by the rate limit: they waited for it, and nothing else took that time.
import { factsOf } from "../../action/report/facts/facts";
import { timed } from "../../action/report/facts/times";
import { createResults } from "../../action/report/results";
import { summarize } from "../../action/report/summary/summary";
import { reply, scripted } from "../support/scripted-transport";

const refused = (seconds: number) => reply(429, {}, { "retry-after": String(seconds) });

function callOf(what: string) {
  return {
    method: "GET",
    route: "GET /datasets/",
    path: ["datasets"],
    repeat: "safe",
    what,
  } as const;
}

test("the wait that a refusal asks for is one for the limit, and not of what Avala does", async () => {
  const { avala, clock } = scripted([refused(54), reply(200, {})]);
  const results = createResults(clock);
  results.times.watchLimit(() => avala.pace.waitedMs());
  await clock.run(timed(results.times, "ingest", () => avala.call(callOf("read dataset a"))));
  await clock.advance(6_000);
  const text = summarize(factsOf(results, { step: {}, inputs: [] }), []);
  expect(text).toContain(
    [
      "| Keeping to the rate limit | 54 s | 90% |",
      "| – while indexing by Avala | 54 s |  |",
      "| Other | 6.0 s | 10% |",
    ].join("\n"),
  );
  expect(text).toContain('"Keeping to the rate limit" : 54\n');
  expect(text).not.toContain("Indexing by Avala");
});

test.each([
  ["export", "exporting"],
  ["download", "downloading the export"],
] as const)(
  "a wait while it is at the %s is told in a phrase that reads on",
  async (phase, doing) => {
    const { avala, clock } = scripted([refused(54), reply(200, {})]);
    const results = createResults(clock);
    results.times.watchLimit(() => avala.pace.waitedMs());
    await clock.run(timed(results.times, phase, () => avala.call(callOf("read an export"))));
    const text = summarize(factsOf(results, { step: {}, inputs: [] }), []);
    expect(text).toContain(`| – while ${doing} | 54 s |  |`);
  },
);

test("a wait between the phases has a row of its own", async () => {
  const { avala, clock } = scripted([refused(54), reply(200, {}), reply(200, {})]);
  const results = createResults(clock);
  results.times.watchLimit(() => avala.pace.waitedMs());
  await clock.run(avala.call(callOf("find dataset a")));
  await clock.run(timed(results.times, "sending", () => clock.sleep(6_000)));
  const text = summarize(factsOf(results, { step: {}, inputs: [] }), []);
  expect(text).toContain("| – for other calls | 54 s |  |");
});

test("calls that wait at the same time wait once", async () => {
  const { avala, clock } = scripted([refused(40), refused(30), reply(200, {})]);
  const startMs = clock.now();
  const calls = ["a", "b", "c"].map((name) => avala.call(callOf(`read dataset ${name}`)));
  await clock.run(Promise.all(calls));
  expect(avala.pace.waitedMs()).toBe(clock.now() - startMs);
  await clock.advance(60_000);
  expect(avala.pace.waitedMs()).toBe(clock.now() - startMs - 60_000);
});

test("a failure is no wait for the limit", async () => {
  const { avala, clock } = scripted([reply(503, {}, { "retry-after": "20" }), reply(200, {})]);
  await clock.run(avala.call(callOf("read dataset a")));
  expect(avala.pace.waitedMs()).toBe(0);
});
