"""Runs that fail: what a command says, and whether anything was published."""


def attempt(cli, capsys, folder, *arguments, command="run"):
    capsys.readouterr()
    code = cli(command, "--conf", str(folder / "conf.yaml"), *arguments)
    return code, capsys.readouterr().err


def published(folder):
    return (folder / "warehouse" / "segment_members").exists()
