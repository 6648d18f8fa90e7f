"""How well questions find the rules that answer them, measured on Tests/Retrieval/questions.jsonl.

    python Tests/Benchmarks/retrieval.py PATH_TO_BOTCTL

Prints recall and MRR by kind for three searches: by words; by words and hashed parts of words, which is what the
stand-in for Bedrock makes offline; by words and a real model, when one is installed (requirements.txt; its Python is
.venv-embeddings/bin/python or BOTCTL_EMBEDDINGS_PYTHON). `botctl retrieve`, the code that the bot runs, finds and
scores.
"""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
QUESTIONS = ROOT / "Tests/Retrieval/questions.jsonl"
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))


def measure(title, botctl, environment, mode):
    print(f"retrieval, {title}")
    command = [botctl, "retrieve", "-C", str(ROOT), "--labelled", str(QUESTIONS), "--mode", mode]
    for line in subprocess.check_output(command, env=environment, text=True).splitlines():
        print("  " + line)
    sys.stdout.flush()


@contextlib.contextmanager
def ended(process):
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def hybrid(title, botctl, environment):
    from conftest import read_exports

    with tempfile.TemporaryDirectory(prefix="botctl-retrieval.") as scratch:
        exports = pathlib.Path(scratch, "env")
        command = [botctl, "local", "-C", str(ROOT), "--write-env", str(exports)]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with ended(subprocess.Popen(command, env=environment, **quiet)) as server:
            while not exports.exists():
                assert server.poll() is None, "botctl local stopped"
                time.sleep(0.05)
            measure(title, botctl, {**environment, **read_exports(exports)}, "hybrid")


def model_python():
    """The Python that has the model, or None."""
    for python in (os.environ.get("BOTCTL_EMBEDDINGS_PYTHON"), str(ROOT / ".venv-embeddings/bin/python")):
        if python and os.access(python, os.X_OK):
            return python
    return None


def main(botctl):
    from conftest import base_environment

    environment = base_environment()
    if "BOTCTL_MINISTACK" in os.environ:
        environment["BOTCTL_MINISTACK"] = os.environ["BOTCTL_MINISTACK"]
    measure("by words (BM25)", botctl, environment, "lexical")
    hybrid("hybrid, hashed parts of words in place of a model", botctl, environment)
    python = model_python()
    if python is None:
        print("retrieval, hybrid with a real model: not installed (Tests/Benchmarks/requirements.txt)")
        return
    command = [python, str(HERE / "embeddings_server.py")]
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    started = subprocess.Popen(command, env=offline, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with ended(started) as server:
        url = server.stdout.readline().strip()
        assert url, "the embeddings server stopped"
        hybrid("hybrid with all-MiniLM-L6-v2", botctl, {**environment, "BOTCTL_EMBEDDINGS_URL": url})


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
