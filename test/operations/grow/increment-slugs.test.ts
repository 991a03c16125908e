// What keeps two runs that confirm in the same moment apart: both ask for the slug of the same number, whoever's keys they have
// and whatever else lies under such names.
import type { Avala } from "../../../src/api/connection";
import { createDataset } from "../../../src/api/endpoints/datasets/datasets";
import type { AvalaEvent } from "../../../src/events";
import { decideGrowth } from "../../../src/operations/grow/decide-growth";
import { growSet } from "../../../src/operations/grow/grow";
import { growingName, type GrowingName } from "../../../src/operations/grow/increment-name";
import { useGrowingPlace } from "../../support/growing-place";
import { sessionWith } from "../../support/session";

const place = useGrowingPlace();
const CONFIRM = "/datasets/manual-upload/";
const LIST = "GET /datasets/";

const put = async (...names: readonly string[]): Promise<void> => {
  for (const name of names) await place.put(`${name}.jpg`, `content of ${name}`);
};
const named = (...names: readonly string[]): string[] => names.map((name) => `${name}.jpg`);
const rival = (...names: readonly string[]) =>
  place.run({ machine: "another", paths: named(...names) });
const confirms = (): number =>
  place.emulator.requests().filter((one) => one.method === "POST" && one.path === CONFIRM).length;
const warningsIn = (events: readonly AvalaEvent[]): readonly string[] =>
  events.flatMap((event) => (event.kind === "warning" ? event.text : []));

/** A session before whose first confirm another run comes and goes. */
function beforeConfirm(avala: Avala, other: () => Promise<unknown>): Avala {
  let done: Promise<unknown> | undefined;
  const call: Avala["call"] = async (request) => {
    if (request.route === `POST ${CONFIRM}`) await (done ??= other());
    return avala.call(request);
  };
  return { ...avala, call };
}

interface Entry {
  readonly status: string;
}

/** A session whose lists of datasets are others than the server's. */
function listing(avala: Avala, change: (entries: readonly Entry[]) => readonly object[]): Avala {
  const call: Avala["call"] = async (request) => {
    const reply = await avala.call(request);
    if (request.route !== LIST) return reply;
    const page = reply.json as { readonly results: readonly Entry[] };
    return { ...reply, json: { ...page, results: change(page.results) } };
  };
  return { ...avala, call };
}

const SECOND_KEY = "avk_second_000000000000";
const second = (): Avala => sessionWith(place.emulator, { apiKey: SECOND_KEY }).avala;

/** Another user of the emulator's, in the organization that is returned. */
function addColleague(scopes?: readonly string[]): string {
  const colleague = {
    key: SECOND_KEY,
    username: "second",
    organizations: ["acme"],
    ...(scopes && { scopes }),
  };
  const { organizations } = place.emulator.addKey(colleague);
  const [organization = ""] = organizations;
  (place.emulator.user("emulator")!.organizations as string[]).push(organization);
  return organization;
}

/** A run of a set of another name, of these files. */
async function grow(
  name: GrowingName,
  names: readonly string[],
  avala = sessionWith(place.emulator).avala,
) {
  const whole = place.target({ name });
  const wanted = named(...names);
  const target = { ...whole, files: whole.files.filter(({ path }) => wanted.includes(path)) };
  const options = place.options({ stateDirectory: `${place.folder}/other-set` });
  return growSet(avala, await decideGrowth(avala, target, options), options);
}

test("an organization's set is kept apart though one of the keys also sees a person's set of the name", async () => {
  await place.start();
  await put("a", "b", "c", "mine");
  const organizationUid = addColleague();
  await place.run({ avala: second(), paths: named("mine"), machine: "mine" });
  const dataset = { dataType: "image", organizationUid } as const;
  const other = () => place.run({ dataset, machine: "another", paths: named("b", "c") });
  await place.run({
    dataset,
    avala: beforeConfirm(second(), other),
    paths: named("a", "b"),
    machine: "second",
  });
  expect(place.items()).toEqual(named("a", "b", "c", "mine"));
});

test("a stranger's public dataset of a high number changes no slug", async () => {
  await place.start();
  await put("a", "b", "c");
  const name = `set-999999-${"a".repeat(12)}`;
  const stranger = {
    ...{ uid: "11111111-1111-4111-8111-111111111111", name, slug: name, data_type: "image" },
    ...{ is_sequence: false, visibility: "public", status: "created", item_count: 1 },
    ...{
      owner_name: "stranger",
      created_at: "2026-01-01T00:00:00Z",
      updated_at: "2026-01-01T00:00:00Z",
    },
  };
  const seeing = (): Avala =>
    listing(sessionWith(place.emulator).avala, (entries) => [...entries, stranger]);
  const other = () => place.run({ avala: seeing(), machine: "another", paths: named("b", "c") });
  await place.run({ avala: beforeConfirm(seeing(), other), paths: named("a", "b") });
  expect(place.items()).toEqual(named("a", "b", "c"));
  expect(place.emulator.datasets().map(({ slug }) => slug)).toEqual(["set-0001", "set-0002"]);
});

test("after the last number there is, an increment has the slug of its name at once", async () => {
  await place.start();
  const { avala } = sessionWith(place.emulator);
  const last = { name: `set-999999-${"a".repeat(12)}`, slug: "set-999999", dataType: "image" };
  await createDataset(avala, last);
  await put("a");
  const { result } = await place.run();
  expect(confirms()).toBe(1);
  const [, made] = result.increments;
  expect(made?.dataset.slug).toMatch(/^set-999999-[0-9a-f]{12}$/);
});

