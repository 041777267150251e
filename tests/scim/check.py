"""Speaks SCIM 2.0 to a running server as a client of another make, and says what of the standard does not hold.

usage: check.py BASE_URL KEY; needs scim2-tester and scim2-client[httpx2] (see `check`). Exit status 1 where an answer is wrong.
"""

import sys

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

base, key = sys.argv[1:3]
http = httpx2.Client(base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=30)
client = SyncSCIMClient(http)
client.discover()
results = check_server(client)
# What comes back with more than was sent, and what is never without a value: meant, and no fault of an answer.
MORE = ("urn:bihuan:params:scim:schemas:extension:1.0:Person", "members")  # the day a post began, the name of a member
ALWAYS = ("active", "urn:bihuan:params:scim:schemas:extension:1.0:Unit")  # somebody is there or not, a unit has a code and a kind


def is_meant(result):
    urn = str(result.data.get("urn", "")) if isinstance(result.data, dict) else ""
    why = str(result.reason)
    return urn.startswith(MORE) and "unexpected value" in why or urn in ALWAYS and "did not remove" in why


wrong = [r for r in results if r.status in (Status.ERROR, Status.CRITICAL) and not is_meant(r)]
apart = [r for r in results if r.status == Status.DEVIATION]
for result in wrong + apart:
    print(f"{result.status.name} {result.title} {result.resource_type or ''}: {str(result.reason)[:400]}")
    if result.status != Status.DEVIATION and result.data is not None:
        print(f"    {str(result.data)[:600]}")
meant = sum(1 for r in results if r.status in (Status.ERROR, Status.CRITICAL)) - len(wrong)
print(f"{len(results)} checks, {len(apart)} deviations, {meant} meant, {len(wrong)} wrong")
sys.exit(1 if wrong else 0)
