// How large a file may be, by the way it goes.

/** The largest object that one form, or one PUT, carries to S3 (5 GiB). */
export const MAX_FORM_BYTES = 5 * 1024 ** 3;

/** The largest that parts carry: 10,000 of 128 MiB (contract, "Uploading files", 1). */
export const MAX_FILE_BYTES = 10_000 * 128 * 1024 ** 2;
