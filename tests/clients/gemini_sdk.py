"""The official google-genai package against the daemon."""

from google import genai
from google.genai import errors, types
from suite import BASE, TEXT, case, raises, run, seen, was_aborted


def connect(**options):
    return genai.Client(api_key="AIza-client", http_options=types.HttpOptions(base_url=BASE, **options))


client = connect()
ASK = "What colour is the sky?"
TOOL = types.Tool(function_declarations=[types.FunctionDeclaration(name="weather", parameters_json_schema={"type": "object"})])
WITH_TOOL = types.GenerateContentConfig(tools=[TOOL], automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True))


@case
def generate():
    reply = client.models.generate_content(model="gemini-2.5-flash", contents=ASK)
    assert reply.text == TEXT
    assert reply.usage_metadata.prompt_token_count == 9


@case
def stream():
    chunks = list(client.models.generate_content_stream(model="gemini-2.5-flash", contents=ASK))
    assert "".join(chunk.text or "" for chunk in chunks) == TEXT


@case
def tools():
    reply = client.models.generate_content(model="gemini-2.5-flash", contents=ASK, config=WITH_TOOL)
    assert (reply.function_calls[0].name, reply.function_calls[0].args) == ("weather", {"city": "Oslo"})


@case
def tools_stream():
    chunks = list(client.models.generate_content_stream(model="gemini-2.5-flash", contents=ASK, config=WITH_TOOL))
    assert chunks[0].function_calls[0].args == {"city": "Oslo"}


@case
def embeddings():
    reply = client.models.embed_content(model="gemini-embedding-001", contents=["a", "b"])
    assert [row.values for row in reply.embeddings] == [[0.25, -0.5, 1.0]] * 2


@case
def count_tokens():
    assert client.models.count_tokens(model="gemini-2.5-flash", contents=ASK).total_tokens == 9


@case
def error():
    found = raises(errors.ClientError, lambda: client.models.generate_content(model="py-gemini-missing", contents=ASK))
    assert (found.code, found.status) == (404, "NOT_FOUND")


@case
def retry():
    patient = connect(retry_options=types.HttpRetryOptions(attempts=3, initial_delay=0.05, http_status_codes=[429]))
    assert patient.models.generate_content(model="py-gemini-flaky", contents=ASK).text == TEXT
    assert seen()["requests"]["py-gemini-flaky"] == 2


@case
def timeout():
    hasty = connect(timeout=500, retry_options=types.HttpRetryOptions(attempts=1))
    found = raises(Exception, lambda: hasty.models.generate_content(model="py-gemini-slow", contents=ASK))
    assert type(found).__name__ == "ReadTimeout"
    assert was_aborted("py-gemini-slow")


@case
def abort():
    chunks = client.models.generate_content_stream(model="py-gemini-endless", contents=ASK)
    next(chunks)
    chunks.close()
    assert was_aborted("py-gemini-endless")


run("google-genai (Python)")
