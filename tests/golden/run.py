#!/usr/bin/env python3
"""Converts what each case gives and compares it with what the case says must come out. Prints `N passed, N failed`.

A case file holds cases, each begun by a line `## what must hold`:

    @for                               the client's request that a reply answers (may be left out)
    @request CLIENT PROVIDER MODEL [stream|count]
    @reply PROVIDER CLIENT             a whole reply
    @count PROVIDER CLIENT             a provider's reply to a request with count: @exactly what the client gets
    @error PROVIDER                    its error: @exactly what it means, its code and its message
    @stream PROVIDER CLIENT [FRAMING]  a stream (FRAMING of the provider: sse, lines or array; sse when left out)
    @gives [PATH]                      JSON (compared by value, numbers by their text) or, of a stream, its events
                                       (an object with a member "..." may have others than those that are named)
    @exactly                           instead: these bytes, less the line ends around
    @dropped NAMES                     with @gives of a request: the fields that are left out
    @beta NAMES                        with @gives of a request: what anthropic-beta has to name
    @fails TEXT                        instead: the conversion is refused, and says this

Every stream is converted again cut into pieces of 1, 2, 3, 7 and 64 bytes: the client must get the same bytes each time.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SPLITS = (1, 2, 3, 7, 64)
WHOLE = 1 << 30


class Number(str):
    """A number by its text: 1.0 and 1 are not the same."""


def parse(text):
    return json.loads(text, parse_float=Number, parse_int=Number, parse_constant=Number)


def parts_of(case):
    """[(directive, arguments, text below it)]"""
    found, name, lines = [], None, []
    for line in case.splitlines():
        if line.startswith("@"):
            if name:
                found.append((*name, "\n".join(lines)))
            word, _, rest = line[1:].partition(" ")
            name, lines = (word, rest.strip()), []
        else:
            lines.append(line)
    if name:
        found.append((*name, "\n".join(lines)))
    return found


def cases_in(path):
    for part in re.split(r"^## ", path.read_text("utf-8"), flags=re.M)[1:]:
        title, _, body = part.partition("\n")
        yield f"{path.parent.name}/{path.stem}: {title.strip()}", parts_of(body)


def run(binary, arguments, given):
    done = subprocess.run([binary, *arguments], input=given.encode("utf-8", "surrogatepass"), capture_output=True, check=False, timeout=60)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def events_of(text):
    """The events of a stream of any framing: (name, parsed data or text)."""
    text = text.strip()
    if text.startswith("["):
        return [("", item) for item in parse(text)]
    if text.startswith("{"):
        return [("", parse(line)) for line in text.splitlines() if line.strip()]
    found = []
    for block in re.split(r"\n\s*\n", text):
        name, data = "", []
        for line in block.splitlines():
            if line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:"):
                data.append(line[5:].strip())
        if data:
            joined = "\n".join(data)
            found.append((name, parse(joined) if joined.startswith("{") else joined))
    return found


def difference(wanted, got, where=""):
    """The first place where two parsed values differ, or None."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        if "..." in wanted:
            wanted = {key: value for key, value in wanted.items() if key != "..."}
            got = {key: value for key, value in got.items() if key in wanted}
        for key in [*wanted, *[key for key in got if key not in wanted]]:
            if key not in got or key not in wanted:
                return f"{where}.{key}: {'missing' if key not in got else 'not expected: ' + json.dumps(got[key])[:200]}"
            found = difference(wanted[key], got[key], f"{where}.{key}")
            if found:
                return found
        return None
    if isinstance(wanted, (list, tuple)) and isinstance(got, (list, tuple)):
        for index, (left, right) in enumerate(zip(wanted, got)):
            found = difference(left, right, f"{where}[{index}]")
            if found:
                return found
        return None if len(wanted) == len(got) else f"{where}: {len(got)} items instead of {len(wanted)}: {json.dumps(got)[:300]}"
    same = type(wanted) is type(got) and wanted == got
    return None if same else f"{where}: {json.dumps(got)[:200]} instead of {json.dumps(wanted)[:200]}"


def check_request(binary, words, given, expected):
    stream = (words[3:] or ["whole"])[0]
    code, out, err = run(binary, ["request", *words[:3], stream], given)
    if "fails" in expected:
        return None if code and expected["fails"][0] in err else f"did not fail so: {err or out}"
    if code:
        return err or f"ended with {code}"
    path, body, dropped, beta = (out.split("\n") + ["", "", ""])[:4]
    if "exactly" in expected:
        return None if body == expected["exactly"][1].strip() else f"gave {body}"
    if expected["gives"][0] not in ("", path):
        return f"path {path}"
    if dropped != expected.get("dropped", ("", ""))[0]:
        return f"dropped '{dropped}'"
    if beta != expected.get("beta", ("", ""))[0]:
        return f"beta '{beta}'"
    return difference(parse(expected["gives"][1]), parse(body))


def check_plain(binary, words, given, expected):
    out = run(binary, words, given)[1]
    return None if out.strip() == expected["exactly"][1].strip() else f"gave {out}"


def check_reply(binary, kind, words, given, expected, request):
    framing = "whole" if kind == "reply" else (words[2:] or ["sse"])[0]
    arguments = ["reply", words[0], words[1], framing]
    code, out, err = run(binary, [*arguments, str(WHOLE), request], given)
    for size in SPLITS if kind == "stream" else ():
        if run(binary, [*arguments, str(size), request], given) != (code, out, err):
            return f"cut into pieces of {size} bytes it becomes something else"
    if "fails" in expected:
        if not code or expected["fails"][0] not in err:
            return f"did not fail so: {err or out}"
        wanted = expected["fails"][1].strip()
        return difference(events_of(wanted), events_of(out)) if wanted else None
    if code:
        return f"{err}after {out}"
    if "exactly" in expected:
        return None if out.strip() == expected["exactly"][1].strip() else f"gave {out}"
    wanted = expected["gives"][1]
    return difference(parse(wanted), parse(out)) if kind == "reply" else difference(events_of(wanted), events_of(out))


def check(binary, parts):
    expected = {word: (words, text) for word, words, text in parts}
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8", errors="surrogatepass") as file:
        file.write(expected.get("for", ("", ""))[1])
        file.flush()
        request = file.name if "for" in expected else "-"
        for kind in ("request", "count", "error", "reply", "stream"):
            if kind not in expected:
                continue
            words, given = expected[kind][0].split(), expected[kind][1]
            if kind == "request":
                return check_request(binary, words, given, expected)
            if kind in ("count", "error"):
                return check_plain(binary, [kind, *words], given, expected)
            return check_reply(binary, kind, words, given + ("\n\n" if kind == "stream" else ""), expected, request)
    return "it converts nothing"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(HERE.parents[1] / ".build/asan/golden/convert"))
    parser.add_argument("--only", default="", help="cases whose name contains this")
    options = parser.parse_args()
    passed = failed = 0
    for path in sorted(HERE.glob("*/*.case")):
        for name, parts in cases_in(path):
            if options.only not in name:
                continue
            wrong = check(options.binary, parts)
            passed += not wrong
            failed += bool(wrong)
            if wrong:
                print(f"FAILED {name}\n       {wrong}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
