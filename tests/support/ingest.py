"""One ingest, and what it says."""


def ingest(cli, capsys, folder):
    capsys.readouterr()
    code = cli("ingest-events", "--conf", str(folder / "conf.yaml"))
    return code, capsys.readouterr().err
