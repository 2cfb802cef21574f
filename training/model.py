"""The tagger's encoder in PyTorch, tensor for tensor what `src/recognise/encoder` runs."""
import torch
from torch import nn
from torch.nn import functional as F

from shiji_model import bigram_rows


class Layer(nn.Module):
    def __init__(self, hidden, heads, ffn, eps, dropout):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.qkv = nn.Linear(hidden, 3 * hidden)
        self.attn_out = nn.Linear(hidden, hidden)
        self.attn_ln = nn.LayerNorm(hidden, eps)
        self.ffn_in = nn.Linear(hidden, ffn)
        self.ffn_out = nn.Linear(ffn, hidden)
        self.ffn_ln = nn.LayerNorm(hidden, eps)

    def drop(self, x):
        return F.dropout(x, self.dropout, self.training)

    def forward(self, x, mask):
        batch, length, hidden = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        context = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        context = context.transpose(1, 2).reshape(batch, length, hidden)
        x = self.attn_ln(x + self.drop(self.attn_out(context)))
        return self.ffn_ln(x + self.drop(self.ffn_out(F.gelu(self.ffn_in(x)))))


class Encoder(nn.Module):
    """Character encoder with one classifier head per label set."""

    def __init__(self, config, heads, dropout=0.1):
        super().__init__()
        self.config = config
        hidden, eps = config["hidden"], config["eps"]
        self.char = nn.Embedding(config["vocabulary"], hidden)
        self.pos = nn.Embedding(config["positions"], hidden)
        self.feature = nn.Embedding(config["features"], hidden)
        nn.init.zeros_(self.feature.weight)
        self.bigrams = config.get("bigrams", 0)
        if self.bigrams:
            self.bigram = nn.Embedding(self.bigrams, hidden)
            self.bigram2 = nn.Embedding(self.bigrams, hidden)
            nn.init.zeros_(self.bigram.weight)
            nn.init.zeros_(self.bigram2.weight)
        self.ln = nn.LayerNorm(hidden, eps)
        self.layers = nn.ModuleList(
            Layer(hidden, config["heads"], config["ffn"], eps, dropout) for _ in range(config["layers"])
        )
        self.heads = nn.ModuleDict({name: nn.Linear(hidden, size) for name, size in heads.items()})
        self.dropout = dropout

    def encode(self, ids, features, mask):
        """ids, features: [batch, length]; mask: bool [batch, length], true for characters."""
        x = self.char(ids) + self.pos.weight[: ids.shape[1]] + self.feature(features)
        if self.bigrams:
            x = x + self.pairs(ids, mask)
        x = F.dropout(self.ln(x), self.dropout, self.training)
        mask = None if mask is None else mask[:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask)
        return x

    def pairs(self, ids, mask):
        """Embeddings of each character with the one before and the one after it; a sequence's
        first and last token are their own neighbours."""
        before = torch.cat([ids[:, :1], ids[:, :-1]], 1)
        after = torch.cat([ids[:, 1:], ids[:, -1:]], 1)
        if mask is not None:
            has_next = torch.cat([mask[:, 1:], mask[:, :1] & False], 1)
            after = torch.where(has_next, after, ids)
        left = self.bigram(bigram_rows(before, ids, self.bigrams))
        return left + self.bigram2(bigram_rows(ids, after, self.bigrams))

    def forward(self, ids, features, mask, head):
        return self.heads[head](self.encode(ids, features, mask))

    def tensors(self, head):
        """Float32 arrays under the names of the model file."""
        state = {k: v.detach().float().numpy() for k, v in self.state_dict().items()}
        out = {
            "emb.char": state["char.weight"],
            "emb.pos": state["pos.weight"],
            "emb.feature": state["feature.weight"],
            "emb.ln.w": state["ln.weight"],
            "emb.ln.b": state["ln.bias"],
            "head.w": state[f"heads.{head}.weight"],
            "head.b": state[f"heads.{head}.bias"],
        }
        if self.bigrams:
            out["emb.bigram"], out["emb.bigram2"] = state["bigram.weight"], state["bigram2.weight"]
        for name, value in state.items():
            if name.startswith("layers."):
                _, i, part, kind = name.split(".")
                out[f"layer{i}.{part}.{'w' if kind == 'weight' else 'b'}"] = value
        return out

    def load_pretrained(self, tensors):
        """Fills the encoder from `pretrained.load`; a shallower encoder takes the lower layers."""
        names = {"emb.char": "char", "emb.pos": "pos", "emb.ln": "ln"}
        state = self.state_dict()
        for name, value in tensors.items():
            if name in ("emb.char", "emb.pos"):
                key = names[name] + ".weight"
            else:
                stem, kind = name.rsplit(".", 1)
                stem = names.get(stem) or stem.replace("layer", "layers.", 1)
                key = f"{stem}.{'weight' if kind == 'w' else 'bias'}"
            if key in state:
                state[key].copy_(torch.from_numpy(value.copy()))
