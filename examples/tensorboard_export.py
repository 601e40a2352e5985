#!/usr/bin/env python3
"""Writes the curves of a state folder's last sweep for TensorBoard; needs the package tensorboard, not TensorFlow.

    examples/tensorboard_export.py hone-state runs && tensorboard --logdir runs
"""
import datetime
import pathlib
import sqlite3
import sys

from tensorboard.summary import Writer

state, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
results = sqlite3.connect(f"file:{state}/hone.sqlite?mode=ro", uri=True)
SWEEP = "(SELECT max(id) FROM sweep)"
EPOCHS = f"""SELECT m.name, a.started, e.epoch, sum(e.seconds) OVER (PARTITION BY m.trial ORDER BY e.epoch),
    e.train_loss, e.validation_dice, e.images_per_second
    FROM member m JOIN trial t ON t.id = m.trial JOIN attempt a ON a.trial = t.id AND a.attempt = t.attempt
    JOIN epoch e ON e.trial = t.id AND e.attempt = t.attempt WHERE m.sweep = {SWEEP} ORDER BY m.name, e.epoch"""
SCORES = f"""SELECT m.name, s.name, d.iteration, d.dice FROM member m JOIN mean_dice d ON d.trial = m.trial
    JOIN split s ON s.id = d.split WHERE m.sweep = {SWEEP} ORDER BY m.name, d.iteration"""
writers = {}


def writer(name):
    """One run of TensorBoard for each trial, named as `hone trials` names it."""
    return writers.get(name) or writers.setdefault(name, Writer(str(folder / name)))


for name, started, epoch, seconds, loss, signal, speed in results.execute(EPOCHS):
    when = datetime.datetime.fromisoformat(started).timestamp() + seconds
    for tag, value in (("loss/train", loss), ("signal/validation", signal), ("images_per_second", speed)):
        writer(name).add_scalar(tag, value, epoch, wall_time=when)
for name, split, iteration, dice in results.execute(SCORES):
    writer(name).add_scalar(f"dice_by_iteration/{split}", dice, iteration)
for each in writers.values():
    each.close()
print(f"{len(writers)} trials in {folder}")
