"""Texts of gold files, as `src/eval` reads them (`shiji eval --predicted` refuses others)."""
import re
from pathlib import Path

MARK = re.compile(r"\[\[(.*?)\|[A-Z]+\|[^|\]]*?\]\]")


def read_texts(path):
    """The texts of a BIO file (a sentence each) or of a file with `[[surface|TYPE|value]]` marks."""
    content = Path(path).read_text("utf-8-sig")
    if content.lstrip().startswith("###"):
        return inline_texts(content)
    return bio_texts(content)


def bio_texts(content):
    texts, current = [], []
    for line in content.split("\n") + [""]:
        if line.strip():
            current.append(line.split("\t")[0])
        elif current:
            texts.append("".join(current))
            current = []
    return texts


def inline_texts(content):
    texts = []
    for document in re.split(r"^### .*\n", content, flags=re.M)[1:]:
        lines = [line if line.strip() else "" for line in MARK.sub(r"\1", document).split("\n")]
        texts.append("\n".join(lines).strip("\n"))
    return texts
