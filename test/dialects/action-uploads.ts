// What the Action does when it uploads, and when it uploads the same again, on a bench that speaks one dialect.
import { type ActionBench, FIXED, type Inputs, SCOPES, TEAM_KEY, VERSIONED } from "./action-bench";
import type { Scenarios } from "./columns";

/** What the user's one organization owns. */
function ofOrganization({ emulator }: ActionBench): Inputs {
  const organization = emulator.user()?.organizations[0] ?? "";
  return { dataset: "team-{digest}", files: "images/cats", organization };
}

/** Whether nothing that this server says shows a person's dataset to be the person's. The keys here have scopes. */
export function isOwnerHidden({ dialect: { usersMe, ownerName } }: ActionBench): boolean {
  return usersMe === "forbidden" || (usersMe === "uid" && ownerName === "null");
}

/** What a run that finds a dataset with a content digest in its name says of it. */
function asFound(bench: ActionBench): Readonly<Record<string, string>> {
  return isOwnerHidden(bench)
    ? { outcome: "unverified", complete: "false" }
    : { outcome: "unchanged", complete: "true" };
}

export const UPLOADS: Scenarios<ActionBench> = {
  "uploads files as one dataset": async (bench) => {
    const { outputs, errors } = await bench.uploaded();
    expect(errors).toEqual([]);
    expect(outputs).toMatchObject({ outcome: "uploaded", "files-uploaded": "3" });
    expect(bench.itemCount(outputs["dataset-uid"])).toBe(3);
  },

  "makes a public dataset, or says that an uploaded one may have to be private first": async (
    bench,
  ) => {
    const given = { dataset: "open-{digest}", files: "images/dogs", visibility: "public" };
    const { outputs, errors } = await bench.step(given);
    if (bench.dialect.uploadVisibility === "any") {
      expect(errors).toEqual([]);
      expect(outputs.outcome).toBe("uploaded");
      return;
    }
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/visibility[^]*private/);
    expect(outputs).toMatchObject({ outcome: "failed", complete: "false" });
    expect(bench.datasetsNamed("open-")).toBe(0);
  },

  "names a scope that its key lacks according to every source before the first byte, if Avala reports a key's scopes":
    async (bench) => {
      const key = "avk_lacking_lacking_lacking";
      const scopes = SCOPES.filter((scope) => !scope.startsWith("exports."));
      bench.emulator.addKey({ key, scopes });
      const before = bench.sent();
      const given = { dataset: "lacking-{digest}", files: "fixed", "export-datasets": "uploaded" };
      const { errors } = await bench.step(given, { key });
      expect(errors).toHaveLength(1);
      expect(errors[0]).toContain("exports.create");
      expect(bench.sent() - before).toBe(bench.dialect.permissions === "present" ? 0 : 1);
    },

  "warns of a scope that its key may lack, and names it if an export can't be read without it":
    async (bench) => {
      const key = "avk_doubted_doubted_doubted";
      bench.emulator.addKey({ key, scopes: SCOPES.filter((scope) => scope !== "exports.read") });
      const before = bench.sent();
      const given = { dataset: "doubted-{digest}", files: "fixed", "export-datasets": "uploaded" };
      const { outputs, errors, warnings } = await bench.step(given, { key });
      const { permissions, scopes } = bench.dialect;
      const isWarned = warnings.some(({ text }) => text.includes("exports.read"));
      expect(isWarned).toBe(permissions === "present");
      expect(bench.sent() - before).toBe(1);
      // By the reference `exports.create` polls too.
      expect(outputs.outcome).toBe(scopes === "few" ? "exported" : "failed");
      expect(errors).toHaveLength(scopes === "few" ? 0 : 1);
      expect(errors.every((text) => text.includes("exports.read"))).toBe(true);
    },
};

