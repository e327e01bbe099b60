"""The Java archive, made by sim/clients/pack: its own tests, and the examples of its README, with JUnit's console."""

import os
import re
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CLIENTS = HERE.parents[3] / "sim/clients"
EXAMPLES = re.findall(r"^```java\n(.*?)^```$", (CLIENTS / "java/README.md").read_text(), re.MULTILINE | re.DOTALL)
JARS = Path("/usr/share/java")
CONSOLE = [
    "junit-platform-console", "junit-platform-reporting", "junit-platform-launcher", "junit-platform-engine",
    "junit-platform-commons", "junit-jupiter-api", "junit-jupiter-engine", "opentest4j", "opentest4j-reporting-events",
    "opentest4j-reporting-schema", "apiguardian-api", "picocli", "univocity-parsers",
]
CLASS_PATH = [str(JARS / f"{name}.jar") for name in CONSOLE]


def run(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("java")
    subprocess.run([CLIENTS / "pack", folder], check=True, stdout=subprocess.DEVNULL)
    sources = [str(path) for path in HERE.glob("*.java")]
    for example in EXAMPLES:
        name = re.search(r"^(?:public )?class (\w+)", example, re.MULTILINE)
        assert name
        source = folder / f"{name[1]}.java"
        source.write_text(example)
        sources.append(str(source))
    done = run(folder, "javac", "-Xlint:all", "-Xlint:-classfile", "-Xlint:-path", "-Werror", "--release", "17", "-d", "classes",
               "-cp", class_path(folder), *sources)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def class_path(folder: Path) -> str:
    jar, = folder.glob("*.jar")
    return os.pathsep.join([str(jar), str(folder / "classes"), *CLASS_PATH])


def junit(folder: Path, *names: str) -> "subprocess.CompletedProcess[str]":
    selected = [word for name in names for word in ("--select-class", name)]
    return run(folder, "java", "-cp", class_path(folder), "org.junit.platform.console.ConsoleLauncher",
               "--disable-banner", "--details", "verbose", "--disable-ansi-colors", *selected)


def test_the_client_and_the_example_pass(project: Path) -> None:
    done = junit(project, "ClientTest", "LoginTest")
    assert done.returncode == 0, done.stdout + done.stderr
    wanted = (HERE / "ClientTest.java").read_text().count("@Test\n") + 2
    assert f"{wanted} tests successful" in done.stdout, done.stdout


def test_the_first_example_prints_a_code(project: Path) -> None:
    done = run(project, "java", "-cp", class_path(project), "FirstCode")
    assert re.fullmatch(r"\d+\n", done.stdout), done.stdout + done.stderr


def test_a_failed_test_reports_the_screen_and_the_dialogue(project: Path) -> None:
    done = junit(project, "FailingTest")
    assert done.returncode == 1
    assert "reader screen" in done.stdout and "Code S" in done.stdout
    assert "card dialogue" in done.stdout and "> 00A40400" in done.stdout


def test_the_versions_of_all_clients_are_one() -> None:
    found = {re.search(r'"version": "(.*)"', (CLIENTS / "js/package.json").read_text()),
             re.search(r'^version = "(.*)"', (CLIENTS / "python/pyproject.toml").read_text(), re.MULTILINE)}
    versions = {match[1] for match in found if match}
    assert len(versions) == 1
    for client in ("js", "python", "java"):
        assert f"-{versions.copy().pop()}" in (CLIENTS / client / "README.md").read_text(), client
