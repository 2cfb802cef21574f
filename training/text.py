"""The model's view of a text: the same one-to-one folding as `src/text.rs`."""
import unicodedata
from functools import lru_cache
from pathlib import Path

SIMPLIFIED = {
    line[0]: line[1]
    for line in (Path(__file__).parent.parent / "data/script/t2s.txt").read_text("utf-8").splitlines()
}
DOTS = dict.fromkeys("•‧・･∙⋅●．", "·")
QUOTES = {**dict.fromkeys("「『〝﹁﹃", "“"), **dict.fromkeys("」』〞〟﹂﹄", "”")}


@lru_cache(maxsize=None)
def fold(character):
    """Simplified, half-width form of one character; always one character."""
    folded = DOTS.get(character) or QUOTES.get(character)
    if folded is None:
        folded = unicodedata.normalize("NFKD", character)
        # A composed letter (é) decomposes into two characters: it stays as it is.
        if len(folded) != 1 or unicodedata.combining(folded):
            folded = character
    return SIMPLIFIED.get(folded, folded)


def fold_str(text):
    return "".join(map(fold, text))
