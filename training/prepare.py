"""Builds the training file: labelled sentences of all sets, folded, cleaned of test overlap, augmented.

    python training/prepare.py --ner DIR --gazetteers DIR --output DIR

Writes `sentences.tsv` (set, part, text, tags as letters) and `texts.txt` (the texts alone, which
`shiji segment --features` turns into word features, line by line).
"""
import argparse
import random
from collections import defaultdict
from pathlib import Path

from text import fold_str

# Tags as single letters: O, then B and I of each type.
LETTERS = {"O": "O", "B-PER": "P", "I-PER": "p", "B-LOC": "L", "I-LOC": "l", "B-ORG": "G", "I-ORG": "g"}
SHARED = 15  # a training sentence that shares this many characters in a row with a test sentence is dropped
COPIES = 3  # augmented copies of each MSRA sentence with names


def read_bio(path, map_tag):
    characters, tags = [], []
    for line in path.read_text("utf-8").split("\n"):
        if line:
            character, tag = line.split("\t")
            characters.append(character)
            tags.append(map_tag(tag))
        elif characters:
            yield "".join(characters), tags
            characters, tags = [], []


def coarse(tag):
    tag = tag.split(".")[0]
    return tag if tag in LETTERS else "O"


def fine(tag):
    return tag


def spans(tags):
    """(start, end, type) of every entity."""
    found, start = [], None
    for i, tag in enumerate(tags + ["O"]):
        if start is not None and not tag.startswith("I-"):
            found.append((start, i, tags[start][2:]))
            start = None
        if tag.startswith("B-"):
            start = i
    return found


def shingles(texts, size):
    return {text[i : i + size] for text in texts for i in range(len(text) - size + 1)}


class Names:
    """Draws replacement names from the gazetteers."""

    def __init__(self, folder, rng):
        self.rng = rng

        def column(name, keep=lambda fields: True):
            lines = (line.split("\t") for line in (folder / name).read_text("utf-8").splitlines())
            return sorted({fold_str(f[0]) for f in lines if keep(f) and f[0]})

        chinese = [n for n in column("names_hanlp.txt") if 2 <= len(n) <= 3]
        self.surnames = {n[0] for n in chinese}
        self.chinese = chinese
        self.foreign = column("translit_hanlp_nrf.txt") + [
            fold_str(line.split("\t")[2])
            for line in (folder / "translit_wikidata_pairs.tsv").read_text("utf-8").splitlines()
        ]
        self.foreign = sorted({n for n in self.foreign if 2 <= len(n) <= 6 and all("\u4e00" <= c <= "\u9fff" for c in n)})
        self.places = defaultdict(list)
        for name in column("jieba_ns.tsv", lambda f: int(f[1]) >= 3) + column("places_cn.tsv", lambda f: "admin" in f[1]):
            if 2 <= len(name) <= 7:
                self.places[name[-1]].append(name)
        self.any_place = [n for n in column("jieba_ns.tsv", lambda f: int(f[1]) >= 50) if len(n) >= 2]
        self.bodies = defaultdict(list)
        for name in column("orgs_hanlp.tsv", lambda f: f[1].startswith("nt") and int(f[2]) >= 1) + column("jieba_nt.tsv"):
            if 3 <= len(name) <= 16:
                self.bodies[name[-2:]].append(name)

    def person(self, old):
        if "·" not in old and 2 <= len(old) <= 3 and old[0] in self.surnames and self.rng.random() < 0.8:
            return self.rng.choice(self.chinese)
        given = self.rng.choice(self.foreign)
        if "·" in old or self.rng.random() < 0.15:
            return given + "·" + self.rng.choice(self.foreign)
        return given

    def place(self, old):
        similar = self.places.get(old[-1], [])
        return self.rng.choice(similar if len(similar) > 20 and self.rng.random() < 0.7 else self.any_place)

    def body(self, old):
        similar = self.bodies.get(old[-2:], [])
        return self.rng.choice(similar) if len(similar) > 5 else old

    def replacement(self, old, kind):
        if len(old) < 2:
            return old
        return {"PER": self.person, "LOC": self.place, "ORG": self.body}[kind](old)


