"""`glider`: the command line for users. A subcommand's module is imported once the subcommand is used."""

from __future__ import annotations

from importlib import import_module

import click

_HERE = "glider_client.cli"
#: Each subcommand's module in this package, which has a function of the command's name, and its line in `glider --help`.
SUBCOMMANDS = {
    "run": ("run", "Run TaskExecutions on this machine, as the operator would."),
    "render": ("render", "Print the pods that the operator would create."),
    "describe": ("describe", "Show one execution: conditions, attempts, error, Events."),
    "doctor": ("doctor", "Check what a cluster has: CRDs, operators, what they serve."),
}


class _Subcommands(click.Group):
    """Lists the subcommands without importing them: the help text needs none of their modules."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in SUBCOMMANDS:
            return None
        module, _ = SUBCOMMANDS[cmd_name]
        command = getattr(import_module(f"{_HERE}.{module}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in SUBCOMMANDS.items()])


@click.group(cls=_Subcommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="glider-client")
def main() -> None:
    """Flyte tasks on plain Kubernetes, and on this machine."""
