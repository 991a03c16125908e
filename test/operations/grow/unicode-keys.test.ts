// A file whose name comes back in the other Unicode form, as from macOS or an archive, is the file that the set holds.
import { useGrowingPlace } from "../../support/growing-place";

const place = useGrowingPlace();
const [NFC, NFD] = ["caf\u00e9.jpg", "cafe\u0301.jpg"];

const folders = ["", "d/", "d/e/"];
const keys = ["path", "below", "baseName"] as const;
const others = [[], ["a.jpg"], ["d/a.jpg", "z/b.jpg"]];

describe.each(keys)("items' keys of the form %s", (itemKeys) => {
  test.each(
    folders.flatMap((folder) => others.map((beside) => [`${folder}${NFC}`, beside] as const)),
  )("%s beside %j is not sent again", async (path, beside) => {
    await place.start({ dialect: { itemKeys } });
    for (const one of [path, ...beside]) await place.put(one, `content of ${one}`);
    await place.run();
    await place.forget();
    place.drop(path);
    await place.put(path.replace(NFC, NFD), `content of ${path}`);
    const { decision } = await place.run();
    expect(decision.plan.toSend).toEqual([]);
    expect(place.items()).toHaveLength(1 + beside.length);
  });

  test("a file of other content is sent, whatever its form", async () => {
    await place.start({ dialect: { itemKeys } });
    await place.put(`d/${NFC}`, "before");
    await place.put("a.jpg", "beside it");
    await place.run();
    await place.forget();
    place.drop(`d/${NFC}`);
    await place.put(`d/${NFD}`, "afterwards");
    const { decision } = await place.run();
    expect(decision.plan.toSend.map(({ path }) => path)).toEqual([`d/${NFD}`]);
    expect(place.items()).toHaveLength(3);
  });
});
