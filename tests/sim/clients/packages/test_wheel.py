"""The wheel, made by sim/clients/pack and installed into an empty environment: every example of its README, looked at by
`mypy --strict`, and run."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from zipfile import ZipFile

import pytest

CLIENTS = Path(__file__).parents[4] / "sim/clients"
README = (CLIENTS / "python/README.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)

CONFTEST = '''
import os
from collections.abc import Iterator
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

@pytest.fixture(scope="session")
def driver() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = os.environ["SESAME_CHROME"]
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    chrome = webdriver.Chrome(options=options, service=Service(os.environ["SESAME_CHROMEDRIVER"]))
    yield chrome
    chrome.quit()

@pytest.fixture
def login() -> str:
    return os.environ["LOGIN"]
'''


class LoginPage(BaseHTTPRequestHandler):
    """Somebody else's: a code is eight digits."""

    def do_GET(self) -> None:
        self._show(b"<!doctype html><title>Login</title><form method=post><input name=code><button>Log in</button></form>")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if re.fullmatch(rb"code=\d{8}", body):
            self._show(b"<!doctype html><p>Welcome")
        else:
            self.do_GET()

    def _show(self, page: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        pass


class Project:
    def __init__(self, folder: Path):
        self.folder = folder
        self.environment = {
            **os.environ, "PATH": f"{folder}/venv/bin:{Path(os.environ['SESAME']).parent}:{os.environ['PATH']}",
            "XDG_STATE_HOME": str(folder), "HOME": str(folder), "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHON": sys.executable,
        }
        self.environment.pop("PYTHONPATH", None)

    def run(self, *command: str) -> str:
        done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("wheel"))
    # pytest, mypy and Selenium are the system's.
    project.run(sys.executable, "-m", "venv", "--system-site-packages", "venv")
    project.run(str(CLIENTS / "pack"), str(project.folder))
    for command in COMMANDS:
        project.run("sh", "-euc", command)
    for number, example in enumerate(EXAMPLES):
        (project.folder / name_of(number)).write_text(example)
    (project.folder / "conftest.py").write_text(CONFTEST)
    return project


def is_test(example: str) -> bool:
    return "def test_" in example


def name_of(number: int) -> str:
    return f"{'test_' if is_test(EXAMPLES[number]) else ''}example_{number}.py"


def test_the_wheel_has_the_package_its_types_and_its_licence(project: Project) -> None:
    wheel, = project.folder.glob("*.whl")
    names = ZipFile(wheel).namelist()
    sources = {str(path.relative_to(CLIENTS / "python")) for path in (CLIENTS / "python/sesame_sim").rglob("*")
               if path.suffix == ".py" or path.name == "py.typed"}
    assert sources == {name for name in names if ".dist-info/" not in name}
    assert any(name.endswith("/LICENSE") for name in names)
    found = project.run("venv/bin/python", "-c", "import sesame_sim; print(sesame_sim.__file__)")
    assert found.startswith(str(project.folder))


def test_the_examples_are_right_for_mypy_strict(project: Project) -> None:
    assert len(EXAMPLES) >= 6
    (project.folder / "wrong.py").write_text(
        "from sesame_sim import Reader\n"
        "def wrong(reader: Reader) -> int:\n"
        "    reader.advance(None)\n"
        "    return reader.code('1234')\n")
    checked = [name_of(number) for number in range(len(EXAMPLES))]
    project.run("venv/bin/python", "-m", "mypy", "--strict", *checked)
    wrong = subprocess.run(["venv/bin/python", "-m", "mypy", "--strict", "wrong.py"], cwd=project.folder,
                           env=project.environment, capture_output=True, text=True)
    assert [int(line) for line in re.findall(r"wrong\.py:(\d+): error", wrong.stdout)] == [3, 4], wrong.stdout


@pytest.mark.parametrize("number", [number for number, example in enumerate(EXAMPLES) if not is_test(example)])
def test_an_example_prints_what_it_says(project: Project, number: int) -> None:
    wanted = re.findall(r"^ *print\(.*\)(?: *# (.*))?$", EXAMPLES[number], re.MULTILINE)
    lines = project.run("venv/bin/python", name_of(number)).splitlines()
    assert len(lines) == len(wanted)
    for line, text in zip(lines, wanted):
        assert line == text if text else re.fullmatch(r"\d+", line)


@pytest.fixture
def login_page() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), LoginPage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_the_examples_for_pytest_pass(project: Project, login_page: str) -> None:
    project.environment["LOGIN"] = login_page
    tests = [name_of(number) for number, example in enumerate(EXAMPLES) if is_test(example)]
    said = project.run("venv/bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    wanted = sum(example.count("def test_") for example in EXAMPLES)
    assert re.search(rf"^{wanted} passed", said, re.MULTILINE), said
