"""Trial life-cycles of Optuna, one process and 5 reports a trial, on its two storages on disk."""
import pathlib
import tempfile
import time

from peer import not_installed, say

WHAT = {"optuna-sqlite": "Optuna, SQLite: trials of 5 reports", "optuna-journal": "Optuna, journal file: trials of 5 reports"}
CITED = {"optuna-sqlite": "20/s on a 2-core machine", "optuna-journal": "204/s on a 2-core machine"}


def storages(folder):
    import optuna
    from optuna.storages import JournalStorage, RDBStorage
    from optuna.storages.journal import JournalFileBackend
    yield "optuna-sqlite", RDBStorage(f"sqlite:///{folder}/optuna.db"), optuna
    yield "optuna-journal", JournalStorage(JournalFileBackend(f"{folder}/journal.log")), optuna


def rate(storage, optuna, seconds=10):
    study = optuna.create_study(storage=storage, sampler=optuna.samplers.RandomSampler(seed=1))
    start, trials = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        trial = study.ask()
        trial.suggest_float("x", 0, 1)
        for step in range(5):
            trial.report(0.5, step)
        study.tell(trial, 0.5)
        trials += 1
    return trials / (time.perf_counter() - start)


def main():
    try:
        import optuna
    except ImportError:
        for identity, what in WHAT.items():
            not_installed(identity, what, "Optuna", CITED[identity])
        return
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        for identity, storage, module in storages(pathlib.Path(folder)):
            say(identity, WHAT[identity], rate(storage, module), f"Optuna {module.__version__}, one process")


if __name__ == "__main__":
    main()
