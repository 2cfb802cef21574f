"""Times shiji's encoder next to ONNX Runtime with the same weights, in the same run.

    python training/compare_onnx.py [--model FILE]

Needs numpy, onnx and onnxruntime, and cargo. Without --model the weights are random, in the
shapes 12 layers x 384 and 3 layers x 192 (with tables of character pairs). The ONNX graph is the plain one that an export
gives (fused QKV, explicit softmax, LayerNormalization, GELU with erf), without a padding
mask, quantised by `quantize_dynamic(per_channel=True)`, run with all graph optimisations.

Each batch is timed alternately, engine, ONNX Runtime, engine, ..., and the best of each
counts: once on one thread by processor time, which other work on the machine disturbs least,
and once on two threads by the clock. Also compared: the logits, to those of the f32 graph.
"""

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import shiji_model

BATCHES = [(16, 64), (64, 64), (8, 256)]
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def random_model(path, layers, hidden, heads, bigrams=0, seed=1):
    config = {
        "bigrams": bigrams, "layers": layers, "hidden": hidden, "heads": heads, "ffn": 4 * hidden, "positions": 512, "eps": 1e-12,
        "vocabulary": [f"c{i}" for i in range(9000)],
        "features": [f"f{i}" for i in range(64)],
        "labels": [f"l{i}" for i in range(7)],
    }
    random = np.random.default_rng(seed)
    tensors = {}
    for name, shape in shiji_model.shapes(config).items():
        if name.endswith("ln.w"):
            tensors[name] = random.normal(1, 0.1, shape)
        elif len(shape) == 2 and not name.startswith("emb."):
            tensors[name] = random.normal(0, 1 / np.sqrt(shape[1]), shape)
        else:
            tensors[name] = random.normal(0, 0.1, shape)
    shiji_model.write_model(path, config, tensors)


