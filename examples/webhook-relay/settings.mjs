// The settings, read from the environment. Problems are collected, and no value is ever part of one.

// A shorter secret can be guessed from one delivery.
const MIN_SECRET_CHARACTERS = 16;

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Problems: none, or each names a variable and what it should be. */
export function readSettings(env) {
  const problems = [];
  const read = (name, isGood, what) => {
    const value = env[name]?.trim() ?? "";
    if (!isGood(value)) problems.push(`${name} must be ${what}.`);
    return value;
  };
  const isSecret = (text) => text.length >= MIN_SECRET_CHARACTERS;
  const secret = read(
    "AVALA_WEBHOOK_SECRET",
    isSecret,
    `the webhook's secret, at least ${MIN_SECRET_CHARACTERS} characters`,
  );
  const previous = read(
    "AVALA_WEBHOOK_SECRET_PREVIOUS",
    (text) => text === "" || isSecret(text),
    "the secret before the current one, or empty",
  );
  const token = read(
    "GITHUB_TOKEN",
    (text) => /^[\x21-\x7e]+$/.test(text),
    "a token that may write the repository's contents",
  );
  const repository = read(
    "GITHUB_REPOSITORY",
    (text) => /^[\w.-]+\/[\w.-]+$/.test(text) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(text),
    "the repository as owner/name",
  );
  const apiUrl = read(
    "GITHUB_API_URL",
    (text) => text === "" || isApiUrl(text),
    "the https URL of GitHub's API, or empty for https://api.github.com",
  );
  const project = read(
    "AVALA_PROJECT",
    (text) => /^[\w-]{0,64}$/.test(text),
    "the uid of a project, or empty for all",
  );
  const port = read("PORT", (text) => /^\d{0,5}$/.test(text) && Number(text) < 65_536, "a port");
  const settings = {
    secrets: previous === "" ? [secret] : [secret, previous],
    token,
    repository,
    apiUrl: (apiUrl || "https://api.github.com").replace(/\/+$/, ""),
    project,
    port: port === "" ? 8080 : Number(port),
  };
  return { settings, problems };
}

/** The token goes there, so it must be encrypted on its way, unless it stays on this machine. */
function isApiUrl(text) {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, search, hash } = new URL(text);
  if (username !== "" || search !== "" || hash !== "") return false;
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.has(hostname));
}
