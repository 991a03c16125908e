// Whose a dataset of the right name is, in every form that an owner is written in.
import type { Avala } from "../../src/api/connection";
import { readDataset } from "../../src/api/endpoints/datasets/dataset-wire";
import { getDataset } from "../../src/api/endpoints/datasets/datasets";
import { Fields } from "../../src/api/wire";
import { confirmDataset, findDataset, findOwned } from "../../src/operations/datasets/dataset";
import { readUnderOwner, refOf } from "../../src/operations/datasets/dataset-ref";
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
  readonly organizations?: readonly object[] | undefined;
  /** By owner and slug. */
  readonly health?: Readonly<Record<string, object>>;
  readonly confirmed?: object;
}

interface Played {
  readonly avala: Avala;
  /** The paths that were asked for, under the base URL. */
  readonly asked: () => readonly string[];
  readonly warnings: () => readonly string[];
}

function play(world: World): Played {
  const { me = { uid: "u-ada" }, listed, under = {}, health = {}, confirmed = {} } = world;
  const organizations = "organizations" in world ? world.organizations : [];
  const pathOf = (url: string): string => decodeURIComponent(url.slice(BASE.length).split("?")[0]!);
  const { avala, requests, events } = scripted([
    (request) => {
      const path = pathOf(request.url);
      if (request.method === "POST") return Promise.resolve(reply(201, confirmed));
      if (path === "/users/me/") return Promise.resolve(reply(200, me));
      if (path === "/datasets/") return Promise.resolve(reply(200, { results: listed }));
      if (path === "/organizations/") {
        if (organizations === undefined) return Promise.resolve(reply(400, { detail: "cursor" }));
        return Promise.resolve(reply(200, { count: organizations.length, results: organizations }));
      }
      const place = path.replace(/^\/datasets\/|\/$/g, "");
      const found = under[place] ?? health[place.replace(/\/health$/, "")];
      return Promise.resolve(found === undefined ? reply(404, {}) : reply(200, found));
    },
  ]);
  return {
    avala,
    asked: () => requests.map(({ url }) => pathOf(url)),
    warnings: () => events.flatMap((event) => (event.kind === "warning" ? event.text : [])),
  };
}

const owned = (name: string | undefined): object =>
  name === undefined ? OURS : { ...OURS, owner_name: name };

