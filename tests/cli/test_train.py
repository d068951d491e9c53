"""``python -m sgdkit train`` as somebody at a terminal meets it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest
from PIL import Image

import sgdkit.data
from sgdkit import SyncSGD
from sgdkit.cli import main
from sgdkit.data import DataUnavailable, parabola
from sgdkit.models import parabola as parabola_network
from sgdkit.optimizers import SGD

QUICK = ["train", "--model", "parabola", "--batch-size", "10", "--epochs", "3", "--engine", "serial"]


def sgdkit_command(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sgdkit", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=150, encoding="utf-8")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a space in its name, after a small run on the pool."""
    where = tmp_path_factory.mktemp("a folder")
    done = sgdkit_command(
        *("train", "--model", "parabola", "--workers", 2, "--batch-size", 20, "--lr", 0.03, "--lam", 0.1),
        *("--optimizer", "momentum", "--epochs", 4, "--seed", 7, "--out", where / "my results"),
        cwd=where,
    )
    assert done.returncode == 0, done.stderr
    (where / "stdout").write_text(done.stdout, encoding="utf-8")
    (where / "stderr").write_text(done.stderr, encoding="utf-8")
    return where


def test_the_report_and_the_place_of_the_files_are_printed(trained: Path) -> None:
    printed = (trained / "stdout").read_text(encoding="utf-8")
    for quantity in ("batch size", "learning rate", "number of workers", "training time", "final loss"):
        assert quantity in printed
    assert "Momentum(lr=0.03, momentum=0.9)" in printed
    assert str(trained / "my results") in printed
    assert "12/12" in (trained / "stderr").read_text(encoding="utf-8")  # the progress bar at its end


def test_pandas_reads_the_history(trained: Path) -> None:
    steps = pd.read_csv(trained / "my results" / "steps.csv")
    assert list(steps.columns) == ["step", "seconds", "loss"]
    assert steps.step.tolist() == list(range(1, 13))  # 50 examples in mini-batches of 20, 20 and 10, four times
    assert steps.seconds.is_monotonic_increasing
    epochs = pd.read_csv(trained / "my results" / "epochs.csv")
    assert epochs.epoch.tolist() == [1, 2, 3, 4]
    assert epochs.loss.notna().all() and epochs.test_loss.notna().all()
    assert epochs.accuracy.isna().all()  # regression


def test_numpy_reads_w_which_gives_the_loss_in_the_history(trained: Path) -> None:
    w = np.load(trained / "my results" / "w.npy")
    train, _ = parabola()
    loss = (parabola_network().loss(w, train.X, train.Y) + 0.05 * w @ w) / 50
    last = pd.read_csv(trained / "my results" / "epochs.csv").iloc[-1]
    assert last.loss == pytest.approx(loss)


def test_the_settings_say_what_was_asked_for(trained: Path) -> None:
    told = json.loads((trained / "my results" / "settings.json").read_text(encoding="utf-8"))
    expected = {"workers": 2, "batch_size": 20, "lr": 0.03, "lam": 0.1, "epochs": 4, "seed": 7, "engine": "pool"}
    assert {key: told[key] for key in expected} == expected
    assert told["interrupted"] is False and told["diverged_at_step"] is None


def test_the_pictures_open_and_carry_their_words(trained: Path) -> None:
    for name, word in (("loss_contour", "PCA direction 1"), ("loss", "at step 12"), ("timeline", "worker 1")):
        image = Image.open(trained / "my results" / f"{name}.png")
        assert word in image.text["Description"]  # type: ignore[attr-defined]


def test_the_commands_w_is_the_librarys(tmp_path: Path) -> None:
    assert main([*QUICK, "--workers", "3", "--seed", "5", "--lr", "0.04", "--out", str(tmp_path)]) == 0
    with SyncSGD(parabola_network(), SGD(0.04), workers=3, batch_size=10, seed=5, engine="serial") as trainer:
        run = trainer.fit(parabola().train, epochs=3, progress=False)
    np.testing.assert_array_equal(np.load(tmp_path / "w.npy"), run.w)


@pytest.mark.parametrize("optimizer", ["sgd", "nesterov", "adam", "newton"])
def test_every_optimizer_trains(optimizer: str, tmp_path: Path) -> None:
    assert main([*QUICK, "--optimizer", optimizer, "--out", str(tmp_path)]) == 0
    epochs = pd.read_csv(tmp_path / "epochs.csv")
    assert epochs.loss.iloc[-1] < 4  # where it starts: 4.07


