// The official @google/genai package against the daemon.

import { GoogleGenAI } from "@google/genai";
import { TEXT, all, assert, base, run, seen, wasAborted } from "./suite.mjs";

const client = new GoogleGenAI({ apiKey: "AIza-client", httpOptions: { baseUrl: base } });
const contents = "What colour is the sky?";
const tools = [{ functionDeclarations: [{ name: "weather", parametersJsonSchema: { type: "object" } }] }];

await run("@google/genai (JavaScript)", {
  async generate() {
    const reply = await client.models.generateContent({ model: "gemini-2.5-flash", contents });
    assert.equal(reply.text, TEXT);
    assert.equal(reply.usageMetadata.promptTokenCount, 9);
  },
  async stream() {
    const chunks = await all(await client.models.generateContentStream({ model: "gemini-2.5-flash", contents }));
    assert.equal(chunks.map((chunk) => chunk.text ?? "").join(""), TEXT);
  },
  async tools() {
    const reply = await client.models.generateContent({ model: "gemini-2.5-flash", contents, config: { tools } });
    assert.deepEqual(reply.functionCalls[0].args, { city: "Oslo" });
  },
  async embeddings() {
    const reply = await client.models.embedContent({ model: "gemini-embedding-001", contents: ["a"] });
    assert.deepEqual(reply.embeddings[0].values, [0.25, -0.5, 1]);
  },
  async error() {
    const ask = client.models.generateContent({ model: "js-gemini-missing", contents });
    await assert.rejects(ask, (error) => error.status === 404);
  },
  async retry() {
    const config = { httpOptions: { retryOptions: { attempts: 3 } } };
    const reply = await client.models.generateContent({ model: "js-gemini-flaky", contents, config });
    assert.equal(reply.text, TEXT);
    assert.equal((await seen()).requests["js-gemini-flaky"], 2);
  },
  async timeout() {
    const config = { httpOptions: { timeout: 500 } };
    await assert.rejects(client.models.generateContent({ model: "js-gemini-slow", contents, config }));
    assert.ok(await wasAborted("js-gemini-slow"));
  },
  async abort() {
    const stopper = new AbortController();
    const config = { abortSignal: stopper.signal };
    const stream = await client.models.generateContentStream({ model: "js-gemini-endless", contents, config });
    await stream.next();
    stopper.abort();
    assert.ok(await wasAborted("js-gemini-endless"));
  },
});
