"""
Checks a JSON Lines export of Standin's audit log. Needs Python 3 alone, no secret and no access to the platform.

    python3 verify_export.py audit.jsonl
"""

import hashlib
import json
import sys

PARTS = ["actor", "target", "reason", "detail"]
FIELDS = ["schema", "log_id", "seq", "at", "kind", "outcome", "assumed_session", "actor_id", "target_id", "request_id"]
FIELDS += [f"{part}_commitment" for part in PARTS] + ["prev_hash"]
found, count, gaps, without, before = 0, 0, 0, 0, None
with open(sys.argv[1], encoding="ascii") as file:
    for line in file:
        count += 1
        event = json.loads(line)
        problems = [f"the platform said: {doubt}" for doubt in event.get("doubts", [])]
        hashed = json.dumps([event[field] for field in FIELDS], separators=(",", ":")).encode("ascii")
        if hashlib.sha256(hashed).hexdigest() != event["entry_hash"]:
            problems.append("its fields were altered")
        for part in PARTS:
            text, committed = event["texts"].get(part), event[f"{part}_commitment"]
            if text is None:
                without += committed is not None
                continue
            try:
                is_whole = hashlib.sha256(bytes.fromhex(text["nonce"]) + text["text"].encode()).hexdigest() == committed
            except ValueError:  # an altered nonce may be no hexadecimal number
                is_whole = False
            if not is_whole:
                problems.append(f"its {part} text was altered")
        if before and event["seq"] <= before["seq"]:
            problems.append("stands out of order")
        elif before and event["seq"] > before["seq"] + 1:
            gaps += 1
        elif before and event["prev_hash"] != before["entry_hash"]:
            problems.append("does not follow the event before it")
        before = event
        for problem in problems:
            print(f"event {event['seq']}: {problem}")
        found += len(problems)
print(f"{count} events, {gaps} gaps (left out by a filter), {without} texts erased: {'ALTERED' if found else 'intact'}")
sys.exit(1 if found else 0)
