import fc from "fast-check";
import {
  looksLikeCredential,
  mayHaveCredential,
  hasPrivateKeyHead,
} from "../../src/files/scan/credentials";
import {
  MAX_PATH_BYTES,
  arePlain,
  isAllowedOnWindows,
  pathProblem,
  readPrefix,
  twinProblems,
} from "../../src/files/names";
import { shown } from "../../src/text";

describe("a path in a dataset", () => {
  test.each([
    "a.jpg",
    "a/b c/ü.jpg",
    "::set-output name=x::y.jpg",
    "10:00:00.jpg",
    "..a/b..",
    "🦆.png",
    "%0A.jpg",
    "a b/ c/d .x/ e.jpg",
  ])("may be %s", (path) => expect(pathProblem(path)).toBeUndefined());

  test.each([
    ["a line break", "a\nb.jpg"],
    ["a carriage return", "a\rb.jpg"],
    ["a tab", "a\tb.jpg"],
    ["NUL", "a\0b"],
    ["an escape", "a\u001b[31m.jpg"],
    ["a line separator", "a\u2028b.jpg"],
    ["a C1 control", "a\u0085b.jpg"],
    ["what was not UTF-8", "a\uFFFDb.jpg"],
    ["half a character", "a\uD800b.jpg"],
    ["a backslash", "a\\b.jpg"],
    ["what storage puts a file's name in place of", "a/${filename}.jpg"],
    ["an empty part", "a//b.jpg"],
    ["a leading slash", "/a.jpg"],
    ["a trailing slash", "a/"],
    ["a part .", "a/./b"],
    ["a part ..", "a/../b"],
    ["no character", ""],
    ["a blank before", " a.jpg"],
    ["a blank after", "a.jpg "],
    ["a blank before its first folder", " a/b.jpg"],
    ["an unbreakable blank before", "\u00a0a.jpg"],
    ["a wide blank after", "a.jpg\u3000"],
    ["nothing but blanks", "  "],
    ["too many bytes", "ü".repeat(MAX_PATH_BYTES / 2) + "x"],
  ])("may not have %s, alone or among others", (_, path) => {
    expect(pathProblem(path)).toBeDefined();
    expect(arePlain(["a.jpg", path, "b/c.jpg"])).toBe(false);
  });

  test("is plain among others as it is by itself", () => {
    const plain = /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/;
    const letters = fc.constantFrom(..."aZ0_-./", " ", "\0", "\n", "ü");
    const path = fc.string({ unit: letters, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(path, { minLength: 1, maxLength: 4 }), (paths) => {
        expect(arePlain(paths)).toBe(paths.every((one) => plain.test(one)));
      }),
    );
  });

  test("may have as many bytes as fit into a key", () => {
    expect(pathProblem("x".repeat(MAX_PATH_BYTES))).toBeUndefined();
  });

  test("is shown so that it can't start a line or an escape sequence of its own", () => {
    expect(shown("a\n::error::b\u001b\u202e\u0085")).toBe('"a\\n::error::b\\u001b\\u202e\\u0085"');
    expect(shown("plain ü.jpg")).toBe("plain ü.jpg");
    expect(shown("\u00a0a b.jpg")).toBe('"\\u00a0a b.jpg"');
  });

  test("that Windows can't hold is told apart", () => {
    for (const path of ["a:b.jpg", "con", "x/NUL.txt", "a./b", "a ", "a?.jpg"]) {
      expect([path, isAllowedOnWindows(path)]).toEqual([path, false]);
    }
    for (const path of ["a.jpg", "console.log", "x/comx", "a b.jpg"]) {
      expect([path, isAllowedOnWindows(path)]).toEqual([path, true]);
    }
  });
});

describe("twins", () => {
  test("are the same path, another case, or another Unicode form", () => {
    const paths = ["a.jpg", "a.jpg", "A.jpg", "\u00fc.jpg", "u\u0308.jpg", "b.jpg"];
    expect(twinProblems(paths).map(({ input }) => input)).toEqual([
      "a.jpg",
      "A.jpg",
      "u\u0308.jpg",
    ]);
  });
  test("are told how they differ", () => {
    expect(twinProblems(["\u00fc", "u\u0308"])[0]?.text).toContain("Unicode form");
    expect(twinProblems(["a", "A"])[0]?.text).toContain("case");
    expect(twinProblems(["a", "a"])[0]?.text).toContain("Two files");
  });
});

describe("twins among many", () => {
  test.each([
    ["that is there twice", ["a", "b", "b", "c"]],
    ["that is there twice, not one after the other", ["b", "a", "b"]],
    ["in another case", ["B", "a", "b"]],
    ["in another form", ["a", "u\u0308", "\u00fc"]],
  ])("are found by a path %s", (_, paths) => expect(twinProblems(paths)).toHaveLength(1));

  test("are none of what is distinct, in any order", () => {
    expect(twinProblems(["a", "b", "c"])).toEqual([]);
    expect(twinProblems(["c", "a", "B"])).toEqual([]);
  });
});

describe("a prefix", () => {
  test("ends in one slash", () => {
    expect(readPrefix("a/b")).toEqual({ prefix: "a/b/" });
    expect(readPrefix("a/b/")).toEqual({ prefix: "a/b/" });
    expect(readPrefix("")).toEqual({ prefix: "" });
  });
  test.each(["/a", "/", "a//b", "../a", "a\\b", "a\n", " a", "a "])("may not be %j", (prefix) => {
    expect(readPrefix(prefix).problem).toBeDefined();
  });
});

describe("a credential", () => {
  test.each([
    ".env",
    ".env.production",
    "x/gha-creds-1a2b.json",
    "id_rsa",
    "ID_ED25519",
    "tls/server.pem",
    "a.key",
    ".netrc",
    ".npmrc",
    ".aws/credentials",
    "credentials",
    ".aws/config",
    "service-account-prod.json",
    "service_account.json",
    ".ssh/known_hosts",
    "cert.p12",
    ".docker/config.json",
    ".git-credentials",
    ".envrc",
    "_netrc",
    "id_ed25519_sk",
    "id_dsa",
    "id_ecdsa",
    "a.pfx",
    "a.ppk",
    "a.jks",
    "a.keystore",
    "a.kdbx",
    "a.\u212aey", // the sign of Kelvin is a k in lower case
    ".yarnrc.yml",
    ".pypirc",
    ".pgpass",
    ".htpasswd",
    ".dockercfg",
    ".boto",
    ".s3cfg",
    "credentials.json",
    "serviceaccount.json",
    "application_default_credentials.json",
    "client_secret_1.json",
    "kubeconfig",
    "x/.GnuPG/a.jpg",
    ".azure/a",
    ".kube/config",
  ])("%s looks like one, alone or among others", (path) => {
    expect(looksLikeCredential(path)).toBe(true);
    expect(mayHaveCredential(["a.jpg", path, "b/c.jpg"])).toBe(true);
  });

  test.each([
    "env.jpg",
    "a.env.jpg",
    "id_rsa.pub",
    "keys.jpg",
    "monkey.jpg",
    "credentials.jpg",
    "a.pem.jpg",
  ])("%s does not", (path) => expect(looksLikeCredential(path)).toBe(false));

  test("is also known by its first bytes", () => {
    expect(hasPrivateKeyHead(Buffer.from("-----BEGIN OPENSSH PRIVATE KEY-----"))).toBe(true);
    expect(hasPrivateKeyHead(Buffer.from("-----BEGIN PRIVATE KEY-----"))).toBe(true);
    expect(hasPrivateKeyHead(Buffer.from("-----BEGIN CERTIFICATE-----"))).toBe(false);
  });
});
