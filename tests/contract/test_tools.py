"""Each rule of the tools for the contract is broken once, and must say so."""

import copy
import re
import runpy
import sys
import unittest
from pathlib import Path

from compare import compare, is_major

HERE = Path(__file__).resolve().parent
changes = runpy.run_path(str(HERE / "changes"))
lint = runpy.run_path(str(HERE / "lint"))


def problem(words):
    return {"description": words, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}


BASE = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1.2.0"},
    "security": [{"session": []}],
    "paths": {
        "/things/{id}": {
            "put": {
                "operationId": "change_thing",
                "summary": "Change a thing that is there.",
                "tags": ["things"],
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}},
                    {"name": "limit", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 0, "maximum": 50}},
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/ThingForm"},
                            "example": {"name": "a", "colour": "red"},
                        },
                        "text/csv": {"schema": {"type": "string"}},
                    },
                },
                "responses": {
                    "200": {"description": "d", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ThingView"}}}},
                    "403": problem("no"),
                    "413": problem("large"),
                    "422": problem("wrong"),
                    "503": problem("away"),
                },
            },
            "get": {
                "operationId": "get_thing",
                "summary": "Get one thing.",
                "tags": ["things"],
                "security": [{}],
                "responses": {
                    "200": {"description": "d", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ThingView"}}}},
                    "403": problem("no"),
                    "503": problem("away"),
                },
            },
        }
    },
    "components": {
        "schemas": {
            "Problem": {"type": "object", "description": "d", "properties": {"code": {"type": "string"}}},
            "ThingForm": {
                "type": "object",
                "description": "d",
                "required": ["name"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "maxLength": 40},
                    "colour": {"type": "string", "description": "d", "enum": ["red", "green"]},
                    "week": {"type": "string", "description": "d", "pattern": "W"},
                },
            },
            "ThingView": {
                "allOf": [
                    {
                        "type": "object",
                        "description": "d",
                        "required": ["id", "colour", "kind"],
                        "properties": {
                            "id": {"type": "string", "format": "uuid"},
                            "kind": {"type": "string"},
                            "colour": {"type": "string", "description": "d", "enum": ["red", "green"]},
                            "parts": {"type": "array", "description": "d", "items": {"type": ["integer", "null"], "maximum": 9}},
                            "owner": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Problem"}]},
                        },
                    },
                    {
                        "oneOf": [{"$ref": "#/components/schemas/event.a"}, {"$ref": "#/components/schemas/event.b"}],
                    },
                ]
            },
            "event.a": {"type": "object", "properties": {"kind": {"type": "string", "enum": ["a"]}}},
            "event.b": {"type": "object", "properties": {"kind": {"type": "string", "enum": ["b"]}}},
        }
    },
}

THING = BASE["paths"]["/things/{id}"]


def put(document):
    return document["paths"]["/things/{id}"]["put"]


def form(document):
    return document["components"]["schemas"]["ThingForm"]


def view(document):
    return document["components"]["schemas"]["ThingView"]["allOf"][0]


def variants(document):
    return document["components"]["schemas"]["ThingView"]["allOf"][1]["oneOf"]