def test_float32_is_kept(tmp_path: Path) -> None:
    assert main([*QUICK, "--dtype", "float32", "--out", str(tmp_path)]) == 0
    assert np.load(tmp_path / "w.npy").dtype == np.float32


def test_a_diverging_run_is_saved_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--lr", "5", "--epochs", "50", "--out", str(tmp_path)]) == 0
    assert "try a learning rate below 5" in capsys.readouterr().out
    assert json.loads((tmp_path / "settings.json").read_text())["diverged_at_step"] > 0
    assert (tmp_path / "loss_contour.png").exists()


WRONG = [
    ("--workers", "-1", "--workers is -1: give a whole number from 1 to 256."),
    ("--workers", "0", "--workers is 0"),
    ("--workers", "two", "--workers is two"),
    ("--workers", "1.5", "--workers is 1.5"),
    ("--batch-size", "0", "--batch-size is 0: give a whole number from 1"),
    ("--lr", "nan", "--lr is nan: give a positive number"),
    ("--lr", "-inf", "--lr is -inf: give a positive number"),
    ("--lr", "0", "--lr is 0"),
    ("--lr", "fast", "--lr is fast"),
    ("--lam", "-0.1", "--lam is -0.1: give 0 or a positive number"),
    ("--epochs", "0", "--epochs is 0: give a whole number from 1"),
    ("--seed", "-1", "--seed is -1: give a whole number from 0"),
    ("--model", "an", "choose ann, cnn, lenet, lorenz or parabola (did you mean ann?)"),
    ("--optimizer", "adma", "choose sgd, momentum, nesterov, adam or newton (did you mean adam?)"),
    ("--data", "digit", "choose digits, mnist, lorenz or parabola (did you mean digits?)"),
    ("--data", "lorenz", "--data is lorenz, which does not fit --model ann: choose digits or mnist."),
    ("--engine", "gpu", "--engine is gpu: choose pool, serial or mpi."),
    ("--start-method", "forks", "choose fork, spawn or forkserver (did you mean fork?)"),
    ("--dtype", "float16", "--dtype is float16: choose float32 or float64"),
    ("--hidden", "0", "--hidden is 0"),
    ("--theme", "blue", "--theme is blue: choose light or dark."),
    ("--model", "ANN", "(did you mean ann?)"),
    ("--model", "", "--model is '': choose ann"),
    ("--lr", "", "--lr is '': give a positive number"),
    ("--workers", "", "--workers is '': give a whole number"),
    ("--checkpoint", "", "--checkpoint is '': give the name of a file"),
    ("--checkpoint", ".", "--checkpoint is ., which is a folder: give the name of a file."),
    ("--worker", "2", "--worker is not an option of train (did you mean --workers?)"),
]


