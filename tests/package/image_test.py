"""The image for containers, and the examples of sim/deploy, each run as they say."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from container import Container, Image, Network

TOP = Path(__file__).parents[2]
DEPLOY = TOP / "sim/deploy"
CLIENTS = TOP / "sim/clients/python"
TOKEN = "9f2c51c0a7d14e80b7d3c6f1"


# What the expressions of the examples become.
FILLED = {"${{ github.sha }}": "2787e9e8d3b7a1f0c5d94a6be8f10d3c7b2a9e41", "$CI_JOB_ID": "7412589630", "$CI_COMMIT_SHORT_SHA": "2787e9e8"}


def filled(text):
    for expression, value in FILLED.items():
        text = text.replace(expression, value)
    return text


def needed(name):
    return os.environ[name]


@pytest.fixture(scope="session")
def image(tmp_path_factory):
    (file,) = Path(needed("SESAME_PACKAGES")).glob("sesame-*-oci.tar")
    return Image(file, tmp_path_factory.mktemp("root"))


@pytest.fixture(scope="session")
def network(tmp_path_factory):
    made = Network(tmp_path_factory.mktemp("network"))
    yield made
    made.close()


@pytest.fixture
def start(image, network):
    running = []

    def started(**options):
        running.append(Container(image, network, **options))
        return running[-1]

    yield started
    for each in running:
        assert each.stop() == 0


def call(network, *arguments):
    return network.in_tests("curl", "--silent", "--show-error", "--max-time", "10", *arguments)


def run_pytest(network, tmp_path, command, variables):
    """The command of an example, beside a test that uses the fixtures."""
    (tmp_path / "test_login.py").write_text(
        "def test_login(sesame_reader):\n    assert len(sesame_reader.otp(pin='1234')['code']) == 8\n")
    environment = os.environ | variables | {"PYTHONPATH": str(CLIENTS), "PYTHONDONTWRITEBYTECODE": "1",
                                            "PYTEST_PLUGINS": "sesame_sim.pytest_plugin", "PATH": f"{tmp_path}:/usr/bin:/bin"}
    (tmp_path / "pytest").symlink_to(needed("SESAME_PYTEST"))
    return network.in_tests("sh", "-c", command, cwd=tmp_path, env=environment)


def test_the_image_is_small_and_what_is_in_it_is_ours_or_needed(image):
    assert image.size < 30_000_000
    print(f"image: {image.size / 1e6:.1f} MB packed, "
          f"{sum(file.stat().st_size for file in image.root.rglob('*') if file.is_file()) / 1e6:.1f} MB unpacked")
    programs = [file for file in image.root.rglob("*") if file.is_file() and file.stat().st_mode & 0o111]
    assert sorted(file.name for file in programs) == ["ld-linux-x86-64.so.2", "sesame"]
    assert not [file for file in image.root.rglob("*") if file.is_file() and file.stat().st_mode & 0o6002]


def test_its_user_is_not_root(image):
    uid, gid = image.config["config"]["User"].split(":")
    assert int(uid) > 0 and int(gid) > 0
    assert f":{uid}:{gid}:" in (image.root / "etc/passwd").read_text()


def test_a_container_that_nothing_was_said_to_prints_its_token_and_is_healthy(start, network):
    container = start()
    token = container.first_line()["token"]
    assert container.healthy()
    assert container.run("sesame", "health", "http://127.0.0.1:1")[0] == 3
    answer = call(network, "-H", f"Authorization: Bearer {token}", "http://sesame:8035/v1/readers")
    assert json.loads(answer.stdout)["readers"], answer


def test_the_token_comes_from_the_environment(start, network):
    container = start(environment={"SESAME_TOKEN": TOKEN})
    assert container.healthy()
    refused = call(network, "-o", "/dev/null", "-w", "%{http_code}", "http://sesame:8035/v1/readers")
    assert refused.stdout == "401"
    answer = call(network, "-H", f"Authorization: Bearer {TOKEN}", "http://sesame:8035/v1/readers")
    assert json.loads(answer.stdout)["readers"], answer


def test_it_runs_other_commands(start, image, network):
    done = Container(image, network, command=["code", "--pin", "1234", "--ephemeral"])
    assert re.fullmatch(r"\d{4} \d{4}\n", done._process.stdout.read())
    assert done._process.wait() == 0


def test_playwright_finds_it_by_its_name(start, network, tmp_path):
    container = start(environment={"SESAME_TOKEN": TOKEN})
    assert container.healthy()
    done = network.in_tests(needed("SESAME_NODE"), Path(__file__).with_name("by_name.mjs"),
                            env=os.environ | {"SESAME_URL": "http://sesame:8035", "SESAME_TOKEN": TOKEN})
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^code \d{8}$", done.stdout, re.MULTILINE), done.stdout


def test_compose(start, network, tmp_path):
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    sesame, tests = services["sesame"], services["tests"]
    assert sesame["environment"]["SESAME_TOKEN"].startswith("${SESAME_TOKEN:?")
    assert sesame["cap_drop"] == ["ALL"] and sesame["security_opt"] == ["no-new-privileges:true"]  # what Container does
    assert tests["depends_on"]["sesame"]["condition"] == "service_healthy"
    container = start(environment={"SESAME_TOKEN": TOKEN}, command=sesame.get("command"), read_only=sesame["read_only"])
    assert container.healthy()
    done = run_pytest(network, tmp_path, tests["command"].partition("&& ")[2].rstrip('"').replace("$$", "$"), {"SESAME_TOKEN": TOKEN})
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout + done.stderr
    (port,) = sesame["ports"]
    assert port == "127.0.0.1:8035:8035"
    page = call(network, "-H", "Host: localhost:8035", "http://sesame:8035/")  # as a browser at the published port says
    assert "<title>" in page.stdout, page


def test_github_actions(start, network, tmp_path):
    (job,) = yaml.safe_load((DEPLOY / "github-actions.yml").read_text())["jobs"].values()
    service = job["services"]["sesame"]
    assert list(service["env"]) == ["SESAME_TOKEN"] and service["env"]["SESAME_TOKEN"] == job["env"]["SESAME_TOKEN"]
    assert service["ports"] == [f"8035:{job['env']['SESAME_URL'].rpartition(':')[2]}"]
    token = filled(service["env"]["SESAME_TOKEN"])
    container = start(environment={"SESAME_TOKEN": token})
    assert container.healthy()
    run = job["steps"][-1]["run"]
    # The runner's localhost leads to the container's port.
    done = run_pytest(network, tmp_path, run, {"SESAME_URL": "http://sesame:8035", "SESAME_TOKEN": token})
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout + done.stderr
    named = call(network, "-H", f"Host: {job['env']['SESAME_URL'].removeprefix('http://')}", "-H",
                 f"Authorization: Bearer {token}", "http://sesame:8035/v1/readers")
    assert json.loads(named.stdout)["readers"], named


def test_gitlab(start, network, tmp_path):
    job = yaml.safe_load((DEPLOY / "gitlab-ci.yml").read_text())["login"]
    (service,) = job["services"]
    assert f"http://{service['alias']}:8035" == job["variables"]["SESAME_URL"]
    token = filled(job["variables"]["SESAME_TOKEN"])
    container = start(environment={"SESAME_TOKEN": token}, hostname=service["alias"])
    assert container.healthy()
    (command,) = job["script"]
    done = run_pytest(network, tmp_path, command, {"SESAME_URL": job["variables"]["SESAME_URL"], "SESAME_TOKEN": token})
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout + done.stderr


def test_kubernetes(start, network):
    deployment, service = yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())
    pod = deployment["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    assert pod["metadata"]["labels"] == service["spec"]["selector"] == deployment["spec"]["selector"]["matchLabels"]
    assert [each["name"] for each in container["env"]] == ["SESAME_TOKEN"]
    assert pod["spec"]["securityContext"]["runAsNonRoot"] and container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    uid = pod["spec"]["securityContext"]["runAsUser"]
    (port,) = container["ports"]
    running = start(environment={"SESAME_TOKEN": TOKEN}, command=container.get("args"), user=f"{uid}:0",
                    read_only=container["securityContext"]["readOnlyRootFilesystem"])
    assert running.healthy()
    for probe in ("readinessProbe", "livenessProbe"):
        get = container[probe]["httpGet"]
        assert get["port"] == port["name"]
        # The kubelet knows the pod's address alone.
        answer = call(network, "-w", "%{http_code}", "-o", "/dev/null",
                      f"http://{Network.SERVER}:{port['containerPort']}{get['path']}")
        assert answer.stdout == "200"
    (served,) = service["spec"]["ports"]
    assert served["targetPort"] == port["name"] and service["metadata"]["name"] == "sesame"
    page = call(network, f"http://sesame:{served['port']}/")
    assert "<title>" in page.stdout, page