export const SECOND_RUNS: Scenarios<ActionBench> = {
  "finds what it uploaded, and sends nothing": async (bench) => {
    const first = await bench.uploaded();
    const before = bench.sent();
    const second = await bench.step(VERSIONED);
    expect(second.errors).toEqual([]);
    expect(second.outputs).toMatchObject({
      ...asFound(bench),
      "files-uploaded": "0",
      "dataset-uid": first.outputs["dataset-uid"],
    });
    expect(bench.sent()).toBe(before);
    expect(bench.datasetsNamed("pets-")).toBe(1);
    const isSaid = second.warnings.some(({ text }) => /whether it belongs to you/.test(text));
    expect(isSaid).toBe(isOwnerHidden(bench));
  },

  "finds what it uploaded for an organization, and sends nothing": async (bench) => {
    const given = ofOrganization(bench);
    const more = { key: TEAM_KEY };
    const first = await bench.step(given, more);
    expect(first.errors).toEqual([]);
    expect(first.outputs.outcome).toBe("uploaded");
    const before = bench.sent();
    const second = await bench.step(given, more);
    expect(second.errors).toEqual([]);
    expect(second.outputs).toMatchObject({
      outcome: "unchanged",
      complete: "true",
      "dataset-uid": first.outputs["dataset-uid"],
    });
    expect(bench.sent()).toBe(before);
  },

  // Lists show what a person and the person's organization own side by side.
  "distinguishes a person's dataset from the organization's of the same name": async (bench) => {
    const own = { dataset: "both-{digest}", files: "images/cats" };
    const team = { ...ofOrganization(bench), ...own };
    const more = { key: TEAM_KEY };
    const first = await bench.step(own, more);
    expect(first.errors).toEqual([]);
    const teams = await bench.step(team, more);
    expect(teams.errors).toEqual([]);
    expect(teams.outputs).toMatchObject({ outcome: "uploaded", complete: "true" });
    expect(teams.outputs["dataset-uid"]).not.toBe(first.outputs["dataset-uid"]);
    const again = await bench.step(team, more);
    expect(again.outputs).toMatchObject({
      outcome: "unchanged",
      "dataset-uid": teams.outputs["dataset-uid"],
    });
    const ownAgain = await bench.step(own, more);
    expect(ownAgain.errors).toEqual([]);
    expect(ownAgain.outputs).toMatchObject(asFound(bench));
    if (!isOwnerHidden(bench))
      expect(ownAgain.outputs["dataset-uid"]).toBe(first.outputs["dataset-uid"]);
    expect(bench.datasetsNamed("both-")).toBe(2);
  },

  // Keys of frames are not paths: then Avala's own counts decide. Video is a stack's.
  "finds the lidar that it uploaded, and sends nothing": async (bench) => {
    bench.tree.write({ "drives/a/0.alp": "0", "drives/a/1.alp": "1" });
    const given = { dataset: "drives-{digest}", files: "drives", "check-content": "off" };
    const first = await bench.step(given);
    expect(first.errors).toEqual([]);
    expect(first.outputs).toMatchObject({ outcome: "uploaded", complete: "true" });
    const before = bench.sent();
    const second = await bench.step(given);
    expect(second.errors).toEqual([]);
    expect(second.outputs).toMatchObject({
      outcome: asFound(bench).outcome,
      "dataset-uid": first.outputs["dataset-uid"],
    });
    expect(bench.sent()).toBe(before);
  },

  "uses a fixed name once, and finds it again": async (bench) => {
    const first = await bench.uploadedFixed();
    expect(first.errors).toEqual([]);
    expect(first.outputs.outcome).toBe("uploaded");
    const before = bench.sent();
    const second = await bench.step(FIXED);
    expect(second.errors).toEqual([]);
    expect(["unchanged", "unverified"]).toContain(second.outputs.outcome);
    expect(second.outputs["dataset-uid"]).toBe(first.outputs["dataset-uid"]);
    expect(bench.sent()).toBe(before);
  },

  // Without keys, counts show that the files are others.
  "sends nothing of other content under a fixed name, and does not report it as complete": async (
    bench,
  ) => {
    await bench.uploadedFixed();
    const before = bench.sent();
    const second = await bench.step({ ...FIXED, files: "images" });
    expect(second.errors).toHaveLength(1);
    expect(second.outputs).toMatchObject({ outcome: "failed", complete: "false" });
    expect(bench.sent()).toBe(before);
  },

  // No list shows what someone else has, so this comes out at the confirm only.
  "reports a name that is someone else's as taken, and says what to do": async (bench) => {
    bench.emulator.takeName("theirs");
    const { outputs, errors } = await bench.step({ dataset: "theirs", files: "fixed" });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/theirs[^]*is taken, by you or by someone else: choose another name/);
    expect(outputs).toMatchObject({ outcome: "failed", complete: "false" });
    expect(bench.datasetsNamed("theirs")).toBe(0);
  },
};
