"""Twenty steps of training, done again in plain PyTorch from the same weights and batches."""

import pathlib
import tempfile
import unittest

import numpy as np
import torch
from torch.nn import functional

import trainer

SIZE, STEPS, CLOSE = 32, 20, 1e-4
TESTED, VALIDATED, TRAINED = 6, 5, 8  # images of each split


def make_images():
    """Discs on coloured noise, their truths and soft masks that miss them by a little."""
    random = np.random.default_rng(5)
    count = TESTED + VALIDATED + TRAINED
    rows, columns = np.mgrid[:SIZE, :SIZE]
    images = random.integers(0, 120, (count, 3, SIZE, SIZE)).astype(np.uint8)
    truths, masks = [], []
    for image in images:
        x, y, radius = random.uniform(10, 22, 2).tolist() + [random.uniform(4, 9)]
        away = np.hypot(columns - x, rows - y)
        truths.append(away < radius)
        off = np.hypot(columns - x - random.uniform(-4, 4), rows - y)
        masks.append(1 / (1 + np.exp(off - radius)))
        image[:, truths[-1]] += np.array([[120], [60], [30]], np.uint8)
    return images, np.stack(truths)[:, None], np.stack(masks)[:, None].astype(np.float16)


class Net(torch.nn.Module):
    """The U-Net with a quality head, by the names of its weights."""

    def __init__(self, weights):
        super().__init__()
        self.weights = {name: torch.nn.Parameter(torch.tensor(value))
                        for name, value in weights.items()}

    def layer(self, x, name):
        weight = self.weights[name + ".weight"]
        return functional.conv2d(x, weight, self.weights[name + ".bias"],
                                 padding=weight.shape[-1] // 2)

    def block(self, x, name):
        for i in range(trainer.NETWORK["consecutive"]):
            x = functional.relu(self.layer(x, f"{name}.{i}"))
        return x

    def dense(self, x, name):
        return functional.linear(x, self.weights[name + ".weight"], self.weights[name + ".bias"])

    def forward(self, x):
        levels, skips = range(trainer.NETWORK["levels"]), []
        for level in levels:
            skips.append(self.block(x, f"encoder.{level}"))
            x = functional.max_pool2d(skips[-1], 2)
        rating = self.dense(functional.relu(self.dense(x.mean((2, 3)), "quality.0")), "quality.1")
        for level in reversed(levels):
            x = functional.conv_transpose2d(x, self.weights[f"decoder.{level}.up.weight"],
                                            self.weights[f"decoder.{level}.up.bias"], stride=2)
            x = self.block(torch.cat([x, skips[level]], 1), f"decoder.{level}")
        return torch.sigmoid(self.layer(x, "mask")), torch.sigmoid(rating)[:, 0]


def dice(mask, truth, smooth=0.0):
    both, total = (mask * truth).sum((1, 2, 3)), mask.sum((1, 2, 3)) + truth.sum((1, 2, 3))
    return (2 * both + smooth) / (total + smooth)


def fit(weights, images, truths, masks, pooled=False):
    """The losses of the steps and the validation Dice after each."""
    net = Net(weights)
    kernels = [value for name, value in net.weights.items() if name.endswith(".weight")]
    biases = [value for name, value in net.weights.items() if name.endswith(".bias")]
    training = trainer.TRAINING
    adam = torch.optim.Adam(  # Keras' L2 adds 2 * l2 * w to the gradient of kernels
        [{"params": kernels, "weight_decay": 2 * training["l2"]}, {"params": biases}],
        lr=training["learning_rate"], eps=training["adam_epsilon"])
    inputs = torch.cat([torch.tensor(images, dtype=torch.float32) / 255,
                        torch.tensor(masks.astype(np.float32))], 1)
    truths = torch.tensor(truths, dtype=torch.float32)
    check = slice(TESTED, TESTED + VALIDATED)
    train = slice(TESTED + VALIDATED, None)
    losses, signals = [], []
    for _ in range(STEPS):
        mask, quality = net(inputs[train])
        told = dice(inputs[train, 3:], truths[train])
        shape = (1, 1, -1, 1) if pooled else mask.shape  # all pixels of the batch as of one image
        score = dice(mask.reshape(shape), truths[train].reshape(shape), training["dice_smooth"])
        loss = (1 - score).mean()
        loss = loss + trainer.REFINE["lambda"] * ((quality - told) ** 2).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.item())
        with torch.no_grad():
            signals.append(dice(net(inputs[check])[0], truths[check]).mean().item())
    return losses, signals


class Training(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        torch.set_num_threads(1)

    def train(self, inputs, **changes):
        spec = trainer.spec_of("refine", SIZE, training=trainer.TRAINING | changes)
        return trainer.run_trial(spec, inputs, self.folder)

    def test_goes_the_same_way_in_plain_pytorch(self):
        losses = self.go_the_same_way("image")
        self.assertNotEqual(losses, self.go_the_same_way("batch"))

    def go_the_same_way(self, reduction):
        images, truths, masks = make_images()
        inputs = {"pack": self.folder / "pack", "masks": self.folder / "base"}
        # The training split is parts of 4, 3 and 1 images: one batch an epoch.
        trainer.write_tensors(inputs["pack"], {
            "groups": trainer.groups_of([TESTED, VALIDATED, 4, 3, 1]), "images": images,
            "masks": truths.astype(np.uint8)})
        trainer.write_tensors(inputs["masks"], {"masks": masks})
        # A step of size 0 leaves the weights that a training begins with.
        still = self.train(inputs, learning_rate=0.0)
        initial = trainer.read_tensors(still["trained"][0]["artifacts"]["weights"])
        self.assertGreater(sum(value.size for value in initial.values()), 1000)

        epochs = [message["epoch"] for message in self.train(
            inputs, epochs=STEPS, loss_reduction=reduction)["progress"]]
        losses, signals = fit(initial, images, truths, masks, pooled=reduction == "batch")
        self.assertEqual(len(epochs), STEPS)
        self.assertLess(losses[-1], losses[0] - 0.1)  # it has learnt something
        worst = max(abs(epoch["train_loss"] - loss)
                    for epoch, loss in zip(epochs, losses, strict=True))
        print(f"loss {losses[0]:.6f} to {losses[-1]:.6f}, apart by at most {worst:.1e}")
        for epoch, loss, signal in zip(epochs, losses, signals, strict=True):
            with self.subTest(step=epoch["epoch"]):
                self.assertAlmostEqual(epoch["train_loss"], loss, delta=CLOSE)
                self.assertAlmostEqual(epoch["validation_signal"], signal, delta=CLOSE)
        return losses


if __name__ == "__main__":
    unittest.main()
