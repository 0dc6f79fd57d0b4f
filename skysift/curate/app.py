"""The group `skysift curate`: one subcommand a file, one line here."""

import typer

from skysift.curate.clean import clean
from skysift.curate.import_labels import import_labels
from skysift.curate.index import index
from skysift.curate.label_errors import label_errors
from skysift.curate.prelabel import prelabel
from skysift.curate.select import select_frames
from skysift.curate.show import show
from skysift.curate.split import split

app = typer.Typer(help="Find the frames worth a label.", no_args_is_help=True)
app.command()(index)
app.command()(clean)
app.command()(show)
app.command("select")(select_frames)
app.command()(prelabel)
app.command("import-labels")(import_labels)
app.command("label-errors")(label_errors)
app.command()(split)
