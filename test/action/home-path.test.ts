// `~` in the inputs that are paths: no shell reads them, so the Action does what one would.
import { existsSync, readFileSync } from "node:fs";
import os from "node:os";
import { useActionPlace } from "../support/action-place";
import { jpeg } from "../support/temp-tree";

const place = useActionPlace(
  {
    "home/set/images/one.jpg": jpeg("one"),
    "home/set/two.jpg": { link: "../cache/two" },
    "home/cache/two": jpeg("two"),
    "~/three.jpg": jpeg("three"),
  },
  { ingestMs: 20, exportMs: 20 },
);
beforeEach(() => {
  jest.spyOn(os, "homedir").mockReturnValue(place.tree.at("home"));
});
afterEach(() => {
  jest.restoreAllMocks();
});

const set = {
  ...{ root: "~/set", files: "~/set/**\n!~/set/images/other", "if-no-files-found": "ignore" },
  ...{ "allow-link-targets": "~/cache", dataset: "pets-{digest}" },
};

test("is the user's home in each of them", async () => {
  const dry = await place.act({ ...set, "dry-run": "true" });
  expect(dry.errors).toEqual([]);
  place.tree.write({ "home/plan.json": readFileSync(dry.outputs.plan ?? "", "utf8") });
  const more = { plan: "~/plan.json", "export-datasets": "uploaded", "download-path": "~/export" };
  const { errors, outputs } = await place.act({ ...set, ...more });
  expect(errors).toEqual([]);
  expect(outputs).toMatchObject({
    "files-total": "2",
    outcome: "exported",
    "download-path": place.tree.at("home/export"),
  });
  expect(existsSync(place.tree.at("home/export"))).toBe(true);
});

test("is a folder of that name where a path says so", async () => {
  const { errors, outputs } = await place.act({ root: "./~", files: "**", dataset: "a-{digest}" });
  expect(errors).toEqual([]);
  expect(outputs["files-total"]).toBe("1");
});

describe("of a user without a home", () => {
  beforeEach(() => {
    jest.spyOn(os, "homedir").mockImplementation(() => {
      throw new Error("uv_os_homedir returned ENOENT");
    });
  });
  const plain = { root: "home/set", files: "images/**", dataset: "a-{digest}" };

  test("all is sent, and a warning says that no record is kept and what helps", async () => {
    const env = { AVALA_STATE_DIR: "" };
    const { errors, outputs, warnings } = await place.act(plain, { env });
    expect(errors).toEqual([]);
    expect(outputs["files-uploaded"]).toBe("1");
    expect(warnings.filter(({ text }) => /AVALA_STATE_DIR.*HOME/.test(text))).toHaveLength(1);
  });

  test("a state folder that is given is used, and nothing is warned of", async () => {
    const { errors, warnings } = await place.act(plain);
    expect([errors, warnings]).toEqual([[], []]);
  });

  test("a path that starts at it is refused with what helps", async () => {
    const { errors } = await place.act({ ...plain, root: "~/set" });
    expect(errors.join("\n")).toMatch(/~\/set can't be used.*set HOME/);
    const lines = await place.act({ ...plain, files: "~/set/**" });
    expect(lines.errors.join("\n")).toMatch(/no home folder: set HOME/);
  });
});
