#!/usr/bin/env python3
"""What bash, zsh and fish propose, each asked as a person asks it, and what man says of every page.

    shells.py SESAME
"""

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
from pathlib import Path

SESAME = Path(sys.argv[1])
# What is typed, and what must be proposed for its last word: all of it, in any order.
WAYS = [
    ("sesame compl", ["completion"]),
    ("sesame issuer card s", ["show", "suspend"]),
    ("sesame code --pin", ["--pin", "--pin-stdin", "--pin-env", "--pinpad"]),
    ("sesame code --profile vasco", ["vasco-810"]),
    ("sesame sim --clock v", ["virtual"]),
    ("sesame card show bank", ["bank-card"]),
    ("sesame card show ./ca", ["./card.toml"]),
    ("sesame sim --state ./fo", ["./folder/"]),
    ("sesame completion f", ["fish"]),
]


def output(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, **options).stdout


def by_bash(script, line):
    words = " ".join(f"'{word}'" for word in line.split(" "))
    asked = f"""
        source {script}
        COMP_WORDS=({words}) COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        compopt() {{ :; }}
        _sesame
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    return [word + "/" if Path(word).is_dir() else word for word in output("bash", "--norc", "-c", asked).split()]


def by_fish(script, line):
    said = output("fish", "--no-config", "-c", f"source {script}; complete -C '{line}'")
    return [each.split("\t")[0] for each in said.splitlines()]


class Zsh:
    """zsh completes in its line editor alone, and so at a terminal."""

    def __init__(self, script):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ.update(PS1="> ", TERM="dumb", COLUMNS="200", LINES="100")
            os.execvp("zsh", ["zsh", "-f", "-i"])
        self.say(f"autoload -U compinit && compinit -u -D && source {script} && setopt list_rows_first list_packed\n")
        self.say("zstyle ':completion:*' verbose no; bindkey '^U' kill-whole-line; echo RE''ADY\n")
        self.until("READY\r\n")

    def say(self, text):
        os.write(self.terminal, text.encode())

    def until(self, end):
        said = ""
        while end not in said:
            ready, _, _ = select.select([self.terminal], [], [], 20)
            assert ready, f"zsh says nothing more after {said!r}"
            said += os.read(self.terminal, 65536).decode(errors="replace")
        return said

    def proposes(self, line):
        # Once it is typed and completed as far as it goes, twice for the list; then something to know that it is done.
        self.say(f"{line}\t\t\x01echo '\x05' ;echo DO''NE\n")
        said = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.until("DONE\r\n"))
        return re.findall(r"[^\s']+", said)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for shell in ("bash", "zsh", "fish"):
            Path(folder, shell).write_text(output(SESAME, "completion", shell))
        os.environ["PATH"] = f"{SESAME.parent}:{os.environ['PATH']}"
        pages = Path(folder, "pages")
        pages.mkdir()
        output(SESAME, "man", "--write", pages)
        os.chdir(folder)
        Path("card.toml").touch()
        Path("folder").mkdir()

        zsh = Zsh(f"{folder}/zsh")
        for line, wanted in WAYS:
            assert sorted(by_bash(f"{folder}/bash", line)) == sorted(wanted), ("bash", line, by_bash(f"{folder}/bash", line))
            assert sorted(by_fish(f"{folder}/fish", line)) == sorted(wanted), ("fish", line, by_fish(f"{folder}/fish", line))
            proposed = zsh.proposes(line)
            assert all(any(word.endswith(each.rstrip("/")) for word in proposed) for each in wanted), ("zsh", line, proposed)
        print(f"{len(WAYS)} lines, each completed by three shells")

        commands = re.findall(r"^  (\S+) +\S", output(SESAME, "--help").partition("Subcommands:")[2], re.MULTILINE)
        there = sorted(page.name for page in pages.iterdir())
        assert {f"sesame-{command}.1" for command in commands} < set(there), there
        for page in pages.iterdir():
            said = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", page], capture_output=True, text=True, check=True,
                                  env=os.environ | {"MANWIDTH": "100", "LC_ALL": "C.UTF-8"})
            assert said.stderr == "", (page.name, said.stderr)
            words = page.name.removesuffix(".1").split("-")
            assert "OPTIONS" in said.stdout and words[-1] in said.stdout, page.name
            for option in set(re.findall(r"^  (?:-h,)?(--[a-z-]+)", output(SESAME, *words[1:], "--help"), re.MULTILINE)):
                assert option in said.stdout, (page.name, option)
        print(f"{len(there)} manual pages, without a warning, with every option of the help")


if __name__ == "__main__":
    main()
