// What the API and its stores take at most. Numbers only, each with its place in the contract.

const MIB = 1024 ** 2;

/** Calls a minute for a key, until a reply names the live limit ("Rate limits"). */
export const DEFAULT_CALLS_PER_MINUTE = 100;

/** The window that these are counted in ("Limits"). */
export const MINUTE_MS = 60_000;

/** Calls a second ("Limits"). */
export const BURST_PER_SECOND = 20;

/** Files on their way at once ("Uploading files"). */
export const MAX_CONCURRENCY = 10;

/** Requests for a byte of a file to one store at once. No source bounds them: S3 takes 5,500 reads a second under one prefix. */
export const STORE_READS_AT_ONCE = 32;

/** Characters in the name of a dataset or of an export ("Datasets", "Exports"). */
export const MAX_NAME_CHARACTERS = 255;

/** Entries that a page of a list holds, by the server's own choice ("Pagination"). */
export const PAGE_ENTRIES = 100;

/**
 * Entries that are asked for where more than a page is expected. No source gives the server's bound: what it gives is taken
 * ("Pagination").
 */
export const LARGE_PAGE_ENTRIES = 1000;

/** The largest object that one form, or one PUT, carries to S3 (5 GiB). */
export const MAX_FORM_BYTES = 5 * 1024 * MIB;

/** Parts of a large file ("Uploading files"). */
export const MIN_PART_BYTES = 5 * MIB;
export const MAX_PART_BYTES = 128 * MIB;
export const MAX_PARTS = 10_000;

/** The largest file that parts carry. */
export const MAX_FILE_BYTES = MAX_PARTS * MAX_PART_BYTES;

/**
 * Part numbers that one call asks to be signed. Few calls, and yet none is signed
 * hours before its bytes go. No source gives a bound: where it is too many, one is asked for.
 */
export const PARTS_SIGNED_AT_ONCE = 100;

/** Bytes of an object's key in S3. */
export const MAX_KEY_BYTES = 1024;
