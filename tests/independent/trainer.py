"""Speaks with hone-trainer and reads and writes its files; shares no code with it.

Environment: HONE_BIN, the folder of the programs.
"""

import json
import os
import pathlib
import struct
import subprocess

import numpy as np

BIN = pathlib.Path(os.environ["HONE_BIN"])

TYPES = {"U8": np.uint8, "F16": np.float16, "F32": np.float32, "I32": np.int32, "I64": np.int64}
METRICS = ("dice", "dice_soft", "jaccard", "quality", "agreement", "dice_c15", "hd95",
           "boundary_iou", "change", "area", "entropy", "flip_agreement", "dice_average",
           "dice_native", "jaccard_native", "hd95_native", "boundary_iou_native", "change_two",
           "seed_agreement")
VALIDATION, TEST = 1, 2

NETWORK = {"levels": 2, "consecutive": 2, "filters": 4, "filter_size": 3, "activation": "relu",
           "bottleneck": "none", "norm": "none", "architecture": "unet", "quality_width": 16,
           "quality_position": "latent"}
TRAINING = {"epochs": 1, "patience": 1000, "batch": 8, "learning_rate": 0.01, "adam_epsilon": 1e-7,
            "l2": 0.001, "l2_scope": "all", "dice_smooth": 1.0, "loss": "dice",
            "image_augmentation": "none", "collapse_retries": 0}
REFINE = {"mode": "plain", "lambda": 1.0, "base_fraction": 1.0, "augmentation": "none",
          "base_masks": "in_sample", "self_steps": 0, "self_depth": "fixed",
          "quality_target": "input", "mask_input": "given", "improve_beta": 0.0}
NUMERICS = {"precision": "fp32", "layout": "channels_last", "threads": 1}


def write_tensors(file, tensors):
    """A safetensors file of numpy arrays by name."""
    header, blocks, at = {}, [], 0
    names = {np.dtype(kind): name for name, kind in TYPES.items()}
    for name, array in sorted(tensors.items()):
        block = np.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": names[array.dtype], "shape": list(array.shape),
                        "data_offsets": [at, at + len(block)]}
        at += len(block)
        blocks.append(block)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    pathlib.Path(file).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blocks))


def read_tensors(file):
    content = pathlib.Path(file).read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    header, body = json.loads(content[8:8 + length]), content[8 + length:]
    header.pop("__metadata__", None)
    return {name: np.frombuffer(body[slice(*entry["data_offsets"])],
                                TYPES[entry["dtype"]]).reshape(entry["shape"])
            for name, entry in header.items()}


def groups_of(sizes):
    """Groups of images, one of each size. Of five different sizes, the largest first, the first is
    the test split of rotation 0, the second the validation split of fold 0, and the rest trains,
    whatever the shuffle: a group is never divided, and the largest groups are dealt first."""
    assert len(sizes) == 5 and sorted(set(sizes), reverse=True) == list(sizes)
    return np.repeat(np.arange(5, dtype=np.int32), sizes)


def spec_of(role, size, **parts):
    spec = {"role": role, "dataset": "independent", "pack": "0" * 64, "rotation": 0, "fold": 0,
            "seed": 1, "image_size": size, "network": NETWORK, "numerics": NUMERICS,
            "refine": REFINE}
    spec["evaluate" if role == "evaluate" else "training"] = (
        {"split": "test", "iterations": 0} if role == "evaluate" else TRAINING)
    return spec | parts


def run_trial(spec, inputs, output):
    """What hone-trainer says to one order: its messages by type, in their order."""
    order = {"type": "train", "ticket": {"trial": 1, "attempt": 1}, "spec": spec,
             "inputs": {name: str(file) for name, file in inputs.items()}, "output": str(output),
             "checkpoint": "", "checkpoint_interval": 60000, "film_strip": 0}
    done = subprocess.run([BIN / "hone-trainer"], input=json.dumps(order) + "\n", text=True,
                          capture_output=True, timeout=120, check=True)
    said = {}
    for line in done.stdout.splitlines():
        message = json.loads(line)
        said.setdefault(message["type"], []).append(message)
    if "trained" not in said:
        raise AssertionError(f"{said.get('broken')}\n{done.stderr}")
    return said
