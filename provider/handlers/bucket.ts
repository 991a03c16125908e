// What is wrong with a bucket that a Dataset or a StorageConfig declares. Pure.
import { problemsOfBucket, type BucketOwner } from "../../src/api/endpoints/datasets/bucket-rules";
import type { InputProblem } from "../../src/errors";
import { BUCKET_FIELDS } from "../fields/bucket";
import { Problems } from "../process/failures";
import { checkFields } from "../process/fields";

/** Everything that is wrong with a bucket, by its fields. */
export function bucketProblems(config: object, owner: BucketOwner): readonly InputProblem[] {
  const problems = new Problems();
  checkFields(config, BUCKET_FIELDS, problems);
  const ofFields = problems.failures.map(({ property, reason }) => ({
    input: property,
    text: reason,
  }));
  return [...ofFields, ...problemsOfBucket(config, owner)];
}
