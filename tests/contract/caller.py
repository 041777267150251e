"""One caller's attack: what schemathesis makes of the contract, sent to a running server; says what it found as JSON."""

import json
import random
import sys
import time
import uuid
from collections import Counter

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import NonFatalError, ScenarioFinished

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What a field's name says of the id in it.
NOUNS = {
    "unit": "units",
    "lead": "units",
    "person": "people",
    "leader": "people",
    "head": "people",
    "signer": "people",
    "stand_in": "people",
    "round": "rounds",
    "task": "tasks",
}
#: Ids of a noun that are kept, so that what is made late is as likely as what was there.
KEPT = 60


def is_id(value):
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False


class Known:
    """Ids and versions of what is there, put where the contract wants one: a made-up one is answered 404 before anything else is looked at."""

    def __init__(self, ids, versions, seed):
        self.ids = {noun: found[:KEPT] for noun, found in ids.items() if found}
        self.versions = versions
        self.chance = random.Random(seed)

    def instead(self, noun, value):
        # One in eight stays what it was: not there.
        if not is_id(value) or self.chance.random() < 0.125:
            return value
        if noun not in self.ids:
            noun = self.chance.choice(sorted(n for n in self.ids if n != "accounts"))
        return self.chance.choice(self.ids[noun])

    def within(self, value, name=""):
        """A body or a query with its ids exchanged, by the names of the fields."""
        if isinstance(value, dict):
            return {key: self.within(inner, str(key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.within(inner, name) for inner in value]
        return self.instead(next((noun for word, noun in NOUNS.items() if word in name), ""), value)

    def version(self, ids, value):
        """Mostly the one that holds; whoever sends another is only told so."""
        held = next((self.versions[i] for i in ids if i in self.versions), None)
        if self.chance.random() < 0.2:
            return value
        return f'"{self.chance.randint(1, 4) if held is None else held}"'

    def learn(self, path, ids, content):
        """Takes in what an answer says is there."""
        rows = content if isinstance(content, list) else [content, *(r for v in content.values() if isinstance(v, list) for r in v)]
        for row in rows:
            if isinstance(row, dict) and is_id(row.get("id")) and isinstance(row.get("version"), int):
                self.versions[row["id"]] = row["version"]
        if isinstance(content, dict) and content.get("code") == "stale" and ids:
            self.versions[ids[0]] = content.get("version") or 0
        noun = path.rsplit("/", 1)[-1]
        made = content.get("id") if isinstance(content, dict) else None
        if is_id(made) and noun.isidentifier() and noun != "accounts":
            held = self.ids.setdefault(noun, [])
            held.append(made)
            del held[:-KEPT]


@schemathesis.serializer(WORKBOOK)
def workbook(_context, value):
    """A workbook is bytes; what is made up is none, and must be told so."""
    return {"data": value if isinstance(value, bytes) else json.dumps(value, default=str).encode("utf-8", "replace")}


def listen(known, counts):
    """Takes part in every request: ids before, counting and learning after."""

    @schemathesis.hook
    def before_call(_context, case, _kwargs):
        parts = case.operation.path.split("/")
        for name, value in (case.path_parameters or {}).items():
            place = "{%s}" % name
            case.path_parameters[name] = known.instead(parts[parts.index(place) - 1] if place in parts else "", value)
        if isinstance(case.query, dict):
            case.query = known.within(case.query)
            if str(case.query.get("wait", "")).isdigit():
                case.query["wait"] = 0
        if isinstance(case.body, (dict, list)):
            case.body = known.within(case.body)
        version = (case.headers or {}).get("If-Match")
        if isinstance(version, str):
            case.headers["If-Match"] = known.version(list((case.path_parameters or {}).values()), version)

    @schemathesis.hook
    def after_call(_context, case, response):
        counts[response.status_code] += 1
        if "json" in str(response.headers.get("content-type", [""])[0]) and len(response.content) < 200_000:
            try:
                content = json.loads(response.content)
            except ValueError:
                return
            if isinstance(content, (dict, list)):
                known.learn(case.operation.path, [i for i in (case.path_parameters or {}).values() if is_id(i)], content)


def settings(given):
    generation = {"max-examples": given["examples"], "no-shrink": True, "deterministic": True}
    checks = {name: {"enabled": True} for name in given["checks"]} | {name: {"enabled": False} for name in given["unchecked"]}
    checks["negative_data_rejection"]["expected-statuses"] = [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429]
    checks["missing_required_header"]["expected-statuses"] = [400, 401, 403, 404, 422, 428]
    return {
        "seed": given["seed"],
        "base-url": given["url"],
        "headers": {"Authorization": f"Bearer {given['token']}"} if given["token"] else {},
        "workers": 1,
        "continue-on-failure": True,
        "max-stream-events": 1,
        "request-timeout": 30,
        "suppress-health-check": ["all"],
        "warnings": False,
        "generation": generation | {"database": "none"},
        "checks": checks,
        "operations": [{"include-operation-id": given["unwalked"], "phases": {"coverage": {"enabled": False}}}] if given["unwalked"] else [],
        "phases": {
            "examples": {"enabled": True},
            "coverage": {"enabled": True, "unexpected-methods": ["PATCH", "TRACE"]},
            "fuzzing": {"enabled": True},
            "stateful": {"enabled": False},
        },
    }


def attack(given):
    counts = Counter()
    listen(Known(given["known"]["ids"], given["known"]["versions"], f"{given['seed']} {given['caller']}"), counts)
    schema = schemathesis.openapi.from_path(given["contract"], config=SchemathesisConfig.from_dict(settings(given)))
    if given["skipped"]:
        schema = schema.exclude(operation_id=given["skipped"])
    if given["operations"]:
        schema = schema.include(operation_id=given["operations"])
    faults = {}

    def note(what, words):
        told = faults.setdefault(what, {"times": 0, "words": words[:2000]})
        told["times"] += 1

    attacked, began = set(), time.monotonic()
    for event in from_schema(schema).execute():
        if isinstance(event, NonFatalError):
            note(f"{event.label}: {type(event.value).__name__}", str(event.value))
        if not isinstance(event, ScenarioFinished) or event.recorder is None:
            continue
        recorder = event.recorder
        if recorder.interactions:
            attacked.add(recorder.label)
        for case_id, checks in recorder.checks.items():
            for failed in (check.failure_info for check in checks if check.failure_info):
                answer = recorder.interactions.get(case_id)
                status = answer.response.status_code if answer and answer.response else "-"
                name = next(c.name for c in checks if c.failure_info is failed)
                if name == "missing_required_header" and "'Authorization'" in failed.failure.message:
                    continue
                if name == "unsupported_method" and status == 403 and given["caller"] == "service key":
                    continue
                note(f"{recorder.label}: {name}: {status}", f"{failed.failure.message}\n{failed.code_sample}")
    return {
        "caller": given["caller"],
        "requests": sum(counts.values()),
        "statuses": {str(status): n for status, n in sorted(counts.items())},
        "operations": len(attacked),
        "seconds": round(time.monotonic() - began),
        "faults": faults,
    }


print(json.dumps(attack(json.load(sys.stdin))))
