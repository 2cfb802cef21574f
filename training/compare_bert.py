"""The same checkpoint through `shiji --backend bert` and through PyTorch; optionally our own encoder beside them.

    python training/compare_bert.py FOLDER --text SENTENCES [--model MODEL.shiji] [--checkpoint RUN/last.pt]

FOLDER is what `export_bert.py` writes, or any BertForTokenClassification. SENTENCES has a sentence a line, or is a
BIO file, of which only the texts are used; of those without white space and of at most 200 characters 500 are drawn
at random. Compared are the logits, the best label of each token, and the entities that the decoding of `decode.py`
makes of the logits. With --model also the same weights in our own encoder, in f32 and in 8 bits, and the mentions
that the pipeline makes of the scores (its decoding, rules and dictionaries). With --checkpoint the training run (or
the model file read back, see `checkpoint.py`) in PyTorch. Needs cargo, torch, transformers and what
`tools/libtorch.sh` prepares.
"""
import argparse
import json
import random
import subprocess
import tomllib
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForTokenClassification, BertTokenizerFast

from checkpoint import load
from decode import decode, entities
from prepare import coarse, read_bio
from text import fold

ROOT = Path(__file__).parent.parent
LONGEST = 200  # characters of a sentence


def sentences(path, last, count):
    """`count` of the sentences in a file, always the same ones; of the `last` ones if that is not 0."""
    if path.suffix == ".bio":
        lines = [text for text, _ in read_bio(path, coarse)]
    else:
        lines = path.read_text("utf-8").splitlines()
    lines = [line for line in lines[-last:] if 0 < len(line) <= LONGEST and not any(map(str.isspace, line))]
    return random.Random(0).sample(lines, min(count, len(lines)))


def cargo(arguments, lines, features="bert"):
    command = ["cargo", "run", "--release", "--quiet", "--features", features, *arguments]
    done = subprocess.run(command, cwd=ROOT, input="\n".join(lines) + "\n", capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout.splitlines()


def shiji(model, lines, *switches):
    """A record a line: labels, spans, logits, mentions."""
    arguments = ["--example", "label-scores", "--", str(Path(model).absolute()), *switches]
    return [json.loads(line) for line in cargo(arguments, lines)]


def character_inputs(folder, lines):
    """Ids and token types of a character checkpoint, and the spans of its tokens."""
    vocabulary = (folder / "vocab.txt").read_text("utf-8").split("\n")
    index = {token: i for i, token in enumerate(vocabulary)}
    features = cargo(["--bin", "shiji", "--", "segment", "--features"], lines)
    for line, feature in zip(lines, features, strict=True):
        ids = [index.get(fold(c), index["[UNK]"]) for c in line]
        types = [0, *(ord(f) - ord("0") for f in feature), 0]
        yield [index["[CLS]"], *ids, index["[SEP]"]], types, [[i, i + 1] for i in range(len(line))], range(1, len(ids) + 1)


def word_inputs(folder, lines):
    """The same of a checkpoint with BERT's own tokeniser; a word takes the logits of its first piece."""
    tokenizer = BertTokenizerFast.from_pretrained(folder)
    for line in lines:
        encoded = tokenizer(line, return_offsets_mapping=True)
        spans, rows, last = [], [], None
        for row, ((start, end), word) in enumerate(zip(encoded["offset_mapping"], encoded.word_ids())):
            if word is None:
                continue
            if word == last:
                spans[-1][1] = end
            else:
                spans.append([start, end])
                rows.append(row)
            last = word
        yield encoded["input_ids"], encoded["token_type_ids"], spans, rows


def pytorch(folder, settings, lines):
    """Logits and spans of each line, and the names of the labels."""
    model = AutoModelForTokenClassification.from_pretrained(folder).eval()
    labels = [model.config.id2label[i] for i in range(model.config.num_labels)]
    inputs = (character_inputs if settings.get("tokens") == "characters" else word_inputs)(folder, lines)
    found = []
    for ids, types, spans, rows in inputs:
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([ids]), token_type_ids=torch.tensor([types])).logits[0]
        found.append((logits[list(rows)].numpy(), spans, (ids, types)))
    return found, labels


def training_run(checkpoint, inputs, head="msra"):
    """Logits of `model.Encoder` for the ids and features of each line."""
    from model import Encoder

    run = load(checkpoint)
    encoder = Encoder(run["config"], run["heads"]).eval()
    encoder.load_state_dict(run["average"])
    with torch.no_grad():
        for ids, types in inputs:
            yield encoder(torch.tensor([ids]), torch.tensor([types]), None, head)[0, 1:-1].numpy()


def log_softmax(logits):
    logits = np.asarray(logits, np.float64)
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def report(name, ours, theirs):
    """Compares two lists of [tokens, labels] logits."""
    difference = max(np.abs(a - b).max() for a, b in zip(ours, theirs))
    same = sum((a.argmax(1) == b.argmax(1)).sum() for a, b in zip(ours, theirs))
    tokens = sum(len(a) for a in ours)
    mine, other = ([entities(decode(log_softmax(x))) for x in side] for side in (ours, theirs))
    shared = sum(len(a & b) for a, b in zip(mine, other))
    total = sum(len(a | b) for a, b in zip(mine, other))
    print(f"{name}: {len(ours)} sentences, {tokens:,} tokens; greatest difference of logits {difference:.2e}; "
          f"same label {100 * same / tokens:.3f} % ({tokens - same} differ); "
          f"same entities {100 * shared / max(1, total):.3f} % ({total - shared} of {total} differ)")


def report_mentions(name, ours, theirs):
    """Compares the mentions of two lists of records."""
    pairs = [[{(m["start"], m["end"], m["type"]) for m in r["mentions"]} for r in side] for side in (ours, theirs)]
    shared, total = (sum(len(f(a, b)) for a, b in zip(*pairs)) for f in (set.__and__, set.__or__))
    print(f"{name}: same mentions {100 * shared / max(1, total):.3f} % ({total - shared} of {total} differ)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--last", type=int, default=0, help="draw from the last N sentences of the file; 0 from all")
    parser.add_argument("--sentences", type=int, default=500)
    parser.add_argument("--model", type=Path, help="a model file of our own encoder with the same weights")
    parser.add_argument("--checkpoint", type=Path, help="what the folder was exported from")
    options = parser.parse_args()
    lines = sentences(options.text, options.last, options.sentences)
    settings_path = options.folder / "shiji.toml"
    settings = tomllib.loads(settings_path.read_text("utf-8")) if settings_path.is_file() else {}

    theirs, labels = pytorch(options.folder, settings, lines)
    ours = shiji(options.folder, lines)
    order = [labels.index(label) for label in ours[0]["labels"]]
    spans = sum(record["spans"] != spans for record, (_, spans, _) in zip(ours, theirs, strict=True))
    print(f"{options.folder}: {spans} of {len(lines)} sentences with tokens at other places than PyTorch's")
    logits = [np.array(record["logits"]) for record in ours]
    wanted = [x[:, order] for x, _, _ in theirs]
    report("shiji through rust-bert beside transformers", logits, wanted)
    if options.checkpoint:
        report("shiji through rust-bert beside the training run", logits,
               list(training_run(options.checkpoint, [inputs for _, _, inputs in theirs])))
    if options.model:
        for precision, switches in (("f32", ["--f32"]), ("8 bits", [])):
            name = f"shiji's encoder in {precision} beside shiji through rust-bert"
            own = shiji(options.model, lines, *switches)
            report(name, [np.array(record["logits"]) for record in own], logits)
            report_mentions(name, own, ours)


if __name__ == "__main__":
    main()
