"""A served sample group to attack: started in a folder of its own, with everybody logged in and the ids of what is there."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from datetime import date, timedelta
from pathlib import Path

#: Who attacks, by what he is: the log-in of the sample; none for nobody, and for the key, which is given by the administrators.
CALLERS = {
    "nobody": None,
    "leader": "p003",
    "unit leader": "p030",
    "unit clerk": "p031",
    "supervisor": "p068",
    "office": "p072",
    "system administrator": "sysadmin",
    "security administrator": "secadmin",
    "auditor": "auditor",
    "service key": None,
}


def free_address():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{held.getsockname()[1]}"


class House:
    """The server and what is needed to speak to it."""

    def __init__(self, program):
        self.program = program
        self.folder = tempfile.TemporaryDirectory(prefix="bihuan-attack-")
        # Where PostgreSQL's unprivileged user must pass through.
        os.chmod(self.folder.name, 0o711)
        self.log = Path(self.folder.name, "log")
        self.address = free_address()
        self.url = f"http://{self.address}"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("BIHUAN_")
        } | {
            "BIHUAN_DATA_DIR": f"{self.folder.name}/data",
            "BIHUAN_LISTEN": self.address,
            "BIHUAN_WEB_DIR": "off",
            "BIHUAN_LOG": "info",
        }
        with open(self.log, "wb") as log:
            self.server = subprocess.Popen(
                [program, "serve", "--demo"], env=self.environment, stdout=subprocess.DEVNULL, stderr=log
            )
        began = time.monotonic()
        while not self.answers():
            if self.server.poll() is not None or time.monotonic() - began > 180:
                raise SystemExit(f"the server does not start: {self.log.read_text()[-2000:]}")
            time.sleep(0.2)
        self.password = Path(self.folder.name, "data/demo-password").read_text().strip()

    def answers(self):
        try:
            return urllib.request.urlopen(f"{self.url}/readyz", timeout=5).status == 200
        except OSError:
            return False

    def ask(self, method, path, token=None, body=None):
        """The JSON of an answer."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def log_in(self, caller):
        """What a caller sends as bearer, for ten minutes; nothing for nobody."""
        login = CALLERS[caller]
        return login and self.ask("POST", "/sessions", body={"login": login, "password": self.password})["access_token"]

    def let_in(self, name):
        """Another system with a key for everything a key can open, in the whole group: the id of the one, the text of the other."""
        office = self.log_in("office")
        person = self.ask("GET", "/people", office)[0]["id"]
        units = [unit["id"] for unit in self.ask("GET", "/units", office) if unit["code"] == "U000"]
        form = {"name": name, "purpose": "试接口", "person_id": person}
        service = self.ask("POST", "/services", self.log_in("system administrator"), form)
        grant = {
            "scopes": ["read_ledger", "write_statements", "write_organisation", "read_events"],
            "units": units,
            "expires_on": (date.today() + timedelta(days=30)).isoformat(),
        }
        given = self.ask("POST", f"/services/{service['id']}/keys", self.log_in("security administrator"), grant)
        return {"service": service["id"], "key": given["key"]}

    def known(self, own):
        """Ids and versions of what is there, by the part of a path they follow. Who attacks is left out, so that none shuts another out."""
        office, maker = self.log_in("office"), self.log_in("system administrator")
        attackers = {login for login in CALLERS.values() if login}
        versions = {}

        def listed(path, token=office):
            found = self.ask("GET", path, token)
            rows = found if isinstance(found, list) else next((v for v in found.values() if isinstance(v, list)), [])
            rows = [row for row in rows if row.get("id", own) != own and row.get("login") not in attackers]
            versions.update((row["id"], row["version"]) for row in rows if "version" in row)
            return [row["id"] for row in rows]

        rounds = [r["id"] for r in self.ask("GET", "/me", office)["rounds"]]
        ids = {
            "rounds": rounds,
            "units": listed("/units"),
            "people": listed("/people"),
            "accounts": listed("/accounts", maker),
            "services": listed("/services", maker),
        }
        for noun in ["tasks", "checks", "slips", "meetings", "documents", "publications", "opinions", "resolutions", "exports"]:
            more = "?limit=200" if noun == "tasks" else ""
            ids[noun] = [found for r in rounds for found in listed(f"/rounds/{r}/{noun}{more}")]
        return {"ids": ids, "versions": versions}

    def stop(self):
        """The exit code of the server, told to stop."""
        self.server.send_signal(signal.SIGTERM)
        return self.server.wait(60)

    def verify(self):
        """What `audit verify` says of the ledger, once the server is down."""
        environment = self.environment | {"BIHUAN_LOG": "off"}
        run = subprocess.run(
            [self.program, "audit", "verify"], env=environment, capture_output=True, text=True, timeout=300
        )
        return run.returncode, (run.stdout + run.stderr).strip()

    def lines(self):
        """The lines of the log that are JSON; another one is a panic's or PostgreSQL's."""
        for line in self.log.read_text(errors="replace").splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                yield {"level": "ERROR", "line": line}

    def close(self):
        if self.server.poll() is None:
            self.server.kill()
            self.server.wait()
        self.folder.cleanup()
