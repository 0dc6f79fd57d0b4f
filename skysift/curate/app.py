"""The group `skysift curate`: one subcommand a file, one line here."""

import typer

from skysift.curate.index import index
from skysift.curate.select import select_frames
from skysift.curate.show import show

app = typer.Typer(help="Find the frames worth a label.", no_args_is_help=True)
app.command()(index)
app.command()(show)
app.command("select")(select_frames)
