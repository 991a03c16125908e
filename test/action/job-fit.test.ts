// Whether an upload fits into a job, what then, and whether the record of it survives.
import { describeFit } from "../../action/plan/job-fit";
import { estimateCost } from "../../src/upload/cost";
import { timeByFiles, useActionPlace } from "../support/action-place";
import { jpeg } from "../support/temp-tree";

const hosted = { RUNNER_ENVIRONMENT: "github-hosted" };
const keptThere = { ...hosted, AVALA_STATE_DIR: "/home/runner/work/pets/pets/.avala" };
const own = { RUNNER_ENVIRONMENT: "self-hosted" };

/** Of an upload that takes so many minutes at 100 calls a minute; of none for 0. */
function fitOf(minutes: number, env: Record<string, string>, budgetMinutes?: number): string {
  const toSend = minutes === 0 ? [] : [{ sizeBytes: 1 }];
  const cost = {
    ...estimateCost([{ toSend, fileCount: 1 }]),
    calls: 1 + 100 * minutes,
    minutesAtLimit: minutes,
    leastMinutesAtLimit: minutes,
  };
  return describeFit({ cost, env, budgetMinutes }).join("\n");
}

describe("on a runner of GitHub's", () => {
  test("what fits into 6 hours, and has a record that is kept, needs no word", () => {
    expect(fitOf(359, keptThere)).toBe("");
    expect(fitOf(59, hosted)).toBe("");
    expect(fitOf(0, hosted, 50)).toBe("");
  });

  test("what does not fit is said with the way out, and how many runs that takes", () => {
    const text = fitOf(1_000, keptThere);
    expect(text).toContain("longer than 6 h, after which GitHub-hosted jobs end");
    expect(text).toContain("time-budget-minutes: 330");
    expect(text).toContain("about 4 runs");
    expect(text).not.toContain("is deleted");
  });

  test("what takes longer than an hour, or has a budget, is warned of where its record is lost", () => {
    for (const text of [fitOf(60, hosted), fitOf(1, hosted, 50), fitOf(1_000, hosted)]) {
      expect(text).toContain("is deleted after its job");
      expect(text).toContain("AVALA_STATE_DIR");
    }
  });

  test("a budget says how many runs it makes, and one that is too long is named", () => {
    expect(fitOf(200, keptThere, 50)).toContain("about 4 runs");
    // What a minute allows goes in the first run, and again in the next.
    expect(fitOf(1, keptThere, 0.3)).toContain("about 2 runs");
    expect(fitOf(200, keptThere, 200)).toBe("");
    // Others have used up the minute that it begins in.
    expect(fitOf(0.5, keptThere, 0.3)).toContain("about 2 runs");
    expect(fitOf(500, keptThere, 400)).toContain("would end first");
  });
});

describe("on a runner of one's own", () => {
  test("a job may take 5 days, if its own time-out allows that", () => {
    expect(fitOf(360, own)).toBe("");
    expect(fitOf(361, own)).toContain("timeout-minutes allows more: up to 7200");
    expect(fitOf(7_201, own)).toContain("longer than 5 days");
    expect(fitOf(7_201, own, 7_000)).toContain("about 2 runs");
  });
});

describe("a step", () => {
  const names = ["one", "two", "three"];
  const place = useActionPlace(
    Object.fromEntries(names.map((name) => [`images/${name}.jpg`, jpeg(name)])),
  );
  const uploading = { dataset: "pets-{digest}", files: "images" };
  const lost = { ...hosted, AVALA_STATE_DIR: "", HOME: "" };
  const told = (warnings: readonly { readonly text: string }[]): string =>
    warnings.map(({ text }) => text).join("\n");

  test.each([{ "dry-run": "true" }, {}])("warns before the first byte: %p", async (more) => {
    const inputs = { ...uploading, ...more, "time-budget-minutes": "50" };
    const env = { ...lost, HOME: place.tree.at(".home") };
    const { warnings } = await place.act(inputs, { env });
    expect(told(warnings)).toContain("is deleted after its job");
  });

  test("tells the time and the limit once: in the line of what is sent, which stands first", async () => {
    await place.start({ requestsPerMinute: 5 });
    const inputs = { ...uploading, "time-budget-minutes": "0.01", "dry-run": "false" };
    const text = (await place.act(inputs)).text();
    expect(text.match(/at 5 calls a minute/g)).toHaveLength(1);
    expect(text).toMatch(
      /To send: .* at 5 calls a minute[^]*takes longer than time-budget-minutes: 0\.01\. It takes about \d+ runs/,
    );
  });

  test("that its budget ended says whether the next run can resume", async () => {
    const inputs = { ...uploading, "time-budget-minutes": "10", concurrency: "1" };
    const clock = timeByFiles(place);
    const kept = await place.act(inputs, { clock });
    expect(kept.outputs).toMatchObject({ outcome: "partial" });
    expect(told(kept.warnings)).toContain(
      "The next run resumes from here if these files are the same then.",
    );
    const env = { ...lost, HOME: place.tree.at(".home") };
    const again = await place.act({ ...inputs, dataset: "cats-{digest}" }, { env, clock });
    expect(told(again.warnings)).toContain("the next run starts over");
  });
});