test("sets of other letters don't take each other's slugs", async () => {
  await place.start();
  await put("a", "b");
  await grow(growingName("写真-{increment}"), ["a"]);
  await grow(growingName("動画-{increment}"), ["a"]);
  await grow(growingName("動画-{increment}"), ["a", "b"]);
  expect(confirms()).toBe(3);
  const slugs = place.emulator.datasets().map(({ slug }) => slug);
  expect(slugs.map((slug) => slug.slice(-5))).toEqual(["-0001", "-0001", "-0002"]);
  expect(new Set(slugs).size).toBe(3);
});

test.each(["v2{increment}", "{increment}-2026-x", "1234{increment}5678"])(
  "the numbers of the slugs %s follow each other",
  async (slug) => {
    await place.start();
    await put("a", "b");
    const name = growingName("set-{increment}", { slug });
    await grow(name, ["a"]);
    await grow(name, ["a", "b"]);
    expect(place.emulator.datasets().map((one) => one.slug)).toEqual(
      ["0001", "0002"].map((number) => slug.replace("{increment}", number)),
    );
    expect(confirms()).toBe(2);
  },
);

/** By a dataset that someone made by hand. */
async function takeFirstSlug(): Promise<void> {
  await createDataset(sessionWith(place.emulator).avala, {
    name: "by hand",
    slug: "set-0001",
    dataType: "image",
    visibility: "private",
  });
}

test("name and slug have one number again after a slug was taken by another dataset", async () => {
  await place.start();
  await put("a", "b");
  await takeFirstSlug();
  await place.run({ paths: named("a") });
  await place.run();
  const made = place.emulator.datasets().slice(1);
  expect(made.map(({ slug }) => slug)).toEqual(["set-0002", "set-0003"]);
  expect(made.at(-1)?.name).toMatch(/^set-0003-/);
});

test("a set that no list shows is found by its slugs, and grows on", async () => {
  await place.start();
  await put("a", "b", "c", "d", "e", "f", "g", "h");
  const unlisted = (): Avala => listing(sessionWith(place.emulator).avala, () => []);
  const days = ["a", "b", "c", "d", "e", "f", "g", "h"];
  for (const [index] of days.entries()) {
    const paths = named(...days.slice(0, index + 1));
    await place.run({ avala: unlisted(), paths, machine: `day ${index}` });
  }
  expect(place.items()).toEqual(named(...days));
});

test("a server that has a dataset for every slug does not hold a run up", async () => {
  await place.start();
  await put("a", "b");
  await takeFirstSlug();
  const { avala } = sessionWith(place.emulator);
  const call: Avala["call"] = (request) => {
    const isBySlug = request.route === "GET /datasets/{owner}/{slug}/";
    return avala.call(
      isBySlug ? { ...request, path: [...request.path.slice(0, -1), "set-0001"] } : request,
    );
  };
  const unlisted = listing({ ...avala, call }, () => []);
  await place.run({ avala: unlisted, paths: named("a") });
  expect(place.items()).toEqual(named("a"));
});

test("a run that was killed after its confirm is found again, though another increment came and the list lacks its own", async () => {
  await place.start({ ingestMs: 100 });
  await put("a", "z");
  const { avala } = sessionWith(place.emulator);
  const killed: Avala["call"] = async (request) => {
    const reply = await avala.call(request);
    if (request.route === `POST ${CONFIRM}`) throw new Error("killed");
    return reply;
  };
  const first = place.run({ avala: { ...avala, call: killed }, paths: named("a") });
  await expect(first).rejects.toThrow("killed");
  await rival("z");
  const lacking = listing(sessionWith(place.emulator).avala, (entries) =>
    entries.filter((entry) => !("name" in entry && String(entry.name).startsWith("set-0001"))),
  );
  const { result } = await place.run({ avala: lacking, paths: named("a") });
  expect(result.outcome).toBe("unchanged");
  expect(place.items()).toEqual(named("a", "z"));
});

test("an increment that came meanwhile, and whose owner a key can't see, is reported", async () => {
  await place.start({ dialect: { ownerName: "null" } });
  await put("a", "b", "c");
  const organizationUid = addColleague(["datasets.read", "datasets.write"]);
  const dataset = { dataType: "image", organizationUid } as const;
  const { avala, events } = sessionWith(place.emulator, { apiKey: SECOND_KEY });
  const meanwhile = () =>
    place.run({ dataset, avala: second(), machine: "another", paths: named("b", "c") });
  await place.run({ dataset, avala, meanwhile, paths: named("a", "b") });
  expect(warningsIn(events)).toContainEqual(
    expect.stringMatching(
      /set-0001-\S+ \(uid \S+\) has been added .* files of this run may be there twice/,
    ),
  );
});

test("an increment whose owner a key can't see vouches for nothing, however often it is met", async () => {
  await place.start();
  await put("a", "b");
  const dataset = { dataType: "image", organizationUid: addColleague() } as const;
  await place.run({ dataset, avala: second(), machine: "another" });
  for (const path of ["/organizations/", "/datasets/*/health/"])
    place.emulator.setFault({
      on: { method: "GET", path },
      times: 0,
      reply: { status: 403, body: {} },
    });
  for (const time of ["first", "second"]) {
    const { avala, events } = sessionWith(place.emulator, { apiKey: SECOND_KEY });
    const { result } = await place.run({ dataset, avala });
    const warned = warningsIn(events).filter((text) => text.includes("whether it belongs to"));
    expect([time, result.outcome, warned.length]).toEqual([time, "unverified", 1]);
  }
});
