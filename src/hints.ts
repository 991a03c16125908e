// What to do now, where errors of several places have the same cause.

export const CHECK_BASE_URL =
  "Check that the base URL is an Avala API and that no proxy answers in its place.";

/** Of a wait. A front end puts the words of its own in its place. */
export const MORE_TIME = "allow more time";

/** Of files under a fixed name. A front end puts the words of its own in its place. */
export const NAME_BY_CONTENT = "put the digest of the files into the name";

export const LET_WRITERS_END = "Run again once nothing is writing to the files.";
