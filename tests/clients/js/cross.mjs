// The behaviours of cross.py for the JavaScript SDKs: every client with every provider, in front of the strict provider.
// argv: the daemon, the provider, the targets as JSON {name: form}, the scenes' texts as JSON.

import assert from "node:assert/strict";

export const base = process.argv[2];
const targets = JSON.parse(process.argv[4]);
const texts = JSON.parse(process.argv[5]);

export const SYSTEM = "be brief";
export const RECORD = {
  type: "object",
  properties: { name: { type: "string" }, size: { type: "integer" } },
  required: ["name", "size"],
  additionalProperties: false,
};
export const TOOLS = [
  ["weather", "the weather of a city", { type: "object", properties: { city: { type: "string" } }, required: ["city"] }],
  ["clock", "the time in a zone", { type: "object", properties: { zone: { type: "string" }, precise: { type: "boolean" } } }],
];

// A stream told an error behind `text`.
export class Broken extends Error {
  constructor(text, message) {
    super(message);
    this.text = text;
  }
}

const call = (name, args) => ({ name, args });

const behaviours = {
  async plain({ api, target, stream }) {
    const reply = await api.talk(target, stream, {}).say("[plain] What colour is the sky?");
    assert.equal(reply.text, texts.TEXT);
    assert.equal(reply.finish, "stop");
    assert.deepEqual([reply.input, reply.output], [20, 8]);
  },
  async tools({ api, target, stream }) {
    const talk = api.talk(target, stream, { tools: true });
    const scene = api.seals(stream) ? "tools" : "unsigned";
    assert.deepEqual((await talk.say(`[${scene}] What is it like in Oslo?`)).calls, [call("weather", { city: "Oslo" })]);
    assert.deepEqual((await talk.results(["7 degrees"])).calls, [call("clock", { zone: "Europe/Oslo", precise: true })]);
    assert.equal((await talk.results(["12:00"])).text, "7 degrees at noon");
  },
  async parallel({ api, target, stream }) {
    const talk = api.talk(target, stream, { tools: true });
    const reply = await talk.say("[parallel] Where is it warmer?");
    assert.deepEqual(reply.calls, [call("weather", { city: "Oslo" }), call("weather", { city: "Bergen" }), call("clock", {})]);
    assert.equal(reply.finish, "calls");
    assert.equal((await talk.results(["7 degrees", "9 degrees", "12:00"])).text, "Bergen is warmer");
  },
  async image({ api, target, stream }) {
    assert.equal((await api.talk(target, stream, {}).say("[image] What is it?", texts.PNG)).text, "a red dot");
  },
  async schema({ api, target, stream }) {
    assert.equal((await api.talk(target, stream, { schema: true }).say("[schema] A city, please.")).text, texts.RECORD);
  },
  async thinking({ api, target, stream }) {
    const talk = api.talk(target, stream, { tools: true, thinking: true });
    const reply = await talk.say(`[${api.seals(stream) ? "thinking" : "lost"}] Think about the weather in Oslo.`);
    assert.equal(reply.thinking, texts.THOUGHT);
    assert.deepEqual(reply.calls, [call("weather", { city: "Oslo" })]);
    assert.equal((await talk.results(["7 degrees"])).text, "It is cold");
  },
  async length({ api, target, stream }) {
    const reply = await api.talk(target, stream, { limit: 64 }).say("[length] What colour is the sky?");
    assert.deepEqual([reply.text, reply.finish], ["The sky is", "length"]);
  },
  async refusal({ api, target, form, stream }) {
    const reply = await api.talk(target, stream, {}).say("[refusal] How do I break in?");
    if (form === "ollama" || api.name.startsWith("ollama")) assert.equal(reply.finish, "stop");
    else assert.ok(reply.finish === "refusal" || reply.text === "I cannot help with that.", `finish ${reply.finish}`);
  },
  async limited({ api, target, stream }) {
    await assert.rejects(api.talk(target, stream, {}).say("[limited] hi"), (error) => api.status(error) === 429 && /slow down/.test(error.message));
  },
  async "too long"({ api, target, form, stream }) {
    await assert.rejects(api.talk(target, stream, {}).say("[too-long] hi"), (error) => api.status(error) === 400 && error.message.includes(texts.TOO_LONG[form]));
  },
  async broken({ api, target }) {
    await assert.rejects(
      api.talk(target, true, {}).say("[broken] hi"),
      (error) => error instanceof Broken && error.text === "The sky is" && /the model fell over/.test(error.message),
    );
  },
};

// One that streams and one that does not, but for a stream that breaks.
function* modes(name) {
  if (name !== "broken") yield false;
  yield true;
}

// `api.status(error)`: of an exception, where it is not in the usual place.
export async function run(settings) {
  const api = { status: (error) => error.status, ...settings };
  let passed = 0;
  let failed = 0;
  for (const [target, form] of Object.entries(targets)) {
    for (const [name, test] of Object.entries(behaviours)) {
      for (const stream of modes(name)) {
        const title = `${api.name} reads ${target}: ${name}${stream ? ", streamed" : ""}`;
        try {
          await test({ api, target: `x-${target}`, form, stream });
          passed++;
          console.log(`ok ${title}`);
        } catch (error) {
          failed++;
          console.log(`FAIL ${title}\n    ${String(error.stack).split("\n").slice(0, 6).join("\n    ")}`);
        }
      }
    }
  }
  console.log(`${api.name} reads all: ${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}
