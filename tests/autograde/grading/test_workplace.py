import os

from autograde.grading.workplace import Workplace


def test_a_kernel_sees_the_files_handed_in_and_not_the_graders_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "secret")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.csv").write_text("1")
    (tmp_path / "data" / "x.csv").chmod(0o444)
    (tmp_path / "easy.ipynb").write_text("{}")
    with Workplace(tmp_path) as place:
        assert [p.relative_to(place.work).as_posix() for p in place.work.rglob("*")] == ["data", "data/x.csv"]
        environment = place.environment()
        assert "MY_TOKEN" not in environment and environment["HOME"] == str(place.home)
        assert environment["PATH"] == os.environ["PATH"]
        assert len(str(place.run / "kernel-ipc-1")) < 100
        root = place.root
    assert not root.exists()
