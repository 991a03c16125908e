import { InputError } from "../../src/errors";
import { datasetVersionName, shortDigest, slugFrom } from "../../src/files/manifest/dataset-name";

const digest = "3f9a1c2e77b0".padEnd(64, "0");

describe("a dataset version's name", () => {
  test("ends in the first 12 digits of the digest", () => {
    expect(shortDigest(digest)).toBe("3f9a1c2e77b0");
    expect(datasetVersionName("training-{digest}", digest)).toBe("training-3f9a1c2e77b0");
    expect(datasetVersionName("fixed", digest)).toBe("fixed");
  });
  test("may have its partition's folder, whatever that is called", () => {
    expect(datasetVersionName("t-{folder}-{digest}", digest, "cam 1")).toBe("t-cam 1-3f9a1c2e77b0");
    expect(datasetVersionName("{folder}", digest, "{digest}")).toBe("{digest}");
  });
  test.each([
    "{folder}-x",
    "{Digest}",
    "a{",
    "a}",
    "{}",
    "{{digest}}",
    "",
    " a",
    "a ",
    "a/b",
    "a\\b",
    "..",
    "a\nb",
    "x".repeat(256),
  ])("can't be made from %j", (template) =>
    expect(() => datasetVersionName(template, digest)).toThrow(InputError),
  );
});

describe("a slug", () => {
  // What `django.utils.text.slugify` gives for each.
  test.each([
    ["Training 2026", "training-2026"],
    [" Hello, World! ", "hello-world"],
    ["Grüße aus Köln", "grue-aus-koln"],
    ["a_b--c  d", "a_b-c-d"],
    ["__x__", "x"],
    ["-x-", "x"],
    ["x.y/z", "xyz"],
    ["日本", ""],
    ["ﬁx", "fix"],
    ["a\t\nb", "a-b"],
  ])("of %j is %j", (name, slug) => expect(slugFrom(name)).toBe(slug));
});
