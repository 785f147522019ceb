"""studio: the local Label Studio from the command line."""

import typer

app = typer.Typer(no_args_is_help=True, help="The local Label Studio.")


@app.command()
def start() -> None:
    """Start the local Label Studio and say how to sign in.

    Example: [bold]rechki studio start[/bold]
    """
    from annotation.server import LocalServer

    server = LocalServer()
    signed = server.start()
    typer.echo(
        f"Label Studio: {signed.url}\nUser: {signed.user}\nPassword and token: in {server.file} (only you can read it)"
    )


@app.command()
def stop() -> None:
    """Stop the local Label Studio.

    Example: [bold]rechki studio stop[/bold]
    """
    from annotation.server import LocalServer

    typer.echo("Label Studio stopped." if LocalServer().stop() else "Label Studio was not running.")


@app.command()
def status() -> None:
    """Say whether the local Label Studio runs. Exit code 1 if not.

    Example: [bold]rechki studio status[/bold]
    """
    from annotation.server import LocalServer

    server = LocalServer()
    signed = server.signing()
    if signed is None or not server.healthy():
        typer.echo("Label Studio is not running. Start it with: rechki studio start")
        raise typer.Exit(1)
    typer.echo(f"Label Studio runs at {signed.url}; user {signed.user}; password and token in {server.file}")
