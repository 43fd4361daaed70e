// The official @google/genai package with every provider.

import { GoogleGenAI } from "@google/genai";
import { Broken, RECORD, SYSTEM, TOOLS, base, run } from "./cross.mjs";

const client = new GoogleGenAI({ apiKey: "AIza-client", httpOptions: { baseUrl: base } });

function configOf(wants) {
  const config = { systemInstruction: SYSTEM };
  if (wants.tools) config.tools = [{ functionDeclarations: TOOLS.map(([name, description, parametersJsonSchema]) => ({ name, description, parametersJsonSchema })) }];
  if (wants.schema) Object.assign(config, { responseMimeType: "application/json", responseJsonSchema: RECORD });
  if (wants.thinking) config.thinkingConfig = { includeThoughts: true, thinkingBudget: 1024 };
  if (wants.limit) config.maxOutputTokens = wants.limit;
  return config;
}

function finishOf(reply, calls) {
  const word = reply.candidates?.[0]?.finishReason;
  if (!word) return reply.promptFeedback?.blockReason ? "refusal" : "none";
  return calls.length && word === "STOP" ? "calls" : { STOP: "stop", MAX_TOKENS: "length", SAFETY: "refusal" }[word];
}

class Talk {
  constructor(model, stream, wants) {
    this.fixed = { model, config: configOf(wants) };
    this.stream = stream;
    this.contents = [];
  }

  say(text, image) {
    const shown = { inlineData: { mimeType: "image/png", data: image } };
    this.contents.push({ role: "user", parts: image ? [{ text }, shown] : [{ text }] });
    return this.ask();
  }

  results(texts) {
    const parts = this.calls.map((call, index) => ({ functionResponse: { id: call.id, name: call.name, response: { output: texts[index] } } }));
    this.contents.push({ role: "user", parts });
    return this.ask();
  }

  async ask() {
    const asked = { contents: this.contents, ...this.fixed };
    const { parts, last } = this.stream ? await this.streamed(asked) : await this.whole(asked);
    if (parts.length) this.contents.push({ role: "model", parts });
    this.calls = parts.filter((part) => part.functionCall).map((part) => part.functionCall);
    const usage = last.usageMetadata;
    return {
      text: parts.filter((part) => part.text && !part.thought).map((part) => part.text).join(""),
      thinking: parts.filter((part) => part.text && part.thought).map((part) => part.text).join(""),
      calls: this.calls.map((call) => ({ name: call.name, args: call.args ?? {} })),
      finish: finishOf(last, this.calls),
      input: usage.promptTokenCount,
      output: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
    };
  }

  async whole(asked) {
    const reply = await client.models.generateContent(asked);
    return { parts: reply.candidates?.[0]?.content?.parts ?? [], last: reply };
  }

  async streamed(asked) {
    const parts = [];
    let last;
    try {
      for await (const chunk of await client.models.generateContentStream(asked)) {
        parts.push(...(chunk.candidates?.[0]?.content?.parts ?? []));
        last = chunk;
      }
    } catch (error) {
      if (!last) throw error;
      throw new Broken(parts.map((part) => part.text ?? "").join(""), error.message);
    }
    return { parts: parts.filter((part) => part.text !== "" || part.thoughtSignature), last };
  }
}

await run({
  name: "@google/genai (JavaScript)",
  seals: () => true,
  talk: (target, stream, wants) => new Talk(target, stream, wants),
});
