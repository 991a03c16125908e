// One batch a dataset: every presign and the confirm name it, whatever form the server chooses, and a server that keeps
// batches apart has all of the files.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { EmulatorOptions } from "../../emulator";
import type { Avala } from "../../src/api/connection";
import { datasetVersionName } from "../../src/files/manifest/dataset-name";
import { createManifest } from "../../src/files/manifest/manifest";
import { publishDataset } from "../../src/operations/publish/publish";
import type { PublishOptions, PublishResult } from "../../src/operations/publish/target";
import type { UploadFile } from "../../src/upload/request";
import { sessionWith } from "../support/session";
import { MIB, sha256Of, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const PRESIGN = "POST /datasets/manual-upload/file-upload-url/";
const CONFIRM = "POST /datasets/manual-upload/";

type Dialect = Exclude<EmulatorOptions["dialect"], string | undefined>;

interface Asked {
  readonly route: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A session that notes what it is asked for. */
function noting(): { readonly avala: Avala; readonly asked: Asked[] } {
  const { avala } = sessionWith(place.emulator);
  const asked: Asked[] = [];
  const call: Avala["call"] = (request) => {
    asked.push({ route: request.route, body: request.body as Asked["body"] });
    return avala.call(request);
  };
  return { avala: { ...avala, call }, asked };
}

/** What is not `undefined` of one field, in the order of the calls. */
function valuesOf(asked: readonly Asked[], route: string, field: string): readonly unknown[] {
  return asked.filter((one) => one.route === route).map(({ body }) => body[field]);
}

interface PublishHow extends Pick<PublishOptions, "concurrency" | "stateDirectory"> {
  readonly name?: string;
}

function publish(
  avala: Avala,
  files: readonly UploadFile[],
  { name = "set", ...options }: PublishHow = {},
): Promise<PublishResult> {
  const target = {
    dataset: { name, slug: name, dataType: "video" as const },
    files,
    ifExists: "verify" as const,
  };
  const stateDirectory = join(place.folder, "state");
  return publishDataset(avala, target, { waitMs: () => 20_000, stateDirectory, ...options });
}

const SIZES = { "a.mp4": 10, "b.mp4": 20, "large.mp4": 5 * MIB + 1 };
const contents = Object.entries(SIZES).map(([path, size]) => {
  const data = randomBytes(size);
  return [path, data, sha256Of(data)] as const;
});

function makeFiles(): Promise<(UploadFile & { readonly sha256: string })[]> {
  return Promise.all(contents.map((content) => place.put(...content)));
}

const speak = (dialect: Dialect): Promise<void> => place.start({ dialect, ingestMs: 0 });

describe("on a server that keeps batches apart", () => {
  test.each([
    ["forms", { uploadReply: "form" }],
    ["PUTs and parts", { uploadReply: "managed" }],
    ["parts that are signed one by one (400)", { uploadReply: "managed", parts: "one" }],
    ["parts that are signed one by one (422)", { uploadReply: "managed", parts: "one422" }],
    ["parts of which a call signs fewer than asked", { uploadReply: "managed", parts: "few" }],
    ["forms, and does not know the batch", { uploadReply: "ignored" }],
  ] as const)("a set of small and large files is whole, by %s", async (_how, dialect) => {
    await speak({ batches: "apart", ...dialect });
    const { avala, asked } = noting();
    const result = await publish(avala, await makeFiles());
    expect(result).toMatchObject({ outcome: "uploaded", dataset: { itemCount: 3 } });
    const uids = valuesOf(asked, PRESIGN, "dataset_upload_uid");
    expect(new Set([...uids, ...valuesOf(asked, CONFIRM, "dataset_upload_uid")]).size).toBe(1);
    expect(uids).toHaveLength(3);
  });

  test("the same content names the same batch, and other content another", async () => {
    await speak({ batches: "apart", uploadReply: "form" });
    const [files, others] = [await makeFiles(), [await place.put("c.mp4", Buffer.from("c"))]];
    const named = async (set: readonly UploadFile[]): Promise<unknown> => {
      const { avala, asked } = noting();
      place.emulator.setFault({ on: { target: "storage" }, times: 0, reply: { status: 403 } });
      await publish(avala, set).catch(() => undefined);
      place.emulator.clearFaults();
      return valuesOf(asked, PRESIGN, "dataset_upload_uid")[0];
    };
    const first = await named(files);
    expect(await named(files)).toBe(first);
    expect(await named(others)).not.toBe(first);
  });
});

describe("on a server that refuses the fields of the second protocol", () => {
  test.each(["detail", "listed", "words"] as const)(
    "all goes by the first, however it says so: %s",
    async (validationErrors) => {
      await speak({ batches: "apart", uploadReply: "refused", validationErrors });
      expect(await publish(noting().avala, await makeFiles())).toMatchObject({
        dataset: { itemCount: 3 },
      });
    },
  );

  test("all goes by the first, after one call, and the confirm names no batch", async () => {
    await speak({ batches: "apart", uploadReply: "refused" });
    const { avala, asked } = noting();
    expect(await publish(avala, await makeFiles())).toMatchObject({ dataset: { itemCount: 3 } });
    const [first, ...others] = valuesOf(asked, PRESIGN, "upload_protocol_version");
    expect([first, new Set(others)]).toEqual([2, new Set([undefined])]);
    expect(others).toHaveLength(3);
    expect(valuesOf(asked, CONFIRM, "dataset_upload_uid")).toEqual([undefined]);
  });

  test("a run that goes on stays with the first, though the server knows the second by now", async () => {
    await speak({ uploadReply: "managed" });
    const refusal = { status: 400, body: { upload_protocol_version: ["Unknown field."] } };
    place.emulator.setFault({ on: { path: "*/file-upload-url/" }, reply: refusal });
    const denied = { status: 403, body: "<Error><Code>AccessDenied</Code></Error>" };
    place.emulator.setFault({ on: { target: "storage" }, skip: 1, times: 0, reply: denied });
    const files = await makeFiles();
    await expect(publish(noting().avala, files)).rejects.toMatchObject({ landed: [{}] });
    place.emulator.clearFaults();
    const { avala, asked } = noting();
    await publish(avala, files);
    expect(new Set(valuesOf(asked, PRESIGN, "dataset_upload_uid"))).toEqual(new Set([undefined]));
    expect(valuesOf(asked, CONFIRM, "dataset_upload_uid")).toEqual([undefined]);
  });
});

describe("a confirm", () => {
  const refuse = (text: string, times = 1): void =>
    place.emulator.setFault({
      on: { method: "POST", path: "*/manual-upload/" },
      times,
      reply: { status: 400, body: { dataset_upload_uid: [text] } },
    });

  test("is asked for once more without the batch where the server does not know the field", async () => {
    await speak({ uploadReply: "ignored" });
    refuse("Unexpected field.");
    const { avala, asked } = noting();
    expect(await publish(avala, await makeFiles())).toMatchObject({ outcome: "uploaded" });
    expect(valuesOf(asked, CONFIRM, "dataset_upload_uid")).toEqual([expect.any(String), undefined]);
  });

  test.each(["No file was presigned in this batch.", "This upload has already been confirmed."])(
    "is not, where the batch is refused (%s): all files go in another",
    async (text) => {
      await speak({ batches: "apart", uploadReply: "form" });
      refuse(text);
      const { avala, asked } = noting();
      expect(await publish(avala, await makeFiles())).toMatchObject({
        outcome: "uploaded",
        dataset: { itemCount: 3 },
      });
      const [first, second, ...others] = valuesOf(asked, CONFIRM, "dataset_upload_uid");
      expect([first === second, typeof second, others]).toEqual([false, "string", []]);
      expect(valuesOf(asked, PRESIGN, "dataset_upload_uid").slice(-3)).toEqual([
        second,
        second,
        second,
      ]);
    },
  );

  test("that is refused its batch again ends the run, and the next one begins another", async () => {
    await speak({ batches: "apart", uploadReply: "form" });
    refuse("No file was presigned in this batch.", 2);
    const files = await makeFiles();
    const [broken, next] = [noting(), noting()];
    await expect(publish(broken.avala, files)).rejects.toMatchObject({ code: "validation" });
    expect(await publish(next.avala, files)).toMatchObject({ dataset: { itemCount: 3 } });
    const uids = [broken, next].flatMap(({ asked }) =>
      valuesOf(asked, CONFIRM, "dataset_upload_uid"),
    );
    expect([uids.length, new Set(uids).size]).toEqual([3, 3]);
  });

  test.each([
    ["by PUT and by parts", "managed", 1],
    ["by forms that name it", "form", 1],
  ] as const)(
    "is never asked for without the batch where files went in it %s",
    async (_how, uploadReply, confirms) => {
      await speak({ batches: "apart", uploadReply });
      refuse("Unexpected field.", 0);
      const { avala, asked } = noting();
      await expect(publish(avala, await makeFiles())).rejects.toMatchObject({ code: "validation" });
      expect(valuesOf(asked, CONFIRM, "dataset_upload_uid")).toEqual(
        Array(confirms).fill(expect.any(String)),
      );
    },
  );

  test.each([
    ["by its field", { dataset_upload_uid: ["Unknown field."] }],
    ["in words", { detail: "Unknown field: dataset_upload_uid" }],
    ["as a whole", { non_field_errors: ["Unexpected field dataset_upload_uid."] }],
  ])(
    "that refuses the field %s is asked for without it on a server without batches",
    async (_how, body) => {
      await speak({ uploadReply: "ignored" });
      const on = { method: "POST", path: "*/manual-upload/" } as const;
      place.emulator.setFault({ on, reply: { status: 400, body } });
      const { avala, asked } = noting();
      expect(await publish(avala, await makeFiles())).toMatchObject({ outcome: "uploaded" });
      expect(valuesOf(asked, CONFIRM, "dataset_upload_uid")).toEqual([
        expect.any(String),
        undefined,
      ]);
    },
  );
});

describe("a presign in the middle of a set", () => {
  const refuseLater = (body: unknown, times: number): void =>
    place.emulator.setFault({
      on: { path: "*/file-upload-url/" },
      skip: 1,
      times,
      reply: { status: 400, body },
    });

  test("that refuses the fields has all of the set go by the first protocol, in the same run", async () => {
    await speak({ batches: "apart", uploadReply: "form" });
    refuseLater({ upload_protocol_version: ["Unknown field."] }, 1);
    const { avala, asked } = noting();
    expect(await publish(avala, await makeFiles())).toMatchObject({ dataset: { itemCount: 3 } });
    expect(valuesOf(asked, PRESIGN, "dataset_upload_uid").slice(-3)).toEqual(
      Array(3).fill(undefined),
    );
    expect(valuesOf(asked, CONFIRM, "dataset_upload_uid")).toEqual([undefined]);
  });

  test.each(["This upload batch is closed.", "A batch takes 1 file."])(
    "that refuses the batch (%s) has all of it go in another one",
    async (text) => {
      await speak({ batches: "apart", uploadReply: "managed" });
      refuseLater({ dataset_upload_uid: [text] }, 1);
      const { avala, asked } = noting();
      expect(await publish(avala, await makeFiles())).toMatchObject({ dataset: { itemCount: 3 } });
      const uids = valuesOf(asked, PRESIGN, "dataset_upload_uid");
      expect([new Set(uids).size, uids.includes(undefined)]).toEqual([2, false]);
    },
  );
});

// Of files that lie in the batch of their last presign alone, the first that is asked about in another one leaves its own.
test.each([
  ["sent by form", "form", undefined],
  ["sent by PUT", "managed", undefined],
  ["found at its place", "managed", "elsewhere"],
  ["found to be complete", "managed", "state"],
] as const)(
  "a run that ends with its first presign in another batch costs the next one's dataset no file: one that was %s",
  async (_how, uploadReply, before) => {
    await speak({ batches: "last", uploadReply });
    const on = { path: "*/file-upload-url/" };
    const files = (await makeFiles()).slice(0, 2);
    // By which what lies at a place is known to be the file.
    const name = datasetVersionName("set-{digest}", createManifest(files).digest);
    if (before !== undefined) {
      const onComplete = { path: "*/complete/" };
      if (before === "state")
        place.emulator.setFault({ on: onComplete, drop: true, when: "after" });
      place.emulator.setFault({ on: onComplete, reply: { status: 401 } });
      const earlier = { name, concurrency: 1, stateDirectory: join(place.folder, before) };
      await publish(noting().avala, files, earlier).catch(() => undefined);
      place.emulator.clearFaults();
    }
    const body = { dataset_upload_uid: ["This upload batch is closed."] };
    place.emulator.setFault({ on, skip: 1, reply: { status: 400, body } });
    place.emulator.setFault({ on, skip: 1, drop: true, when: "after" });
    place.emulator.setFault({ on, skip: 1, times: 0, reply: { status: 401 } });
    await expect(publish(noting().avala, files, { name, concurrency: 1 })).rejects.toMatchObject({
      code: "authentication",
    });
    place.emulator.clearFaults();
    expect(await publish(noting().avala, files, { name })).toMatchObject({
      dataset: { itemCount: 2 },
    });
  },
);

describe("a file whose completion is refused", () => {
  test.each([400, 422])("with a %i once is asked for again", async (status) => {
    await speak({ batches: "apart", uploadReply: "managed" });
    place.emulator.setFault({ on: { path: "*/complete/" }, reply: { status, body: {} } });
    const result = await publish(noting().avala, await makeFiles());
    expect(result).toMatchObject({ dataset: { itemCount: 3 } });
  });

  test("because it is complete already, after the reply was lost, has landed", async () => {
    await speak({ batches: "apart", uploadReply: "managed" });
    const on = { path: "*/complete/" } as const;
    const said = { status: 409, body: { detail: "Already complete." } };
    place.emulator.setFault({ on, drop: true, when: "after" });
    place.emulator.setFault({ on, times: 2, reply: said });
    const { avala, asked } = noting();
    const files = (await makeFiles()).slice(0, 1);
    expect(await publish(avala, files)).toMatchObject({ dataset: { itemCount: 1 } });
    expect(new Set(valuesOf(asked, PRESIGN, "dataset_upload_uid")).size).toBe(1);
  });
});

describe("a session that is lost", () => {
  test.each([404, 409, 410])(
    "with a %i is asked for once more, in the same batch",
    async (status) => {
      await speak({ batches: "apart", uploadReply: "managed" });
      place.emulator.setFault({ on: { path: "*/complete/" }, reply: { status, body: {} } });
      const { avala, asked } = noting();
      expect(await publish(avala, await makeFiles())).toMatchObject({ dataset: { itemCount: 3 } });
      expect(new Set(valuesOf(asked, PRESIGN, "dataset_upload_uid")).size).toBe(1);
    },
  );

  test("twice begins another batch for the whole set, which the confirm and a later run name", async () => {
    await speak({ batches: "apart", uploadReply: "managed" });
    const on = { path: "*/parts/" };
    place.emulator.setFault({ on, times: 2, reply: { status: 410, body: {} } });
    const { avala, asked } = noting();
    expect(await publish(avala, await makeFiles())).toMatchObject({
      outcome: "uploaded",
      dataset: { itemCount: 3 },
      upload: { sent: [{}, {}, {}] },
    });
    const uids = valuesOf(asked, PRESIGN, "dataset_upload_uid");
    expect(new Set(uids).size).toBe(2);
    expect(valuesOf(asked, CONFIRM, "dataset_upload_uid")).toEqual([uids.at(-1)]);
  });

  test("fails its file alone once no other batch helps", async () => {
    await speak({ uploadReply: "managed" });
    place.emulator.setFault({
      on: { path: "*/parts/" },
      times: 0,
      reply: { status: 410, body: {} },
    });
    await expect(publish(noting().avala, await makeFiles())).rejects.toMatchObject({
      failures: [{ path: "large.mp4", error: { code: "storage" } }],
    });
  });
});
