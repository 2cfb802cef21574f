"""Draws paragraphs of modern news for self-training: folded, none that overlaps an evaluation set.

    python training/sample_news.py --corpora DIR --exclude FILE... --output FILE --characters 3e6
"""
import argparse
import io
import json
import random
import re
import unicodedata
from pathlib import Path

import zstandard

from prepare import SHARED, shingles
from text import fold_str

# Share of the sample by corpus.
SHARES = {"waimei": 0.45, "hkcnews": 0.2, "rss2026": 0.12, "xwlb": 0.15, "zaobao": 0.08}
SHORTEST, LONGEST = 12, 220


def records(path):
    with open(path, "rb") as file:
        stream = zstandard.ZstdDecompressor().stream_reader(file)
        for line in io.TextIOWrapper(stream, encoding="utf-8"):
            yield json.loads(line)


def passages(record):
    """Headline and paragraphs, long ones cut at sentence ends, white space, invisible and combining characters
    dropped: the model's view of a text has none."""
    for paragraph in [record.get("title") or "", *(record.get("text") or "").split("\n")]:
        paragraph = re.sub(r"\s+", "", fold_str(paragraph))
        paragraph = "".join(c for c in paragraph if unicodedata.category(c) not in ("Cc", "Cf", "Me", "Mn"))
        passage = ""
        for sentence in re.findall(r"[^。!?]*[。!?]?[”’)]*", paragraph):
            if passage and len(passage) + len(sentence) > LONGEST:
                yield passage
                passage = ""
            passage += sentence
        yield passage


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--exclude", type=Path, nargs="*", default=[], help="texts that must not be drawn from")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--characters", type=float, default=3e6)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    forbidden = shingles([re.sub(r"\s+", "", fold_str(p.read_text("utf-8"))) for p in options.exclude], SHARED)
    with open(options.output, "w", encoding="utf-8") as output:
        for name, share in SHARES.items():
            articles = list(records(options.corpora / f"{name}.jsonl.zst"))
            rng.shuffle(articles)
            left, seen = options.characters * share, set()
            for article in articles:
                for passage in passages(article):
                    if not SHORTEST <= len(passage) <= LONGEST or passage in seen or rng.random() < 0.5:
                        continue
                    if any(passage[i : i + SHARED] in forbidden for i in range(len(passage) - SHARED + 1)):
                        continue
                    seen.add(passage)
                    output.write(passage + "\n")
                    left -= len(passage)
                if left < 0:
                    break


if __name__ == "__main__":
    main()
