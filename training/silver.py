"""Labels modern news for self-training: the model's own mentions, corrected by the knowledge base.

    shiji tag --format jsonl passages.jsonl | python training/silver.py --kb data/kb --data DIR

Appends rows of set `news` to `DIR/sentences.tsv` and `DIR/texts.txt`. A name of the knowledge base keeps
its type whatever the model says; characters of doubtful mentions are marked X and do not count in training.
"""
import argparse
import json
import re
import sys
from pathlib import Path

KINDS = {"people": "PER", "places": "LOC", "organizations": "ORG"}
LETTERS = {"PER": "Pp", "LOC": "Ll", "ORG": "Gg"}
SURE, DOUBTFUL = 0.9, 0.6
# Names by rule, not by list: only the place in them is a name by our guidelines.
NOT_NAMES = re.compile(r"(政府|当局|军|方|政权|人)$")


def names(folder, fold_str):
    """Name -> type for the names of the knowledge base that have one type and are long enough to be sure."""
    found, ambiguous = {}, set()
    for sub, kind in KINDS.items():
        for path in sorted((folder / sub).glob("*.psv")):
            if path.stem == "institutions":
                continue
            for line in path.read_text("utf-8").splitlines():
                if not line.strip() or line[0] in "#@":
                    continue
                cells = [cell.strip() for cell in line.split("|")]
                variants = cells[2].split(";") if len(cells) > 2 else []
                for name in [cells[0].rstrip("*"), *variants]:
                    name = fold_str(name.strip())
                    if len(name) < 2 or NOT_NAMES.search(name):
                        continue
                    if found.setdefault(name, kind) != kind:
                        ambiguous.add(name)
    return {name: kind for name, kind in found.items() if name not in ambiguous}


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
        for end in range(min(len(text), at + longest), at + 2, -1):
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
    from text import fold_str

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kb", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    known = names(options.kb, fold_str)
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
            table.write(f"news\ttrain\t{text}\t{tags}\n")
            texts.write(text + "\n")
    print(counts)


if __name__ == "__main__":
    main()
