#!/usr/bin/env python3
"""The second verifier of the ledger (docs/domain.md §33): reads a bundle of `bihuan audit bundle` and says whether everything fits.

It shares no code with the program and needs nothing but Python's standard library, so that an auditor can read all of it. What it says is what
`bihuan audit verify --bundle` says, line by line. Exit code 0 when everything fits, 1 when something does not, 2 when it cannot be read.

    python3 audit_verify.py BUNDLE [--keys FILE] [--anchors FILE]
"""

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys

FORMAT = "bihuan-audit-1"
ALG = "sha256"
MOST_FAULTS = 50
MOST_SIGNATURES = 16
WORDS = {
    "form": "格式不对",
    "alg": "所记的算法不认识",
    "hash": "哈希与内容不符",
    "payload": "内容不是规范文本",
    "chain": "与同一流水的前一事件接不上",
    "seq": "序号不连续",
    "time": "早于同一流水的前一事件",
    "position": "总序不连续，缺少前面的位置",
    "missing": "总序所指的事件不在",
    "pending": "已有位置，却仍在待封存之列",
    "unsealed": "没有位置，也不在待封存之列",
    "leaf": "与封存时的叶子不符",
    "leaf-missing": "封存时的叶子不在",
    "checkpoint-form": "检查点的文本与所记的规模、根、标识不符",
    "checkpoint-beyond": "检查点比总序更长：总序被截短",
    "checkpoint-missing": "外存的检查点，库里没有",
    "root": "检查点的根与由事件算出的不符",
    "signature": "检查点的签名不符：签名之后被改写",
    "unsigned": "没有一个检查点有可信的签名",
    "anchor-signature": "外存检查点的签名不符",
    "anchor": "与外存检查点不符：历史被改写",
    "anchor-beyond": "外存检查点比总序更长：历史被截短，或换回了旧备份",
    "end": "没有结尾，或数目与结尾所记不同",
}


def sha256(data):
    return hashlib.sha256(data).digest()


# --- Ed25519, RFC 8032 §5.1.7, verification alone ---

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(a, b):
    """The sum of two points in extended coordinates."""
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e = (y1 - x1) * (y2 - x2) % P
    f = (y1 + x1) * (y2 + x2) % P
    g = 2 * t1 * t2 * D % P
    h = 2 * z1 * z2 % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, point):
    result = (0, 1, 1, 0)
    while n:
        if n & 1:
            result = add(result, point)
        point = add(point, point)
        n >>= 1
    return result


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def decompress(data):
    """The point 32 bytes stand for; None when they stand for none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_small(point):
    return same(times(8, point), (0, 1, 1, 0))


def ed25519_verifies(key, message, signature):
    """Whether a key of 32 bytes signed a message; points of small order are refused."""
    if len(key) != 32 or len(signature) != 64:
        return False
    a, r = decompress(key), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L or is_small(a) or is_small(r):
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    return same(times(s, BASE), add(r, times(k, a)))


# --- Signed notes and checkpoints (c2sp.org/signed-note, c2sp.org/tlog-checkpoint) ---


def from_base64(text):
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def key_id(name, key):
    return sha256(name.encode() + b"\n\x01" + key)[:4]


def verifier(text):
    """Name and key of a public key as it is handed on; None when it is none."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        return None
    name, number, typed = parts[0], parts[1], from_base64(parts[2])
    if not name or typed is None or len(typed) != 33 or typed[0] != 1 or key_id(name, typed[1:]).hex() != number:
        return None
    return name, typed[1:]


def signed(text, lines, keys):
    """'yes', 'nobody' or 'falsely': whether a known key signed a text."""
    found = "nobody"
    for n, line in enumerate(lines.splitlines()):
        if not line.startswith("— ") or n >= MOST_SIGNATURES:
            return "falsely"
        name, gap, encoded = line[2:].partition(" ")
        data = from_base64(encoded)
        if not gap or data is None or len(data) <= 4:
            return "falsely"
        key = next((k for known, k in keys if known == name and key_id(known, k) == data[:4]), None)
        if key is None:
            continue
        if not ed25519_verifies(key, text.encode(), data[4:]):
            return "falsely"
        found = "yes"
    return found