describe("a dataset of the wanted name is one's own", () => {
  test.each([
    ["by the username", { username: "ada" }, "ada"],
    ["by the handle", { username: "ada", handle: "lovelace" }, "lovelace"],
    ["by the e-mail address", { email: "ada@example.org" }, "ada@example.org"],
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

  test("where no owner is named, by what the server has under the caller's names", async () => {
    const { avala } = play({
      me: { uid: "u-ada", username: "ada" },
      listed: [{ ...OTHERS, owner_name: null }, OURS],
      under: { "ada/cats": OURS },
    });
    const found = await findOwned(avala, { name: "cats" });
    expect(found).toMatchObject({ dataset: { uid: "d-ours" }, isOwnerKnown: true });
  });

  test.each([
    ["the caller's", undefined, "__u__=/u-ada/cats/", "d-ours"],
    ["the organization's", "o1", "__o__=/o1/cats/", "d-team"],
  ])(
    "where no name is known, by its storage, which is %s",
    async (_whose, organizationUid, _prefix, uid) => {
      const team = { ...OURS, uid: "d-team", owner_name: "acme" };
      for (const listed of [
        [team, owned("a-handle")],
        [owned("a-handle"), team],
      ]) {
        const { avala } = play({
          listed,
          organizations: undefined,
          health: {
            "acme/cats": { s3_prefix: "__o__=/o1/cats/" },
            "a-handle/cats": { s3_prefix: "__u__=/u-ada/cats/" },
          },
        });
        const found = await findOwned(avala, { name: "cats", organizationUid });
        expect(found).toMatchObject({ dataset: { uid }, isOwnerKnown: true });
      }
    },
  );

  test("under a slug of the owner's, where a list hides it and the server says that it is there", async () => {
    const hidden = { ...OURS, name: "CATS" };
    const world = { me: { uid: "u-ada", username: "ada" }, under: { "ada/cats": hidden } };
    const { avala } = play({ ...world, listed: [] });
    const wanted = { name: "Cats", slug: "cats" };
    expect(await findOwned(avala, wanted)).toBeUndefined();
    const found = await findOwned(avala, wanted, { isThere: true });
    expect(found).toMatchObject({ dataset: { uid: "d-ours" }, isOwnerKnown: true });
    const other = { ...wanted, name: "Dogs" };
    expect(await findOwned(avala, other, { isThere: true })).toBeUndefined();
  });

  test("in another writing of its name, only where the slug is equal too", async () => {
    const me = { uid: "u-ada", username: "ada" };
    const { avala } = play({ me, listed: [{ ...owned("ada"), name: "cats " }] });
    expect(await findDataset(avala, { name: "Cats", slug: "cats" })).toBeDefined();
    expect(await findDataset(avala, { name: "Cats", slug: "cats-2" })).toBeUndefined();
    expect(await findDataset(avala, { name: "Cats" })).toBeUndefined();
  });
});

describe("a dataset of the wanted name, of which it can't be known whose it is,", () => {
  test("is found with a warning, and is not taken for the caller's", async () => {
    const { avala, warnings } = play({ listed: [{ ...OURS, visibility: "private" }] });
    const found = await findOwned(avala, { name: "cats" });
    expect(found).toMatchObject({ dataset: { uid: "d-ours" }, isOwnerKnown: false });
    await findDataset(avala, { name: "cats" });
    expect(warnings()).toEqual([expect.stringMatching(/cats.*whether it belongs to you/)]);
  });

  test("is not found when it is public", async () => {
    const { avala } = play({ listed: [{ ...OTHERS, visibility: "public" }] });
    expect(await findDataset(avala, { name: "cats" })).toBeUndefined();
  });

  test("is found for an organization whose list is refused", async () => {
    const { avala } = play({ listed: [owned("acme")], organizations: undefined });
    const found = await findOwned(avala, { name: "cats", organizationUid: "o1" });
    expect(found).toMatchObject({ dataset: { uid: "d-ours" }, isOwnerKnown: false });
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

describe("a person's dataset", () => {
  const me = { uid: "u-ada", username: "ada" };
  const organizations = [{ uid: "o1", name: "Acme", slug: "acme" }];

  test("is not the organization's, whether the server names the owner or not", async () => {
    for (const listed of [[owned("ada")], [OURS]]) {
      const { avala } = play({ me, organizations, listed, under: { "ada/cats": OURS } });
      const wanted = { name: "cats", organizationUid: "o1" };
      expect(await findOwned(avala, wanted)).toBeUndefined();
    }
  });

  test("that was made where the organization's was asked for is warned of", async () => {
    const world = { me, organizations, listed: [], under: { "acme/cats": owned("ada") } };
    const input = { name: "cats", slug: "cats", dataType: "image", organizationUid: "o1" };
    const wrong = play({ ...world, confirmed: owned("ada") });
    await confirmDataset(wrong.avala, input);
    expect(wrong.warnings()).toEqual([expect.stringMatching(/made for ada.*organization o1/)]);
    const right = play({ ...world, confirmed: owned("acme") });
    await confirmDataset(right.avala, input);
    expect(right.warnings()).toEqual([]);
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

  test("of an organization's dataset is its slug, where the server has no word for the owner", async () => {
    const organizations = [{ uid: "o1", name: "Acme / Vision", slug: "acme" }];
    const me = { uid: "u-ada", username: "ada" };
    const { avala } = play({ me, organizations, listed: [] });
    const ref = await refOf(avala, datasetOf(OURS), { organizationUid: "o1" });
    expect(ref).toEqual({ owner: "acme", slug: "cats" });
  });

  test("is never a name under which the server has another dataset", async () => {
    const me = { uid: "u-ada", username: "ada", handle: "lovelace" };
    const { avala } = play({ me, listed: [], under: { "ada/cats": OTHERS } });
    expect(await refOf(avala, datasetOf(OURS))).toEqual({ owner: "lovelace", slug: "cats" });
  });

  test("is another of the owner's names where the server refuses its own word for it", async () => {
    const me = { uid: "u-ada", username: "ada", handle: "lovelace" };
    const under = { "ada/cats": OTHERS, "lovelace/cats": OURS };
    const { avala, asked } = play({ me, listed: [], under });
    const dataset = datasetOf(owned("Ada L."));
    const read = jest.fn(async ({ owner }: { readonly owner: string }) => {
      if (owner !== "lovelace") await getDataset(avala, { owner, slug: "none" });
      return owner;
    });
    expect(await readUnderOwner(avala, dataset, {}, read)).toBe("lovelace");
    expect(read.mock.calls.map(([{ owner }]) => owner)).toEqual(["Ada L.", "lovelace"]);
    const before = asked().length;
    expect(await readUnderOwner(avala, dataset, {}, read)).toBe("lovelace");
    expect(asked()).toHaveLength(before);
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
