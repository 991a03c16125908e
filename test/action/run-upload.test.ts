// Whole runs on an emulator: files become datasets.
import { readFileSync, renameSync, rmSync } from "node:fs";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { timeByFiles, useActionPlace } from "../support/action-place";
import { readManifest } from "../support/manifest";
import { jpeg, png } from "../support/temp-tree";
import type { Recorded } from "../support/recorded-action";

const place = useActionPlace(
  {
    "images/cats/one.jpg": jpeg("one"),
    "images/cats/two.jpg": jpeg("two"),
    "images/dogs/three.jpg": jpeg("three"),
    "images/drafts/four.jpg": jpeg("four"),
  },
  { ingestMs: 20, exportMs: 20 },
);

const { act, start } = place;

const versioned = { dataset: "pets-{digest}", files: "images/**/*.jpg\n!images/drafts/**" };

function calls(path: string, method = "POST"): number {
  return place.emulator.requests().filter((one) => one.method === method && one.path.includes(path))
    .length;
}

describe("a data type that the files leave open", () => {
  const driving = { dataset: "drive-{digest}", files: "drive" };
  beforeEach(() => {
    place.tree.write({
      "drive/image_2/0.png": png("0"),
      "drive/velodyne/0.bin": "points",
      "drive/readme.txt": "notes",
    });
  });

  test("is asked for before anything is sent, for what stands in the way", async () => {
    const { errors, outputs } = await act(driving);
    expect(outputs.outcome).toBe("invalid");
    expect(errors[0]).toMatch(/^data-type: .*1 \.bin \(drive\/velodyne\/0\.bin;/);
    expect(calls("/manual-upload/")).toBe(0);
  });

  test("may be given", async () => {
    const { errors, outputs } = await act({ ...driving, "data-type": "image" });
    expect(errors).toEqual([]);
    expect(outputs).toMatchObject({ outcome: "uploaded", complete: "true" });
  });

  test("of image_3d takes what the server takes, and a note beside it fails nothing", async () => {
    const files = "drive/image_2\ndrive/readme.txt";
    const { errors, outputs } = await act({ ...driving, files, "data-type": "image_3d" });
    expect(errors).toEqual([]);
    expect(outputs).toMatchObject({ outcome: "uploaded", complete: "true", unverified: "0" });
  });

  test("of image_3d leaves unverified what the server makes no item of, and fails nothing", async () => {
    place.tree.write({ "drive/image_2/0.vol": "volume" });
    const files = "drive/image_2";
    const { errors, outputs } = await act({ ...driving, files, "data-type": "image_3d" });
    expect(errors).toEqual([]);
    expect(outputs).toMatchObject({ complete: "false", unverified: "1" });
  });
});

describe("files whose contents are wrong", () => {
  const set = { dataset: "broken-{digest}", files: "broken" };
  const report = (outputs: Record<string, string | undefined>) =>
    JSON.parse(readFileSync(outputs.report ?? "", "utf8")) as {
      readonly problems: readonly { readonly path: string; readonly problem: string }[];
      readonly warnings: readonly string[];
    };
  beforeEach(() => {
    const pictures = Array.from({ length: 60 }, (_, n) => [
      `broken/${String(n).padStart(2, "0")}.png`,
      n < 58 ? jpeg(String(n)) : png(String(n)),
    ]);
    place.tree.write({ ...Object.fromEntries(pictures), "broken/60.png": "" } as Record<
      string,
      Buffer
    >);
  });

  test("are all in the report, and counted in the log and in the summary", async () => {
    const { outputs, lines, summaries } = await act(set);
    const { problems, warnings } = report(outputs);
    expect(problems).toHaveLength(59);
    expect(problems[0]).toMatchObject({
      path: "broken/00.png",
      problem: expect.stringContaining("those of a .jpg file") as string,
    });
    expect(problems.at(-1)).toEqual({ path: "broken/60.png", problem: "The file is empty." });
    const counts = "59 of 61 files: 58 not in the format that their suffix says, 1 empty";
    expect(lines.join("\n")).toContain(`contents: ${counts}`);
    expect(summaries.join("")).toContain(counts);
    expect(warnings).toHaveLength(52);
    expect(warnings[0]).toContain("Only the first 50 are named");
    expect(warnings.at(-1)).toBe(
      "59 files look wrong by the contents, which does not stop an upload: once sent, they can't be removed from the dataset. check-content: error refuses such files.",
    );
  });

  test("are all in the report of a run that refuses them, whose error names some of how many", async () => {
    const { outputs, errors } = await act({ ...set, "check-content": "error" });
    expect(outputs.outcome).toBe("invalid");
    expect(report(outputs).problems).toHaveLength(59);
    expect(errors[0]).toContain("the first 50 of 60");
    expect(errors[0]).toContain("check-content: 59 of 61 files: 58 not in the format");
  });
});

describe("a first run", () => {
  test("uploads, waits and sets every output", async () => {
    const { outputs, errors } = await act(versioned);
    expect(errors).toEqual([]);
    const [dataset] = place.emulator.datasets();
    expect(outputs).toMatchObject({
      "dataset-uid": dataset?.uid,
      "dataset-slug": dataset?.slug,
      "dataset-uids": "",
      "files-total": "3",
      "files-uploaded": "3",
      "files-skipped": "0",
      "bytes-uploaded": String(3 * 6 + 11),
      complete: "true",
      outcome: "uploaded",
      "export-uid": "",
    });
    expect(dataset?.name).toBe(`pets-${outputs.digest?.slice(0, 12)}`);
    expect(
      place.emulator
        .items(dataset?.uid ?? "")
        .map(({ key }) => key)
        .sort(),
    ).toEqual(["images/cats/one.jpg", "images/cats/two.jpg", "images/dogs/three.jpg"]);
  });

  test("writes a manifest, checksums as sha256sum reads them, and a report", async () => {
    const { outputs } = await act({ ...versioned, root: "images", files: "cats", prefix: "all" });
    const sum = (text: string): string => createHash("sha256").update(jpeg(text)).digest("hex");
    expect(readFileSync(outputs.checksums ?? "", "utf8")).toBe(
      `${sum("one")}  cats/one.jpg\n${sum("two")}  cats/two.jpg\n`,
    );
    const manifest = readManifest(readFileSync(outputs.manifest ?? "", "utf8"));
    expect(manifest).toMatchObject({
      destination: { baseUrl: place.emulator.baseUrl },
      datasets: [
        { name: place.emulator.datasets()[0]?.name, manifest: { digest: outputs.digest } },
      ],
    });
    expect(manifest.datasets[0]?.manifest.entries).toEqual([
      { path: "all/cats/one.jpg", sizeBytes: 9, sha256: sum("one") },
      { path: "all/cats/two.jpg", sizeBytes: 9, sha256: sum("two") },
    ]);
    expect(JSON.parse(readFileSync(outputs.report ?? "", "utf8"))).toMatchObject({
      outcome: "uploaded",
      files: { total: 2, uploaded: 2, skipped: 0, failed: 0 },
      datasets: [{ uid: outputs["dataset-uid"], status: "created", items: 2 }],
      checkedByStore: 2,
      retries: 0,
      retriedFor: [],
    });
  });

  describe("has a manifest that says", () => {
    const manifestOf = ({ outputs }: Recorded): unknown => {
      const { isComplete, datasets } = readManifest(readFileSync(outputs.manifest ?? "", "utf8"));
      return { isComplete, files: datasets[0]?.manifest.entries.length };
    };
    const whole = { isComplete: true, files: 3 };
    const onlyMeant = { isComplete: false, files: 3 };

    test("whether Avala has its files: not yet, after a dry run and a run that failed", async () => {
      expect(manifestOf(await act({ ...versioned, "dry-run": "true" }))).toEqual(onlyMeant);
      place.emulator.setFault({
        on: { target: "storage" },
        times: 0,
        reply: { status: 403, body: "" },
      });
      const failed = await act(versioned);
      expect(failed.outputs).toMatchObject({ outcome: "failed", "files-uploaded": "0" });
      expect(manifestOf(failed)).toEqual(onlyMeant);
    });
    test("that it has, when they were sent now, or before under a name of their digest", async () => {
      expect(manifestOf(await act(versioned))).toEqual(whole);
      expect(manifestOf(await act(versioned))).toEqual(whole);
    });
    test("that it has not, where of a dataset that was there paths and sizes alone are known", async () => {
      await start({ etag: "opaque" });
      const named = { ...versioned, dataset: "pets" };
      expect(manifestOf(await act(named))).toEqual(whole);
      rmSync(place.tree.at(".state"), { recursive: true });
      const again = await act(named);
      expect(again.outputs.outcome).toBe("unverified");
      expect(manifestOf(again)).toEqual(onlyMeant);
    });
  });

  test("sends visibility and metadata", async () => {
    await start({ dialect: { uploadVisibility: "any" } });
    await act({ ...versioned, visibility: "public", metadata: "source: camera\nyear: 2026" });
    expect(place.emulator.datasets()[0]).toMatchObject({
      visibility: "public",
      metadata: { source: "camera", year: 2026 },
    });
  });

  const REFUSED_LATE = /may refuse visibility: public .*only after all of them are sent/;

  test.each([
    ["a dry run without a key", { "dry-run": "true", "api-key": "" }],
    ["a dry run", { "dry-run": "true" }],
    ["a run", {}],
    ["a run of a growing set", { dataset: "pets-{increment}" }],
  ])("warns in %s that visibility may be refused after the upload", async (_what, more) => {
    const { warnings } = await act({ ...versioned, visibility: "public", ...more });
    const texts = warnings.map(({ text }) => text).filter((text) => REFUSED_LATE.test(text));
    expect(texts).toHaveLength(1);
  });

  test("warns of no visibility where nothing is made, the set has one of it, or it is private", async () => {
    await start({ dialect: { uploadVisibility: "any" } });
    const open = { ...versioned, visibility: "public" };
    const runs = [await act(versioned), await act(open), await act(open)];
    expect(runs[1]?.outputs).toMatchObject({ outcome: "unchanged" });
    const grown = { ...open, dataset: "grown-{increment}" };
    await act(grown);
    place.tree.write({ "images/cats/more.jpg": jpeg("more") });
    const later = await act(grown);
    expect(later.outputs).toMatchObject({ outcome: "uploaded" });
    expect([...runs, later].map((one) => one.text()).join("\n")).not.toMatch(REFUSED_LATE);
  });

  test.each([
    [
      "unlisted",
      "It stays public: visibility (unlisted) has an effect only when a dataset is made.",
    ],
    ["public", "nothing is sent."],
    ["private", "nothing is sent."],
  ])("says of a public dataset that exists what visibility %s does", async (visibility, end) => {
    await start({ dialect: { uploadVisibility: "any" } });
    await act({ ...versioned, visibility: "public" });
    const { lines, outputs } = await act({ ...versioned, visibility });
    expect(outputs).toMatchObject({ outcome: "unchanged" });
    const said = lines.find((line) => line.includes("holds these files already")) ?? "";
    expect(said.endsWith(end)).toBe(true);
  });

  test("says how a dataset becomes public where Avala makes private ones only, and a private one sends nothing again", async () => {
    const refused = await act({ ...versioned, visibility: "public" });
    expect(refused.outputs).toMatchObject({ outcome: "failed", "files-uploaded": "3" });
    expect(refused.errors).toHaveLength(1);
    expect(refused.errors[0]).toMatch(/visibility.*private.*dashboard/s);
    const { outputs } = await act(versioned);
    expect(outputs).toMatchObject({ outcome: "uploaded", "files-uploaded": "0" });
    expect(place.emulator.datasets()).toMatchObject([{ visibility: "private" }]);
  });

  test("tells in the summary what was sent", async () => {
    const { summaries } = await act(versioned);
    expect(summaries).toHaveLength(1);
    expect(summaries[0]).toContain("## Avala: Uploaded");
    expect(summaries[0]).toContain("3 sent");
  });

  test("writes no summary when none is wanted", async () => {
    const { summaries } = await act({ ...versioned, summary: "false" });
    expect(summaries).toEqual([]);
  });
});

describe("what was tried again", () => {
  test("stands in the report by its cause, and in one line of the summary", async () => {
    place.emulator.setFault({
      on: { path: "*/file-upload-url/" },
      reply: { status: 503 },
      times: 2,
    });
    const { outputs, summaries } = await act(versioned);
    expect(JSON.parse(readFileSync(outputs.report ?? "", "utf8"))).toMatchObject({
      retries: 2,
      retriedFor: [
        {
          code: "server",
          status: 503,
          count: 2,
          example: expect.stringMatching(/^presign /) as string,
        },
      ],
    });
    expect(summaries[0]).toContain("| Retries | 2 × server (503) |");
  });
});

describe("a second run on the same content", () => {
  test("finds the dataset, sends nothing and succeeds", async () => {
    const first = await act(versioned);
    const sent = calls("file-upload-url");
    const { outputs, errors } = await act(versioned);
    expect(errors).toEqual([]);
    expect(calls("file-upload-url")).toBe(sent);
    expect(calls("/manual-upload/") - calls("file-upload-url")).toBe(1);
    expect(outputs).toMatchObject({
      outcome: "unchanged",
      complete: "true",
      "files-uploaded": "0",
      "files-skipped": "3",
      "dataset-uid": first.outputs["dataset-uid"],
    });
  });

  test("waits for a dataset that an earlier run confirmed and left", async () => {
    await start({ ingestMs: 600 });
    await act({ ...versioned, "wait-for-dataset": "false" });
    const { outputs, errors } = await act(versioned);
    expect(errors).toEqual([]);
    expect(outputs.outcome).toBe("unchanged");
  });
});

describe("changed content", () => {
  test("becomes a dataset of its own", async () => {
    await act(versioned);
    place.tree.write({ "images/cats/one.jpg": jpeg("one, changed") });
    const { outputs } = await act(versioned);
    expect(outputs.outcome).toBe("uploaded");
    expect(place.emulator.datasets()).toHaveLength(2);
  });
});

describe("a dataset that exists with other files", () => {
  const named = { dataset: "pets", files: "images/cats" };

  test("is an error that names the difference", async () => {
    await act({ ...named, files: "images/cats\nimages/dogs" });
    const { outputs, errors } = await act({ ...named, files: "images/cats\nimages/drafts" });
    expect(outputs).toMatchObject({ outcome: "failed", complete: "false", "files-uploaded": "0" });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("images/drafts/four.jpg");
    expect(errors[0]).toContain("images/dogs/three.jpg");
  });

  test("is unchanged when this machine's own record says that it was made of these files", async () => {
    await act(named);
    const { outputs, warnings } = await act(named);
    expect(outputs).toMatchObject({ outcome: "unchanged", complete: "true", unverified: "0" });
    expect(warnings).toEqual([]);
  });

  test("is refused when that record says that it was made of other content of the same sizes", async () => {
    await act(named);
    place.tree.write({ "images/cats/one.jpg": jpeg("eno") });
    const { outputs, errors } = await act(named);
    expect(outputs).toMatchObject({ outcome: "failed", "files-uploaded": "0" });
    expect(errors[0]).toMatch(/made of other content[^]*\{digest\}/);
  });

  describe("of the same paths and sizes, on another machine, where the store's ETags are MD5s", () => {
    beforeEach(async () => {
      await act(named);
      rmSync(place.tree.at(".state"), { recursive: true });
    });

    test("is unchanged when the contents are the same, and that is known from then on", async () => {
      const asked = (): number =>
        place.emulator
          .requests()
          .filter(({ target, method }) => target === "storage" && method === "GET").length;
      const before = asked();
      for (let again = 0; again < 2; again += 1) {
        const { outputs, warnings } = await act(named);
        expect(outputs).toMatchObject({ outcome: "unchanged", complete: "true", unverified: "0" });
        expect(warnings).toEqual([]);
        expect(asked() - before).toBe(2);
      }
    });

    test("is refused when one is not, by name, and nothing is sent", async () => {
      place.tree.write({ "images/cats/one.jpg": jpeg("eno") });
      const { outputs, errors } = await act(named);
      expect(outputs).toMatchObject({ outcome: "failed", "files-uploaded": "0" });
      expect(errors[0]).toContain("images/cats/one.jpg: of other content in the dataset");
      expect(errors[0]).not.toContain("two.jpg");
    });
  });

  describe("of the same paths and sizes that nothing here knows the content of", () => {
    beforeEach(async () => {
      // Its ETags are no MD5s, so it says nothing of what it keeps.
      await start({ etag: "opaque" });
      await act(named);
      rmSync(place.tree.at(".state"), { recursive: true });
      place.tree.write({ "images/cats/one.jpg": jpeg("eno") });
    });

    test("is sent twice where need be, of which the log says nothing", async () => {
      await start({ etag: "opaque", dialect: { uploadReply: "ignored" } });
      const { lines, errors } = await act(named);
      expect(errors).toEqual([]);
      const stored = place.emulator.requests().filter(({ target }) => target === "storage");
      expect(stored.filter(({ method }) => method === "POST")).toHaveLength(3);
      expect(lines.join("\n")).not.toMatch(/Try \d+ to|checksum|ETag/);
    });

    test("is unverified: not complete, vouched for by nothing, and no failure", async () => {
      const { outputs, errors, warnings } = await act(named);
      expect(errors).toEqual([]);
      expect(outputs).toMatchObject({
        ...{ outcome: "unverified", complete: "false", unverified: "2", "files-uploaded": "0" },
        ...{ "files-skipped": "0" },
      });
      expect(warnings.map(({ text }) => text).join()).toMatch(
        /nothing shows that it has their contents.*AVALA_STATE_DIR.*\{digest\}/,
      );
      const manifest = readManifest(readFileSync(outputs.manifest ?? "", "utf8"));
      expect(manifest.isComplete).toBe(false);
    });

    test("keeps a commit status from success", async () => {
      const status = { "status-context": "avala", "github-token": "ghs_x" };
      const { outputs, errors, statuses } = await act({ ...named, ...status });
      expect(outputs).toMatchObject({ outcome: "gate_closed", complete: "false" });
      expect(errors[0]).toContain("not compared");
      expect(statuses.map(({ state }) => state)).toEqual(["pending", "failure"]);
    });

    test("keeps an export of it closed, which is not even started", async () => {
      const { outputs, errors } = await act({ ...named, "export-datasets": "uploaded" });
      expect(outputs).toMatchObject({ outcome: "gate_closed", complete: "false" });
      expect(errors[0]).toMatch(/contents of 2 files were not compared[^]*\{digest\}/);
      expect(calls("/exports/")).toBe(0);
    });
  });

  test("is an error if it holds as many files of other names, of which nothing is on record", async () => {
    await act(named);
    rmSync(place.tree.at(".state"), { recursive: true });
    for (const name of ["one", "two"]) rmSync(place.tree.at(`images/cats/${name}.jpg`));
    place.tree.write({ "images/cats/five.jpg": jpeg("five"), "images/cats/six.jpg": jpeg("six") });
    const { outputs, errors } = await act(named);
    expect(outputs).toMatchObject({ outcome: "failed", complete: "false" });
    expect(errors[0]).toMatch(
      /five\.jpg: not in the dataset\n.*one\.jpg: in the dataset, and not/s,
    );
  });

  test("is unverified if its items have no keys and show nothing, and no word claims more", async () => {
    await start({ etag: "opaque", dialect: { itemKeys: "null", itemUrls: "unnamed" } });
    await act(named);
    rmSync(place.tree.at(".state"), { recursive: true });
    const { outputs, errors, warnings } = await act(named);
    expect(errors).toEqual([]);
    expect(outputs).toMatchObject({ outcome: "unverified", complete: "false", unverified: "2" });
    const text = warnings.map((warning) => warning.text).join("\n");
    expect(text).toMatch(/not known whether it holds these files: its items have no keys/);
    expect(text).not.toContain("no difference was found");
  });

  test("is unverified if each MD5 is another, and no word hides that", async () => {
    await act(named);
    rmSync(place.tree.at(".state"), { recursive: true });
    place.tree.write({ "images/cats/one.jpg": jpeg("eno"), "images/cats/two.jpg": jpeg("owt") });
    const { outputs, warnings } = await act(named);
    expect(outputs).toMatchObject({ outcome: "unverified", complete: "false", unverified: "2" });
    const text = warnings.map((warning) => warning.text).join("\n");
    expect(text).toMatch(/shows another MD5 for all 2 files that were compared/);
    expect(text).toMatch(/has these paths, but nothing shows that it has their contents/);
    expect(text).not.toMatch(/no difference|contents were not compared|what it keeps/);
  });

  test("is unverified if its items have no names, but the contents", async () => {
    await start({ dialect: { itemKeys: "null", itemUrls: "unnamed" } });
    await act(named);
    rmSync(place.tree.at(".state"), { recursive: true });
    const { outputs, warnings } = await act(named);
    expect(outputs).toMatchObject({ outcome: "unverified", complete: "false", unverified: "2" });
    const text = warnings.map((warning) => warning.text).join("\n");
    expect(text).toMatch(
      /holds the contents of these files, but nothing shows under which paths: its items have no keys.*AVALA_STATE_DIR.*\{digest\}/,
    );
    expect(text).not.toMatch(/under other names|not compared|did not show/);
  });

  test("is unverified if it holds the contents under other names, and is said to once", async () => {
    await act(named);
    rmSync(place.tree.at(".state"), { recursive: true });
    for (const [from, to] of [
      ["one", "five"],
      ["two", "six"],
    ] as const)
      renameSync(place.tree.at(`images/cats/${from}.jpg`), place.tree.at(`images/cats/${to}.jpg`));
    const { outputs, warnings } = await act(named);
    expect(outputs).toMatchObject({ outcome: "unverified", complete: "false", unverified: "2" });
    const text = warnings.map((warning) => warning.text).join("\n");
    expect(text).toMatch(
      /holds the contents of these files under other names.*one\.jpg.*\{digest\}/,
    );
    expect(text).not.toMatch(/not compared|did not show|AVALA_STATE_DIR/);
  });

  test("is an error at once with if-dataset-exists: fail", async () => {
    await act(named);
    const { errors } = await act({ ...named, "if-dataset-exists": "fail" });
    expect(errors[0]).toContain("exists already");
  });

  test("with {digest} in its name is not told to have it", async () => {
    await act(versioned);
    const { errors } = await act({ ...versioned, "if-dataset-exists": "fail" });
    expect(errors[0]).toContain("Its name identifies these files' content.");
    expect(errors[0]).not.toContain("Put {digest} into dataset");
  });

  test("is not added to: append is refused, with what to do instead", async () => {
    await act(named);
    const before = place.emulator.requests().length;
    const { errors, outputs } = await act({ ...named, "if-dataset-exists": "append" });
    expect(outputs.outcome).toBe("invalid");
    expect(errors[0]).toMatch(/append is not supported.*made once.*\{digest\}/s);
    expect(place.emulator.requests()).toHaveLength(before);
  });

  test("that is someone else's is an error that names a way out", async () => {
    place.emulator.takeName("pets");
    const { errors, outputs } = await act(named);
    expect(outputs.outcome).toBe("failed");
    expect(errors[0]).toContain("choose another name or slug");
  });
});

describe("items that another run left under the name", () => {
  test("fail the run, which vouches for nothing, when the dataset is made and when it is found", async () => {
    await start({ dialect: { batches: "together" } });
    await place.emulator.leaveFile("pets/images/old.jpg", jpeg("old"));
    for (let again = 0; again < 2; again += 1) {
      const { outputs, errors } = await act({
        ...{ dataset: "pets", files: "images/cats", "export-datasets": "uploaded" },
      });
      expect(errors).toHaveLength(1);
      expect(errors[0]).toContain("images/old.jpg: in the dataset, and not among these files");
      expect(outputs).toMatchObject({ outcome: "failed", complete: "false" });
      const manifest = readManifest(readFileSync(outputs.manifest ?? "", "utf8"));
      expect(manifest.isComplete).toBe(false);
    }
    expect(calls("/exports/")).toBe(0);
  });
});

describe("a file that Avala does not index after all", () => {
  test("is an error that names it, and the dataset is known", async () => {
    // A store that gives ETags to others would be found out; one that never gives any is believed.
    await start();
    const on = { target: "storage", method: "POST" } as const;
    place.emulator.setFault({ on, store: "nothing", times: 0 });
    const { outputs, errors } = await act({ dataset: "pets", files: "images/cats" });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("images/cats/two.jpg");
    expect(outputs).toMatchObject({ outcome: "failed", complete: "false" });
  });
});

describe("a dataset that is not created in time", () => {
  test("ends the run as timeout, with the dataset's uid", async () => {
    await start({ ingestMs: 60_000 });
    const { outputs, errors } = await act({ ...versioned, "timeout-minutes": "0.01" });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("or raise timeout-minutes.");
    expect(outputs).toMatchObject({
      outcome: "timeout",
      complete: "false",
      "files-uploaded": "3",
      "dataset-uid": place.emulator.datasets()[0]?.uid,
    });
  });
});

describe("a key that may only write", () => {
  test("uploads all the same when nobody waits", async () => {
    const key = "avk_writer_0123456789abcdef";
    place.emulator.addKey({ key, scopes: ["datasets.write"] });
    const { outputs, errors, warnings } = await act({
      ...versioned,
      "api-key": key,
      "wait-for-dataset": "false",
    });
    expect(errors).toEqual([]);
    expect(outputs).toMatchObject({ outcome: "uploaded", "files-uploaded": "3" });
    expect(warnings.map(({ text }) => text).join()).toContain("cannot read datasets");
    // What nobody waited for was not compared.
    expect(outputs).toMatchObject({ complete: "false", unverified: "3" });
  });
});

describe("partitions", () => {
  const partitioned = {
    "partition-depth": "1",
    dataset: "pets-{folder}-{digest}",
    root: "images",
    files: "cats\ndogs",
  };

  test("are a dataset for each folder", async () => {
    const { outputs, errors } = await act(partitioned);
    expect(errors).toEqual([]);
    const uids = JSON.parse(outputs["dataset-uids"] ?? "") as Record<string, string>;
    expect(Object.keys(uids).sort()).toEqual(["cats", "dogs"]);
    expect(new Set(Object.values(uids))).toEqual(
      new Set(place.emulator.datasets().map(({ uid }) => uid)),
    );
    expect(outputs["dataset-uid"]).toBe("");
  });

  test("are asked for in the storage quota once, all together", async () => {
    await start({ quotaBytes: 1 });
    const { errors } = await act(partitioned);
    expect(errors).toEqual([expect.stringContaining("The files can't fit") as string]);
    const asked = place.emulator.requests().filter(({ path }) => path.endsWith("/quota/"));
    expect(asked).toHaveLength(1);
    expect(await place.emulator.objects()).toEqual([]);
  });

  test("are sent while the server still indexes the ones before, one at a time and in their order", async () => {
    // The server's clock stands still, so that nothing is indexed, until the last one has been sent.
    let nowMs = Date.now();
    await start({ ingestMs: 1_000, clock: { now: () => nowMs } });
    const acting = act({ ...partitioned, files: "cats\ndogs\ndrafts" });
    const isLastSent = (): boolean =>
      place.emulator
        .requests()
        .some(({ key, status }) => key?.includes("drafts") && status === 204);
    while (!isLastSent()) await sleep(5);
    const going = setInterval(() => (nowMs += 1_000), 20);
    const { outputs, errors } = await acting.finally(() => clearInterval(going));
    expect(errors).toEqual([]);
    const stored = place.emulator.requests().filter(({ target }) => target === "storage");
    expect(stored.map(({ key }) => /pets-(\w+)-/.exec(key ?? "")?.[1])).toEqual([
      "cats",
      "cats",
      "dogs",
      "drafts",
    ]);
    expect(Object.keys(JSON.parse(outputs["dataset-uids"] ?? "") as object)).toEqual([
      "cats",
      "dogs",
      "drafts",
    ]);
  });

  test("after one that fails are not sent, and those before it are told of", async () => {
    place.emulator.setFault({
      on: { target: "storage", method: "POST" },
      skip: 2,
      times: 0,
      reply: { status: 403, body: "<Error><Code>AccessDenied</Code></Error>" },
    });
    const { outputs, errors } = await act({ ...partitioned, files: "cats\ndogs\ndrafts" });
    expect(errors).toHaveLength(1);
    expect(place.emulator.datasets().map(({ name }) => name)).toEqual([
      expect.stringMatching(/^pets-cats-/),
    ]);
    expect(place.emulator.requests().filter(({ key }) => key?.includes("drafts"))).toEqual([]);
    expect(Object.keys(JSON.parse(outputs["dataset-uids"] ?? "{}") as object)).toEqual(["cats"]);
  });

  test("that exist with other files are named, all of them, and nothing is sent", async () => {
    const named = { ...partitioned, dataset: "pets-{folder}" };
    await act(named);
    place.tree.write({
      "images/cats/new.jpg": jpeg("new"),
      "images/dogs/new.jpg": jpeg("new too"),
    });
    const before = place.emulator.requests().filter(({ method }) => method !== "GET").length;
    const { errors } = await act(named);
    expect(errors).toHaveLength(1);
    for (const path of ["pets-cats", "cats/new.jpg", "pets-dogs", "dogs/new.jpg"])
      expect(errors[0]).toContain(path);
    expect(place.emulator.requests().filter(({ method }) => method !== "GET")).toHaveLength(before);
  });

  test("send the changed folder alone", async () => {
    await act(partitioned);
    place.tree.write({ "images/dogs/five.jpg": jpeg("five") });
    const { outputs } = await act(partitioned);
    expect(outputs).toMatchObject({
      outcome: "uploaded",
      "files-total": "4",
      "files-uploaded": "2",
      "files-skipped": "2",
    });
  });
});

describe("a dry run", () => {
  test("needs no key, sends nothing and writes the plan", async () => {
    const { outputs, errors, lines } = await act({
      ...versioned,
      "api-key": "",
      "dry-run": "true",
    });
    expect(errors).toEqual([]);
    expect(place.emulator.requests()).toEqual([]);
    expect(outputs).toMatchObject({ outcome: "planned", complete: "false", "files-total": "3" });
    const plan = JSON.parse(readFileSync(outputs.plan ?? "", "utf8")) as unknown;
    expect(plan).toMatchObject({
      version: 1,
      digest: outputs.digest,
      datasets: [{ name: `pets-${outputs.digest?.slice(0, 12)}`, files: 3, exists: null }],
      cost: { files: 3 },
    });
    expect(lines.join("\n")).toContain("nothing is sent");
  });

  test("shows in its summary what would be made and what that costs", async () => {
    const { summaries, outputs } = await act({ ...versioned, "dry-run": "true" });
    const name = `pets-${outputs.digest?.slice(0, 12)}`;
    expect(summaries[0]).toContain("| Dataset | Files | Size | To send | Already there |");
    expect(summaries[0]).toContain(
      `| ${name}<br><sub>would be made</sub> | 3 | 29 bytes | 3 | 0 |`,
    );
    expect(summaries[0]).toContain(
      "| Would send | 3 files, 29 bytes, 12 API calls (15 if the server takes PUTs): no wait at 100 calls a minute",
    );
    expect(summaries[0]).not.toContain("| Sent |");
  });

  test("says with a key that the dataset exists", async () => {
    await act(versioned);
    const { outputs } = await act({ ...versioned, "dry-run": "true" });
    const plan: unknown = JSON.parse(readFileSync(outputs.plan ?? "", "utf8"));
    expect(plan).toMatchObject({ datasets: [{ exists: true }], cost: { files: 0 } });
  });

  test("makes a plan that is carried out, and refused when a file has changed since", async () => {
    const planned = await act({ ...versioned, "dry-run": "true" });
    const plan = planned.outputs.plan ?? "";
    place.tree.write({ "images/cats/one.jpg": jpeg("changed") });
    const refused = await act({ ...versioned, plan });
    expect(refused.outputs.outcome).toBe("invalid");
    expect(refused.errors[0]).toContain("images/cats/one.jpg");
    expect(place.emulator.datasets()).toEqual([]);

    place.tree.write({ "images/cats/one.jpg": jpeg("one") });
    const carried = await act({ ...versioned, plan });
    expect(carried.errors).toEqual([]);
    expect(carried.outputs.outcome).toBe("uploaded");

    const again = await act({ ...versioned, plan });
    expect(again.errors).toEqual([]);
    expect(again.outputs).toMatchObject({ outcome: "unchanged", "files-uploaded": "0" });
  });
});

describe("lines of files that match nothing", () => {
  const lines = { dataset: "pets", files: "images/cats\nvideos/**" };

  test("are an error although others match", async () => {
    const { errors, outputs } = await act(lines);
    expect(errors[0]).toContain("videos/**");
    expect(outputs.outcome).toBe("invalid");
    expect(place.emulator.requests()).toEqual([]);
  });

  test("are a warning, or nothing, when that is allowed", async () => {
    const warned = await act({ ...lines, "if-no-files-found": "warn" });
    expect(warned.errors).toEqual([]);
    expect(warned.warnings.map(({ text }) => text).join()).toContain("videos/**");
    const ignored = await act({ ...lines, dataset: "more", "if-no-files-found": "ignore" });
    expect(ignored.warnings.map(({ text }) => text).join()).not.toContain("videos/**");
  });

  test("leave the outcome empty when no line matches", async () => {
    const { errors, outputs } = await act({
      ...lines,
      files: "none",
      "if-no-files-found": "ignore",
    });
    expect(errors).toEqual([]);
    expect(outputs).toMatchObject({ outcome: "empty", "files-total": "0" });
  });
});

describe("a time budget", () => {
  const short = { ...versioned, concurrency: "1", "time-budget-minutes": "10" };

  test("that ends first leaves the run partial, and the next one goes on", async () => {
    const stopped = await act(short, { clock: timeByFiles(place) });
    expect(stopped.errors).toEqual([]);
    expect(stopped.outputs).toMatchObject({
      outcome: "partial",
      complete: "false",
      "files-uploaded": "2",
    });
    expect(stopped.warnings.map(({ text }) => text)).toContainEqual(
      expect.stringContaining("was sent: 2 of 3 files have landed. Nothing was confirmed."),
    );
    expect(place.emulator.datasets()).toEqual([]);

    const finished = await act(short);
    expect(finished.outputs).toMatchObject({
      outcome: "uploaded",
      complete: "true",
      "files-uploaded": "1",
      "files-skipped": "2",
    });
  });

  test("fails a run that gates anything", async () => {
    const gating = { ...short, "export-datasets": "uploaded" };
    const { outputs, errors } = await act(gating, { clock: timeByFiles(place) });
    expect(errors).toHaveLength(1);
    expect(outputs).toMatchObject({
      outcome: "gate_closed",
      complete: "false",
      "files-uploaded": "2",
    });
    expect(place.emulator.exports()).toEqual([]);
  });
});
