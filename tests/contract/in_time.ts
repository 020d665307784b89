import { expect } from "vitest";

// A limit of time since `begun`. It holds on a machine of one's own; on one that others use too, a pause of theirs is noted,
// and only ten times the limit is a failure.
export function expectInTime(begun: number, limit: number, what = "it"): void {
  const took = Date.now() - begun;
  if (took >= limit) console.warn(`${what} took ${took} ms instead of ${limit} ms`);
  expect(took, what).toBeLessThan(10 * limit);
}
