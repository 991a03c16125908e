// Stands for a Vault that keeps the key of the stacks' secrets. With a passphrase, each command of the engine takes 0.3
// seconds of processor time to make the key from it. Knows nothing of stacks.
// @ts-check
"use strict";

const { createServer } = require("node:http");

/** What the engine's `--secrets-provider` takes; it finds the server by `VAULT_ADDR`. */
const KEY_URL = "hashivault://test";

/** AES-256's. It guards nothing. */
const KEY = Buffer.alloc(32, "a test's key");

/** What a Vault's transit engine answers. @type {Readonly<Record<string, object>>} */
const ANSWERS = {
  "/v1/transit/encrypt/test": { ciphertext: "vault:v1:test" },
  "/v1/transit/decrypt/test": { plaintext: KEY.toString("base64") },
};

/** Serves as long as the process has something else to do. @returns {Promise<string>} its address */
function startKeyServer() {
  const server = createServer((request, response) => {
    const data = ANSWERS[request.url ?? ""];
    response.writeHead(data === undefined ? 404 : 200, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ data }));
  });
  server.unref();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
    });
  });
}

module.exports = { KEY, KEY_URL, startKeyServer };
