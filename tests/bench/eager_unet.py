#!/usr/bin/env python3
"""Training images a second of the same U-Net in PyTorch eager: what hone-trainer is held against.

The net, loss, optimizer and batch are those of worker/training (bottleneck none, soft Dice, L2 in
Adam on kernels; a Dice of the validation images after each epoch). Data stay in memory. Prints the better of the two memory layouts as JSON, or with
--layout that one.
"""
import argparse
import json
import time

import torch
from torch import nn
from torch.nn import functional as F


def block(come, go):
    return nn.Sequential(nn.Conv2d(come, go, 3, padding=1), nn.ReLU(inplace=True),
                         nn.Conv2d(go, go, 3, padding=1), nn.ReLU(inplace=True))


class UNet(nn.Module):
    def __init__(self, channels, filters, levels=4):
        super().__init__()
        widths = [filters << level for level in range(levels)]
        self.down = nn.ModuleList(block(a, b) for a, b in zip([channels] + widths, widths))
        below = widths[1:] + [widths[-1]]
        self.up = nn.ModuleList(nn.ConvTranspose2d(a, b, 2, stride=2) for a, b in zip(below, widths))
        self.join = nn.ModuleList(block(2 * b, b) for b in widths)
        self.last = nn.Conv2d(filters, 1, 1)

    def forward(self, x):
        skips = []
        for level in self.down:
            x = level(x)
            skips.append(x)
            x = F.max_pool2d(x, 2)
        for level in reversed(range(len(self.up))):
            x = self.join[level](torch.cat((self.up[level](x), skips[level]), 1))
        return self.last(x)


def measure(arguments, layout):
    torch.manual_seed(1)
    form = {"channels_last": torch.channels_last, "channels_first": torch.contiguous_format}[layout]
    device = torch.device(arguments.device)
    net = UNet(arguments.channels, arguments.filters).to(device, memory_format=form)
    kernels = [p for p in net.parameters() if p.dim() > 1]
    biases = [p for p in net.parameters() if p.dim() <= 1]
    adam = torch.optim.Adam([{"params": kernels, "weight_decay": 0.002}, {"params": biases}], lr=1e-4,
                            eps=1e-7, fused=True)
    size, batch = arguments.size, arguments.batch
    images = torch.rand(4 * batch, arguments.channels, size, size).to(device).contiguous(memory_format=form)
    truths = (torch.rand(4 * batch, 1, size, size) > 0.5).float().to(device)

    def wait():
        if device.type == "cuda":
            torch.cuda.synchronize()

    def step(number):
        start = number % 4 * batch
        truth = truths[start:start + batch]
        with torch.autocast(device.type, torch.bfloat16, enabled=arguments.bf16):
            logits = net(images[start:start + batch])
        mask = torch.sigmoid(logits.float())
        both = (mask * truth).sum((1, 2, 3))
        total = mask.sum((1, 2, 3)) + truth.sum((1, 2, 3))
        loss = (1 - (2 * both + 1) / (total + 1)).mean()
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()

    @torch.inference_mode()
    def validate(count):
        dice = 0.0
        for begin in range(0, count, batch):
            start = begin % (4 * batch)
            with torch.autocast(device.type, torch.bfloat16, enabled=arguments.bf16):
                logits = net(images[start:start + batch])
            mask, truth = torch.sigmoid(logits.float()), truths[start:start + batch]
            both = (mask * truth).sum((1, 2, 3))
            dice += (2 * both / (mask.sum((1, 2, 3)) + truth.sum((1, 2, 3)))).sum().item()
        return dice / count

    def epoch():
        for number in range(arguments.images // batch):
            step(number)
            if number % 10 == 9:
                wait()  # or the clock would only see steps being handed over
        wait()

    epoch()
    trained = training = used = 0
    start = time.perf_counter()
    while time.perf_counter() - start < arguments.seconds:
        begin, processor = time.perf_counter(), time.process_time()
        epoch()
        training += time.perf_counter() - begin
        used += time.process_time() - processor
        validate(arguments.images // 3)
        trained += arguments.images // batch * batch
    return {"images_per_second": trained / training, "images_per_processor_second": trained / used,
            "epoch_images_per_second": trained / (time.perf_counter() - start), "layout": layout}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--filters", type=int, default=32)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--channels", type=int, default=3)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--images", type=int, default=48, help="of an epoch, which validates a third as many")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--layout", choices=["channels_last", "channels_first"])
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default: %(default)s)")
    parser.add_argument("--bf16", action="store_true", help="autocast; else fp32 without TF32")
    arguments = parser.parse_args()
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    layouts = [arguments.layout] if arguments.layout else ["channels_last", "channels_first"]
    rates = [measure(arguments, layout) for layout in layouts]
    print(json.dumps(max(rates, key=lambda rate: rate["images_per_processor_second"])))


if __name__ == "__main__":
    main()