#: What is done to the base, the change that is told, and how it weighs.
CASES = [
    (lambda d: d["paths"]["/things/{id}"].pop("get"), "operation-removed", "breaking"),
    (lambda d: d["paths"].update({"/more": {"get": THING["get"]}}), "operation-added", "fine"),
    (lambda d: put(d).update(operationId="alter_thing"), "operation-renamed", "breaking"),
    (lambda d: put(d).update(deprecated=True), "operation-deprecated", "warning"),
    (lambda d: d["paths"]["/things/{id}"]["get"].pop("security"), "login-required", "breaking"),
    (lambda d: put(d).update(security=[{"kiosk": []}]), "login-removed", "breaking"),
    (lambda d: put(d)["parameters"].pop(), "parameter-removed", "breaking"),
    (lambda d: put(d)["parameters"].append({"name": "sort", "in": "query", "schema": {}}), "parameter-added", "fine"),
    (lambda d: put(d)["parameters"].append({"name": "sort", "in": "query", "required": True, "schema": {}}), "parameter-added", "breaking"),
    (lambda d: put(d)["parameters"][1].update(required=True), "parameter-required", "breaking"),
    (lambda d: put(d)["parameters"][1]["schema"].update(maximum=20), "limit-narrower", "breaking"),
    (lambda d: put(d)["parameters"][1]["schema"].update(minimum=1), "limit-narrower", "breaking"),
    (lambda d: put(d)["parameters"][1]["schema"].pop("maximum"), "limit-wider", "fine"),
    (lambda d: put(d)["parameters"][1]["schema"].update(type="string"), "type-changed", "breaking"),
    (lambda d: put(d)["parameters"][1]["schema"].update(type="number"), "type-changed", "fine"),
    (lambda d: put(d)["parameters"][0]["schema"].pop("format"), "format-changed", "fine"),
    (lambda d: put(d)["parameters"][0]["schema"].update(format="date"), "format-changed", "breaking"),
    (lambda d: put(d).pop("requestBody"), "body-removed", "breaking"),
    (lambda d: put(d)["requestBody"]["content"].pop("text/csv"), "format-removed", "breaking"),
    (lambda d: put(d)["requestBody"]["content"].update({"text/plain": {}}), "format-added", "fine"),
    (lambda d: form(d)["properties"].pop("week"), "field-removed", "breaking"),
    (lambda d: (form(d)["properties"].update(size={"type": "string"}), form(d)["required"].append("size")), "field-needed", "breaking"),
    (lambda d: form(d)["required"].append("colour"), "field-needed", "breaking"),
    (lambda d: form(d)["properties"].update(size={"type": "string"}), "field-added", "fine"),
    (lambda d: form(d)["properties"]["colour"].update(enum=["red"]), "word-removed", "breaking"),
    (lambda d: form(d)["properties"]["colour"].update(enum=["red", "green", "blue"]), "word-added", "fine"),
    (lambda d: form(d)["properties"]["week"].update(enum=["2026-W10"]), "words-closed", "breaking"),
    (lambda d: form(d)["properties"]["colour"].pop("enum"), "words-opened", "fine"),
    (lambda d: form(d)["properties"]["name"].update(maxLength=20), "limit-narrower", "breaking"),
    (lambda d: form(d)["properties"]["week"].update(pattern="W1"), "pattern-changed", "breaking"),
    (lambda d: form(d)["properties"]["week"].pop("pattern"), "pattern-changed", "fine"),
    (lambda d: put(d)["responses"].pop("200"), "answer-removed", "breaking"),
    (lambda d: put(d)["responses"].pop("422"), "answer-removed", "breaking"),
    (lambda d: put(d)["responses"].update({"202": {}}), "answer-added", "warning"),
    (lambda d: put(d)["responses"].update({"409": problem("late")}), "answer-added", "fine"),
    (lambda d: put(d)["responses"]["200"]["content"].clear(), "format-removed", "breaking"),
    (lambda d: view(d)["properties"].pop("colour"), "field-removed", "breaking"),
    (lambda d: view(d)["properties"].update(hue=view(d)["properties"].pop("colour")), "field-removed", "breaking"),
    (lambda d: view(d)["required"].remove("colour"), "field-optional", "breaking"),
    (lambda d: view(d)["properties"].update(size={"type": "string"}), "field-added", "fine"),
    (lambda d: view(d)["properties"]["id"].update(type=["string", "null"]), "type-changed", "breaking"),
    (lambda d: view(d)["properties"]["colour"].update(enum=["red", "green", "blue"]), "word-added", "warning"),
    (lambda d: view(d)["properties"]["colour"].update(enum=["red"]), "word-removed", "fine"),
    (lambda d: view(d)["properties"]["colour"].pop("enum"), "words-opened", "warning"),
    (lambda d: view(d)["properties"]["parts"]["items"].update(type=["string", "null"]), "type-changed", "breaking"),
    (lambda d: view(d)["properties"]["parts"]["items"].update(maximum=99), "limit-wider", "warning"),
    (lambda d: view(d)["properties"]["parts"]["items"].update(type="integer"), "type-changed", "fine"),
    (lambda d: view(d)["properties"]["owner"]["oneOf"].append({"type": "string"}), "variant-added", "warning"),
    (lambda d: variants(d).append({"$ref": "#/components/schemas/Problem"}), "variant-added", "warning"),
    (lambda d: variants(d).pop(), "variant-removed", "fine"),
    (
        lambda d: put(d)["requestBody"]["content"]["application/json"].update(schema={"oneOf": variants(copy.deepcopy(BASE))}),
        "variant-added",
        "fine",
    ),
    (
        lambda d: d["components"]["schemas"]["event.b"]["properties"].update(kind={"type": "string", "enum": ["c"]}),
        "word-added",
        "warning",
    ),
]

#: What breaks a rule of the lint.
BROKEN = [
    ("has_summary", lambda d: put(d).update(summary="Change a thing")),
    ("has_summary", lambda d: put(d).update(summary="Change.")),
    ("has_name", lambda d: put(d).update(operationId="ChangeThing")),
    ("has_name", lambda d: put(d).update(operationId="get_thing")),
    ("has_tag", lambda d: put(d).update(tags=[])),
    ("names_errors", lambda d: put(d)["responses"].pop("503")),
    ("names_errors", lambda d: put(d)["responses"].pop("413")),
    ("names_errors", lambda d: put(d)["responses"]["422"].pop("content")),
    ("names_errors", lambda d: put(d)["responses"]["422"].update(description="")),
    ("has_success", lambda d: put(d)["responses"]["200"].pop("content")),
    ("has_success", lambda d: put(d)["responses"].pop("200")),
    ("has_example", lambda d: put(d)["requestBody"]["content"]["application/json"].pop("example")),
    ("parameters_are_said", lambda d: put(d)["parameters"][1].pop("schema")),
    ("shapes_are_said", lambda d: form(d).pop("description")),
    ("fields_are_said", lambda d: form(d)["properties"]["colour"].pop("description")),
    ("requests_are_closed", lambda d: form(d).pop("additionalProperties")),
]


