// What can be asked of any Avala without changing it: run on the emulator, and on the live API when a key is set.
import { connect } from "../../src/api/connect";
import type { Avala } from "../../src/api/connection";
import { getDataset, listDatasetPage } from "../../src/api/endpoints/datasets/datasets";
import { getExport, listExports } from "../../src/api/endpoints/exports";
import { listItems } from "../../src/api/endpoints/datasets/items";
import { getQuota } from "../../src/api/endpoints/uploads/manual-upload";
import { listOrganizations } from "../../src/api/endpoints/organizations";
import { listProjects } from "../../src/api/endpoints/projects";
import { listSlices } from "../../src/api/endpoints/datasets/slices";
import { namesOfUser, getMe } from "../../src/api/endpoints/users";
import { emulated, live, type Running } from "../support/contract-targets";

async function firstOf<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item;
  return undefined;
}

/** Only the uid is promised; under another name than one's own there is nothing either. */
async function ownName(avala: Avala): Promise<string> {
  return namesOfUser(await getMe(avala))[0] ?? "no-such-owner-of-the-tests";
}

function suite(name: string, open: () => Promise<Avala>): void {
  describe(`reading from ${name}`, () => {
    let avala: Avala;
    beforeAll(async () => {
      avala = await open();
    });

    test("the key tells whose it is", async () => {
      expect(await getMe(avala)).toMatchObject({ uid: expect.any(String) as string });
    });

    test("a page of datasets holds no more than its limit", async () => {
      const page = await listDatasetPage(avala, { limit: 1 });
      expect(page.results.length).toBeLessThanOrEqual(1);
      expect(page.previous).toBeNull();
    });

    test("a dataset that is not there is not_found, by uid and by slug", async () => {
      const uid = "00000000-0000-4000-8000-000000000000";
      const ref = { owner: await ownName(avala), slug: "no-such-dataset-of-the-tests" };
      await expect(getDataset(avala, uid)).rejects.toMatchObject({ code: "not_found" });
      await expect(getDataset(avala, ref)).rejects.toMatchObject({ code: "not_found" });
      await expect(getExport(avala, uid)).rejects.toMatchObject({ code: "not_found" });
    });

    test("every list can be iterated", async () => {
      const owner = await ownName(avala);
      const lists = [
        listExports(avala, { limit: 2 }),
        listProjects(avala, { limit: 2 }),
        listSlices(avala, owner, { limit: 2 }),
        listOrganizations(avala),
      ];
      for (const list of lists) await firstOf<unknown>(list);
      const [dataset] = (await listDatasetPage(avala, { limit: 1 })).results;
      if (dataset?.ownerName !== undefined) {
        const ref = { owner: dataset.ownerName, slug: dataset.slug };
        await firstOf(listItems(avala, ref, { limit: 2 }));
      }
      expect(dataset === undefined || typeof dataset.uid === "string").toBe(true);
    });

    test("the quota is told in bytes, or not at all", async () => {
      const quota = await getQuota(avala);
      expect(quota === undefined || quota.limitBytes >= 0).toBe(true);
    });

    test("a key that is none is refused", async () => {
      const stranger = connect({
        apiKey: "avk_no_such_key_0123456789",
        baseUrl: avala.baseUrl,
        allowInsecureBaseUrl: true,
      });
      await expect(getMe(stranger)).rejects.toMatchObject({ code: "authentication", status: 401 });
      stranger.close();
    });
  });
}

let running: Running | undefined;
suite("the emulator", async () => {
  running = await emulated({ projects: ["one"] });
  return running.avala;
});
afterAll(() => running?.stop());

const liveSession = live();
if (liveSession !== undefined) suite("the live API", async () => liveSession);
