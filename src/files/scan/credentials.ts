// Files that look like credentials. What is stored at the server can't be removed by any call, so these are taken only
// when a pattern names them in full.

const NAMES: readonly RegExp[] = [
  /^\.env(?:\..+)?$/,
  /^\.envrc$/,
  /^gha-creds-.*\.json$/, // google-github-actions/auth leaves it in the workspace
  /^id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/,
  /\.(?:pem|key|p12|pfx|ppk|jks|keystore|kdbx)$/,
  /^[._]netrc$/,
  /^\.(?:npmrc|yarnrc\.yml|pypirc|pgpass|htpasswd|git-credentials|dockercfg|boto|s3cfg)$/,
  /^credentials(?:\.json)?$/,
  /^service[-_]?account.*\.json$/,
  /^application_default_credentials\.json$/,
  /^client_secret.*\.json$/,
  /^kubeconfig$/,
];
const FOLDERS = /(?:^|\/)\.(?:ssh|aws|gnupg|azure|kube|docker)\//;

// A part of each name above, so that other files, nearly all, are asked once and not a dozen times.
const HINT =
  /\.(?:env|pem|key|p12|pfx|ppk|jks|keystore|kdbx|npmrc|yarnrc|pypirc|pgpass|htpasswd|git-c|dockerc|boto|s3cfg|ssh|aws|gnupg|azure|kube|docker)|gha-c|id_|netrc|credential|service|client_s|kubeconfig/;

/** Whether one of them may be one that {@link looksLikeCredential}: one look at many takes half the time of many. */
export function mayHaveCredential(paths: readonly string[]): boolean {
  return HINT.test(paths.join("/").toLowerCase());
}

/** Whether the file's name, or the folder it is in, says that it holds a credential. Case says nothing. */
export function looksLikeCredential(path: string): boolean {
  const lower = path.toLowerCase();
  if (!HINT.test(lower)) return false;
  const name = lower.slice(lower.lastIndexOf("/") + 1);
  return FOLDERS.test(lower) || NAMES.some((pattern) => pattern.test(name));
}

const dash = 0x2d;

/** Whether the first bytes are those of a private key, whatever the file's name. */
export function hasPrivateKeyHead(head: Buffer): boolean {
  // Of a thousand heads none starts so: the others are not made into text.
  return head[0] === dash && /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY/.test(head.toString("latin1"));
}
