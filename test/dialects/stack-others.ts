// What a stack does with exports, webhooks and storage configs, on a bench that speaks one dialect.
import { getProject } from "../../src/api/endpoints/projects";
import { checked, make } from "../support/provider";
import { sessionWith } from "../support/session";
import type { Scenarios } from "./columns";
import { expectSteady, KEY, SCOPES, type StackBench } from "./stack-bench";

const HOOK = { targetUrl: "https://example.com/hook", events: ["export.completed"] };
const BUCKET = {
  ...{ name: "bucket", provider: "aws_s3", bucketName: "mine", bucketRegion: "eu-west-1" },
  ...{ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI" },
};

export const EXPORTS: Scenarios<StackBench> = {
  "exports a dataset once": async (stack) => {
    const dataset = await stack.training();
    const before = stack.bench.avala.exports().length;
    const given = { datasets: [dataset.id], baseName: "release" };
    const made = await make(stack.process().export, given);
    expect(made.outs).toMatchObject({ state: "completed" });
    await expectSteady(stack, () => stack.process().export, given, made);
    expect(stack.bench.avala.exports()).toHaveLength(before + 1);
  },

  "looks up a project, and exports it once": async (stack) => {
    const { uid } = stack.bench.avala.addProject("roads", { tasks: 4, exportable: 4 });
    const before = stack.bench.avala.exports().length;
    const { avala } = sessionWith(stack.bench.avala, { apiKey: KEY });
    expect(await getProject(avala, uid)).toMatchObject({ uid, name: "roads" });
    const given = { projects: [uid], baseName: "release" };
    const made = await make(stack.process().export, given);
    await expectSteady(stack, () => stack.process().export, given, made);
    expect(stack.bench.avala.exports()).toHaveLength(before + 1);
  },

  "fails if an export failed, and says why or where to look": async (stack) => {
    const { uid } = stack.bench.avala.addProject("locked", { tasks: 4, exportable: 4 });
    stack.bench.avala.failExports("two tasks are locked");
    const making = make(stack.process().export, { projects: [uid], baseName: "release" });
    const isSaid = stack.dialect.exportReason === "error";
    const said = isSaid ? /two tasks are locked[^]*in Avala's dashboard/ : /in Avala's dashboard/;
    await expect(making).rejects.toThrow(said);
  },

  "names a scope that its key lacks according to every source before an export is made, if Avala reports a key's scopes":
    async (stack) => {
      const key = "avk_lacking_lacking_lacking";
      const scopes = SCOPES.filter((scope) => !scope.startsWith("exports."));
      stack.bench.avala.addKey({ key, scopes });
      const { uid } = stack.bench.avala.addProject("lacking", { tasks: 4, exportable: 4 });
      const before = stack.bench.avala.exports().length;
      const making = make(stack.process(key).export, { projects: [uid], baseName: "release" });
      await expect(making).rejects.toThrow(/exports\.create/);
      expect(stack.bench.avala.exports()).toHaveLength(before);
    },

  "warns of a scope that its key may lack, and names it if an export can't be read without it":
    async (stack) => {
      const key = "avk_doubted_doubted_doubted";
      const scopes = SCOPES.filter((scope) => scope !== "exports.read");
      stack.bench.avala.addKey({ key, scopes });
      const { uid } = stack.bench.avala.addProject("doubted", { tasks: 4, exportable: 4 });
      const before = stack.bench.avala.exports().length;
      const first = stack.bench.messages.length;
      const making = make(stack.process(key).export, { projects: [uid], baseName: "release" });
      // By the reference `exports.create` polls too.
      if (stack.dialect.scopes === "few")
        expect((await making).outs).toMatchObject({ state: "completed" });
      else await expect(making).rejects.toThrow(/exports\.read/);
      expect(stack.bench.avala.exports()).toHaveLength(before + 1);
      const warned = stack.bench.messages
        .slice(first)
        .filter(({ severity, text }) => severity === "warning" && text.includes("exports.read"));
      expect(warned).toHaveLength(stack.dialect.permissions === "present" ? 1 : 0);
    },
};

/** A key whose user is in more organizations than one page lists. */
function memberOfMany({ bench }: StackBench): string {
  const key = "avk_member_member_member";
  const organizations = ["acme", ...Array.from({ length: 22 }, (_, n) => `team-${String(n)}`)];
  bench.avala.addKey({ key, username: "member", organizations, scopes: SCOPES });
  return key;
}

export const OTHERS: Scenarios<StackBench> = {
  "keeps a webhook, and removes it": async (stack) => {
    const webhook = await make(stack.process().webhook, HOOK);
    await expectSteady(stack, () => stack.process().webhook, HOOK, webhook);
    await stack.process().webhook.delete(webhook.id, webhook.outs);
    expect(await stack.process().webhook.read(webhook.id, webhook.outs)).toEqual({ id: "" });
  },

  "makes a new webhook for a new secret": async (stack) => {
    const { id, outs } = await make(stack.process().webhook, { ...HOOK, secret: "first" });
    const news = await checked(stack.process().webhook, { ...HOOK, secret: "second" });
    const diff = await stack.process().webhook.diff(id, outs, news);
    expect(diff).toMatchObject({ changes: true, replaces: ["secret"] });
    const second = await stack.process().webhook.create(news);
    expect(second.id).not.toBe(id);
    await stack.process().webhook.delete(id, outs);
    expect(await stack.process().webhook.read(id, outs)).toEqual({ id: "" });
  },

  "keeps a storage config of a user's only organization, and removes it": async (stack) => {
    const config = await make(stack.process().storageConfig, BUCKET);
    await expectSteady(stack, () => stack.process().storageConfig, BUCKET, config);
    await stack.process().storageConfig.delete(config.id, config.outs);
    const read = await stack.process().storageConfig.read(config.id, config.outs);
    expect(read).toEqual({ id: "" });
  },

  "keeps a storage config of one of several organizations, and removes it": async (stack) => {
    const key = memberOfMany(stack);
    const given = { ...BUCKET, organization: "acme" };
    const config = await make(stack.process(key).storageConfig, given);
    await expectSteady(stack, () => stack.process(key).storageConfig, given, config);
    await stack.process(key).storageConfig.delete(config.id, config.outs);
    const read = await stack.process(key).storageConfig.read(config.id, config.outs);
    expect(read).toEqual({ id: "" });
  },

  "names the organizations if a storage config needs one and has none": async (stack) => {
    const key = memberOfMany(stack);
    const making = make(stack.process(key).storageConfig, { ...BUCKET, name: "whose" });
    if (stack.dialect.storageConfigs === "user") {
      const { id, outs } = await making;
      await stack.process(key).storageConfig.delete(id, outs);
      return;
    }
    await expect(making).rejects.toThrow(/organization[^]*team-[^]* and 13 more/);
  },
};
