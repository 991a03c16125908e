// Versions as tools print them: finds one in a line of output and compares two. Pure.
// @ts-check
"use strict";

/** The first `1.2.3` in a text, or undefined. @param {string} text @returns {string | undefined} */
function findVersion(text) {
  return /\d+\.\d+\.\d+/.exec(text)?.[0];
}

/** Negative when `a` is older than `b`. @param {string} a @param {string} b @returns {number} */
function compareVersions(a, b) {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Whether what a tool printed is a version that serves: at least `min`, and of `min`'s major.
 * @param {string} printed @param {string} min @returns {boolean}
 */
function isGoodEnough(printed, min) {
  const found = findVersion(printed);
  if (found === undefined) return false;
  return found.split(".")[0] === min.split(".")[0] && compareVersions(found, min) >= 0;
}

module.exports = { findVersion, compareVersions, isGoodEnough };
