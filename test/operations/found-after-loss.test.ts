// A dataset that is found after the reply to its confirm was lost: under a fixed name another machine may have made it in
// that moment, of other content.
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import type { EmulatorOptions } from "../../emulator";
import type { Avala } from "../../src/api/connection";
import { publishDataset } from "../../src/operations/publish/publish";
import type { PublishResult } from "../../src/operations/publish/target";
import type { UploadFile } from "../../src/upload/request";
import { versionOf, type Content } from "../support/machines";
import { sessionWith } from "../support/session";
import { rejectionOf } from "../support/thrown";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const start = (options: EmulatorOptions = {}): Promise<void> =>
  place.start({ ingestMs: 0, dialect: { uploadReply: "form" }, ...options });

interface Given {
  readonly name?: string;
  readonly waits?: boolean;
  readonly organizationUid?: string | undefined;
}

function publish(
  avala: Avala,
  files: readonly UploadFile[],
  state: string,
  { name = "training", waits, organizationUid }: Given = {},
): Promise<PublishResult> {
  const dataset = { name, slug: name, dataType: "image" as const, organizationUid };
  const options = { waitMs: () => 20_000, stateDirectory: join(place.folder, state), waits };
  return publishDataset(avala, { dataset, files, ifExists: "verify" }, options);
}

async function filesOf(folder: string): Promise<Content[number][]> {
  return Promise.all(
    ["a.jpg", "b.jpg"].map(async (path) => {
      const file = await place.put(
        `${folder}-${path}`,
        path === "a.jpg" ? Buffer.alloc(100) : randomBytes(100),
      );
      return { ...file, path };
    }),
  );
}

test("a confirm that is answered with a uid that Avala does not know says so, and the next run finds the dataset by its name", async () => {
  await start();
  const files = await filesOf("a");
  const wrong = { uid: "11111111-1111-4111-8111-111111111111", name: "other", slug: "other" };
  const body = { ...wrong, data_type: "image", status: "creating", item_count: 2 };
  const on = { method: "POST", path: "/datasets/manual-upload/" } as const;
  place.emulator.setFault({ on, when: "after", reply: { status: 201, body } });
  const { avala } = sessionWith(place.emulator);
  const error = await rejectionOf(publish(avala, files, "state"));
  expect(String(error)).toContain(
    `Avala answered with the uid ${wrong.uid} for dataset training, and does not know it`,
  );
  const hint = expect.stringContaining("by its name") as string;
  expect(error).toMatchObject({ code: "not_found", hint });
  expect(await publish(avala, files, "state")).toMatchObject({ dataset: { name: "training" } });
});

/** A session whose first confirm does nothing and is answered 502, while another machine makes the name of other content. */
function overtaken(others: readonly UploadFile[], given: Given = {}): Avala {
  const { avala } = sessionWith(place.emulator);
  let isFirst = true;
  const call: Avala["call"] = async (request) => {
    if (isFirst && request.route === "POST /datasets/manual-upload/") {
      isFirst = false;
      await publish(sessionWith(place.emulator).avala, others, "elsewhere", given);
      const on = { method: "POST", path: "*/manual-upload/" } as const;
      place.emulator.setFault({ on, reply: { status: 502, body: {} } });
    }
    return avala.call(request);
  };
  return { ...avala, call };
}

test("is refused where the store shows that it holds other content", async () => {
  await start();
  const [ours, others] = [await filesOf("ours"), await filesOf("others")];
  await expect(publish(overtaken(others), ours, "state")).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("b.jpg: of other content") as string,
  });
});

test("counts as unverified where nothing shows its content, in later runs too", async () => {
  await start({ etag: "opaque" });
  const [ours, others] = [await filesOf("ours"), await filesOf("others")];
  const result = await publish(overtaken(others), ours, "state");
  expect(result).toMatchObject({
    outcome: "unverified",
    unverified: 2,
    upload: { sent: [{}, {}] },
  });
  const again = await publish(sessionWith(place.emulator).avala, ours, "state");
  expect(again).toMatchObject({ outcome: "unverified", unverified: 2 });
});

test("counts as ours where the store shows that it holds what was sent", async () => {
  await start();
  place.emulator.setFault({
    on: { method: "POST", path: "*/manual-upload/" },
    drop: true,
    when: "after",
  });
  const ours = await filesOf("ours");
  const { avala } = sessionWith(place.emulator);
  expect(await publish(avala, ours, "state")).toMatchObject({ outcome: "uploaded", unverified: 0 });
});

test("is not ours, then or later, where Avala does not show whose it is", async () => {
  await start();
  const key = { key: "avk_second_000000000000", username: "second", organizations: ["acme"] };
  const [organizationUid] = place.emulator.addKey(key).organizations;
  for (const path of ["/organizations/", "/datasets/*/health/"]) {
    const on = { method: "GET", path } as const;
    place.emulator.setFault({ on, times: 0, reply: { status: 403, body: {} } });
  }
  const on = { method: "POST", path: "*/manual-upload/" } as const;
  place.emulator.setFault({ on, drop: true, when: "after" });
  const ours = await filesOf("ours");
  for (const time of ["first", "second"]) {
    const { avala } = sessionWith(place.emulator, { apiKey: key.key });
    const found = await publish(avala, ours, "state", { organizationUid });
    expect({ time, ...found }).toMatchObject({ time, outcome: "unverified", unverified: 2 });
  }
});

// Which run's files it has nobody knows: a file of the other's may have been kept wrong.
test("is looked at by later runs, also under a name that is made of the content", async () => {
  await start();
  const ours = await filesOf("ours");
  const given = { name: versionOf(ours), waits: false };
  expect(await publish(overtaken(ours, given), ours, "state", given)).toMatchObject({
    outcome: "uploaded",
  });
  await place.emulator.leaveFile(`${given.name}/b.jpg`, randomBytes(100));
  const { avala } = sessionWith(place.emulator);
  await expect(publish(avala, ours, "state", { name: given.name })).rejects.toMatchObject({
    message: expect.stringContaining("b.jpg: of other content") as string,
  });
});
