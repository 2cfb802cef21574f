"""How much the script of a text changes what shiji finds in it.

    python training/script_pairs.py FILE [--shiji BINARY] [--differences]

FILE has one JSON object a line with `text` and optionally `published` (a gold file, a corpus,
records). Each text is converted by OpenCC (PyPI `opencc`) to simplified characters and from
there to traditional ones; both are tagged. Two figures come out, end to end and given the same
mentions: the share of mentions, of all that stand in either, that have the same place, type
and entity in both. Texts whose length a conversion changes are left out and counted.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import opencc


def pairs(path):
    """The texts in both scripts, and how many were left out."""
    to_simplified, to_traditional = opencc.OpenCC("t2s"), opencc.OpenCC("s2t")
    found, skipped = [], 0
    for number, line in enumerate(open(path, encoding="utf-8")):
        record = json.loads(line)
        simplified = to_simplified.convert(record["text"])
        traditional = to_traditional.convert(simplified)
        if len(simplified) != len(traditional):
            skipped += 1
            continue
        found.append((str(number), record.get("published"), simplified, traditional))
    return found, skipped


def tagged(binary, texts):
    """Mentions of each text with their entities, as shiji finds them."""
    with tempfile.TemporaryDirectory() as folder:
        articles = Path(folder, "articles.jsonl")
        articles.write_text(
            "".join(json.dumps({"id": i, "published": p, "text": t}) + "\n" for i, p, t in texts)
        )
        command = [binary, "tag", str(articles), "--format", "jsonl", "--quiet"]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    records = (json.loads(line) for line in out.splitlines())
    return {r["id"]: {(m["start"], m["end"], m["type"]): m["entity"] for m in r["mentions"]} for r in records}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--shiji", default="target/release/shiji")
    parser.add_argument("--differences", action="store_true", help="print the mentions that differ")
    options = parser.parse_args()
    texts, skipped = pairs(options.file)
    simplified = tagged(options.shiji, [(i, p, s) for i, p, s, _ in texts])
    traditional = tagged(options.shiji, [(i, p, t) for i, p, _, t in texts])
    same = either = linked_same = both = 0
    for number, _, text, _ in texts:
        one, other = simplified.get(number, {}), traditional.get(number, {})
        for span in sorted(one.keys() | other.keys()):
            either += 1
            in_both = span in one and span in other
            agree = in_both and one[span] == other[span]
            same += agree
            both += in_both
            linked_same += agree
            if options.differences and not agree:
                print(text[span[0] : span[1]], span, one.get(span, "-"), other.get(span, "-"), sep="\t")
    print(f"{len(texts)} texts, {skipped} left out")
    print(f"end to end: {same} of {either} mentions the same, {100 * same / max(either, 1):.2f} %")
    print(f"same mentions: {linked_same} of {both} with the same entity, {100 * linked_same / max(both, 1):.2f} %")


if __name__ == "__main__":
    main()
