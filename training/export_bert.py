"""Writes a training run, or a shipped model file, as a BertForTokenClassification, for `shiji tag --backend bert`.

    python training/export_bert.py --checkpoint models/accurate.shiji --output FOLDER

The folder has config.json, vocab.txt, tokenizer_config.json, model.safetensors and pytorch_model.bin as
transformers names them, and shiji.toml. It is the same model, exactly: the word features are the token types
(`type_vocab_size` is their number), the characters are the tokens; of a model file, the numbers that its 8 bits stand
for. Needs torch and safetensors.
"""
import argparse
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from checkpoint import load
from export import FEATURES
from run import CONTEXT, LABELS

SPECIALS = {"<s>": "[CLS]", "<pad>": "[PAD]", "</s>": "[SEP]", "<unk>": "[UNK]"}
SETTINGS = f"""\
# What shiji has to know of this checkpoint beyond its other files.
tokens = "characters"
fold = true
word_features = true
space = "\u2581"
window = {CONTEXT}
"""


def state_dict(encoder, layers, head):
    """The weights of `model.Encoder` under the names of transformers."""
    out = {
        "bert.embeddings.word_embeddings.weight": encoder["char.weight"],
        "bert.embeddings.position_embeddings.weight": encoder["pos.weight"],
        "bert.embeddings.token_type_embeddings.weight": encoder["feature.weight"],
    }
    for kind in ("weight", "bias"):
        out[f"bert.embeddings.LayerNorm.{kind}"] = encoder[f"ln.{kind}"]
        out[f"classifier.{kind}"] = encoder[f"heads.{head}.{kind}"]
        for i in range(layers):
            ours, theirs = f"layers.{i}", f"bert.encoder.layer.{i}"
            for part, values in zip(("query", "key", "value"), encoder[f"{ours}.qkv.{kind}"].chunk(3)):
                out[f"{theirs}.attention.self.{part}.{kind}"] = values
            out[f"{theirs}.attention.output.dense.{kind}"] = encoder[f"{ours}.attn_out.{kind}"]
            out[f"{theirs}.attention.output.LayerNorm.{kind}"] = encoder[f"{ours}.attn_ln.{kind}"]
            out[f"{theirs}.intermediate.dense.{kind}"] = encoder[f"{ours}.ffn_in.{kind}"]
            out[f"{theirs}.output.dense.{kind}"] = encoder[f"{ours}.ffn_out.{kind}"]
            out[f"{theirs}.output.LayerNorm.{kind}"] = encoder[f"{ours}.ffn_ln.{kind}"]
    return {name: values.detach().float().clone().contiguous() for name, values in out.items()}


def bert_config(config, vocabulary):
    return {
        "architectures": ["BertForTokenClassification"],
        "model_type": "bert",
        "vocab_size": len(vocabulary),
        "hidden_size": config["hidden"],
        "num_hidden_layers": config["layers"],
        "num_attention_heads": config["heads"],
        "intermediate_size": config["ffn"],
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "max_position_embeddings": config["positions"],
        "type_vocab_size": len(FEATURES),
        "initializer_range": 0.02,
        "layer_norm_eps": config["eps"],
        "pad_token_id": vocabulary.index("<pad>"),
        "position_embedding_type": "absolute",
        "id2label": {str(i): label for i, label in enumerate(LABELS)},
        "label2id": {label: i for i, label in enumerate(LABELS)},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True, help="a run's .pt or a .shiji file")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--head", default="msra", help="label set whose classifier is written")
    options = parser.parse_args()
    run = load(options.checkpoint)
    config, vocabulary = run["config"], list(run["vocabulary"])
    if config.get("bigrams"):
        sys.exit(f"{options.checkpoint}: it has embeddings of character pairs, which no BertForTokenClassification has")
    weights = state_dict(run["average"], config["layers"], options.head)
    options.output.mkdir(parents=True, exist_ok=True)
    texts = {
        "config.json": json.dumps(bert_config(config, vocabulary), ensure_ascii=False, indent=2) + "\n",
        "tokenizer_config.json": json.dumps({"tokenizer_class": "BertTokenizer", "do_lower_case": False,
                                             "strip_accents": False, "model_max_length": config["positions"]}) + "\n",
        "vocab.txt": "".join(f"{SPECIALS.get(token, token)}\n" for token in vocabulary),
        "shiji.toml": SETTINGS,
    }
    for name, text in texts.items():
        (options.output / name).write_text(text, "utf-8")
    save_file(weights, options.output / "model.safetensors", metadata={"format": "pt"})
    torch.save(weights, options.output / "pytorch_model.bin")
    print(f"{options.output}: {len(weights)} tensors, {sum(w.numel() for w in weights.values()):,} weights")


if __name__ == "__main__":
    main()