def checkpoint_text(origin, size, root):
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def parse_checkpoint(text):
    """Origin, size and root; None when it is no checkpoint."""
    if not text.endswith("\n"):
        return None
    lines = text[:-1].split("\n")
    if len(lines) < 3 or "" in lines or not re.fullmatch(r"0|[1-9][0-9]*", lines[1]):
        return None
    root = from_base64(lines[2])
    return (lines[0], int(lines[1]), root) if root is not None and len(root) == 32 else None


def read_anchors(text):
    """Checkpoint, text and signature lines of each note; raises ValueError with the number of the first that is none."""
    parts, anchors = text.split("\n\n"), []
    if parts[-1] != "":
        raise ValueError((len(parts) - 1) // 2 + 1)
    parts.pop()
    if len(parts) % 2:
        raise ValueError(len(parts) // 2 + 1)
    for i in range(0, len(parts), 2):
        body, lines = parts[i] + "\n", parts[i + 1] + "\n"
        checkpoint = parse_checkpoint(body)
        if checkpoint is None or not lines.startswith("— "):
            raise ValueError(i // 2 + 1)
        anchors.append((checkpoint, body, lines))
    return anchors


# --- The tree, RFC 6962 §2.1 ---


class Tree:
    """The tree as it grows: only the roots of its whole parts are kept, largest first."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def push(self, leaf):
        level, node = 0, leaf
        while self.size >> level & 1:
            node = sha256(b"\x01" + self.peaks.pop() + node)
            level += 1
        self.peaks.append(node)
        self.size += 1

    def root(self):
        if not self.peaks:
            return sha256(b"")
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = sha256(b"\x01" + peak + root)
        return root


# --- Events ---


def fields(tag, texts):
    """A tag, then each text behind its length."""
    data = tag
    for text in texts:
        encoded = text.encode()
        data += len(encoded).to_bytes(8, "big") + encoded
    return data


EVENT_FIELDS = [
    "stream_kind", "stream_id", "seq", "kind", "schema_version", "at", "account", "person", "role", "unit", "address", "request_id", "round",
    "payload", "prev_hash",
]  # fmt: skip


def event_hash(event):
    return sha256(fields(b"bihuan.event.v1", [str(event[name]) for name in EVENT_FIELDS])).hex()


def leaf_of(event):
    texts = [event["stream_kind"], event["stream_id"], str(event["seq"]), event["alg"], event["hash"]]
    return sha256(b"\x00" + fields(b"bihuan.leaf.v1", texts))


class Literal(str):
    """A number as it was written."""


def canonical(value):
    """JSON with sorted keys and no white space."""
    if isinstance(value, Literal):
        return str(value)
    if isinstance(value, dict):
        inner = (json.dumps(key, ensure_ascii=False) + ":" + canonical(value[key]) for key in sorted(value))
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def is_canonical(payload):
    try:
        return canonical(json.loads(payload, parse_int=Literal, parse_float=Literal)) == payload
    except (ValueError, RecursionError):
        return False


MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
DIGEST = re.compile(r"[0-9a-f]{64}")
TEXTS = [
    "stream_kind", "stream_id", "kind", "at", "account", "person", "role", "unit", "address", "request_id", "round", "payload", "alg",
    "prev_hash", "hash",
]  # fmt: skip


def is_number(value, least=0):
    return isinstance(value, int) and not isinstance(value, bool) and least <= value < 2**63


def is_event(event):
    return (
        isinstance(event, dict)
        and set(event) == {*TEXTS, "seq", "schema_version"}
        and all(isinstance(event[name], str) for name in TEXTS)
        and is_number(event["seq"], -(2**63))
        and is_number(event["schema_version"], -(2**15))
    )


def is_record(kind, body):
    """Whether a line has the shape its kind must have."""
    if not isinstance(body, dict):
        return False
    if kind == "head":
        texts = all(isinstance(body.get(name), str) for name in ["format", "origin", "made_at"])
        return texts and is_number(body.get("after")) and isinstance(body.get("keys"), list) and len(body) == 5
    if kind == "event":
        names = {"position", "pending", "stream_kind", "stream_id", "seq", "leaf", "event"}
        place = isinstance(body.get("stream_kind"), str) and isinstance(body.get("stream_id"), str)
        return (
            set(body) == names
            and place
            and is_number(body["seq"], -(2**63))
            and isinstance(body["pending"], bool)
            and (body["position"] is None or is_number(body["position"]))
            and (body["leaf"] is None or isinstance(body["leaf"], str))
            and (body["event"] is None or is_event(body["event"]))
        )
    if kind == "checkpoint":
        texts = all(isinstance(body.get(name), str) for name in ["alg", "root", "text", "made_at", "signatures"])
        return texts and is_number(body.get("size")) and len(body) == 6
    return kind == "end" and is_number(body.get("events")) and is_number(body.get("checkpoints")) and len(body) == 2


# --- The audit ---


class Auditor:
    """Reads records in their order and remembers what does not fit."""

    def __init__(self, keys, anchors):
        self.keys = keys
        self.anchors = sorted(anchors, key=lambda anchor: -anchor[0][1])
        self.origin, self.tree, self.position = "", Tree(), 0
        self.streams, self.without_leaf, self.awaited = {}, None, None
        self.last_signed, self.is_ended, self.is_over = 0, False, False
        self.faults, self.events, self.checkpoints, self.signed, self.compared = [], 0, 0, 0, 0

    def fault(self, table, key, code):
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(f"{table} {key}：{WORDS[code]}")

    def take(self, kind, body):
        size, self.awaited = self.awaited, None
        if size is not None and not (kind == "checkpoint" and body["size"] == size):
            self.fault("checkpoints", f"{size}（总序至 {size}）", "checkpoint-missing")
        if kind == "head":
            if body["format"] != FORMAT or body["after"] != 0:
                self.fault("bundle", "head", "form")
            self.origin = body["origin"]
            self.compare_anchors()
        elif kind == "event":
            self.event(body)
        elif kind == "checkpoint":
            self.checkpoint(body)
        else:
            self.is_ended = body["events"] == self.events and body["checkpoints"] == self.checkpoints
            self.end()

    def event(self, body):
        event, position = body["event"], body["position"]
        self.events += event is not None
        key = f"{body['stream_kind']}/{body['stream_id']}/{body['seq']}"
        if position is not None:
            key += f"（总序 {position}）"
            if position != self.position + 1:
                self.fault("event_positions", key, "position")
            self.position = position
        if position is not None and body["pending"]:
            self.fault("pending_events", key, "pending")
        if position is None and not body["pending"]:
            self.fault("events", key, "unsealed")
        if event is None:
            self.fault("event_positions", key, "missing")
        elif any(event[name] != body[name] for name in ["stream_kind", "stream_id", "seq"]):
            self.fault("events", key, "form")
        else:
            self.chain(event, key)
        if position is not None:
            self.grow(event, body["leaf"], key)

    def chain(self, event, key):
        codes = []
        if event["alg"] != ALG:
            codes.append("alg")
        if not MOMENT.fullmatch(event["at"]) or event_hash(event) != event["hash"]:
            codes.append("hash")
        if not is_canonical(event["payload"]):
            codes.append("payload")
        stream = (event["stream_kind"], event["stream_id"])
        seq, last_hash, at = self.streams.get(stream, (0, "", ""))
        if event["seq"] != seq + 1:
            codes.append("seq")
        elif event["prev_hash"] != last_hash:
            codes.append("chain")
        elif event["at"] < at:
            codes.append("time")
        self.streams[stream] = (event["seq"], event["hash"], event["at"])
        for code in codes:
            self.fault("events", key, code)

    def grow(self, event, sealed, key):
        stored = bytes.fromhex(sealed) if sealed is not None and DIGEST.fullmatch(sealed) else None
        made = leaf_of(event) if event is not None else None
        if sealed is None and self.without_leaf is None:
            self.without_leaf = (self.position, key)
        elif sealed is not None and self.without_leaf is not None:
            self.leaf_is_missing()
        if sealed is not None and made is not None and stored != made:
            self.fault("tree_nodes", key, "leaf")
        self.tree.push(made or stored or bytes(32))
        self.compare_anchors()

    def leaf_is_missing(self):
        if self.without_leaf is not None:
            self.fault("tree_nodes", self.without_leaf[1], "leaf-missing")
        self.without_leaf = None

    def compare_anchors(self):
        while self.anchors and self.anchors[-1][0][1] <= self.position:
            (origin, size, root), text, lines = self.anchors.pop()
            key = f"{size}（总序至 {size}）"
            self.compared += 1
            self.awaited = size
            if self.keys and signed(text, lines, self.keys) != "yes":
                self.fault("anchor", key, "anchor-signature")
            elif root != self.tree.root() or origin != self.origin:
                self.fault("anchor", key, "anchor")

    def checkpoint(self, body):
        self.checkpoints += 1
        size = body["size"]
        key = f"{size}（总序 {min(self.last_signed + 1, size)} 至 {size}）"
        root = bytes.fromhex(body["root"]) if DIGEST.fullmatch(body["root"]) else bytes(32)
        if self.without_leaf is not None and self.without_leaf[0] <= size:
            self.leaf_is_missing()
        if body["alg"] != ALG or parse_checkpoint(body["text"]) != (self.origin, size, root):
            self.fault("checkpoints", key, "checkpoint-form")
        elif size > self.position:
            self.fault("checkpoints", key, "checkpoint-beyond")
        elif root != self.tree.root():
            self.fault("checkpoints", key, "root")
        if not self.keys:
            return
        answer = signed(body["text"], body["signatures"], self.keys)
        if answer == "yes":
            self.signed += 1
            self.last_signed = size
        elif answer == "falsely":
            self.fault("checkpoint_signatures", key, "signature")

    def end(self):
        if self.is_over:
            return
        self.is_over = True
        if self.anchors:
            self.fault("anchor", f"{self.anchors[-1][0][1]}（总序只到 {self.position}）", "anchor-beyond")
            self.compared += len(self.anchors)
        if self.keys and self.checkpoints > 1 and self.signed == 0:
            self.fault("checkpoint_signatures", "*", "unsigned")
        if not self.is_ended:
            self.fault("bundle", "end", "end")

    def said(self):
        lines = [f"不一致，{len(self.faults)} 处：", *self.faults] if self.faults else []
        verdict = "所核对的" if self.faults else "一致"
        lines.append(
            f"{verdict}：事件 {self.events}，流水 {len(self.streams)}，检查点 {self.checkpoints}（已核对签名 {self.signed}），"
            f"外存检查点 {self.compared}，总序 {self.tree.size}，根 {self.tree.root().hex()}"
        )
        return lines


def main():
    parser = argparse.ArgumentParser(description="核对闭环的台账包")
    parser.add_argument("bundle", help="bihuan audit bundle 写出的文件")
    parser.add_argument("--keys", help="公钥文件，一行一个；只信这些公钥")
    parser.add_argument("--anchors", help="外存检查点的文件")
    given = parser.parse_args()
    try:
        keys, anchors = [], []
        if given.keys:
            with open(given.keys, encoding="utf-8") as file:
                for line in file:
                    if line.strip() and not line.lstrip().startswith("#"):
                        keys.append(verifier(line))
            if None in keys:
                raise ValueError(f"{given.keys}：有一行不是公钥")
        if given.anchors:
            with open(given.anchors, encoding="utf-8") as file:
                try:
                    anchors = read_anchors(file.read())
                except ValueError as error:
                    raise ValueError(f"{given.anchors}：第 {error} 个检查点不完整") from error
        auditor = Auditor(keys, anchors)
        with open(given.bundle, encoding="utf-8") as file:
            for n, line in enumerate(file, 1):
                try:
                    ((kind, body),) = json.loads(line).items()
                    fits = is_record(kind, body)
                except (ValueError, AttributeError, RecursionError):
                    fits = False
                if fits:
                    auditor.take(kind, body)
                else:
                    auditor.fault("bundle", f"第 {n} 行", "form")
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    auditor.end()
    print("\n".join(auditor.said()))
    if not keys:
        print("没有核对签名：请以 --keys 指明公钥文件")
    if not given.anchors:
        print("没有对照外存检查点：请以 --anchors 指明")
    return 1 if auditor.faults else 0


if __name__ == "__main__":
    sys.exit(main())
