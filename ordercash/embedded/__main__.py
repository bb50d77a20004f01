"""`python -m ordercash.embedded`: see --help."""

import argparse
import os
import sys

from ordercash.embedded import launcher
from ordercash.embedded.children import Stopped
from ordercash.embedded.refusal import Refusal

# What follows these belongs to the program that they run, options included.
PASSING = (["exec"], ["manage"], ["test"], ["pytest"])


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m ordercash.embedded", description="The servers and processes of this machine."
    )
    commands = top.add_subparsers(dest="command", title="commands")
    commands.add_parser("run", help="everything on this machine, in the foreground (the default)")
    for name, text in (
        ("exec", "run a command against the servers of the home, starting them for it when needed"),
        ("manage", "run a command of manage.py in the same way"),
        ("test", "run a command against servers that are thrown away afterwards"),
        ("pytest", "run the tests against servers that are thrown away afterwards"),
    ):
        commands.add_parser(name, help=text, usage="%(prog)s [--] words…").add_argument("words", nargs="*")
    commands.add_parser("process", help="turn into one process of the Procfile").add_argument("name")
    return top


def main(arguments: list[str]) -> int:
    passing = arguments[:1] in PASSING and arguments[1:2] not in (["-h"], ["--help"])
    asked = parser().parse_args(arguments[:1] if passing else arguments)
    words = arguments[2:] if arguments[1:2] == ["--"] else arguments[1:]
    env = dict(os.environ)
    match asked.command:
        case "exec":
            return launcher.execute(env, words)
        case "manage":
            return launcher.execute(env, [sys.executable, "manage.py", *words])
        case "test":
            return launcher.test(env, words)
        case "pytest":
            return launcher.run_tests(env, words)
        case "process":
            return launcher.process(env, asked.name)
        case _:
            return launcher.run(env)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refusal as refusal:
        print(f"OrderCash: {refusal}", file=sys.stderr)
        sys.exit(1)
    except Stopped:
        sys.exit(130)
