"""What an orchestrator does with an image, by hand: unpacks it and runs it in namespaces of its own, as its configuration and
a few options say. It is here since no machine that runs these tests has a daemon for it.
"""

import contextlib
import gzip
import hashlib
import io
import json
import os
import signal
import subprocess
import tarfile
import time
from pathlib import Path


class Image:
    """Of an OCI layout in a tar file; every digest is checked."""

    def __init__(self, file, root):
        with tarfile.open(file) as tar:
            self._blobs = {name: tar.extractfile(name).read() for name in tar.getnames() if name.startswith("blobs/sha256/")
                           and tar.getmember(name).isfile()}
            index = json.load(tar.extractfile("index.json"))
            assert json.load(tar.extractfile("oci-layout")) == {"imageLayoutVersion": "1.0.0"}
        (listed,) = index["manifests"]
        self.manifest = json.loads(self.blob(listed))
        self.config = json.loads(self.blob(self.manifest["config"]))
        self.root = Path(root)
        self.root.chmod(0o755)
        self.size = sum(len(blob) for blob in self._blobs.values())
        for layer, diff in zip(self.manifest["layers"], self.config["rootfs"]["diff_ids"], strict=True):
            data = gzip.decompress(self.blob(layer))
            assert diff == "sha256:" + hashlib.sha256(data).hexdigest()
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                tar.extractall(self.root, numeric_owner=True)

    def blob(self, descriptor):
        kind, digest = descriptor["digest"].split(":")
        data = self._blobs[f"blobs/{kind}/{digest}"]
        assert hashlib.sha256(data).hexdigest() == digest and len(data) == descriptor["size"]
        return data


class Network:
    """Two network namespaces with a wire between them, and a name for the first that the second knows."""

    SERVER, TESTS = "10.83.5.2", "10.83.5.1"

    def __init__(self, folder, name="sesame"):
        self.server, self.tests = f"sesame-s{os.getpid()}", f"sesame-t{os.getpid()}"
        self.hosts = Path(folder) / "hosts"
        self.hosts.write_text(f"127.0.0.1 localhost\n{self.SERVER} {name}\n")
        for space in (self.server, self.tests):
            _run("ip", "netns", "add", space)
            _run("ip", "-n", space, "link", "set", "lo", "up")
        _run("ip", "-n", self.server, "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", self.tests)
        for space, address in ((self.server, self.SERVER), (self.tests, self.TESTS)):
            _run("ip", "-n", space, "address", "add", f"{address}/24", "dev", "wire")
            _run("ip", "-n", space, "link", "set", "wire", "up")

    def close(self):
        for space in (self.server, self.tests):
            _run("ip", "netns", "delete", space)

    def in_tests(self, *command, **options):
        """Runs it where the tests are."""
        inside = ["ip", "netns", "exec", self.tests, "unshare", "--mount", "sh", "-c",
                  'mount --bind "$0" /etc/hosts && exec "$@"', str(self.hosts), *map(str, command)]
        return subprocess.run(inside, capture_output=True, text=True, timeout=180, **options)


class Container:
    """A running one. Its root file system cannot be written to where `read_only` says so; it has no capability."""

    def __init__(self, image, network, *, command=None, environment=None, hostname="sesame", read_only=False, user=None):
        config = image.config["config"]
        self._image = image
        uid, gid = (user or config["User"]).split(":")
        self._environment = dict(each.split("=", 1) for each in config["Env"]) | (environment or {})
        self._place = [config["WorkingDir"], uid, gid]
        self._command = config["Entrypoint"] + (config["Cmd"] if command is None else command)
        script = """
            hostname "$1" && mount --bind "$2" "$2" && mount -t proc proc "$2/proc" && mount -t tmpfs -o mode=1777 tmpfs "$2/tmp"
            [ "$3" = no ] || mount -o remount,bind,ro "$2"
            root=$2
            shift 3
            exec python3 -c "$0" "$root" "$@"
        """
        inside = ["ip", "netns", "exec", network.server, "unshare", "--uts", "--mount", "--ipc", "--pid", "--fork",
                  "--kill-child", "sh", "-c", script, _ENTER, hostname, str(image.root), "yes" if read_only else "no", *self._place]
        for place in ("proc", "tmp"):
            (image.root / place).mkdir(exist_ok=True)
        self._process = subprocess.Popen(inside + self._command, env=self._with_path(), stdout=subprocess.PIPE, text=True,
                                         cwd="/")
        self._network = network

    def _with_path(self):
        # The path of this system, for what is run on the way there.
        return {"PATH": os.environ["PATH"]} | {f"IN_{name}": value for name, value in self._environment.items()}

    def first_line(self):
        return json.loads(self._process.stdout.readline())

    def run(self, *command):
        """Another process in it, as a health check is: its exit status and what it says."""
        inside = ["ip", "netns", "exec", self._network.server, "python3", "-c", _ENTER, str(self._image.root), *self._place, *command]
        done = subprocess.run(inside, env=self._with_path(), capture_output=True, text=True, timeout=30)
        return done.returncode, (done.stdout + done.stderr).strip()

    def healthy(self):
        """Waits as an orchestrator does, by the image's own check."""
        check = self._image.config["config"]["Healthcheck"]["Test"]
        assert check[0] == "CMD"
        for _ in range(50):
            status, said = self.run(*check[1:])
            if status == 0:
                return True
            time.sleep(0.1)
        raise AssertionError(f"not healthy: {said}")

    def stop(self):
        """As an orchestrator: the signal goes to the container's first process. Its exit status."""
        first = subprocess.run(["pgrep", "-P", str(self._process.pid)], capture_output=True, text=True).stdout.split()
        number = getattr(signal, self._image.config["config"]["StopSignal"])
        for pid in first:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), number)
        return self._process.wait(10)


# Becomes the program, in the image's root, as its user and with nothing of this system but the kernel.
_ENTER = """
import ctypes, os, sys
root, directory, uid, gid, *command = sys.argv[1:]
environment = {name[3:]: value for name, value in os.environ.items() if name.startswith("IN_")}
os.chroot(root)
os.chdir("/")
libc = ctypes.CDLL(None)
for capability in range(64):
    libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
os.setgroups([])
os.setgid(int(gid))
os.setuid(int(uid))
libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
os.chdir(directory)
os.execvpe(command[0], command, environment)
"""


def _run(*command):
    subprocess.run(command, check=True)
