// What a step does with a key that may write and not read, also when the reply to the confirm is lost.
import { useActionPlace } from "../support/action-place";
import type { Recorded } from "../support/recorded-action";
import { jpeg } from "../support/temp-tree";

const KEY = "avk_writeonly0000000000";

const place = useActionPlace({ "images/a.jpg": jpeg("a") }, { ingestMs: 10 });
beforeEach(() => {
  place.emulator.addKey({ key: KEY, username: "emulator", scopes: ["datasets.write"] });
});

const act = (more: Record<string, string> = {}): Promise<Recorded> =>
  place.act({ "api-key": KEY, dataset: "p-{digest}", files: "images", ...more });

async function errorOfRun(): Promise<string> {
  const recorded = await act({ "wait-for-dataset": "false" });
  expect(recorded.errors).toHaveLength(1);
  return recorded.errors[0] ?? "";
}

test("each run says that the reply was lost, that the key may not read, and what to do", async () => {
  const on = { method: "POST", path: "/datasets/manual-upload/" };
  place.emulator.setFault({ on, when: "after", drop: true });
  expect(await errorOfRun()).toMatch(
    /response to its creation was lost[^]*dashboard[^]*datasets\.read/,
  );
  for (let again = 0; again < 2; again += 1) {
    expect(await errorOfRun()).toMatch(/exists already[^]*most likely[^]*datasets\.read/);
  }
  expect(place.emulator.datasets()).toHaveLength(1);
});

describe("a step as it stands by default", () => {
  test("uploads, says that nothing was compared, and is not complete", async () => {
    const { errors, warnings, outputs, lines } = await act();
    expect(errors).toEqual([]);
    expect(outputs).toMatchObject({ outcome: "uploaded", complete: "false", unverified: "1" });
    expect(warnings.map(({ text }) => text).join("\n")).toMatch(
      /cannot read datasets[^]*does not wait[^]*datasets\.read/,
    );
    expect(lines.join("\n")).toContain("Not waiting: the key cannot read datasets.");
    expect(place.emulator.datasets()).toHaveLength(1);
  });

  test("does the same on a server that does not say what the key may", async () => {
    const reply = { status: 404, body: { detail: "Not found." } };
    place.emulator.setFault({ on: { path: "/users/me/permissions/" }, times: 0, reply });
    const { errors, outputs } = await act();
    expect(errors).toEqual([]);
    expect(outputs).toMatchObject({ outcome: "uploaded", complete: "false", unverified: "1" });
  });

  test.each<[string, Record<string, string>]>([
    ["an export of what it uploads", { "export-datasets": "uploaded" }],
    ["a commit status", { "status-context": "avala", "github-token": "ghs_0123456789" }],
    ["a growing set", { dataset: "p-{increment}" }],
  ])("is refused before a byte is sent where it has %s", async (_name, more) => {
    const { errors } = await act(more);
    expect(errors[0]).toContain("datasets.read");
    expect(errors[0]).toMatch(/[Nn]othing was sent/);
    expect(place.emulator.requests().filter(({ method }) => method === "POST")).toEqual([]);
  });
});

test("a growing set names every scope that the key lacks, and not only the first", async () => {
  const key = "avk_exportsonly000000000";
  place.emulator.addKey({ key, username: "emulator", scopes: ["exports.create"] });
  const { errors } = await act({ "api-key": key, dataset: "p-{increment}" });
  expect(errors[0]).toContain("datasets.read");
  expect(errors[0]).toContain("datasets.write");
});
