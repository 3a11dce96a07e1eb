"""
Checks JSON Lines exports of Standin's audit log. Needs Python 3 alone, no secret and no access to the platform.

    python3 verify_export.py audit.jsonl
    python3 verify_export.py 2024.jsonl 2025.jsonl rest.jsonl

Several files are read as one chain, so pass them in the order of their events.
"""

import hashlib
import json
import sys

PARTS = ["actor", "target", "reason", "detail"]
FIELDS = ["schema", "log_id", "seq", "at", "kind", "outcome", "assumed_session", "actor_id", "target_id", "request_id"]
FIELDS += [f"{part}_commitment" for part in PARTS] + ["prev_hash"]


def is_whole(text, committed):
    try:
        return hashlib.sha256(bytes.fromhex(text["nonce"]) + text["text"].encode()).hexdigest() == committed
    except ValueError:  # an altered nonce may be no hexadecimal number
        return False


def remarks(event, given):
    """Say what an event declares about other events: a restore from a backup, or a seal."""
    if event["kind"] not in ("audit.restored", "audit.sealed") or "detail" not in event["texts"]:
        return []
    said = json.loads(event["texts"]["detail"]["text"])
    if event["kind"] == "audit.restored":
        lost = f"events {said.get('lost_from')} to {said.get('lost_through')}"
        return [f"declares that {lost} were lost in a restore, on {event['at'][:10]}"]
    here = "is the one given here" if said.get("export_sha256") in given else "is not given here"
    return [f"seals the events up to {said.get('through')}, in the file {said.get('export_name')}, which {here}"]


given = set()
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        given.add(hashlib.file_digest(file, "sha256").hexdigest())
found, count, gaps, without, before = 0, 0, 0, 0, None
for name in sys.argv[1:]:
    with open(name, encoding="ascii") as file:
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
                elif not is_whole(text, committed):
                    problems.append(f"its {part} text was altered")
            if before is None:
                if event["seq"] == 1 and event["prev_hash"] != "0" * 64:
                    problems.append("is not the beginning of a log")
                elif event["seq"] > 1:
                    print(f"event {event['seq']}: is the first one here; {event['seq'] - 1} before it are elsewhere")
            elif event["seq"] <= before["seq"]:
                problems.append("stands out of order")
            elif event["seq"] > before["seq"] + 1:
                gaps += 1
            elif event["prev_hash"] != before["entry_hash"]:
                problems.append("does not follow the event before it")
            before = event
            for said in [*problems, *([] if problems else remarks(event, given))]:
                print(f"event {event['seq']}: {said}")
            found += len(problems)
print(f"{count} events, {gaps} gaps (left out by a filter), {without} texts erased: {'ALTERED' if found else 'intact'}")
sys.exit(1 if found else 0)
