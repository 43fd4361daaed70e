// The official openai package, Responses, with every provider.

import OpenAI from "openai";
import { Broken, RECORD, SYSTEM, TOOLS, base, run } from "./cross.mjs";

const client = new OpenAI({ baseURL: `${base}/v1`, apiKey: "sk-client", maxRetries: 0 });

function optionsOf(wants) {
  const options = { store: false, include: ["reasoning.encrypted_content"], instructions: SYSTEM };
  if (wants.tools) options.tools = TOOLS.map(([name, description, parameters]) => ({ type: "function", name, description, parameters, strict: false }));
  if (wants.schema) options.text = { format: { type: "json_schema", name: "record", strict: true, schema: RECORD } };
  if (wants.thinking) options.reasoning = { effort: "low", summary: "auto" };
  if (wants.limit) options.max_output_tokens = wants.limit;
  return options;
}

function finishOf(reply) {
  if (reply.status === "incomplete") return { max_output_tokens: "length", content_filter: "refusal" }[reply.incomplete_details.reason];
  if (reply.output.some((item) => item.content?.some((part) => part.type === "refusal"))) return "refusal";
  return reply.output.some((item) => item.type === "function_call") ? "calls" : "stop";
}

class Talk {
  constructor(model, stream, wants) {
    this.fixed = { model, ...optionsOf(wants) };
    this.stream = stream;
    this.items = [];
  }

  say(text, image) {
    const parts = [{ type: "input_text", text }, { type: "input_image", image_url: `data:image/png;base64,${image}`, detail: "auto" }];
    this.items.push({ role: "user", content: image ? parts : text });
    return this.ask();
  }

  results(texts) {
    this.calls.forEach((call, index) => this.items.push({ type: "function_call_output", call_id: call.call_id, output: texts[index] }));
    return this.ask();
  }

  async ask() {
    const asked = { input: this.items, ...this.fixed };
    const reply = this.stream ? await this.streamed(asked) : await client.responses.create(asked);
    this.items.push(...reply.output);
    this.calls = reply.output.filter((item) => item.type === "function_call");
    return {
      text: reply.output_text,
      thinking: reply.output.flatMap((item) => (item.type === "reasoning" ? item.summary.map((part) => part.text) : [])).join(""),
      calls: this.calls.map((call) => ({ name: call.name, args: JSON.parse(call.arguments) })),
      finish: finishOf(reply),
      input: reply.usage.input_tokens,
      output: reply.usage.output_tokens,
    };
  }

  // The SDK itself throws at an event named error.
  async streamed(asked) {
    let text = "";
    let done;
    const stream = await client.responses.create({ ...asked, stream: true });
    try {
      for await (const event of stream) {
        if (event.type === "response.output_text.delta") text += event.delta;
        if (event.type === "response.failed") throw new Error(event.response.error.message);
        if (event.type === "response.completed" || event.type === "response.incomplete") done = event.response;
      }
    } catch (error) {
      throw new Broken(text, error.message);
    }
    return { ...done, output_text: text };
  }
}

await run({
  name: "openai responses (JavaScript)",
  seals: () => true,
  talk: (target, stream, wants) => new Talk(target, stream, wants),
});
