"""The files in deploy/ agree with one another and with the code; what of them can run without containers is run."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest
from postgres import PASSWORD, USER, Cluster
from ruamel.yaml import YAML

from annotation.client import TOKEN, URL
from flows.notify import TO
from models.store.address import DATABASE_URL, address

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
COMPOSE_TEXT = (DEPLOY / "compose.yaml").read_text("utf-8")
COMPOSE: dict[str, Any] = YAML(typ="safe").load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
SECRET = re.compile("PASSWORD|TOKEN|SECRET|KEY")
VARIABLE = re.compile(r"\$\{([A-Z_]+)(:?[-?][^}]*)?\}")


def filled(text: str, values: dict[str, str]) -> str:
    """Interpolate as Compose does: a value, a default, or an error."""

    def value(found: re.Match[str]) -> str:
        name, other = found[1], found[2] or ""
        if values.get(name):
            return values[name]
        assert other.startswith(":-"), f"{name} is not set"
        return other[2:]

    return VARIABLE.sub(value, text)


def named_in_example() -> dict[str, bool]:
    """Names in .env.example, and whether each must be filled in."""
    lines = (DEPLOY / ".env.example").read_text("utf-8").splitlines()
    return {found[2]: not found[1] for line in lines if (found := re.match(r"(# )?([A-Z_]+)=", line))}


def test_what_compose_asks_for_is_what_the_example_names() -> None:
    asked: dict[str, bool] = {}
    for name, other in VARIABLE.findall(COMPOSE_TEXT):
        asked[name] = asked.get(name, False) or other.startswith(":?")
    assert asked == named_in_example()


def test_no_secret_stands_in_a_committed_file() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if SECRET.search(name):
                assert VARIABLE.fullmatch(str(value)), name
            elif "@" in str(value):
                user, _, password = str(value).partition("://")[2].rpartition("@")[0].partition(":")
                assert user, name
                assert VARIABLE.fullmatch(password), name
    assert not any(line.split("=")[1] for line in (DEPLOY / ".env.example").read_text().splitlines() if line[:1] > "@")
    assert subprocess.run(["git", "check-ignore", "-q", "deploy/.env"], cwd=ROOT, check=False).returncode == 0
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {"**/.env", "/studies", "**/*.db", ".git"} <= set(ignored)


def test_services_wait_for_services_that_can_be_waited_for() -> None:
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in SERVICES, name
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other], f"{name} waits for {other}"
            else:
                assert how["condition"] == "service_completed_successfully"
                assert SERVICES[other]["restart"] != "unless-stopped", f"{other} would never end"
    lasting = {name for name, service in SERVICES.items() if service["restart"] == "unless-stopped"}
    assert all("healthcheck" in SERVICES[name] for name in lasting)


def test_what_lasts_lies_on_volumes_and_nothing_listens_beyond_this_machine() -> None:
    used = [volume for service in SERVICES.values() for volume in service.get("volumes", [])]
    named = {volume.split(":")[0] for volume in used if not volume.startswith((".", "$"))}
    assert named == set(COMPOSE["volumes"])
    for service in SERVICES.values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    for volume in used:
        if volume.startswith("./"):
            assert (DEPLOY / volume.split(":")[0]).is_file()


def test_the_worker_is_given_what_the_code_reads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secrets = {name: "s3cret" for name, needed in named_in_example().items() if needed}
    environment = {name: filled(str(value), secrets) for name, value in SERVICES["worker"]["environment"].items()}
    assert {DATABASE_URL, URL, TOKEN, TO, "PREFECT_API_URL"} <= set(environment)
    monkeypatch.setenv(DATABASE_URL, environment[DATABASE_URL])
    found = address(tmp_path)
    assert (found.username, found.host, found.port, found.database) == ("rechki", "postgres", 5432, "rechki")
    for name, variable in ((URL, environment[URL]), ("prefect", environment["PREFECT_API_URL"])):
        host, _, port = variable.split("/")[2].partition(":")
        assert host in SERVICES, name
        assert any(str(item).endswith(f":{port}") for item in SERVICES[host]["ports"]), name
    with pytest.raises(AssertionError, match="is not set"):
        filled(str(SERVICES["worker"]["environment"][DATABASE_URL]), {})


def test_the_dockerfile_copies_and_builds_what_there_is() -> None:
    for source in re.findall(r"^COPY (\S+) ", DOCKERFILE, re.MULTILINE):
        assert source == "." or (ROOT / source).is_file(), source
    targets = set(re.findall(r"^FROM \S+ AS (\S+)", DOCKERFILE, re.MULTILINE))
    built = [service["build"] for service in SERVICES.values() if "build" in service]
    assert {build["target"] for build in built} == targets - {"base"}
    for build in built:
        assert (DEPLOY / build["context"]).resolve() == ROOT
        assert ROOT / build["dockerfile"] == DEPLOY / "Dockerfile"
    assert DOCKERFILE.count("\nUSER 1000\n") == len(targets) - 1, "nothing runs as root"
    extras = re.search(r"-e '\.\[(\w+)\]'", DOCKERFILE)
    assert extras
    assert f"\n{extras[1]} = [" in (ROOT / "pyproject.toml").read_text("utf-8")
    for script in ("databases.sh", "register.sh"):
        assert os.access(DEPLOY / script, os.X_OK), script


def test_the_databases_are_made_each_for_its_own_user_only(postgres: Cluster) -> None:
    passwords = {"rechki": "a1", "prefect": "b'2\"; --", "studio": "c3"}
    environment = {
        "PATH": f"{postgres.bin}:{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(postgres.port),
        "PGPASSWORD": PASSWORD,
        "POSTGRES_USER": USER,
        **{f"{name.upper()}_DB_PASSWORD": word for name, word in passwords.items()},
    }
    try:
        subprocess.run([DEPLOY / "databases.sh"], env=environment, check=True, timeout=60)
        for name, word in passwords.items():
            with psycopg.connect(host="127.0.0.1", port=postgres.port, user=name, password=word, dbname=name) as mine:
                assert mine.execute("show server_encoding").fetchone() == ("UTF8",)
                mine.execute("create table something (id int)")
            for other in passwords.keys() - {name}:
                with pytest.raises(psycopg.OperationalError, match="permission denied"):
                    psycopg.connect(host="127.0.0.1", port=postgres.port, user=name, password=word, dbname=other)
    finally:
        with postgres.connect() as owner:
            for name in passwords:
                owner.execute(f"drop database if exists {name}")  # type: ignore[arg-type]
                owner.execute(f"drop role if exists {name}")  # type: ignore[arg-type]


def test_the_page_names_what_there_is() -> None:
    page = (DEPLOY / "README.md").read_text("utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", page):
        assert (DEPLOY / target).exists(), target
    flows = {item["name"] for item in YAML(typ="safe").load((ROOT / "prefect.yaml").read_text("utf-8"))["deployments"]}
    assert set(re.findall(r"deployment run (\w+)/", page)) <= flows
    for name in re.findall(r"\b(STUDIO_\w+|PREFECT_ADDRESS|\w+_DB_PASSWORD)\b", page):
        assert name in named_in_example(), name
