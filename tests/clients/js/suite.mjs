// The little runner of the JavaScript client tests: cases in order, ok and FAIL lines, a count at the end.

import assert from "node:assert/strict";

export const [base, provider] = process.argv.slice(2);
export const TEXT = "The sky is blue é.";
export { assert };

export async function seen() {
  return (await fetch(`${provider}/_seen`)).json();
}

// The provider noticed within two seconds that its reader is gone.
export async function wasAborted(model) {
  for (let tries = 0; tries < 100; tries++) {
    if ((await seen()).aborted.includes(model)) return true;
    await new Promise((done) => setTimeout(done, 20));
  }
  return false;
}

export async function all(stream) {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
}

// `cases`: name -> async function.
export async function run(prefix, cases) {
  let failed = 0;
  for (const [name, test] of Object.entries(cases)) {
    try {
      await test();
      console.log(`ok ${prefix}: ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAIL ${prefix}: ${name}\n    ${String(error.stack).split("\n").slice(0, 8).join("\n    ")}`);
    }
  }
  console.log(`${prefix}: ${Object.keys(cases).length - failed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}
