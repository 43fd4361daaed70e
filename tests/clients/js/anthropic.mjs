// The official @anthropic-ai/sdk package against the daemon.

import Anthropic from "@anthropic-ai/sdk";
import { TEXT, assert, base, run, seen, wasAborted } from "./suite.mjs";

const client = new Anthropic({ baseURL: base, apiKey: "sk-ant-client", maxRetries: 2 });
const messages = [{ role: "user", content: "What colour is the sky?" }];
const tools = [{ name: "weather", input_schema: { type: "object", properties: {} } }];
const ask = (model, more = {}, options = {}) => client.messages.create({ model, max_tokens: 99, messages, ...more }, options);

await run("anthropic (JavaScript)", {
  async messages() {
    const reply = await ask("claude-haiku-4-5");
    assert.equal(reply.content[0].text, TEXT);
    assert.equal(reply.usage.input_tokens, 9);
  },
  async stream() {
    const stream = client.messages.stream({ model: "claude-haiku-4-5", max_tokens: 99, messages });
    const final = await stream.finalMessage();
    assert.equal(final.content[0].text, TEXT);
    assert.equal(final.usage.output_tokens, 5);
  },
  async tools() {
    assert.deepEqual((await ask("claude-haiku-4-5", { tools })).content[0].input, { city: "Oslo" });
  },
  async "tools, streamed"() {
    const final = await client.messages.stream({ model: "claude-haiku-4-5", max_tokens: 99, messages, tools }).finalMessage();
    assert.deepEqual(final.content[0].input, { city: "Oslo" });
  },
  async "count tokens"() {
    assert.equal((await client.messages.countTokens({ model: "claude-haiku-4-5", messages })).input_tokens, 9);
  },
  async error() {
    await assert.rejects(ask("js-anthropic-missing"), (error) => error.status === 404 && error.error.error.type === "not_found_error");
    assert.equal((await seen()).requests["js-anthropic-missing"], 1);
  },
  async retry() {
    assert.equal((await ask("js-anthropic-flaky")).content[0].text, TEXT);
    assert.equal((await seen()).requests["js-anthropic-flaky"], 2);
  },
  async timeout() {
    await assert.rejects(ask("js-anthropic-slow", {}, { timeout: 500, maxRetries: 0 }), Anthropic.APIConnectionTimeoutError);
    assert.ok(await wasAborted("js-anthropic-slow"));
  },
  async abort() {
    const stream = await ask("js-anthropic-endless", { stream: true });
    for await (const _ of stream) break;
    assert.ok(await wasAborted("js-anthropic-endless"));
  },
});
