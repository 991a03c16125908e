// What the server says of the key, and will say again for as long as a session lasts. Types only.

/** Only the uid is promised: of its names a server may return any, all or none. */
export interface User {
  readonly uid: string;
  readonly username?: string | undefined;
  readonly handle?: string | undefined;
  readonly email?: string | undefined;
}

export interface Permissions {
  /** What the key's user is, in the server's word: `customer`. */
  readonly type?: string | undefined;
  readonly isStaffPrivileged: boolean;
  /** As the server lists them. An empty list says nothing: all rights, or none that has a name. */
  readonly scopes: readonly string[];
  /** Features of the web application, and not what the API allows. */
  readonly capabilities: readonly string[];
}

/** What the server said and will say again for as long as the session lasts. */
export interface Remembered {
  user?: User;
  permissions?: Promise<Permissions | undefined>;
  /** Bytes, by organization; `undefined` where the server does not tell. */
  quotaLimits?: Map<string | undefined, number | undefined>;
}
