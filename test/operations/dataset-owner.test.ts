// Whose a dataset of the right name is, in every form that an owner is written in.
import type { Avala } from "../../src/api/connection";
import { readDataset } from "../../src/api/endpoints/dataset-wire";
import { Fields } from "../../src/api/wire";
import { findDataset } from "../../src/operations/dataset";
import { refOf } from "../../src/operations/dataset-owner";
import { resolveDestination } from "../../src/upload/destination";
import { BASE, reply, scripted } from "../support/scripted-transport";
import { rejectionOf } from "../support/thrown";

const OURS = { uid: "d-ours", name: "cats", slug: "cats", status: "created", item_count: 1 };
const OTHERS = { ...OURS, uid: "d-others", owner_name: "someone" };

interface World {
  readonly me?: object;
  readonly listed: readonly object[];
  /** By owner and slug: `ada/cats` → the dataset there; what is not here is a 404. */
  readonly under?: Readonly<Record<string, object>>;
  readonly organizations?: readonly object[];
}

interface Played {
  readonly avala: Avala;
  /** The paths that were asked for, under the base URL. */
  readonly asked: () => readonly string[];
}

function play({ me = { uid: "u-ada" }, listed, under = {}, organizations = [] }: World): Played {
  const pathOf = (url: string): string => decodeURIComponent(url.slice(BASE.length).split("?")[0]!);
  const { avala, requests } = scripted([
    (request) => {
      const path = pathOf(request.url);
      if (path === "/users/me/") return Promise.resolve(reply(200, me));
      if (path === "/datasets/") return Promise.resolve(reply(200, { results: listed }));
      if (path === "/organizations/") {
        return Promise.resolve(reply(200, { count: organizations.length, results: organizations }));
      }
      const found = under[path.replace(/^\/datasets\/|\/$/g, "")];
      return Promise.resolve(found === undefined ? reply(404, {}) : reply(200, found));
    },
  ]);
  return { avala, asked: () => requests.map(({ url }) => pathOf(url)) };
}

const owned = (name: string | undefined): object =>
  name === undefined ? OURS : { ...OURS, owner_name: name };

describe("a dataset of the wanted name is one's own", () => {
  test.each([
    ["by the username", { username: "ada" }, "ada"],
    ["by the handle", { username: "ada", handle: "lovelace" }, "lovelace"],
    ["by the e-mail address", { email: "ada@example.org" }, "ada@example.org"],
    ["where no owner is named", { username: "ada" }, undefined],
  ])("%s, without a further call", async (_how, names, ownerName) => {
    const { avala, asked } = play({
      me: { uid: "u-ada", ...names },
      listed: [OTHERS, owned(ownerName)],
    });
    expect(await findDataset(avala, { name: "cats" })).toMatchObject({ uid: "d-ours" });
    expect(asked()).toEqual(["/datasets/", "/users/me/"]);
  });

  test("where the server finds it under a name of the caller's, whatever it calls the owner", async () => {
    const { avala, asked } = play({
      me: { uid: "u-ada", username: "ada", email: "ada@example.org" },
      listed: [OTHERS, owned("a-handle")],
      under: { "ada@example.org/cats": owned("a-handle") },
    });
    expect(await findDataset(avala, { name: "cats" })).toMatchObject({ uid: "d-ours" });
    expect(asked()).toContain("/datasets/ada@example.org/cats/");
  });

  test("by the slug of the organization, or where the server finds it under that", async () => {
    const organizations = [{ uid: "o1", name: "Acme / Vision", slug: "acme" }];
    for (const ownerName of ["acme", "acme-labs"]) {
      const { avala } = play({
        organizations,
        listed: [OTHERS, owned(ownerName)],
        under: { "acme/cats": owned(ownerName) },
      });
      const wanted = { name: "cats", organizationUid: "o1" };
      expect(await findDataset(avala, wanted)).toMatchObject({ uid: "d-ours" });
    }
  });

  test("where the declared owner is found by another of its names", async () => {
    const { avala } = play({ listed: [OTHERS, owned("ada")], under: { "ada@x.org/cats": OURS } });
    const wanted = { name: "cats", ownerName: "ada@x.org" };
    expect(await findDataset(avala, wanted)).toMatchObject({ uid: "d-ours" });
  });

  test("where the server says nothing of the caller but a uid", async () => {
    const { avala } = play({ listed: [owned("a-handle")] });
    expect(await findDataset(avala, { name: "cats" })).toMatchObject({ uid: "d-ours" });
  });
});

describe("a dataset of the wanted name is someone else's", () => {
  test("where the server has another, or none, under the caller's names", async () => {
    const me = { uid: "u-ada", username: "ada" };
    const { avala } = play({ me, listed: [OTHERS] });
    expect(await findDataset(avala, { name: "cats" })).toBeUndefined();
    const under = { "ada/cats": { ...OURS, uid: "d-third", name: "Cats" } };
    const other = play({ me, listed: [OTHERS], under });
    expect(await findDataset(other.avala, { name: "cats" })).toBeUndefined();
  });
});

describe("the owner in a path", () => {
  const datasetOf = (json: object): ReturnType<typeof readDataset> =>
    readDataset(Fields.of(json, "GET /datasets/{uid}/"));

  test.each([
    ["the server's own word", { username: "ada" }, "lovelace", "lovelace"],
    ["else the username", { username: "ada", handle: "lovelace" }, undefined, "ada"],
    ["else the handle", { handle: "lovelace" }, undefined, "lovelace"],
    ["else the e-mail address", { email: "ada@x.org", username: "" }, "", "ada@x.org"],
  ])("is %s", async (_which, names, ownerName, owner) => {
    const { avala } = play({ me: { uid: "u-ada", ...names }, listed: [] });
    expect(await refOf(avala, datasetOf(owned(ownerName)))).toEqual({ owner, slug: "cats" });
  });

  test("that no name is known for is an error that says what to do", async () => {
    const { avala } = play({ listed: [] });
    expect(await rejectionOf(refOf(avala, datasetOf(OURS)))).toMatchObject({
      code: "bad_reply",
      hint: expect.stringMatching(/username/) as string,
    });
  });
});

test("an upload's journal is kept by the user's uid, which no change of a name moves", async () => {
  const [before, after] = await Promise.all(
    ["ada", "lovelace"].map((username) => {
      const { avala } = play({ me: { uid: "u-ada", username }, listed: [] });
      return resolveDestination(avala, { datasetName: "cats" });
    }),
  );
  expect(before).toEqual(after);
  expect(before).toMatchObject({ owner: "u-ada" });
});
