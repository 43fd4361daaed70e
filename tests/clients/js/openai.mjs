// The official openai package against the daemon.

import OpenAI from "openai";
import { TEXT, all, assert, base, run, seen, wasAborted } from "./suite.mjs";

const client = new OpenAI({ baseURL: `${base}/v1`, apiKey: "sk-client", maxRetries: 2 });
const messages = [{ role: "user", content: "What colour is the sky?" }];
const tools = [{ type: "function", function: { name: "weather", parameters: { type: "object", properties: {} } } }];
const ask = (model, more = {}, options = {}) => client.chat.completions.create({ model, messages, ...more }, options);

await run("openai (JavaScript)", {
  async chat() {
    const reply = await ask("gpt-4o");
    assert.equal(reply.choices[0].message.content, TEXT);
    assert.equal(reply.usage.prompt_tokens, 9);
  },
  async stream() {
    const chunks = await all(await ask("gpt-4o", { stream: true }));
    assert.equal(chunks.map((chunk) => chunk.choices[0].delta.content ?? "").join(""), TEXT);
    assert.ok(chunks.every((chunk) => !chunk.usage));
  },
  async tools() {
    const reply = await ask("gpt-4o", { tools });
    assert.deepEqual(JSON.parse(reply.choices[0].message.tool_calls[0].function.arguments), { city: "Oslo" });
  },
  async "tools, streamed"() {
    const final = await client.chat.completions.stream({ model: "gpt-4o", messages, tools }).finalChatCompletion();
    assert.equal(final.choices[0].message.tool_calls[0].function.name, "weather");
  },
  async "responses, streamed"() {
    const events = await all(await client.responses.create({ model: "gpt-5", input: "hi", stream: true }));
    assert.equal(events.at(-1).type, "response.completed");
  },
  async embeddings() {
    const reply = await client.embeddings.create({ model: "text-embedding-3-small", input: "a" });
    assert.deepEqual(Array.from(reply.data[0].embedding), [0.25, -0.5, 1]);
  },
  async error() {
    await assert.rejects(ask("js-openai-missing"), (error) => error.status === 404 && error.code === "model_not_found");
    assert.equal((await seen()).requests["js-openai-missing"], 1);
  },
  async retry() {
    assert.equal((await ask("js-openai-flaky")).choices[0].message.content, TEXT);
    assert.equal((await seen()).requests["js-openai-flaky"], 2);
  },
  async timeout() {
    await assert.rejects(ask("js-openai-slow", {}, { timeout: 500, maxRetries: 0 }), OpenAI.APIConnectionTimeoutError);
    assert.ok(await wasAborted("js-openai-slow"));
  },
  async abort() {
    const stream = await ask("js-openai-endless", { stream: true });
    for await (const _ of stream) break;
    assert.ok(await wasAborted("js-openai-endless"));
  },
});
