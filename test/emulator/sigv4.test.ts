// Against the examples that AWS publishes, so that signing is not only checked against itself.
import { Presigner } from "../../emulator/storage/s3/presign";
import { encodePath, Signer } from "../../emulator/storage/s3/sigv4";

const CREDENTIALS = {
  accessKey: "AKIAIOSFODNN7EXAMPLE",
  secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  region: "us-east-1",
};
const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const HOST = ["host", "examplebucket.s3.amazonaws.com"] as const;
const HASH = ["x-amz-content-sha256", EMPTY] as const;
const DATE = ["x-amz-date", "20130524T000000Z"] as const;

describe("signing gives what AWS's own examples give", () => {
  const signer = new Signer(CREDENTIALS);
  const get = {
    method: "GET",
    path: "/",
    query: [],
    headers: [HOST, HASH, DATE],
    payloadHash: EMPTY,
  };

  test("for an object with a range", () => {
    const headers = [HOST, ["range", "bytes=0-9"] as const, HASH, DATE];
    expect(signer.signRequest(DATE[1], { ...get, path: "/test.txt", headers })).toBe(
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    );
  });

  test("for a query parameter without a value", () => {
    expect(signer.signRequest(DATE[1], { ...get, query: [["lifecycle", ""]] })).toBe(
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    );
  });

  test("for a listing", () => {
    const query = [["prefix", "J"] as const, ["max-keys", "2"] as const];
    expect(signer.signRequest(DATE[1], { ...get, query })).toBe(
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    );
  });

  test("for a presigned URL", () => {
    const query = [
      ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
      ["X-Amz-Credential", signer.credential("20130524")],
      ["X-Amz-Date", DATE[1]],
      ["X-Amz-Expires", "86400"],
      ["X-Amz-SignedHeaders", "host"],
    ] as const;
    const request = {
      method: "GET",
      path: "/test.txt",
      query,
      headers: [HOST],
      payloadHash: "UNSIGNED-PAYLOAD",
    };
    expect(signer.signRequest(DATE[1], request)).toBe(
      "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
    );
  });

  test("for a POST policy", () => {
    const policy = [
      '{ "expiration": "2015-12-30T12:00:00.000Z",',
      '  "conditions": [',
      '    {"bucket": "sigv4examplebucket"},',
      '    ["starts-with", "$key", "user/user1/"],',
      '    {"acl": "public-read"},',
      '    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},',
      '    ["starts-with", "$Content-Type", "image/"],',
      '    {"x-amz-meta-uuid": "14365123651274"},',
      '    {"x-amz-server-side-encryption": "AES256"},',
      '    ["starts-with", "$x-amz-meta-tag", ""],',
      "",
      '    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},',
      '    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},',
      '    {"x-amz-date": "20151229T000000Z" }',
      "  ]",
      "}",
    ].join("\r\n");
    expect(signer.sign("20151229", Buffer.from(policy).toString("base64"))).toBe(
      "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e",
    );
  });
});

test("a key is percent-encoded part by part, as S3 does it", () => {
  expect(encodePath("/b/__u__=/ü (1)+&'.jpg")).toBe("/b/__u__%3D/%C3%BC%20%281%29%2B%26%27.jpg");
});

test("a signing key is for one day", () => {
  const presigner = new Presigner({ endpoint: "http://127.0.0.1:9", name: "b" }, CREDENTIALS);
  const at = (now: number) =>
    presigner.postForm({ key: "k", contentType: "x/y", size: 1, expiresAt: now, now }).fields[
      "x-amz-credential"
    ];
  const day = Date.UTC(2026, 0, 31);
  expect([at(day), at(day + 86_400_000), at(day)].map((text) => text?.split("/")[1])).toEqual([
    "20260131",
    "20260201",
    "20260131",
  ]);
});
