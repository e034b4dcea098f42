"""Runs the independent suites against a SCIM endpoint; scripts/interop calls it.

usage: interop-suites.py URL TOKEN LABEL EXCLUSIONS USED

Prints a line for each suite, and each failure or skip that EXCLUSIONS does not list. The numbers of the exclusions that
were needed are appended to USED. Ends with 1 if anything is not listed, or a suite passed too little to have run.
"""

import re
import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server
from scim_sanity.probe.runner import run_probe_api

# A suite that passes fewer checks than this did not get to its work, whatever it says.
AT_LEAST = {"scim2-tester": 100, "scim-sanity": 20}

PASSED = {"SUCCESS", "COMPLIANT", "ACCEPTABLE", "PASS"}


def scim2_tester(url, token):
    """Yields check, status and reason. The models of scim2-client validate every answer on the way."""
    with Client(base_url=url, headers={"Authorization": "Bearer " + token}) as http:
        for r in check_server(SyncSCIMClient(http)):
            name = " ".join(filter(None, [r.resource_type, r.title]))
            yield name, r.status.name, str(r.reason or "")


def scim_sanity(url, token):
    """Yields check, status and message of the strict mode."""
    for r in run_probe_api(url, token=token, strict=True)["results"]:
        yield r["name"], r["status"].upper(), r.get("message", "")


def exclusions(name):
    """Reads the exclusions: line number, suite (and profile, after "under"), check, pattern."""
    found = []
    with open(name, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if line.startswith("#") or not line.strip():
                continue
            fields = line.rstrip("\n").split("\t")
            if len(fields) != 5 or not all(fields):
                sys.exit(f"{name}:{number}: want suite, check, pattern, RFC and reason, separated by tabs")
            found.append((number, fields[0], fields[1], re.compile(fields[2], re.DOTALL)))
    return found


def main():
    url, token, label, excluded, used = sys.argv[1:]
    listed = exclusions(excluded)
    bad = False
    for suite, run in (("scim2-tester", scim2_tester), ("scim-sanity", scim_sanity)):
        passed = failed = excused = 0
        for check, status, reason in run(url, token):
            if status in PASSED:
                passed += 1
                continue
            match = [n for n, s, c, p in listed if s in (suite, f"{suite} under {label}") and c == check and p.match(reason)]
            if match:
                excused += 1
                with open(used, "a", encoding="utf-8") as f:
                    f.write("".join(f"{n}\n" for n in match))
                continue
            failed += 1
            print(f"{suite}: {status} {check}: {reason}")
        if passed < AT_LEAST[suite]:
            failed += 1
            print(f"{suite}: only {passed} checks passed, want {AT_LEAST[suite]} at least: did the suite run?")
        bad = bad or failed > 0
        print(f"interop: {suite}, profile {label}: {passed} passed, {failed} failed, {excused} excluded")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