LISTS = 1200  # made-up lists of names


def name_list(names, rng):
    """Names one after the other, as in announcements of the press: without anything between them, or with
    white space or commas; sometimes sorted, sometimes with a note in brackets."""
    separator = rng.choice(("", "", "", "\u2581", "、"))
    people = [names.person("王某某") for _ in range(rng.randint(6, 60))]
    if rng.random() < 0.5:
        people.sort()
    text, tags = rng.choice((("", []), ("出席会议的有:", ["O"] * 7), ("(按姓氏笔画排序)", ["O"] * 9)))
    for name in people:
        if len(text) + len(name) > 215:
            break
        text += name
        tags = tags + ["B-PER"] + ["I-PER"] * (len(name) - 1)
        note = separator if rng.random() > 0.06 else rng.choice(("(女)", "(回族)", "(女,满族)")) + separator
        text += note
        tags = tags + ["O"] * len(note)
    return text, tags


RATE = {"PER": 0.7, "LOC": 0.25, "ORG": 0.3}


def substitute(text, tags, names, rng):
    """A copy of the sentence with some of its names exchanged, the same name always for the same."""
    chosen, out, out_tags, at = {}, [], [], 0
    for start, end, kind in spans(tags):
        old = text[start:end]
        if (old, kind) not in chosen:
            chosen[old, kind] = names.replacement(old, kind) if rng.random() < RATE[kind] else old
        new = chosen[old, kind]
        out += [text[at:start], new]
        out_tags += tags[at:start] + ["B-" + kind] + ["I-" + kind] * (len(new) - 1)
        at = end
    return "".join(out) + text[at:], out_tags + tags[at:]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ner", type=Path, required=True)
    parser.add_argument("--gazetteers", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    rng = random.Random(0)
    names = Names(options.gazetteers, rng)
    folded = lambda name, tag: [(fold_str(text), tags) for text, tags in read_bio(options.ner / f"{name}.bio", tag)]

    tests = [text for name in ("msra.test", "msra_sighan.test", "uner_gsdsimp.test") for text, _ in folded(name, coarse)]
    forbidden = shingles(tests, SHARED)
    rows, dropped = [], 0

    def add(set_name, part, text, tags):
        letters = "".join(LETTERS[t] for t in tags) if set_name != "cluener" else " ".join(tags)
        rows.append((set_name, part, text, letters))

    sources = [
        ("msra", "msra.train", coarse),
        ("pfr", "pfr199801.train", coarse),
        ("uner", "uner_gsdsimp.train", coarse),
        ("cluener", "cluener.train", fine),
    ]
    for set_name, file, tag in sources:
        sentences = folded(file, tag)
        for number, (text, tags) in enumerate(sentences):
            if any(text[i : i + SHARED] in forbidden for i in range(len(text) - SHARED + 1)):
                dropped += 1
                continue
            # The development part is a contiguous block at the end: neighbours share names.
            part = "dev" if set_name == "msra" and number >= len(sentences) - 2000 else "train"
            add(set_name, part, text, tags)
            if part == "train" and set_name in ("msra", "pfr") and spans(tags):
                for copy in range(COPIES if set_name == "msra" else 1):
                    add(set_name, f"copy{copy}", *substitute(text, tags, names, rng))
    for _ in range(LISTS):
        add("lists", "train", *name_list(names, rng))
    for set_name, file, tag in (("msra", "msra.test", coarse),):
        for text, tags in folded(file, tag):
            add(set_name, "test", text, tags)
    options.output.mkdir(parents=True, exist_ok=True)
    with open(options.output / "sentences.tsv", "w", encoding="utf-8") as table, open(
        options.output / "texts.txt", "w", encoding="utf-8"
    ) as texts:
        for row in rows:
            table.write("\t".join(row) + "\n")
            texts.write(row[2] + "\n")
    print(f"{len(rows)} rows, {dropped} dropped for overlap with a test set")


if __name__ == "__main__":
    main()
