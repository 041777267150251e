"""What two versions of the contract differ by, seen by whoever calls it: each change in words, and whether it breaks a client that keeps to the old one."""

from dataclasses import dataclass, field

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
#: Limits by which way is narrower: more of the one, less of the other.
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


@dataclass(frozen=True, order=True)
class Change:
    """One change: a stable code, where, in words, and how it weighs: `breaking`, `warning` or `fine`."""

    code: str
    where: str
    words: str = field(compare=False)
    weight: str = field(compare=False)


def types_of(schema):
    kind = schema.get("type")
    if kind is None:
        return None
    found = set(kind) if isinstance(kind, list) else {kind}
    return found | {"integer"} if "number" in found else found


class Comparison:
    """Two documents beside each other."""

    def __init__(self, old, new):
        self.old, self.new = old, new
        self.changes = set()
        self.seen = set()

    def note(self, code, where, words, weight):
        self.changes.add(Change(code, where, words, weight))

    def whole(self, document, schema):
        """The schema itself: behind its name, with the parts of `allOf` put together, and `null` beside one other as a type of its own."""
        schema = schema if isinstance(schema, dict) else {}
        while "$ref" in schema:
            part = document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                part = part.get(step, {})
            schema = part
        if "allOf" in schema:
            whole = {key: value for key, value in schema.items() if key != "allOf"}
            for part in (self.whole(document, part) for part in schema["allOf"]):
                for key, value in part.items():
                    if key == "properties":
                        whole["properties"] = whole.get("properties", {}) | value
                    elif key == "required":
                        whole["required"] = [*whole.get("required", []), *value]
                    else:
                        whole.setdefault(key, value)
            return whole
        for word in ("oneOf", "anyOf"):
            others = [part for part in schema.get(word, []) if part.get("type") != "null"]
            if len(others) == 1 and len(others) < len(schema[word]):
                inner = self.whole(document, others[0])
                return inner | {"type": sorted((types_of(inner) or {"any"}) | {"null"})}
        return schema

    def run(self):
        for path in sorted(self.old["paths"].keys() | self.new["paths"].keys()):
            before, after = self.old["paths"].get(path, {}), self.new["paths"].get(path, {})
            for method in METHODS:
                where = f"{method.upper()} {path}"
                if method in before and method not in after:
                    self.note("operation-removed", where, "接口删除", "breaking")
                elif method in after and method not in before:
                    self.note("operation-added", where, "新增接口", "fine")
                elif method in before:
                    self.operation(where, before[method], after[method])
        return sorted(self.changes)

    def operation(self, where, before, after):
        if before.get("operationId") != after.get("operationId"):
            words = f"接口名由 {before.get('operationId')} 改为 {after.get('operationId')}，由接口文件生成的客户端须改"
            self.note("operation-renamed", where, words, "breaking")
        if after.get("deprecated") and not before.get("deprecated"):
            self.note("operation-deprecated", where, "接口将停用", "warning")
        self.security(where, before, after)
        self.parameters(where, before, after)
        self.request(where, before.get("requestBody"), after.get("requestBody"))
        self.answers(where, before["responses"], after["responses"])

    def security(self, where, before, after):
        def accepted(document, operation):
            given = operation.get("security", document.get("security", []))
            return {(name, scope) for way in given for name, scopes in way.items() for scope in scopes or [""]}, {} in given

        old, old_open = accepted(self.old, before)
        new, new_open = accepted(self.new, after)
        if old_open and not new_open:
            self.note("login-required", where, "原先不需登录，现在需要", "breaking")
        for name, scope in sorted(old - new):
            self.note("login-removed", where, f"不再接受这种凭据：{name} {scope}".rstrip(), "breaking")

    def parameters(self, where, before, after):
        def by_name(operation):
            return {(p["in"], p["name"]): p for p in operation.get("parameters", [])}

        old, new = by_name(before), by_name(after)
        for key in sorted(old.keys() | new.keys()):
            at = f"{where} {key[0]} {key[1]}"
            if key not in new:
                self.note("parameter-removed", at, "参数删除，再传会被拒绝", "breaking")
            elif key not in old:
                is_needed = new[key].get("required", False)
                self.note("parameter-added", at, "新增必填参数" if is_needed else "新增可选参数", "breaking" if is_needed else "fine")
            else:
                if new[key].get("required") and not old[key].get("required"):
                    self.note("parameter-required", at, "参数由可选改为必填", "breaking")
                self.schema(at, old[key].get("schema", {}), new[key].get("schema", {}), is_request=True)

    def request(self, where, before, after):
        if before and not after:
            self.note("body-removed", where, "不再接受请求正文", "breaking")
        if not after:
            return
        if not before:
            if after.get("required"):
                self.note("body-required", where, "请求正文由没有改为必填", "breaking")
            return
        if after.get("required") and not before.get("required"):
            self.note("body-required", where, "请求正文由可选改为必填", "breaking")
        self.content(f"{where} 请求", before.get("content", {}), after.get("content", {}), is_request=True)

    def answers(self, where, before, after):
        for status in sorted(before.keys() | after.keys()):
            at = f"{where} {status}"
            if status not in after:
                self.note("answer-removed", at, "不再有这种回答", "breaking")
            elif status not in before:
                self.note("answer-added", at, "新增一种回答", "warning" if status.startswith("2") else "fine")
            else:
                self.content(at, before[status].get("content", {}), after[status].get("content", {}), is_request=False)

    def content(self, where, before, after, is_request):
        for kind in sorted(before.keys() | after.keys()):
            if kind not in after:
                self.note("format-removed", f"{where} {kind}", "不再有这种格式", "breaking")
            elif kind in before:
                self.schema(where, before[kind].get("schema", {}), after[kind].get("schema", {}), is_request)
            else:
                self.note("format-added", f"{where} {kind}", "新增一种格式", "fine")

    def schema(self, where, before, after, is_request):
        names = (before.get("$ref"), after.get("$ref"), is_request)
        if names[0] and names[1]:
            # What has a name is told once, by its name, whoever uses it.
            if names in self.seen:
                return
            self.seen.add(names)
            where = f"{names[1].rsplit('/', 1)[-1]}（{'请求' if is_request else '回答'}）"
        before, after = self.whole(self.old, before), self.whole(self.new, after)
        self.kind(where, before, after, is_request)
        self.words(where, before, after, is_request)
        self.limits(where, before, after, is_request)
        self.fields(where, before, after, is_request)
        if isinstance(before.get("items"), dict) and isinstance(after.get("items"), dict):
            self.schema(f"{where}[]", before["items"], after["items"], is_request)
        more = before.get("additionalProperties"), after.get("additionalProperties")
        if all(isinstance(m, dict) for m in more):
            self.schema(f"{where}.*", *more, is_request)
        self.variants(where, before, after, is_request)

    def kind(self, where, before, after, is_request):
        old, new = types_of(before), types_of(after)
        if old != new:
            is_safe = (new is None or old is not None and old <= new) if is_request else (old is None or new is not None and new <= old)
            words = f"类型由 {'、'.join(sorted(old or {'不限'}))} 改为 {'、'.join(sorted(new or {'不限'}))}"
            self.note("type-changed", where, words, "fine" if is_safe else "breaking")
        if before.get("format") != after.get("format"):
            is_safe = is_request and not after.get("format") or not is_request and not before.get("format")
            words = f"格式由 {before.get('format', '不限')} 改为 {after.get('format', '不限')}"
            self.note("format-changed", where, words, "fine" if is_safe else "breaking")

    def words(self, where, before, after, is_request):
        old, new = before.get("enum"), after.get("enum")
        if old == new:
            return
        gone = sorted(map(str, set(map(str, old)) - set(map(str, new)))) if old and new else []
        come = sorted(map(str, set(map(str, new)) - set(map(str, old)))) if old and new else []
        if gone:
            self.note("word-removed", where, f"不再有取值 {'、'.join(gone)}", "breaking" if is_request else "fine")
        if come:
            self.note("word-added", where, f"新增取值 {'、'.join(come)}", "fine" if is_request else "warning")
        if new and not old:
            self.note("words-closed", where, "由任意值改为限定取值", "breaking" if is_request else "fine")
        if old and not new:
            self.note("words-opened", where, "由限定取值改为任意值", "fine" if is_request else "warning")

    def limits(self, where, before, after, is_request):
        for names, is_narrower in ((LOWER, lambda old, new: new > old), (UPPER, lambda old, new: new < old)):
            for name in names:
                old, new = before.get(name), after.get(name)
                if old == new:
                    continue
                narrows = new is not None and (old is None or is_narrower(old, new))
                weight = "breaking" if narrows and is_request else "fine" if narrows or is_request else "warning"
                words = f"{name} 由 {'不限' if old is None else old} 改为 {'不限' if new is None else new}"
                self.note("limit-narrower" if narrows else "limit-wider", where, words, weight)
        if before.get("pattern") != after.get("pattern"):
            is_safe = not after.get("pattern") if is_request else not before.get("pattern")
            self.note("pattern-changed", where, f"写法改为 {after.get('pattern', '不限')}", "fine" if is_safe else "breaking")

    def fields(self, where, before, after, is_request):
        old, new = before.get("properties", {}), after.get("properties", {})
        old_needed, new_needed = set(before.get("required", [])), set(after.get("required", []))
        for name in sorted(old.keys() | new.keys()):
            at = f"{where}.{name}"
            if name not in new:
                is_safe = is_request and after.get("additionalProperties", True) is not False
                self.note("field-removed", at, "字段删除", "fine" if is_safe else "breaking")
            elif name not in old:
                if is_request and name in new_needed:
                    self.note("field-needed", at, "新增必填字段", "breaking")
                else:
                    self.note("field-added", at, "新增字段", "fine")
            else:
                if is_request and name in new_needed - old_needed:
                    self.note("field-needed", at, "字段由可选改为必填", "breaking")
                if not is_request and name in old_needed - new_needed:
                    self.note("field-optional", at, "字段由必有改为可无", "breaking")
                self.schema(at, old[name], new[name], is_request)

    def variants(self, where, before, after, is_request):
        for word in ("oneOf", "anyOf"):
            old, new = (self.named(d, s.get(word, [])) for d, s in ((self.old, before), (self.new, after)))
            if not old and not new:
                continue
            for name in sorted(old.keys() | new.keys()):
                at = f"{where} {name}"
                if name not in new:
                    self.note("variant-removed", at, "不再有这一种", "breaking" if is_request else "fine")
                elif name not in old:
                    self.note("variant-added", at, "新增一种", "fine" if is_request else "warning")
                else:
                    self.schema(at, old[name], new[name], is_request)

    def named(self, document, parts):
        """Variants by what tells them apart: the name of their schema, a word that is fixed, else their type and place."""
        found = {}
        for place, part in enumerate(parts):
            whole = self.whole(document, part)
            fixed = [f"{n}={p['enum'][0]}" for n, p in whole.get("properties", {}).items() if len(p.get("enum", [])) == 1]
            name = part.get("$ref", "").rsplit("/", 1)[-1] or (fixed[0] if fixed else f"{whole.get('type', '任意')} {place}")
            found[name] = part
        return found


def compare(old, new):
    """Every change from one document to another, in order."""
    return Comparison(old, new).run()


def is_major(old, new):
    """Whether the new version breaks by intent: its first number is higher; before 1.0 the second counts as the first."""
    def front(document):
        numbers = [int(n) for n in document["info"]["version"].split("-")[0].split(".")]
        return tuple(numbers[:2]) if numbers[0] == 0 else (numbers[0], 0)

    return front(new) > front(old)
