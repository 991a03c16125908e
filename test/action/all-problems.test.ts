// What is wrong with a step is told at once, of whatever kind it is, as far as it shows without sending anything.
import { useActionPlace } from "../support/action-place";
import { jpeg } from "../support/temp-tree";

const place = useActionPlace({ "images/1.jpg": jpeg("1") });

const upload = { files: "images/*.jpg\nimages/*.jpeg", dataset: "pets-{digest}" };
const unmatched = 'files: the line "images/*.jpeg" matches nothing';

async function refusedOf(
  inputs: Record<string, string>,
  more: Parameters<typeof place.act>[1] = {},
): Promise<string> {
  const { outputs, errors } = await place.act({ ...upload, ...inputs }, more);
  expect(outputs).toMatchObject({ outcome: "invalid", "files-uploaded": "0" });
  expect(errors).toHaveLength(1);
  return errors.join("\n");
}

const noKey = { env: { AVALA_API_KEY: "" } };

test("a key that is missing, a number, a folder and a line that matches nothing", async () => {
  const text = await refusedOf(
    {
      "api-key": "",
      concurrency: "0",
      "export-datasets": "uploaded",
      files: `${upload.files}\nexport/**`,
      "download-path": "export",
    },
    noKey,
  );
  expect(text).toContain("api-key: is missing");
  expect(text).toContain("concurrency: must be a whole number from 1 to 10");
  expect(text).toContain("download-path: is inside a folder that files selects");
  expect(text).toContain(unmatched);
  expect(place.emulator.requests()).toEqual([]);
});

test("a place for the export that can't be used, beside a line that matches nothing", async () => {
  place.tree.write({ taken: "mine" });
  const text = await refusedOf({ "export-datasets": "uploaded", "download-path": "taken" });
  expect(text).toContain("download-path: is not a folder");
  expect(text).toContain(unmatched);
  const both = await refusedOf({
    "export-datasets": "uploaded",
    "download-path": "taken",
    concurrency: "0",
  });
  for (const part of ["download-path: is not a folder", "concurrency: must be", unmatched])
    expect(both).toContain(part);
});

test("a name in the place of a uid, beside a line that matches nothing", async () => {
  const text = await refusedOf({ "export-datasets": "uploaded\nnope" });
  expect(text).toContain("export-datasets: nope is not the uid");
  expect(text).toContain(unmatched);
});

test("a key is not missed by a dry run", async () => {
  const text = await refusedOf({ "dry-run": "true", concurrency: "0" }, noKey);
  expect(text).not.toContain("api-key");
  expect(text).toContain(unmatched);
});

test("nothing is said of files where an input that chooses them is refused", async () => {
  const text = await refusedOf({ "if-no-files-found": "maybe" });
  expect(text).toContain("if-no-files-found: must be one of");
  expect(text).not.toContain("matches nothing");
});

test("what is wrong is told once", async () => {
  const text = await refusedOf({ concurrency: "0", slug: "pets", prefix: "../up" });
  for (const part of [/slug: must contain/g, /prefix: /g, /matches nothing/g])
    expect(text.match(part)?.length ?? 0).toBeLessThanOrEqual(1);
  expect(text).toContain("slug: must contain {digest}");
  expect(text).toContain("prefix: ");
});
