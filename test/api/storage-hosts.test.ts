import { checkDownloadHost, checkStorageHost } from "../../src/api/storage/storage-hosts";
import { thrownBy } from "../support/thrown";

const R2 = "0123456789abcdef0123456789abcdef";

const accept = (url: string, allowed: string[] = []): string => checkStorageHost(url, allowed).host;

describe("storage hosts", () => {
  test.each([
    "https://s3.amazonaws.com/bucket/key",
    "https://bucket.s3.amazonaws.com/",
    "https://my.dotted.bucket.s3.amazonaws.com/",
    "https://s3.us-west-2.amazonaws.com/bucket",
    "https://bucket.s3.us-west-2.amazonaws.com/",
    "https://bucket.s3-us-west-2.amazonaws.com/",
    "https://bucket.s3.us-gov-west-1.amazonaws.com/",
    "https://bucket.s3-accelerate.amazonaws.com/",
    "https://bucket.s3-accelerate.dualstack.amazonaws.com/",
    "https://bucket.s3.dualstack.eu-central-1.amazonaws.com/",
    "https://bucket.s3-fips.us-east-1.amazonaws.com/",
    "https://BUCKET.S3.AMAZONAWS.COM/",
    "https://bucket.s3.amazonaws.com:443/",
    "https://storage.googleapis.com/bucket",
    "https://bucket.storage.googleapis.com/",
    "https://my.dotted_bucket.storage.googleapis.com/",
    "https://account.blob.core.windows.net/container",
    `https://${R2}.r2.cloudflarestorage.com/bucket`,
    `https://${R2}.eu.r2.cloudflarestorage.com/bucket`,
    "https://data.avala.ai/file",
  ])("takes %s", (url) => {
    expect(accept(url)).toBe(new URL(url).host);
  });

  test.each([
    ["a look-alike that goes on", "https://s3.amazonaws.com.evil.com/"],
    ["a bucket's look-alike", "https://bucket.s3.amazonaws.com.evil.com/"],
    ["a name that only ends alike", "https://evils3.amazonaws.com/"],
    ["another domain that ends alike", "https://s3.evilamazonaws.com/"],
    ["API Gateway", "https://execute-api.us-east-1.amazonaws.com/"],
    ["API Gateway with an id", "https://abc123.execute-api.us-east-1.amazonaws.com/prod"],
    ["API Gateway behind an S3 label", "https://s3.execute-api.us-east-1.amazonaws.com/"],
    ["a load balancer", "https://s3.us-east-1.elb.amazonaws.com/"],
    ["a machine", "https://ec2-1-2-3-4.us-west-2.compute.amazonaws.com/"],
    ["Lambda", "https://x.lambda-url.us-east-1.on.aws/"],
    ["S3's control plane", "https://1.s3-control.us-east-1.amazonaws.com/"],
    ["an S3 web site", "https://bucket.s3-website-us-east-1.amazonaws.com/"],
    ["amazonaws.com itself", "https://amazonaws.com/"],
    ["another of Google's hosts", "https://www.googleapis.com/upload"],
    ["Google's store with another name before it", "https://xstorage.googleapis.com/"],
    ["where exports are read only", "https://storage.avala.ai/exports/a.zip"],
    ["Azure without an account", "https://blob.core.windows.net/"],
    ["two labels before Azure's", "https://a.b.blob.core.windows.net/"],
    ["R2 with a short account", "https://abc.r2.cloudflarestorage.com/"],
    ["R2 with another jurisdiction", `https://${R2}.us.r2.cloudflarestorage.com/`],
    ["the API itself", "https://api.avala.ai/"],
    ["plain http", "http://bucket.s3.amazonaws.com/"],
    ["another scheme", "ftp://bucket.s3.amazonaws.com/"],
    ["another port", "https://bucket.s3.amazonaws.com:8443/"],
    ["a user in the URL", "https://user@bucket.s3.amazonaws.com/"],
    ["a password in the URL", "https://u:p@bucket.s3.amazonaws.com/"],
    ["a host hidden behind a user", "https://s3.amazonaws.com@evil.com/"],
    ["a trailing dot", "https://bucket.s3.amazonaws.com./"],
    ["a punycode look-alike", "https://s3.amazonaws.xn--cm-fka/"],
    ["a look-alike letter", "https://s3.аmazonaws.com/"],
    ["an IPv4 address", "https://52.216.0.1/"],
    ["the metadata address", "http://169.254.169.254/latest/meta-data"],
    ["an IPv6 address", "https://[::1]/"],
    ["localhost", "https://localhost/"],
    ["no URL", "not a url"],
  ])("refuses %s", (_name, url) => {
    expect(thrownBy(() => checkStorageHost(url, [])).code).toBe("storage_host");
  });

  test("a host in full-width letters is what it is read as", () => {
    expect(accept("https://bucket.ｓ３.amazonaws.com/")).toBe("bucket.s3.amazonaws.com");
  });

  describe("allowed by name", () => {
    test.each([
      ["https://store.example.com/b", "store.example.com"],
      ["https://store.example.com:9000/b", "store.example.com:9000"],
      ["http://127.0.0.1:9000/b", "127.0.0.1:9000"],
      ["http://localhost:9000/b", "localhost:9000"],
      ["http://[::1]:9000/b", "[::1]:9000"],
      ["http://localhost/b", "localhost"],
    ])("takes %s for %s", (url, allowed) => {
      expect(accept(url, [allowed])).toBe(allowed);
    });

    test.each([
      ["plain http beyond this machine", "http://store.example.com/b", "store.example.com"],
      ["another port", "https://store.example.com:9001/b", "store.example.com:9000"],
      ["a port where none was named", "https://store.example.com:9000/b", "store.example.com"],
      ["a host under the allowed one", "https://x.store.example.com/b", "store.example.com"],
      ["a user in the URL", "https://u@store.example.com/b", "store.example.com"],
      ["ftp", "ftp://store.example.com/b", "store.example.com"],
      ["ftp on this machine", "ftp://127.0.0.1:9000/b", "127.0.0.1:9000"],
      ["a web socket on this machine", "ws://127.0.0.1:9000/b", "127.0.0.1:9000"],
      ["a secure one", "wss://localhost:9000/b", "localhost:9000"],
      ["a scheme of its own on this machine", "x://localhost/b", "localhost"],
    ])("refuses %s", (_name, url, allowed) => {
      expect(thrownBy(() => checkStorageHost(url, [allowed])).code).toBe("storage_host");
    });
  });

  test.each(["file:///etc/passwd", "data:text/plain,a", "blob:https://s3.amazonaws.com/a", "x:y"])(
    "names no host that is not there, and no way to allow it: %s",
    (url) => {
      const { code, message, hint } = thrownBy(() => checkStorageHost(url, [""]));
      expect(code).toBe("storage_host");
      expect(`${message} ${hint}`).not.toMatch(/from :|add {2}|passwd/);
    },
  );

  test.each(["ftp://store.example.com/b", "ws://127.0.0.1:9000/b", "http://store.example.com/b"])(
    "gives no way to allow what can't be allowed: %s",
    (url) => {
      expect(thrownBy(() => checkStorageHost(url, [])).hint).not.toContain("allow it by name");
    },
  );

  test("names the host and how to allow it, and nothing else of the URL", () => {
    const url = "https://evil.example.com/bucket/secret-path?X-Amz-Signature=abc";
    const error = thrownBy(() => checkStorageHost(url, []));
    const text = `${error.message} ${error.hint}`;
    expect(text).toContain("evil.example.com");
    expect(text).not.toMatch(/secret-path|Signature|abc/);
  });
});

