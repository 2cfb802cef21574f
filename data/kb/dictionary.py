"""Writes `data/dictionary.txt`: the curated names that jieba's dictionary lacks, with parts of speech.

    pip install jieba==0.42.1 && python data/kb/dictionary.py

The segmenter adds them to jieba's words, so that a name of today is one word with the part of speech of a
person (nr, transliterated nrt), a place (ns) or a body (nt), which the recogniser reads as a feature.
"""
import re
import sys
from importlib.resources import files
from pathlib import Path

DATA = Path(__file__).parent.parent
sys.path.insert(0, str(DATA.parent / "training"))
from text import fold_str  # noqa: E402

KINDS = {"people": "nr", "places": "ns", "organizations": "nt"}
LONGEST = 12
# By our guidelines only the place in these is a name.
NOT_NAMES = re.compile(r"(政府|当局|军|方|政权|人)$")


def rows(path):
    """Chinese names and Latin names of each row of a curated table."""
    for line in path.read_text("utf-8").splitlines():
        if line.strip() and line[0] not in "#@":
            cells = [cell.strip() for cell in line.split("|")]
            variants = cells[2].split(";") if len(cells) > 2 else []
            latin = cells[1].split(";") if len(cells) > 1 else []
            yield [name.strip() for name in (cells[0].rstrip("*"), *variants)], [name.strip() for name in latin]


def main():
    words = {}
    for line in (files("jieba") / "dict.txt").read_text("utf-8").splitlines():
        word, _, pos = line.split(" ")
        words[word] = pos
    found = {}
    for folder, pos in KINDS.items():
        for path in sorted((DATA / "kb" / folder).glob("*.psv")):
            if path.stem == "institutions":  # kinds of bodies, not names
                continue
            for names, latin in rows(path):
                if pos in ("nr", "nt"):
                    for name in latin:
                        if re.fullmatch("[A-Za-z]{3,}", name):
                            found.setdefault(name, set()).add(pos)
                tag = "nrt" if pos == "nr" and "·" in names[0] else pos
                for name in map(fold_str, names):
                    if 2 <= len(name) <= LONGEST and re.fullmatch("[\u4e00-\u9fff]+", name) and not NOT_NAMES.search(name):
                        found.setdefault(name, set()).add(tag)
    lines = []
    for name, tags in sorted(found.items()):
        known = words.get(name, "")
        # A word of the language (苹果) stays one; a name of two kinds (华盛顿) is for the context to decide.
        if len({tag[:2] for tag in tags}) == 1 and known[:2] != min(tags)[:2] and (not known or known[:2] in ("nr", "ns", "nt", "nz")):
            lines.append(f"{name} {min(tags)}\n")
    (DATA / "dictionary.txt").write_text("".join(lines), "utf-8")
    print(f"{len(lines)} names")


if __name__ == "__main__":
    main()
