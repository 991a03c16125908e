// Names that stand where uids belong: refused before a file is sent, all of them at once.
import { useActionPlace } from "../support/action-place";
import { jpeg } from "../support/temp-tree";

const place = useActionPlace({ "images/1.jpg": jpeg("1") });
const { act } = place;

const upload = { files: "images", dataset: "pets-{digest}" };
const uuid = "11111111-1111-4111-8111-111111111111";

const presigns = (): number =>
  place.emulator.requests().filter(({ path }) => path.endsWith("/file-upload-url/")).length;

test("nothing is sent, and each of them is named", async () => {
  const { outputs, errors } = await act({
    ...upload,
    "export-datasets": "uploaded\nmy-dataset",
    "export-projects": "my-project",
    organization: "emulator-org",
  });
  expect(outputs["outcome"]).toBe("invalid");
  const text = errors.join("\n");
  for (const input of ["export-datasets: my-dataset", "export-projects: my-project"])
    expect(text).toContain(`${input} is not the uid`);
  expect(text).toMatch(/organization: emulator-org is the organization's name; use its uid: \S+/);
  expect(presigns()).toBe(0);
});

test("a dry run with a key says so, too", async () => {
  const { outputs, errors } = await act({ ...upload, organization: "acme", "dry-run": "true" });
  expect(outputs["outcome"]).toBe("invalid");
  expect(errors.join("\n")).toContain("organization: acme is not the uid");
});

test("what looks like a uid costs no call", async () => {
  await act({ ...upload, "export-datasets": `uploaded\n${uuid}`, "dry-run": "true" });
  expect(place.emulator.requests().filter(({ path }) => path.includes(uuid))).toEqual([]);
});

test("beside another refusal it is asked about, so that all are named together", async () => {
  const { errors } = await act({
    ...upload,
    "export-datasets": `${uuid}\nnope`,
    "export-projects": uuid,
  });
  const text = errors.join("\n");
  expect(text).toContain("export-datasets: nope is not the uid of a dataset");
  expect(text).toContain(`export-datasets: ${uuid} is not the uid of a dataset`);
  expect(text).toContain(`export-projects: ${uuid} is not the uid of a project`);
  expect(presigns()).toBe(0);
});