describe("hosts that files are fetched from", () => {
  test.each([
    "https://storage.avala.ai/exports/a.zip?X-Amz-Signature=1",
    "https://cdn.avala.ai/exports/a.json",
    "https://bucket.s3.amazonaws.com/a",
    "https://data.avala.ai/file",
  ])("are %s", (url) => {
    expect(checkDownloadHost(url, []).href).toBe(url);
  });

  test.each([
    "https://avala.ai/exports/a.zip",
    "https://evil.cdn.avala.ai/a",
    "https://storage.avala.ai.evil.com/a",
    "https://storage.avala.ai:8443/a",
    "http://cdn.avala.ai/a",
    "https://user@cdn.avala.ai/a",
  ])("are not %s", (url) => {
    expect(thrownBy(() => checkDownloadHost(url, []))).toMatchObject({ code: "storage_host" });
  });
});

test.each([
  [
    "http://127.0.0.1:9000/key",
    [],
    /^127\.0\.0\.1:9000 is on this machine by plain http, and not among the allowed storage hosts;/,
  ],
  ["http://store.example/key", ["store.example"], /^store\.example is reached by plain http;/],
  ["http://store.example/key", [], /^store\.example is reached by plain http;/],
])("%s with %j allowed is refused for what it is", (url, allowed, told) => {
  expect(() => checkStorageHost(url, allowed)).toThrow(told);
});
