"""The documents tell the truth: their commands and options exist, their specs validate, their links lead somewhere."""

import os
import re
import shlex

import pytest
from conftest import ROOT, Botctl, base_environment

DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


def name(path):
    return str(path.relative_to(ROOT))


def commands(text):
    """Every line of a shell block, or an indented line, that calls botctl."""
    shell = "\n".join(body for language, body in FENCE.findall(text) if language in ("sh", "bash", "console"))
    indented = "\n".join(re.findall(r"^    (botctl .*)$", text, re.M))
    for line in (shell + "\n" + indented).splitlines():
        words = shlex.split(line.removeprefix("$ "), comments=True)
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words = words[1:]
        if words and words[0] == "botctl":
            yield words[1:]


@pytest.fixture(scope="module")
def help_of():
    botctl, known = Botctl(ROOT, base_environment()), {}

    def read(command):
        if command not in known:
            known[command] = botctl.ok(command, "--help").out
        return known[command]

    return read


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_commands_and_options_exist(document, help_of):
    for words in commands(document.read_text()):
        if words[0].startswith("-"):
            continue
        text = help_of(words[0])
        for word in words[1:]:
            if word in (">", "|", "&&", ";"):
                break
            if word.startswith("-") and word != "-":
                option = word.split("=")[0]
                assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text), f"botctl {words[0]} has no {option}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text()):
        if not re.match(r"https?://|mailto:", target):
            assert (document.parent / target).exists(), f"{name(document)}: {target}"


SPECS = [
    pytest.param(body, id=f"{name(document)}-{number}")
    for document in DOCUMENTS
    for number, (language, body) in enumerate(FENCE.findall(document.read_text()))
    if language in ("yaml", "yml") and re.search(r"^version: 1$", body, re.M)
]


@pytest.mark.parametrize("spec", SPECS)
def test_specs_validate(spec, tmp_path):
    (tmp_path / "botctl.yml").write_text(spec)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/returns.md").write_text("# Returns\n\nThirty days.\n")
    botctl = Botctl(tmp_path, base_environment())
    stages = re.findall(r"^  (\w+):\n    ", spec.partition("\nstages:")[2], re.M) or ["dev"]
    for stage in stages:
        botctl.ok("validate", "--stage", stage)


def test_there_is_something_to_check():
    assert len(SPECS) >= 2
    assert sum(len(list(commands(document.read_text()))) for document in DOCUMENTS) > 20
    assert os.access(ROOT / "Tests/EndToEnd/demo.sh", os.X_OK)


@pytest.mark.parametrize("template", sorted((ROOT / "stacks").glob("*.template.json")), ids=name)
def test_stacks_hold_what_synth_writes(template):
    """`stacks/` is there for review in pull requests; `botctl synth --stage …` brings it up to date."""
    stage = template.name.removesuffix(".template.json")
    if stage == "bootstrap":
        return  # compared in SynthesisTests
    synthesized = Botctl(ROOT, base_environment()).ok("synth", "--stage", stage, "--stdout").out
    assert synthesized == template.read_text()
