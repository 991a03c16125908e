// What the server says of the key, and will say again for as long as a session lasts. Types only.

/** Only the uid is promised: of its names a server may return any, all or none. */
export interface User {
  readonly uid: string;
  readonly username?: string | undefined;
  readonly handle?: string | undefined;
  readonly email?: string | undefined;
}

export interface Permissions {
  /** What kind of key it is, in the server's word. */
  readonly type?: string | undefined;
  /** Empty for a key that has all the rights of its user. */
  readonly scopes: readonly string[];
  readonly capabilities: readonly string[];
}

/** What the server said and will say again for as long as the session lasts. */
export interface Remembered {
  user?: User;
  permissions?: Promise<Permissions | undefined>;
  /** Bytes, by organization; `undefined` where the server does not tell. */
  quotaLimits?: Map<string | undefined, number | undefined>;
}