def changed(change):
    document = copy.deepcopy(BASE)
    change(document)
    return document


class Changes(unittest.TestCase):
    def test_each_change_is_told_and_weighed(self):
        for n, (change, code, weight) in enumerate(CASES):
            with self.subTest(code, n=n):
                told = {(c.code, c.weight) for c in compare(BASE, changed(change))}
                self.assertIn((code, weight), told)

    def test_every_rule_has_its_case(self):
        codes = set(re.findall(r'"((?:[a-z]+-)+[a-z]+)"', (HERE / "compare.py").read_text()))
        self.assertEqual(codes - {code for _, code, _ in CASES}, {"body-required"})

    def test_a_body_that_becomes_needed_breaks(self):
        old = changed(lambda d: put(d)["requestBody"].update(required=False))
        without = changed(lambda d: put(d).pop("requestBody"))
        for before in (old, without):
            self.assertIn(("body-required", "breaking"), {(c.code, c.weight) for c in compare(before, BASE)})

    def test_what_is_the_same_is_no_change(self):
        self.assertEqual(compare(BASE, copy.deepcopy(BASE)), [])
        # Another name of a shape, and words, change nothing for who calls.
        renamed = changed(lambda d: d["components"]["schemas"].update(Form=form(d)))
        put(renamed)["requestBody"]["content"]["application/json"]["schema"]["$ref"] = "#/components/schemas/Form"
        put(renamed)["summary"] = "Otherwise."
        self.assertEqual(compare(BASE, renamed), [])

    def test_what_refers_to_itself_comes_to_an_end(self):
        def grow(document):
            view(document)["properties"]["inner"] = {"$ref": "#/components/schemas/ThingView"}

        self.assertEqual(compare(changed(grow), changed(grow)), [])


class Verdict(unittest.TestCase):
    old, broken = BASE, changed(lambda d: d["paths"]["/things/{id}"].pop("get"))
    key = ("operation-removed", "GET /things/{id}")

    def verdict(self, new, accepted):
        return changes["verdict"](self.old, new, accepted)

    def test_a_breaking_change_fails_unless_it_is_accepted_with_a_reason(self):
        self.assertEqual(len(self.verdict(self.broken, {})), 1)
        self.assertEqual(self.verdict(self.broken, {self.key: "nobody called it"}), [])
        accepted = changes["accepted"]
        self.assertEqual(accepted("# words\n\noperation-removed | GET /things/{id} | nobody called it\n"), {self.key: "nobody called it"})
        with self.assertRaises(SystemExit):
            accepted("operation-removed | GET /things/{id} | ")

    def test_what_is_accepted_and_no_change_fails(self):
        self.assertEqual(len(self.verdict(BASE, {self.key: "gone"})), 1)

    def test_a_major_version_may_break(self):
        new = copy.deepcopy(self.broken)
        new["info"]["version"] = "2.0.0"
        self.assertEqual(self.verdict(new, {}), [])
        new["info"]["version"] = "1.9.0"
        self.assertEqual(len(self.verdict(new, {})), 1)

        def at(version):
            return {"info": {"version": version}}

        self.assertTrue(is_major(at("0.1.9"), at("0.2.0")) and is_major(at("0.9.0"), at("1.0.0")))
        self.assertFalse(is_major(at("0.1.0"), at("0.1.1")) or is_major(at("1.0.0"), at("0.9.0")))


class Lint(unittest.TestCase):
    def faults(self, document):
        return lint["faults"](document, [rule for rule in lint["RULES"] if rule.__name__ != "fields_are_said"]) + [
            f"fields_are_said: {fault}" for fault in lint["fields_are_said"](document) if fault.endswith("without words")
        ]

    def test_what_is_whole_has_no_fault(self):
        self.assertEqual(self.faults(BASE), [])

    def test_each_rule_finds_its_fault(self):
        for rule, change in BROKEN:
            with self.subTest(rule):
                self.assertIn(rule, {fault.split(":")[0] for fault in self.faults(changed(change))})
        self.assertEqual({rule for rule, _ in BROKEN}, {rule.__name__ for rule in lint["RULES"]})


if __name__ == "__main__":
    run = unittest.main(argv=sys.argv[:1], exit=False, verbosity=1).result
    failed = len(run.failures) + len(run.errors)
    # As the runner of the other tests says it, so that they are counted.
    print(f"test result: {'FAILED' if failed else 'ok'}. {run.testsRun - failed} passed; {failed} failed; 0 ignored")
    sys.exit(1 if failed else 0)
