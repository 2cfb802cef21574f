"""Runs one Python peer: tags all texts once for each line on standard input.

    python worker.py PEER IN.jsonl OUT.jsonl --threads N --setting NAME

Prints `ready` when the peer is loaded and warm, then the seconds of each round; at the end of the input
writes the mentions of the last round. If the peer does not run, prints the error and exits with 3.
"""
import argparse
import importlib
import json
import os
import sys
import time
from pathlib import Path

WARM_UP = 60  # texts
ENDS = "。！？；，、"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer")
    parser.add_argument("input", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--setting", required=True)
    options = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(options.threads)
    from adapters import ADAPTERS

    records = [json.loads(line) for line in options.input.read_text("utf-8").splitlines()]
    kind = ADAPTERS[options.peer]
    try:
        peer = kind(options.threads, options.setting)
        table = script_table(kind.script, records)
        pieces = [piece for record in records for piece in pieces_of(record, table, kind)]
        list(peer.tag([text for _, _, text in pieces[:WARM_UP]]))
    except Exception as error:  # whatever a peer of another age does
        print(f"{type(error).__name__}: {error}", flush=True)
        return 3
    size = peer.bytes() if kind.package is None else folder_size(kind.package)
    print(f"ready {size} {sum(len(text) for _, _, text in pieces)}", flush=True)
    texts, tokens = [text for _, _, text in pieces], []
    for _ in sys.stdin:
        started = time.perf_counter()
        tokens = list(peer.tag(texts))
        print(time.perf_counter() - started, flush=True)
    mentions = {record["id"]: [] for record in records}
    for (key, offset, text), found in zip(pieces, tokens):
        mentions[key] += spans(text, found, kind.labels, offset)
    with open(options.output, "w", encoding="utf-8") as file:
        for record in records:
            line = {"id": record["id"], "text": record["text"], "mentions": mentions[record["id"]]}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 0


def pieces_of(record, table, kind):
    """(id, offset, text): the lines of a text, cut at punctuation where the peer wants them shorter."""
    longest = getattr(kind, "longest", None)
    offset = 0
    for line in record["text"].translate(table).split("\n"):
        start = 0
        while start < len(line):
            end = len(line)
            if longest and end - start > longest:
                cut = max(line.rfind(c, start, start + longest) for c in ENDS) + 1
                end = cut if cut > start else start + longest
            if line[start:end].strip():
                yield record["id"], offset + start, line[start:end]
            start = end
        offset += len(line) + 1


def script_table(script, records):
    """Character by character, so that offsets stay."""
    import opencc

    converter = opencc.OpenCC("t2s" if script == "hans" else "s2t")
    characters = {c for record in records for c in record["text"]}
    converted = ((c, converter.convert(c)) for c in characters if c > "\u2fff")
    return {ord(c): to for c, to in converted if to != c and len(to) == 1}


def spans(text, tokens, labels, offset):
    """Mentions of (word, label) pairs; a token is a mention, but a label I- goes on with the one before."""
    found, at = [], 0
    for word, label in tokens:
        start = text.find(word, at)
        if start < 0:
            continue  # the peer changed the word
        end = start + len(word)
        kind = labels.get(label)
        if kind and label.startswith("I-") and found and found[-1]["type"] == kind and found[-1]["end"] == offset + at:
            found[-1]["end"] = offset + end
        elif kind:
            found.append({"start": offset + start, "end": offset + end, "type": kind})
        at = end
    return found


def folder_size(package):
    """What the package itself takes on disk: its code and models, without Python and libraries."""
    folder = Path(importlib.import_module(package).__file__).parent
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sum(path.stat().st_size for path in files)


if __name__ == "__main__":
    sys.exit(main())
