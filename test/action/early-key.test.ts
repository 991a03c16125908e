// A key that is refused ends a run while its files are read, and not after.
import { rmSync, truncateSync } from "node:fs";
import { useActionPlace } from "../support/action-place";
import { jpeg } from "../support/temp-tree";

const KEY = "avk_scoped_000000000000";
const place = useActionPlace({ "images/a.jpg": jpeg("a"), "images/large.jpg": jpeg("b") });
const { act } = place;

/** A file that takes seconds to read, and no place on the disk. */
const enlarge = (bytes = 6 * 1024 ** 3): void =>
  truncateSync(place.tree.at("images/large.jpg"), bytes);

const calls = (): readonly string[] =>
  place.emulator.requests().map(({ method, path }) => `${method} ${path}`);

const KINDS = [
  ["a version", { dataset: "pets-{digest}" }],
  ["a growing set", { dataset: "pets-{increment}" }],
] as const;

test.each(KINDS)("a wrong key ends %s while a large file is read", async (_what, inputs) => {
  enlarge();
  const { lines, errors } = await act({
    ...inputs,
    files: "images",
    "api-key": "avk_wrong_0000000000",
  });
  expect(errors).toEqual([expect.stringContaining("401")]);
  expect(lines.filter((line) => line === "Files")).toEqual([]);
  expect(calls()).toHaveLength(1);
});

test("so does a key that lacks scopes, all of which are named", async () => {
  enlarge();
  place.emulator.addKey({ key: KEY, username: "emulator", scopes: ["datasets.read"] });
  const { lines, errors } = await act({
    ...{ dataset: "pets-{digest}", files: "images", "api-key": KEY },
    "export-datasets": "uploaded",
  });
  expect(errors).toEqual([
    expect.stringMatching(/lacks the scopes datasets\.write, exports\.create, exports\.read/),
  ]);
  expect(lines.filter((line) => line === "Files")).toEqual([]);
  expect(calls()).toEqual(["GET /users/me/permissions/"]);
});

test("what is wrong with the files is told first, and costs no call", async () => {
  enlarge();
  const { errors } = await act({
    ...{ dataset: "pets-{digest}", files: "images\nnowhere/**", "api-key": "avk_wrong_0000000000" },
  });
  expect(errors.join("\n")).toContain("nowhere");
  expect(calls()).toEqual([]);
});

test.each(KINDS)(
  "a sound key costs %s no call more where files take long",
  async (_what, inputs) => {
    const made = async (): Promise<readonly string[]> => {
      await place.start();
      const { errors } = await act({ ...inputs, files: "images" });
      expect(errors).toEqual([]);
      return calls()
        .map((line) => line.replace(/-\w{12}/, "-x"))
        .toSorted();
    };
    enlarge(40 * 1024 ** 2);
    const beside = await made();
    rmSync(place.tree.at(".state"), { recursive: true, force: true });
    enlarge(20);
    expect(beside).toEqual(await made());
  },
);

test("nor does it cost a dry run one", async () => {
  enlarge(40 * 1024 ** 2);
  await act({ dataset: "pets-{digest}", files: "images", "dry-run": "true" });
  expect(calls()).toEqual(["GET /datasets/"]);
});
