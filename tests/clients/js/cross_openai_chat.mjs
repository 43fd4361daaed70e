// The official openai package, chat completions, with every provider.

import OpenAI from "openai";
import { Broken, RECORD, SYSTEM, TOOLS, base, run } from "./cross.mjs";

const client = new OpenAI({ baseURL: `${base}/v1`, apiKey: "sk-client", maxRetries: 0 });
const FINISH = { stop: "stop", length: "length", tool_calls: "calls", content_filter: "refusal" };

function optionsOf(wants) {
  const options = {};
  if (wants.tools) options.tools = TOOLS.map(([name, description, parameters]) => ({ type: "function", function: { name, description, parameters } }));
  if (wants.schema) options.response_format = { type: "json_schema", json_schema: { name: "record", strict: true, schema: RECORD } };
  if (wants.thinking) options.reasoning_effort = "low";
  if (wants.limit) options.max_completion_tokens = wants.limit;
  return options;
}

// One delta to the message, as agents gather it: texts grow, lists grow, calls by their index.
function add(message, { role, tool_calls = [], ...rest }) {
  for (const [key, value] of Object.entries(rest)) if (value !== null) message[key] = message[key] ? message[key].concat(value) : value;
  for (const { index, function: said = {}, ...more } of tool_calls) {
    message.tool_calls ??= [];
    const call = (message.tool_calls[index] ??= { type: "function", function: { name: "", arguments: "" } });
    Object.assign(call, more);
    call.function.name += said.name ?? "";
    call.function.arguments += said.arguments ?? "";
  }
}

class Talk {
  constructor(model, stream, wants) {
    this.fixed = { model, ...optionsOf(wants) };
    this.stream = stream;
    this.messages = [{ role: "system", content: SYSTEM }];
  }

  say(text, image) {
    const parts = [{ type: "text", text }, { type: "image_url", image_url: { url: `data:image/png;base64,${image}` } }];
    this.messages.push({ role: "user", content: image ? parts : text });
    return this.ask();
  }

  results(texts) {
    this.calls.forEach((call, index) => this.messages.push({ role: "tool", tool_call_id: call.id, content: texts[index] }));
    return this.ask();
  }

  async ask() {
    const { message, finish, usage } = this.stream ? await this.streamed() : await this.whole();
    this.messages.push(message);
    this.calls = message.tool_calls ?? [];
    return {
      text: message.content ?? "",
      thinking: message.reasoning_content ?? "",
      calls: this.calls.map((call) => ({ name: call.function.name, args: JSON.parse(call.function.arguments) })),
      finish: message.refusal ? "refusal" : FINISH[finish],
      input: usage.prompt_tokens,
      output: usage.completion_tokens,
    };
  }

  async whole() {
    const reply = await client.chat.completions.create({ messages: this.messages, ...this.fixed });
    return { message: reply.choices[0].message, finish: reply.choices[0].finish_reason, usage: reply.usage };
  }

  async streamed() {
    const message = { role: "assistant", content: "" };
    let finish;
    let usage;
    try {
      for await (const chunk of await client.chat.completions.create({ messages: this.messages, stream: true, stream_options: { include_usage: true }, ...this.fixed })) {
        usage = chunk.usage ?? usage;
        for (const choice of chunk.choices) {
          add(message, choice.delta);
          finish = choice.finish_reason ?? finish;
        }
      }
    } catch (error) {
      if (!message.content) throw error;
      throw new Broken(message.content, error.message);
    }
    return { message, finish, usage };
  }
}

await run({
  name: "openai chat (JavaScript)",
  seals: () => true,
  talk: (target, stream, wants) => new Talk(target, stream, wants),
});
