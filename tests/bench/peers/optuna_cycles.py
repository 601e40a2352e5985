"""Trial life-cycles of Optuna, 64 processes and 5 reports a trial, on its two storages on disk."""
import multiprocessing
import pathlib
import tempfile
import time

from peer import not_installed, say

WHAT = {"optuna-sqlite": "Optuna, SQLite: trials of 5 reports", "optuna-journal": "Optuna, journal file: trials of 5 reports"}
CITED = {"optuna-sqlite": "20/s on a 2-core machine", "optuna-journal": "204/s on a 2-core machine"}
PROCESSES = 64
SECONDS = 20


def storage_of(identity, folder):
    from optuna.storages import JournalStorage, RDBStorage
    from optuna.storages.journal import JournalFileBackend
    if identity == "optuna-sqlite":
        return RDBStorage(f"sqlite:///{folder}/optuna.db", engine_kwargs={"connect_args": {"timeout": 100}})
    return JournalStorage(JournalFileBackend(f"{folder}/journal.log"))


def work(identity, folder, name, number, start, counts):
    """One process: asks, reports and tells until the time is over."""
    import optuna
    study = optuna.load_study(study_name=name, storage=storage_of(identity, folder),
                              sampler=optuna.samplers.RandomSampler(seed=number))
    start.wait()
    begin = time.perf_counter()
    while time.perf_counter() - begin < SECONDS:
        trial = study.ask()
        trial.suggest_float("x", 0, 1)
        for step in range(5):
            trial.report(0.5, step)
        study.tell(trial, 0.5)
        counts[number] += 1


def rate(identity, folder, processes):
    import optuna
    study = optuna.create_study(storage=storage_of(identity, folder))
    start = multiprocessing.Barrier(processes + 1)
    counts = multiprocessing.Array("l", processes, lock=False)
    workers = [multiprocessing.Process(target=work, args=(identity, folder, study.study_name, number, start, counts))
               for number in range(processes)]
    for worker in workers:
        worker.start()
    start.wait()
    begin = time.perf_counter()
    for worker in workers:
        worker.join()
    return sum(counts) / (time.perf_counter() - begin)


def main():
    try:
        import optuna
    except ImportError:
        for identity, what in WHAT.items():
            not_installed(identity, what, "Optuna", CITED[identity])
        return
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    for identity, what in WHAT.items():
        rates = {}
        for processes in (1, PROCESSES):
            with tempfile.TemporaryDirectory() as folder:
                rates[processes] = rate(identity, pathlib.Path(folder), processes)
        best = max(rates, key=rates.get)
        say(identity, what, rates[best], f"Optuna {optuna.__version__}; the better of {rates[1]:.3g}/s with one process and "
            f"{rates[PROCESSES]:.3g}/s with {PROCESSES}")


if __name__ == "__main__":
    main()
