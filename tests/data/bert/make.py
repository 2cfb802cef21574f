"""Makes the tiny checkpoints beside this file, with random weights, and what transformers gets out of them.

    pip install torch transformers && python tests/data/bert/make.py

Each folder is as transformers saves it, with a slow or a fast tokeniser, new or old weight files; `expected.json`
has, for each text, the tokens of the tokeniser with their code points, and the logits of the model.
"""
import json
import shutil
from pathlib import Path

import torch
import transformers
from transformers import AlbertConfig, BertConfig, BertTokenizerFast, ElectraConfig

HERE = Path(__file__).parent
TEXTS = [
    "中国国防部长董军与美国国防部长奥斯汀通话。",
    "Nancy Pelosi 訪問台灣😀，２０２２年8月\u3000與 董军(Dong Jun) 會談",
    "\u200b董军\ufe0f  访\t美NATO é",
]
VOCABULARY = (
    "[PAD] [UNK] [CLS] [SEP] [MASK] 中 国 防 部 长 董 军 与 美 奥 斯 汀 通 话 。 ( ) , ， nan ##cy pe ##lo ##si dong jun "
    "nat ##o 8 月 年 訪 問 台 灣 访 2022 e 會 談 ##to n ##a ##n a 與 😀"
).split()
BIO = ["O", "B-PER", "I-PER", "B-GPE", "I-GPE", "B-LOC", "I-LOC", "B-ORG", "I-ORG"]
BMES = ["O", *(f"{part}-{kind}" for kind in ("nr", "ns", "nt", "SHIP") for part in "BMES")]
SIZE = dict(
    vocab_size=len(VOCABULARY), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
    max_position_embeddings=140, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, initializer_range=0.5,
)


def make(name, config, labels, fast, old):
    config.id2label, config.label2id = dict(enumerate(labels)), {label: i for i, label in enumerate(labels)}
    config.pad_token_id = 0
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    torch.manual_seed(7)
    model = transformers.AutoModelForTokenClassification.from_config(config, attn_implementation="eager").eval()
    if config.model_type == "bert":
        torch.nn.init.normal_(model.classifier.bias)
    vocab = folder / "vocab.txt"
    vocab.write_text("".join(f"{token}\n" for token in VOCABULARY), "utf-8")
    tokenizer = BertTokenizerFast(vocab_file=str(vocab), do_lower_case=True)
    config.save_pretrained(folder)
    if fast:
        tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
        vocab.unlink()
    if old:
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
    else:
        model.save_pretrained(folder, safe_serialization=True)
    expected = []
    for text in TEXTS:
        encoded = tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
        offsets = encoded.pop("offset_mapping")[0].tolist()
        with torch.no_grad():
            logits = model(**encoded).logits[0].tolist()
        expected.append({
            "text": text,
            "tokens": tokenizer.convert_ids_to_tokens(encoded["input_ids"][0])[1:-1],
            "offsets": offsets[1:-1],
            "logits": [[round(value, 5) for value in row] for row in logits[1:-1]],
        })
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in expected)
    (folder / "expected.json").write_text(f"[\n{lines}\n]\n", "utf-8")


make("bert", BertConfig(**SIZE), BIO, fast=False, old=True)
make("electra", ElectraConfig(**SIZE, embedding_size=8), BMES, fast=True, old=False)
make("albert", AlbertConfig(**SIZE, embedding_size=8, inner_group_num=1), BIO, fast=False, old=False)
