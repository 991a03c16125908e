import type { Handlers } from "../../provider/handlers/handlers";
import { jpeg } from "../support/temp-tree";
import { createBench, failuresOf, make, type Bench } from "../support/provider";

describe("A Dataset's inputs", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench({ "a.jpg": jpeg("a"), "b.jpg": jpeg("b") });
  });
  afterEach(() => bench.stop());
  /** What a program passes on from a file set that is up. */
  const filesOf = async ({ fileSet }: Handlers, more: object = {}) => {
    const given = { root: bench.tree.root, include: ["*.jpg"], versionOf: "training", ...more };
    return (await make(fileSet, given)).outs;
  };

  test("tell everything that is wrong at once", async () => {
    const { dataset } = bench.handlers();
    const wrong = {
      slug: "a/b",
      visibility: "hidden",
      metadata: "text",
      timeoutMinutes: 0,
      providerConfig: { provider: "aws_s3", bucketName: "b" },
    };
    const failures = await failuresOf(dataset, wrong);
    const [withBucket] = failures.filter(({ property }) => property === "");
    expect(withBucket?.reason).toMatch(/^providerConfig: bucketRegion is missing: aws_s3/);
    expect(failures.map(({ property }) => property).sort()).toEqual([
      "", // the bucket's, whose value the engine would show
      "dataType",
      "metadata",
      "name",
      "slug",
      "timeoutMinutes",
      "visibility",
    ]);
  });

  describe("with files", () => {
    test("of another type than the files is refused: it would be done with no item at all", async () => {
      const handlers = bench.handlers();
      const files = await filesOf(handlers);
      const failures = await failuresOf(handlers.dataset, { files, dataType: "video" });
      expect(failures).toEqual([
        {
          property: "dataType",
          reason: "must be the file set's, image (got video): set it on the FileSet (dataType)",
        },
      ]);
    });

    test("of several types takes one of them, and is refused as one that none of them has", async () => {
      const handlers = bench.handlers();
      bench.tree.write({ "c.mp4": "clip" });
      const files = await filesOf(handlers, { include: ["*"], checkContent: "off" });
      expect(await failuresOf(handlers.dataset, { files, dataType: "video" })).toEqual([]);
      expect(await failuresOf(handlers.dataset, { files, dataType: "mcap" })).toEqual([
        {
          property: "dataType",
          reason: "is mcap, but none of the 3 files would be indexed as that",
        },
      ]);
    });

    test.each([
      ["", "which belongs to the key's own user"],
      ["org-of-the-files", "org-of-the-files"],
    ])(
      "of an organization %j is refused when another is declared",
      async (organizationUid, whose) => {
        const handlers = bench.handlers();
        const files = { ...(await filesOf(handlers)), organizationUid };
        const failures = await failuresOf(handlers.dataset, { files, organizationUid: "another" });
        expect(failures).toEqual([
          {
            property: "organizationUid",
            reason: `must be the file set's, ${whose} (got another): set it on the FileSet (organizationUid)`,
          },
        ]);
      },
    );
  });
});
