"""Labels modern news for self-training: the model's own mentions, corrected by the dictionary of names.

    shiji tag --format jsonl passages.jsonl | python training/silver.py --data DIR

Appends rows of set `news` to `DIR/sentences.tsv` and `DIR/texts.txt`, each followed by a copy with other names.
A name of the dictionary keeps its type whatever the model says; characters of doubtful mentions are marked X
and do not count in training.
"""
import argparse
import json
import random
import sys
from pathlib import Path

from prepare import LETTERS as LETTER_OF_TAG
from prepare import Names, spans, substitute

TAG_OF_LETTER = {letter: tag for tag, letter in LETTER_OF_TAG.items()} | {"X": "X"}
KINDS = {"nr": "PER", "ns": "LOC", "nt": "ORG"}
LETTERS = {"PER": "Pp", "LOC": "Ll", "ORG": "Gg"}
SURE, DOUBTFUL = 0.9, 0.6


def names(path):
    """Name -> type of the segmenter's dictionary of names."""
    lines = (line.split() for line in path.read_text("utf-8").splitlines())
    return {name: KINDS[pos[:2]] for name, pos in lines if pos[:2] in KINDS}


def letters(text, mentions, known, longest):
    """One letter a character: the tags of `prepare.py`, X for what is in doubt."""
    tags = ["O"] * len(text)
    spans = []
    for mention in mentions:
        start, end, kind = mention["start"], mention["end"], mention["type"]
        sure = mention["confidence"] >= SURE
        if known.get(text[start:end], kind) != kind:
            kind, sure = known[text[start:end]], True
        spans.append((start, end, kind, sure or mention["confidence"] >= DOUBTFUL and text[start:end] in known))
    covered = [False] * len(text)
    for start, end, *_ in spans:
        covered[start:end] = [True] * (end - start)
    at = 0
    while at < len(text):  # names that the model missed altogether
        for end in range(min(len(text), at + longest), at + 1, -1):
            if text[at:end] in known and not any(covered[at:end]):
                spans.append((at, end, known[text[at:end]], len(text[at:end]) >= 4))
                at = end - 1
                break
        at += 1
    for start, end, kind, sure in spans:
        begin, inside = LETTERS[kind] if sure else "XX"
        tags[start:end] = [begin] + [inside] * (end - start - 1)
    return "".join(tags)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=Path, default=Path("data/dictionary.txt"))
    parser.add_argument("--gazetteers", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    rng = random.Random(0)
    replacements = Names(options.gazetteers, rng)
    known = names(options.names)
    longest = max(map(len, known))
    counts = dict(passages=0, sure=0, doubtful=0)
    with open(options.data / "sentences.tsv", "a", encoding="utf-8") as table, open(
        options.data / "texts.txt", "a", encoding="utf-8"
    ) as texts:
        for line in sys.stdin:
            record = json.loads(line)
            text = record["text"]
            tags = letters(text, record["mentions"], known, longest)
            counts["passages"] += 1
            counts["sure"] += sum(tags.count(c) for c in "PLG")
            counts["doubtful"] += tags.count("X")
            rows = [("train", text, tags)]
            full = [TAG_OF_LETTER[letter] for letter in tags]
            if spans(full):
                other, other_tags = substitute(text, full, replacements, rng)
                rows.append(("copy0", other, "".join(LETTER_OF_TAG.get(tag, "X") for tag in other_tags)))
            for part, text, tags in rows:
                table.write(f"news\t{part}\t{text}\t{tags}\n")
                texts.write(text + "\n")
    print(counts)


if __name__ == "__main__":
    main()
