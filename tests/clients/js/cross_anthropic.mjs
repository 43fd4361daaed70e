// The official @anthropic-ai/sdk package with every provider.

import Anthropic from "@anthropic-ai/sdk";
import { Broken, RECORD, SYSTEM, TOOLS, base, run } from "./cross.mjs";

const client = new Anthropic({ baseURL: base, apiKey: "sk-ant-client", maxRetries: 0 });
const FINISH = { end_turn: "stop", max_tokens: "length", tool_use: "calls", refusal: "refusal" };

function optionsOf(wants, target) {
  const options = { max_tokens: wants.limit ?? 4096, system: SYSTEM };
  if (wants.tools) options.tools = TOOLS.map(([name, description, input_schema]) => ({ name, description, input_schema }));
  if (wants.schema) options.output_config = { format: { type: "json_schema", schema: RECORD } };
  if (wants.thinking) options.thinking = target === "x-claude" ? { type: "adaptive" } : { type: "enabled", budget_tokens: 1024 };
  return options;
}

class Talk {
  constructor(model, stream, wants) {
    this.fixed = { model, ...optionsOf(wants, model) };
    this.stream = stream;
    this.messages = [];
  }

  say(text, image) {
    const shown = { type: "image", source: { type: "base64", media_type: "image/png", data: image } };
    this.messages.push({ role: "user", content: image ? [shown, { type: "text", text }] : text });
    return this.ask();
  }

  results(texts) {
    const content = this.calls.map((call, index) => ({ type: "tool_result", tool_use_id: call.id, content: texts[index] }));
    this.messages.push({ role: "user", content });
    return this.ask();
  }

  async ask() {
    const asked = { messages: this.messages, ...this.fixed };
    const reply = this.stream ? await this.streamed(asked) : await client.messages.create(asked);
    const of = (type) => reply.content.filter((block) => block.type === type);
    this.messages.push({ role: "assistant", content: reply.content });
    this.calls = of("tool_use");
    return {
      text: of("text").map((block) => block.text).join(""),
      thinking: of("thinking").map((block) => block.thinking).join(""),
      calls: this.calls.map((call) => ({ name: call.name, args: call.input })),
      finish: FINISH[reply.stop_reason],
      input: reply.usage.input_tokens + (reply.usage.cache_read_input_tokens ?? 0) + (reply.usage.cache_creation_input_tokens ?? 0),
      output: reply.usage.output_tokens,
    };
  }

  async streamed(asked) {
    const stream = client.messages.stream(asked);
    let text = "";
    let begun = false;
    try {
      for await (const event of stream) {
        begun = true;
        if (event.type === "content_block_delta" && event.delta.type === "text_delta") text += event.delta.text;
      }
      return await stream.finalMessage();
    } catch (error) {
      if (!begun) throw error;
      throw new Broken(text, error.message);
    }
  }
}

await run({
  name: "anthropic (JavaScript)",
  seals: () => true,
  talk: (target, stream, wants) => new Talk(target, stream, wants),
});
