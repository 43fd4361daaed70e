// The official ollama package with every provider.

import { Ollama } from "ollama";
import { Broken, RECORD, SYSTEM, TOOLS, base, run } from "./cross.mjs";

const client = new Ollama({ host: base });

function optionsOf(wants) {
  const options = {};
  if (wants.tools) options.tools = TOOLS.map(([name, description, parameters]) => ({ type: "function", function: { name, description, parameters } }));
  if (wants.schema) options.format = RECORD;
  if (wants.thinking) options.think = true;
  if (wants.limit) options.options = { num_predict: wants.limit };
  return options;
}

class Talk {
  constructor(model, stream, wants) {
    this.fixed = { model, ...optionsOf(wants) };
    this.stream = stream;
    this.messages = [{ role: "system", content: SYSTEM }];
  }

  say(content, image) {
    this.messages.push({ role: "user", content, ...(image ? { images: [image] } : {}) });
    return this.ask();
  }

  results(texts) {
    this.calls.forEach((call, index) => this.messages.push({ role: "tool", tool_name: call.function.name, content: texts[index] }));
    return this.ask();
  }

  async ask() {
    const asked = { messages: this.messages, ...this.fixed };
    const { message, last } = this.stream ? await this.streamed(asked) : await this.whole(asked);
    this.messages.push(message);
    this.calls = message.tool_calls ?? [];
    return {
      text: message.content,
      thinking: message.thinking ?? "",
      calls: this.calls.map((call) => ({ name: call.function.name, args: call.function.arguments })),
      finish: this.calls.length && last.done_reason === "stop" ? "calls" : last.done_reason,
      input: last.prompt_eval_count,
      output: last.eval_count,
    };
  }

  async whole(asked) {
    const reply = await client.chat(asked);
    return { message: reply.message, last: reply };
  }

  async streamed(asked) {
    const message = { role: "assistant", content: "", thinking: "", tool_calls: [] };
    const stream = await client.chat({ ...asked, stream: true });
    let last;
    try {
      for await (const row of stream) {
        message.content += row.message.content;
        message.thinking += row.message.thinking ?? "";
        message.tool_calls.push(...(row.message.tool_calls ?? []));
        last = row;
      }
    } catch (error) {
      throw new Broken(message.content, error.message);
    }
    return { message, last };
  }
}

await run({
  name: "ollama (JavaScript)",
  seals: () => false,
  status: (error) => error.status_code,
  talk: (target, stream, wants) => new Talk(target, stream, wants),
});
