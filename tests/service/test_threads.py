"""One number of cores, three kinds of threads, and no core used twice."""

import pytest

from models.settings import ModelSettings
from models.threads import MOST_OF_A_SESSION, Threads
from service.opening import shared_out, worker_threads
from service.settings import ServiceSettings


@pytest.mark.parametrize("cores", range(1, 130))
def test_judgements_use_the_cores_once_and_nearly_all_of_them(cores: int) -> None:
    threads = Threads.sharing(cores)

    assert 1 <= threads.session <= MOST_OF_A_SESSION
    assert threads.session * threads.judge <= cores
    assert threads.session * threads.judge > cores - threads.judge
    assert threads.decode == cores


@pytest.mark.parametrize("cores", [1, 2, 3, 6, 16, 64])
@pytest.mark.parametrize("workers", [1, 2, 3, 5, 16])
def test_several_workers_use_the_cores_once(
    monkeypatch: pytest.MonkeyPatch, cores: int, workers: int
) -> None:
    monkeypatch.setattr("service.settings.usable_cores", lambda: cores)

    threads = worker_threads(shared_out(ModelSettings(), ServiceSettings(workers=workers)))

    assert threads.session == 1
    assert workers * threads.judge <= max(cores, workers)
    assert workers * threads.decode <= max(cores, workers)


def test_what_is_said_holds_for_each_worker() -> None:
    models = shared_out(ModelSettings(threads=8), ServiceSettings(workers=4))

    assert worker_threads(models) == Threads(session=1, judge=8, decode=8)


def test_a_gpu_gets_few_judgements_so_that_its_batches_are_large() -> None:
    models = shared_out(ModelSettings(threads=8, provider="cuda"), ServiceSettings())

    assert worker_threads(models) == Threads(session=4, judge=2, decode=8)


@pytest.mark.parametrize("cores", [1, 2, 16])
def test_a_session_gets_the_threads_that_its_worker_has_for_it(cores: int) -> None:
    threads = Threads.for_many(cores)

    assert ModelSettings(threads=threads.session).shares.session == threads.session
