// Growing sets on every form of every dialect of the API: nothing is sent twice, and nothing that is not known is called
// unchanged, with a record and without one.
import { isAvalaError } from "../../../src/errors";
import { useGrowingPlace } from "../../support/growing-place";
import { SPOKEN } from "../../support/dialects";

const place = useGrowingPlace();

test.each(SPOKEN.map(({ name, dialect }) => [name, dialect] as const))(
  "three days, and one without a record, on %s",
  async (_name, dialect) => {
    await place.start({ dialect });
    await place.put("a/one.jpg", "one");
    await place.put("b/two.jpg", "two");
    expect((await place.run()).result.outcome).toBe("uploaded");
    await place.put("c/three.jpg", "three");
    await place.put("b/two.jpg", "two, again");
    const second = await place.run();
    expect(second.decision.plan.toSend.map(({ path }) => path)).toEqual([
      "b/two.jpg",
      "c/three.jpg",
    ]);
    expect((await place.run()).calls).toEqual(["GET /datasets/"]);
    await place.forget();
    // Where items have no keys that are paths it is refused, and else nothing is sent.
    const last = await place.run().then(
      ({ decision }) => decision.plan.toSend.length,
      (error: unknown) => (isAvalaError(error) ? error.code : error),
    );
    expect([0, "dataset"]).toContain(last);
    expect(place.names()).toHaveLength(2);
  },
);
