"""What the peers' scripts share: a figure as scripts/bench reads it."""
import json


def say(identity, what, value, note):
    """`value` in trials a second; None where the peer was not measured."""
    print(json.dumps({"id": f"peer/{identity}", "what": what, "value": value, "unit": "trials/s", "target": "",
                      "better": "higher", "note": note}), flush=True)


def not_installed(identity, what, module, cited):
    say(identity, what, None, f"{module} is not installed here; cited, from elsewhere: {cited}")
