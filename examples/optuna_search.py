#!/usr/bin/env python3
"""Optuna chooses hyperparameters, Hone trains and scores them.

    hone serve --state sweeps & hone-worker --access sweeps/worker.json &
    HONE_STATE=sweeps examples/optuna_search.py experiments/ph2.json ~/data 20
"""
import json
import subprocess
import sys
import time

import optuna

experiment, data, trials = sys.argv[1], sys.argv[2], int(sys.argv[3])


def hone(*words):
    done = subprocess.run(["hone", *words], check=False, capture_output=True, text=True)
    return done.stdout or sys.exit(done.stderr)


def score(trial):
    settings = {"training.learning_rate": trial.suggest_float("learning_rate", 1e-4, 1e-2, log=True),
                "network.filters": trial.suggest_categorical("filters", [4, 8])}
    words = [word for key, value in settings.items() for word in ("-S", f"{key}={value}")]
    sweep = hone("tell", experiment, "--data", data, *words).strip()
    while True:
        answer = json.loads(hone("ask", sweep, "--json"))
        done = [fold for fold in answer["folds"] if fold["dice"] is not None]
        if answer["state"] in ("done", "failed", "cancelled"):
            return answer["score"]  # None without one: Optuna counts the trial as failed
        if done:
            trial.report(answer["mean_so_far"], step=len(done))
        time.sleep(0.5)


study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=1))
study.optimize(score, n_trials=trials)
print(json.dumps({"best": study.best_value, "with": study.best_params}))
