// What a program knows of a resource that is there. In a preview of its change the engine knows its id, and no output of
// its handler.
import * as pulumi from "@pulumi/pulumi";
import { Dataset, Export, StorageConfig, VersionedDataset, Webhook } from "../../provider/index";
import { createTempTree, jpeg, type TempTree } from "../support/temp-tree";

let tree: TempTree;
beforeAll(async () => {
  tree = createTempTree({ "a/1.jpg": jpeg("a") });
  await pulumi.runtime.setMocks({
    newResource: ({ name }) => ({ id: `id-of-${name}`, state: {} }),
    call: () => ({}),
  });
});
afterAll(async () => {
  await pulumi.runtime.disconnect();
  tree.remove();
});

const known = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => {
    output.apply(resolve);
  });

test.each([
  ["dataset", () => new Dataset("one", { dataType: "image" })],
  ["export", () => new Export("one", { projects: ["p"] })],
  ["webhook", () => new Webhook("one", { targetUrl: "https://example.com", events: [] })],
  [
    "storage config",
    () =>
      new StorageConfig("one", { provider: "aws_s3", bucketName: "b", bucketRegion: "eu-west-1" }),
  ],
])(
  "the uid of a %s is its id, so that what is made of it is not taken for another",
  async (_, make) => {
    expect(await known(make().uid)).toBe("id-of-one");
  },
);

test("so are the uids of a VersionedDataset", async () => {
  const training = new VersionedDataset("training", { root: tree.root, partitionDepth: 1 });
  expect(await known(training.datasetUids)).toEqual(["id-of-training-a"]);
});
