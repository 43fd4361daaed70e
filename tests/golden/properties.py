#!/usr/bin/env python3
"""What must hold for any chat: there and back through every format all words are there, in order; converted twice it stays the same.

Chats are made at random from a seed, every text, argument and result with a word of its own. Prints `N passed, N failed`.
"""

import argparse
import json
import pathlib
import random
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
CHATS = 24
OTHERS = {"anthropic": "claude-sonnet-4-5", "openai_responses": "gpt-4o", "gemini": "gemini-2.5-flash", "ollama": "llama3.2"}
WORD = re.compile(r"w[0-9]+x")
ODD = ["\\u0000", "\\ud83d\\ude00", "é", "\\n", "\\\"", "\\\\", "1e400", "\\/"]


class Maker:
    """A chat in OpenAI's form, as text: what is odd in strings must not be touched."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.count = 0

    def word(self):
        self.count += 1
        return f"w{self.count}x{self.random.choice(ODD)}"

    def call(self):
        inside = f'{{"{"k" * self.random.randint(1, 3)}": "{self.word()}", "n": 9007199254740993.0}}'
        arguments = inside.replace("\\", "\\\\").replace('"', '\\"')
        self.calls.append(f"call_{self.count}")
        return f'{{"id":"{self.calls[-1]}","type":"function","function":{{"name":"tool_{self.random.randint(1, 3)}","arguments":"{arguments}"}}}}'

    def turn(self):
        """A question, and an answer with text, calls or both, and their results."""
        yield f'{{"role":"user","content":"{self.word()}"}}'
        self.calls = []
        text = f'"{self.word()}"' if self.random.random() < 0.7 else "null"
        calls = [self.call() for _ in range(self.random.randint(0 if text != "null" else 1, 3))]
        yield f'{{"role":"assistant","content":{text}' + (f',"tool_calls":[{",".join(calls)}]' if calls else "") + "}"
        for name in self.calls:
            yield f'{{"role":"tool","tool_call_id":"{name}","content":"{self.word()}"}}'

    def chat(self):
        messages = [f'{{"role":"system","content":"{self.word()}"}}']
        for _ in range(self.random.randint(1, 4)):
            messages += self.turn()
        messages.append(f'{{"role":"user","content":"{self.word()}"}}')
        tools = ",".join(f'{{"type":"function","function":{{"name":"tool_{n}","parameters":{{"type":"object","properties":{{}}}}}}}}' for n in (1, 2, 3))
        return f'{{"model":"m","max_tokens":100,"messages":[{",".join(messages)}],"tools":[{tools}]}}'


def convert(binary, client, provider, model, text):
    done = subprocess.run([binary, "request", client, provider, model, "whole"], input=text.encode(), capture_output=True, check=False, timeout=60)
    if done.returncode:
        return None, done.stderr.decode("utf-8", "replace")
    return done.stdout.decode().split("\n")[1], ""


def words_of(text):
    """In the order in which the messages say them."""
    return WORD.findall(json.dumps(json.loads(text, parse_int=str, parse_float=str)))


def there_and_back(binary, text, other, model):
    there, wrong = convert(binary, "openai_chat", other, model, text)
    if there is None:
        return wrong
    back, wrong = convert(binary, other, "openai_chat", "gpt-4o", there)
    if back is None:
        return f"{wrong}\n{there}"
    if words_of(back) != words_of(text):
        return f"words {words_of(text)} became {words_of(back)}\n{there}\n{back}"
    numbers = [len(re.findall(r"9007199254740993\.0", one)) for one in (text, there, back)]
    return None if len(set(numbers)) == 1 else f"a number was changed: {numbers}\n{there}"


def twice(binary, text, other, model):
    once, wrong = convert(binary, "openai_chat", other, model, text)
    again, wrong = (None, wrong) if once is None else convert(binary, other, other, model, once)
    if again is None:
        return wrong
    thrice, wrong = convert(binary, other, other, model, again)
    return None if again == thrice else f"{again}\nbecame\n{thrice or wrong}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=str(HERE.parents[1] / ".build/asan/golden/convert"))
    parser.add_argument("--chats", type=int, default=CHATS)
    options = parser.parse_args()
    passed = failed = 0
    for seed in range(options.chats):
        text = Maker(seed).chat()
        for other, model in OTHERS.items():
            for name, check in (("there and back", there_and_back), ("twice", twice)):
                wrong = check(options.binary, text, other, model)
                passed += not wrong
                failed += bool(wrong)
                if wrong and failed < 5:
                    print(f"FAILED {name} through {other}, chat {seed}: {wrong}\n{text}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
