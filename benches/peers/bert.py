"""A tagger of the size of BERT-base (Devlin et al. 2019) with random weights."""
import torch
from torch import nn
from torch.nn import functional as F

VOCABULARY, HIDDEN, LAYERS, HEADS, FFN, POSITIONS, LABELS = 21128, 768, 12, 12, 3072, 512, 7


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv, self.out = nn.Linear(HIDDEN, 3 * HIDDEN), nn.Linear(HIDDEN, HIDDEN)
        self.wide, self.narrow = nn.Linear(HIDDEN, FFN), nn.Linear(FFN, HIDDEN)
        self.norms = nn.ModuleList(nn.LayerNorm(HIDDEN) for _ in range(2))

    def forward(self, x):
        rows, length, _ = x.shape
        q, k, v = self.qkv(x).view(rows, length, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        context = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(rows, length, HIDDEN)
        x = self.norms[0](x + self.out(context))
        return self.norms[1](x + self.narrow(F.gelu(self.wide(x))))


class Tagger(nn.Module):
    """No padding mask: sentences of a batch are about as long as each other, and a mask costs time."""

    def __init__(self):
        super().__init__()
        self.words, self.positions = nn.Embedding(VOCABULARY, HIDDEN), nn.Embedding(POSITIONS, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN)
        self.layers = nn.Sequential(*(Layer() for _ in range(LAYERS)))
        self.head = nn.Linear(HIDDEN, LABELS)

    def forward(self, ids):
        x = self.words(ids) + self.positions.weight[: ids.shape[1]]
        return self.head(self.layers(self.norm(x)))


def quantised(model):
    """Linear layers in 8 bits, activations quantised at run time."""
    return torch.ao.quantization.quantize_dynamic(model, {nn.Linear}, dtype=torch.qint8)