def build_onnx(header, tensors):
    """The encoder as an ONNX graph: ids and features [batch, length] to logits.

    The hashes of character pairs, if the model has tables of them, are inputs too."""
    config = header["architecture"]
    hidden, heads = config["hidden"], config["heads"]
    size = hidden // heads
    nodes, constants = [], []

    def constant(name, array):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(kind, *inputs, outputs=1, **attributes):
        names = [f"{kind}_{len(nodes)}_{i}" for i in range(outputs)]
        nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def linear(name, x):
        weights = constant(f"{name}.w", tensors[f"{name}.w"].T)
        return node("Add", node("MatMul", x, weights), constant(f"{name}.b", tensors[f"{name}.b"]))

    def norm(name, x):
        weights = (constant(f"{name}.{part}", tensors[f"{name}.{part}"]) for part in "wb")
        return node("LayerNormalization", x, *weights, axis=-1, epsilon=config["eps"])

    def integers(*values):
        return constant(f"integers_{len(constants)}", np.array(values, np.int64))

    def split_heads(x, order):
        shaped = node("Reshape", x, integers(0, 0, heads, size))
        return node("Transpose", shaped, perm=order)

    length = node("Shape", "ids", start=1, end=2)
    positions = node("Slice", constant("emb.pos", tensors["emb.pos"]), integers(0), length, integers(0))
    x = node("Gather", constant("emb.char", tensors["emb.char"]), "ids")
    x = node("Add", x, positions)
    x = node("Add", x, node("Gather", constant("emb.feature", tensors["emb.feature"]), "features"))
    inputs = ["ids", "features"]
    if config.get("bigrams"):
        inputs += ["before", "after"]
        for table, rows in (("emb.bigram", "before"), ("emb.bigram2", "after")):
            x = node("Add", x, node("Gather", constant(table, tensors[table]), rows))
    x = norm("emb.ln", x)
    root = constant("root", np.float32(np.sqrt(size)))
    half, one, root2 = (constant(n, np.float32(v)) for n, v in [("half", 0.5), ("one", 1), ("root2", np.sqrt(2))])
    for i in range(config["layers"]):
        q, k, v = node("Split", linear(f"layer{i}.qkv", x), integers(hidden, hidden, hidden), outputs=3, axis=-1)
        q, k, v = split_heads(q, [0, 2, 1, 3]), split_heads(k, [0, 2, 3, 1]), split_heads(v, [0, 2, 1, 3])
        weights = node("Softmax", node("Div", node("MatMul", q, k), root), axis=-1)
        context = node("Transpose", node("MatMul", weights, v), perm=[0, 2, 1, 3])
        context = node("Reshape", context, integers(0, 0, hidden))
        x = norm(f"layer{i}.attn_ln", node("Add", linear(f"layer{i}.attn_out", context), x))
        wide = linear(f"layer{i}.ffn_in", x)
        erf = node("Add", node("Erf", node("Div", wide, root2)), one)
        wide = node("Mul", node("Mul", wide, erf), half)
        x = norm(f"layer{i}.ffn_ln", node("Add", linear(f"layer{i}.ffn_out", wide), x))
    logits = linear("head", x)
    nodes.append(helper.make_node("Identity", [logits], ["logits"]))
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "length"]) for n in inputs]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "length", len(header["labels"])])
    graph = helper.make_graph(nodes, "encoder", inputs, [output], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def session(path, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def tokens(header, sequences, length):
    """The same as in benches/encoder.rs."""
    at = np.arange(sequences * length, dtype=np.int64).reshape(sequences, length)
    ids = at * 7919 % len(header["vocabulary"])
    inputs = {"ids": ids, "features": at * 31 % len(header["features"])}
    bigrams = header["architecture"].get("bigrams")
    if bigrams:
        before = np.concatenate([ids[:, :1], ids[:, :-1]], 1)
        after = np.concatenate([ids[:, 1:], ids[:, -1:]], 1)
        inputs["before"] = shiji_model.bigram_rows(before, ids, bigrams)
        inputs["after"] = shiji_model.bigram_rows(ids, after, bigrams)
    return inputs


def onnx_speed(run, batch, clock, span=0.4):
    run(None, batch)
    best = 0
    for _ in range(3):
        start, runs = clock(), 0
        while clock() < start + span:
            run(None, batch)
            runs += 1
        best = max(best, runs * batch["ids"].size / (clock() - start))
    return best


def engine(model, *options):
    command = ["cargo", "bench", "--quiet", "--bench", "encoder", "--", "--model", model, *options]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def engine_speed(model, batch, threads, *options):
    shape = f"{batch[0]}x{batch[1]}"
    lines = engine(model, "--json", "--threads", str(threads), "--batch", shape, *options).splitlines()
    results = [json.loads(line) for line in lines]
    return max((result["chars_per_second"], result["kernel"]) for result in results)


def distance(logits, wanted):
    return np.sqrt(np.mean((logits - wanted) ** 2) / np.mean(wanted**2))


def compare(name, model, folder, rounds, kernel):
    header, weights = shiji_model.read_model(model)
    plain, quantised = (os.path.join(folder, f"{name}.{kind}.onnx") for kind in ("f32", "int8"))
    onnx.save(build_onnx(header, weights), plain)
    quantize_dynamic(plain, quantised, per_channel=True, weight_type=QuantType.QInt8)

    batch = tokens(header, 4, 20)
    wanted = session(plain, 1).run(None, batch)[0].reshape(80, -1)
    ort = session(quantised, 1).run(None, batch)[0].reshape(80, -1)
    own = np.array([line.split() for line in engine(model, "--logits").splitlines()], np.float32)
    print(f"{name}: relative distance of the logits to f32: shiji {distance(own, wanted):.4f}, "
          f"ONNX Runtime int8 {distance(ort, wanted):.4f}")

    for threads, clock, options in [(1, time.thread_time, ["--cpu-time"]), (2, time.perf_counter, [])]:
        run = session(quantised, threads).run
        for shape in BATCHES:
            batch = tokens(header, *shape)
            best = [0, 0]
            for _ in range(rounds):
                speed, used = engine_speed(model, shape, threads, "--kernel", kernel, *options)
                best = [max(best[0], speed), max(best[1], onnx_speed(run, batch, clock))]
            kind = "processor time" if options else "clock"
            print(f"{name}  {threads} thread(s), {kind:<14}  {shape[0]:>2}x{shape[1]:<3}  shiji ({used}) {best[0]:>8.0f}"
                  f"  ONNX Runtime {best[1]:>8.0f} chars/s  ratio {best[0] / best[1]:.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a shiji model file; random weights otherwise")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--kernel", default="best", help="shiji's kernel, as cargo bench names it")
    arguments = parser.parse_args()
    logging.getLogger().setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        if arguments.model:
            models = [("model", os.path.abspath(arguments.model))]
        else:
            models = []
            for layers, hidden, heads, bigrams in [(12, 384, 12, 0), (3, 192, 6, 8192)]:
                path = os.path.join(folder, f"{layers}x{hidden}.shiji")
                random_model(path, layers, hidden, heads, bigrams)
                models.append((f"{layers}x{hidden}", path))
        for name, path in models:
            compare(name, path, folder, arguments.rounds, arguments.kernel)


if __name__ == "__main__":
    main()
