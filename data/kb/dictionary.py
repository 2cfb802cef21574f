"""Writes `data/dictionary.txt`: the curated names of one kind, and offices, with parts of speech.

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
# Platforms are named as the medium far more often than as the company.
PLATFORMS = set(
    "Facebook Instagram Telegram TikTok Tiktok Twitter WhatsApp YouTube Youtube 微信 微博 抖音 推特 脸书 面书 油管".split()
)
# Words of the language that jieba does not have, or has as names.
WORDS = set("吉利 新天地 纳粹 荣耀 人日".split())
NOT_PLACES = re.compile(r"^(全|新中国|自由中国|红色中国)")


def rows(path):
    """Chinese names and Latin names of each row of a curated table."""
    for line in path.read_text("utf-8").splitlines():
        if line.strip() and line[0] not in "#@":
            cells = [cell.strip() for cell in line.split("|")] + [""] * 3
            # The table of countries has other columns than the rest, see README.md.
            name, latin, variants = (cells[1], "", cells[3]) if path.stem == "countries" and len(cells[0]) == 2 and cells[0].isascii() else cells[:3]
            name = name.rstrip("*")
            # The family name of a dotted name goes without saying in the tables.
            names = [name, *name.split("·")[1:][-1:], *variants.split(";")]
            yield [n.strip() for n in names], [n.strip() for n in latin.split(";")]


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
                    if 2 <= len(name) <= LONGEST and re.fullmatch("[\u4e00-\u9fff]+", name) and not NOT_NAMES.search(name) and not (pos == "ns" and NOT_PLACES.search(name)):
                        found.setdefault(name, set()).add(tag)
    # 国防部长 is an office; 中国国防部 as one word would cut it in 中国国防部长.
    offices = {word[:-1] for word, pos in words.items() if pos == "n" and re.search("[部厅局署院司]长$", word)}
    ministries = {name for names, _ in rows(DATA / "kb/organizations/institutions.psv") for name in names if name.endswith("部")}
    offices |= ministries
    cuts_office = lambda name: any(name[at:] in offices for at in range(len(name) - 1))
    lines = []
    for name, tags in sorted(found.items()):
        known = words.get(name, "")
        # A word of the language (苹果) stays one; a name of two kinds (华盛顿) is for the context to decide.
        if name not in PLATFORMS | WORDS and not cuts_office(name) and len({tag[:2] for tag in tags}) == 1 and (not known or known[:2] in ("nr", "ns", "nt", "nz")):
            lines.append(f"{name} {min(tags)}\n")
    lines += sorted(f"{ministry}长 n\n" for ministry in ministries)
    (DATA / "dictionary.txt").write_text("".join(lines), "utf-8")
    print(f"{len(lines)} names")


if __name__ == "__main__":
    main()
