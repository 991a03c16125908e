// What a program gives as a secret, or takes from another resource's secret output, on the real engine when `check` refuses
// the resource: the engine prints the value of each property that a failure names, whatever it is.
import { describeWithPart } from "../support/parts";
import { createAvalaStack, type AvalaStack } from "../support/avala-stack";
import { jpeg } from "../support/temp-tree";

const HIDDEN = "TOPSECRETVALUE";
const ID = "AKIAPLAINTEXT";
const HEAD = `import * as avala from "@avala/pulumi";
import * as pulumi from "@pulumi/pulumi";
const secret = pulumi.secret("${HIDDEN}");
const id = pulumi.secret("${ID}");
`;
// Its secret is the output of another resource, known only while an `up` runs.
const OTHER = `const other = new avala.Webhook("other", { targetUrl: "https://a.example/", events: ["export.completed"], secret });
const made = other.secret.apply((text) => text!);
`;
const ANY = "as any";
const S3 = 'provider: "aws_s3" as const, bucketName: "mine"';
const ROLE = 'roleArn: "arn:aws:iam::123456789012:role/a", organization: "acme"';

/** Wrong resources of each kind, `of` the secret, and what has to be said of them. */
const wrong = (of: string): Readonly<Record<string, readonly [program: string, says: string]>> => ({
  "a bucket without its region": [
    `new avala.Dataset("it", { dataType: "image", providerConfig: { ${S3}, accessKeyId: id, secretAccessKey: ${of} } ${ANY} });`,
    "bucketRegion is missing: aws_s3 needs it",
  ],
  "half a pair of keys": [
    `new avala.Dataset("it", { dataType: "image", providerConfig: { ${S3}, bucketRegion: "r", accessKeyId: ${of} } });`,
    "secretAccessKey",
  ],
  "a key file with a field of the other provider": [
    `new avala.Dataset("it", { dataType: "image", providerConfig: { provider: "gc_storage", bucketName: "mine", bucketRegion: "r", authJsonContent: pulumi.interpolate\`{"private_key": "\${${of}}"}\` } ${ANY} });`,
    "bucketRegion can't be combined with gc_storage",
  ],
  "a whole bucket that is a secret": [
    `new avala.Dataset("it", { dataType: "image", providerConfig: pulumi.all([${of}]).apply(([key]) => ({ ${S3}, accessKeyId: "${ID}", secretAccessKey: key })) ${ANY} });`,
    "bucketRegion is missing: aws_s3 needs it",
  ],
  "a storage config with a role and keys": [
    `new avala.StorageConfig("it", { ${S3}, bucketRegion: "r", ${ROLE}, accessKeyId: id, secretAccessKey: ${of} });`,
    "secretAccessKey: can't be combined with a role",
  ],
  "a webhook whose URL has a token": [
    `new avala.Webhook("it", { targetUrl: pulumi.interpolate\`http://a.example/\${${of}}\`, events: ["export.completed"] });`,
    "targetUrl: must be an https URL",
  ],
  "a URL with a query": [
    `new avala.Webhook("it", { targetUrl: "http://a.example/?token=${HIDDEN}", events: ["export.completed"] });`,
    "targetUrl: must be an https URL",
  ],
  "metadata with an asset": [
    `new avala.Dataset("it", { dataType: "image", metadata: { key: ${of}, asset: new pulumi.asset.StringAsset("x") } });`,
    "metadata: has an asset",
  ],
  "a type of data": [
    `new avala.Dataset("it", { dataType: ${of} ${ANY} });`,
    "dataType: must be one of image, ",
  ],
  "a file set's glob": [
    `new avala.FileSet("it", { root: "./images", include: [pulumi.interpolate\`\${${of}}/*.jpg\`] });`,
    "include",
  ],
  "an export's filter": [
    `new avala.Export("it", { datasets: [], filterQueryString: ${of} });`,
    "datasets",
  ],
});

describeWithPart("pulumi", (pulumi) => {
  let it_: AvalaStack;
  beforeAll(async () => {
    it_ = await createAvalaStack(pulumi, HEAD);
    it_.stack.write({ "images/a.jpg": jpeg("a") });
  });
  afterAll(() => it_.stop());

  // The engine ends at the first resource that is refused, so each has a run of its own.
  const refused = async (program: string, ...command: readonly string[]): Promise<string> => {
    it_.stack.writeProgram(HEAD + program);
    return (await it_.stack.fails(...command)).output;
  };

  test.each(Object.entries(wrong("secret")))(
    "shows no secret of %s in a preview",
    async (_what, [program, says]) => {
      const output = await refused(program, "preview");
      expect(output).toContain(says);
      expect(output).not.toContain(HIDDEN);
      expect(output).not.toContain(ID);
    },
  );

  test.each(Object.entries(wrong("made")).slice(0, 1))(
    "shows none that is another resource's output of %s in an up",
    async (_what, [program, says]) => {
      const output = await refused(OTHER + program, "up", "--yes", "--skip-preview");
      expect(output).toContain(says);
      expect(output).not.toContain(HIDDEN);
      expect(output).not.toContain(ID);
      expect(it_.stack.state()).not.toContain(HIDDEN);
    },
  );
});