@pytest.mark.parametrize(("option", "value", "words"), WRONG)
def test_a_wrong_value_gets_one_sentence(
    option: str, value: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", option, value, "--out", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert words in printed.err
    assert printed.err.startswith("python -m sgdkit train: ") and printed.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--engine", "serial", "--start-method", "fork"], "--engine serial starts none"),
        (["--model", "cnn", "--hidden", "20"], "--hidden is 20, but --model cnn has fixed layers"),
        (["--lr"], "--lr has no value"),
        (["more"], "more is not an option"),
    ],
)
def test_values_that_do_not_go_together_get_one_sentence(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", *arguments]) == 2
    printed = capsys.readouterr().err
    assert words in printed and printed.count("\n") == 1


def test_an_unknown_command_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trian"]) == 2
    assert "'trian' is no command: choose train, simulate or demo (did you mean train?)." in capsys.readouterr().err


def test_without_a_command_there_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "train" in capsys.readouterr().out


def test_help_names_every_choice(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["train", "--help"])
    assert end.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    for word in ("parabola", "mnist", "newton", "forkserver", "float32", "default: out/train"):
        assert word in shown
    assert "None" not in shown


def test_a_folder_that_cannot_be_written_is_refused_before_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    assert main([*QUICK, "--out", str(file)]) == 2
    assert f"--out is {file}, which is a file: give a folder." in capsys.readouterr().err
    assert main([*QUICK, "--out", str(file / "below")]) == 2
    printed = capsys.readouterr()
    assert "give a folder that can be written to" in printed.err
    assert printed.out == ""


def test_an_empty_name_is_no_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--out", ""]) == 2
    assert "--out is '': give a folder" in capsys.readouterr().err


def test_a_file_that_is_no_checkpoint_gets_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("dear all")
    assert main([*QUICK, "--checkpoint", str(file), "--out", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr().err
    assert f"{file} is not a checkpoint of sgdkit: give the name of a new file." in printed
    assert "delete" not in printed and "pickle" not in printed and file.read_text() == "dear all"


@pytest.mark.parametrize(("epochs", "words"), [("3", "already has 3 of 3 epochs"), ("1", "already has 3 epochs")])
def test_a_checkpoint_that_has_all_epochs_leaves_nothing_to_train(
    epochs: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = ["--checkpoint", str(tmp_path / "run.npz")]
    assert main([*QUICK, *kept, "--out", str(tmp_path / "first")]) == 0
    assert main([*QUICK, *kept, "--epochs", epochs, "--out", str(tmp_path / "again")]) == 0
    assert words in capsys.readouterr().out
    first, again = (np.load(tmp_path / name / "w.npy") for name in ("first", "again"))
    np.testing.assert_array_equal(first, again)
    assert (tmp_path / "again" / "report.md").exists() and (tmp_path / "again" / "loss.png").exists()
    assert not (tmp_path / "again" / "timeline.png").exists()


def test_a_batch_larger_than_the_data_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--batch-size", "1000", "--out", str(tmp_path)]) == 0
    words = "The batch size 1,000 is larger than the training data: a mini-batch holds all 50 examples."
    assert words in capsys.readouterr().out
    assert words in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_without_network_mnist_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: object) -> None:
        raise DataUnavailable("MNIST could not be downloaded: connect to the internet once, or use the digits.")

    monkeypatch.setattr(sgdkit.data, "_fetch", offline)
    assert main(["train", "--data", "mnist", "--out", str(tmp_path)]) == 2
    printed = capsys.readouterr().err
    assert "MNIST could not be downloaded" in printed and printed.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize(
    ("start_method", "sent", "code"),
    [("fork", signal.SIGINT, 130), ("spawn", signal.SIGINT, 130), ("fork", signal.SIGTERM, 143)],
)
def test_ctrl_c_leaves_no_process_and_saves_what_there_is(
    start_method: str, sent: signal.Signals, code: int, tmp_path: Path
) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "sgdkit", "train", "--model", "parabola", "--epochs", "1000000"]
        + ["--start-method", start_method, "--out", str(tmp_path / "out")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert program.stderr is not None
    seen = ""
    while "loss" not in seen:  # steps are being done: the bar says the loss
        seen += program.stderr.read(1)
        assert program.poll() is None, seen
    children = psutil.Process(program.pid).children(recursive=True)
    assert len(children) >= 2
    program.send_signal(sent)
    out, err = program.communicate(timeout=100)
    assert program.returncode == code, err
    _, alive = psutil.wait_procs(children, timeout=5)
    assert not alive
    assert "Traceback" not in err
    told = json.loads((tmp_path / "out" / "settings.json").read_text(encoding="utf-8"))
    assert told["interrupted"] is True
    steps = pd.read_csv(tmp_path / "out" / "steps.csv")
    assert len(steps) == told["steps"] > 0
    assert np.isfinite(np.load(tmp_path / "out" / "w.npy")).all()
    assert f"Stopped after step {told['steps']:,}" in out and str(tmp_path / "out") in out


NOTHING_YET = "Stopped before there was anything to save."


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_before_training_says_so(tmp_path: Path) -> None:
    code = (
        "import signal, sys, time, sgdkit.cli.choices as c; from sgdkit.cli import main\n"
        "def pressed(dtype):\n"
        "    signal.raise_signal(signal.SIGINT)\n"
        "    while True: time.sleep(0.01)\n"  # until Python has noticed
        "c.DATA['digits'] = pressed\n"
        "sys.exit(main(['train', '--out', sys.argv[1]]))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=150)
    assert done.returncode == 130, done.stderr
    assert done.stderr.splitlines()[-1] == NOTHING_YET and "Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_during_the_imports_is_one_sentence() -> None:
    code = (
        "import signal, sys\n"
        "class Press:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'numpy.linalg': signal.raise_signal(signal.SIGINT)\n"
        "sys.meta_path.insert(0, Press())\n"
        "sys.argv[0] = '-m'\n"  # as it is while python -m imports the package
        "import sgdkit"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=150)
    assert (done.returncode, done.stderr) == (130, f"{NOTHING_YET}\n")


def test_lorenz_trains_with_what_suits_it(tmp_path: Path) -> None:
    assert main(["train", "--model", "lorenz", "--epochs", "2", "--engine", "serial", "--out", str(tmp_path)]) == 0
    told = json.loads((tmp_path / "settings.json").read_text(encoding="utf-8"))
    assert told["optimizer"].startswith("Adam(lr=0.002") and told["data"] == "lorenz"
    assert told["diverged_at_step"] is None
