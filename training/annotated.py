"""Joins the labels of `training/labels` with the texts they belong to.

    python training/annotated.py --corpora DIR --labels training/labels/news.dev.jsonl --output gold.jsonl
    python training/annotated.py --corpora DIR --labels training/labels/news.train.jsonl --gazetteers DIR --data DIR

A label file has a passage a line: `article` (corpus:id), `start` and `length` (code points of the article's text) and
`mentions` ([start, end, type] in the passage). The first form writes what `shiji eval --gold` reads; the second appends
rows of set `annotated` to `DIR/sentences.tsv` and `DIR/texts.txt`, each followed by copies with other names.
"""
import argparse
import json
import random
from collections import defaultdict
from pathlib import Path

from prepare import LETTERS, Names, substitute
from sample_news import records
from text import fold_str

COPIES = 3


def read(path, corpora):
    """(article, start, text, mentions) of every passage, in the order of the file."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    wanted = defaultdict(set)
    for row in rows:
        corpus, _, article = row["article"].partition(":")
        wanted[corpus].add(article)
    texts = {}
    for corpus, articles in wanted.items():
        for record in records(corpora / f"{corpus}.jsonl.zst"):
            if str(record["id"]) in articles:
                texts[f"{corpus}:{record['id']}"] = record["text"]
    for row in rows:
        text = texts[row["article"]][row["start"] : row["start"] + row["length"]]
        yield row["article"], row["start"], text, row["mentions"]


def tagged(text, mentions):
    """Folded characters without white space, and their tags."""
    tags = ["O"] * len(text)
    for start, end, kind in mentions:
        tags[start:end] = ["B-" + kind] + ["I-" + kind] * (end - start - 1)
    kept = [(c, tag) for c, tag in zip(fold_str(text), tags) if not c.isspace()]
    return "".join(c for c, _ in kept), [tag for _, tag in kept]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--output", type=Path, help="gold file to write")
    parser.add_argument("--gazetteers", type=Path)
    parser.add_argument("--data", type=Path, help="training data to append to")
    parser.add_argument("--part", choices=("train", "dev"), default="train")
    options = parser.parse_args()
    passages = list(read(options.labels, options.corpora))
    if options.output:
        with open(options.output, "w", encoding="utf-8") as output:
            for article, start, text, mentions in passages:
                gold = [dict(start=s, end=e, type=kind, text=text[s:e]) for s, e, kind in mentions]
                record = dict(id=f"{article}@{start}", text=text, mentions=gold)
                output.write(json.dumps(record, ensure_ascii=False) + "\n")
        return
    rng = random.Random(0)
    names = Names(options.gazetteers, rng)
    with open(options.data / "sentences.tsv", "a", encoding="utf-8") as table, open(
        options.data / "texts.txt", "a", encoding="utf-8"
    ) as texts:
        for _, _, text, mentions in passages:
            text, tags = tagged(text, mentions)
            copies = [substitute(text, tags, names, rng) for _ in range(COPIES if mentions and options.part == "train" else 0)]
            for number, (text, tags) in enumerate([(text, tags), *copies]):
                part = f"copy{number - 1}" if number else options.part
                table.write(f"annotated\t{part}\t{text}\t{''.join(LETTERS[tag] for tag in tags)}\n")
                texts.write(text + "\n")


if __name__ == "__main__":
    main()
