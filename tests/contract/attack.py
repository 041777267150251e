"""Runs the attack: a served house, two callers at a time, then what the log and the ledger say of it."""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from house import CALLERS, House

SEED = 20251127
#: Fewer requests are no attack.
LEAST = 20_000
#: Examples made up for each operation, beside those that walk along the bounds of its description.
EXAMPLES = 4
#: How many callers walk along the bounds of each operation; everybody sends everything what is made up.
ALONG = 2
#: What an answer is held against.
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "ignored_auth",
]
#: What it is not held against, and why.
UNCHECKED = {
    "positive_data_acceptance": "合乎格式的内容仍可为规则所拒（409、422），这是本意",
    "use_after_free": "没有删除后再取的资源：记录只增不删",
    "ensure_resource_availability": "刚建的东西谁看得到由规则决定，由权限扫描核对",
    "allow_header_conformance": "不提供 OPTIONS：没有跨源的页面",
    "object_level_authorization": "谁看得到什么由权限扫描逐项核对",
    "unsupported_method（持密钥的 403）": "没有对密钥开放的一律先答 403，不论方法",
    "missing_required_header（Authorization）": "登录令牌由攻击程序统一带上，去不掉；不登录由 nobody 和 ignored_auth 试",
}
#: Operations that are not attacked, and why.
PASSED_OVER = {}
#: What is changed in what is sent, and why.
CHANGED = {
    "wait": "事件接口的等待时间改为 0：否则大半时间在等",
    "accounts、services": "路径中的账号、系统不取攻击者自己的：停用了就攻击不下去",
}
#: A client that sends what is no HTTP is told so before the product sees it.
NOT_OURS = re.compile(r"request parse error")
HERE = Path(__file__).resolve().parent


def unwalked(contract, caller):
    """The operations that a caller does not walk along the bounds of: each is walked along by some, drawn by its name."""
    named = [o["operationId"] for item in contract["paths"].values() for o in item.values()]
    order = {name: sorted(CALLERS, key=lambda c: zlib.crc32(f"{SEED} {name} {c}".encode())) for name in named}
    return [name for name in named if caller not in order[name][:ALONG]]


def one(house, contract, caller, key, known, operations):
    given = {
        "caller": caller,
        # Ten minutes, which is longer than one attack takes.
        "token": key if caller == "service key" else house.log_in(caller),
        "known": known,
        "url": house.url,
        "contract": contract.as_posix(),
        "seed": SEED,
        "examples": EXAMPLES,
        "unwalked": [] if operations else unwalked(json.loads(contract.read_text()), caller),
        "checks": CHECKS,
        "unchecked": [name for name in UNCHECKED if name.isidentifier()],
        "skipped": list(PASSED_OVER),
        "operations": operations,
    }
    with tempfile.TemporaryDirectory() as folder:
        program = [sys.executable, HERE / "caller.py"]
        run = subprocess.run(program, input=json.dumps(given), capture_output=True, text=True, cwd=folder)
    if run.returncode != 0:
        raise SystemExit(f"{caller}: {run.stderr[-4000:]}")
    found = json.loads(run.stdout.strip().splitlines()[-1])
    times = sum(fault["times"] for fault in found["faults"].values())
    print(
        f"  {caller}: {found['requests']} requests to {found['operations']} operations, {times} faults, {found['seconds']} s,"
        f" {', '.join(f'{status}: {n}' for status, n in found['statuses'].items())}",
        flush=True,
    )
    return found


def said(house):
    """What the log says that it must not: an answer of 5xx, an error, a panic, a line that is none of ours."""
    for line in house.lines():
        fields = line.get("fields", {})
        is_bad = line.get("level") == "ERROR" or fields.get("http.status", 0) >= 500
        if is_bad and not NOT_OURS.search(str(fields.get("message"))):
            yield json.dumps(line, ensure_ascii=False)


def reasons():
    for heading, given in {
        "Not attacked": PASSED_OVER,
        "Not held against": UNCHECKED,
        "Changed": CHANGED,
    }.items():
        for what, why in given.items():
            print(f"  {heading}: {what}（{why}）")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--only", nargs="+", choices=list(CALLERS), default=list(CALLERS))
    parser.add_argument("--operation", nargs="+", default=[], help="operation ids")
    options = parser.parse_args()
    is_whole = options.only == list(CALLERS) and not options.operation
    began = time.monotonic()
    reasons()
    house = House(options.program)
    try:
        contract = Path(house.folder.name, "openapi.json")
        contract.write_text(subprocess.run([options.program, "openapi"], capture_output=True, text=True, check=True).stdout)
        key = house.let_in("对接系统")
        house.let_in("要被攻击的系统")
        known = house.known(key["service"])
        with ThreadPoolExecutor(2) as pool:
            asked = [pool.submit(one, house, contract, c, key["key"], known, options.operation) for c in options.only]
            found = [answer.result() for answer in asked]
        code = house.stop()
        bad = list(said(house))
        verified, words = house.verify()
    finally:
        house.close()
    faults = {}
    for answers in found:
        for what, fault in answers["faults"].items():
            faults.setdefault(what, (fault["words"], []))[1].append(f"{answers['caller']} {fault['times']}")
    for what, (example, whose) in sorted(faults.items()):
        print(f"\n{what} ({', '.join(whose)})\n{example}")
    for line in bad:
        print(f"log: {line}")
    requests = sum(answers["requests"] for answers in found)
    print(
        f"contract attack: {requests} requests as {len(found)} callers, seed {SEED}, {len(faults)} kinds of fault, {len(bad)} bad lines in the log,"
        f" the server ended with {code}, the ledger: {words.splitlines()[0] if words else 'nothing'}, {time.monotonic() - began:.0f} s"
    )
    if faults or bad or code != 0 or verified != 0 or is_whole and requests < LEAST:
        raise SystemExit(1)


main()
