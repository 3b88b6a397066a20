"""What can be wrong with a profile file: a text in it, what it becomes, and the message; no text is all."""

from typing import get_args

from orchestrator.checks import AnyRequirement
from tests.unit.profile_files import NO_RANGE, VALID

_UNION, _ = get_args(AnyRequirement)
_NAMES = [get_args(check.model_fields["check"].annotation)[0] for check in get_args(_UNION)]
CHECKS = ", ".join(f"'{name}'" for name in _NAMES)
DEEP = "nested deeper than 50 levels: this is no profile"
NO_TAG = "could not determine a constructor for the tag"
WRONG_TAG = "not YAML: a value is not what its tag says"
NUMBER = "write a version range in quotes (YAML reads 1.10 as the number 1.1)"
INSIDE = "an alias stands inside what it stands for"
ROWS = VALID[VALID.index("requirements") :]

MISTAKES = {
    "no mapping": ("", "- a\n- b\n", ":1: not a mapping with the fields of a profile"),
    "empty": ("", "", ":1: not a mapping with the fields of a profile"),
    "a set": ("", "!!set {a, b}", ":1: not a mapping with the fields of a profile"),
    "syntax": ("title: Mine", "title: [Mine", ":3: not YAML: did not find expected ',' or ']'"),
    "two documents": ("", "a: 1\n---\nb: 2\n", ":2: not YAML: but found another document"),
    "tab": ("title: Mine", "\ttitle: Mine", ":2: not YAML: found a tab character that violates indentation"),
    "control character": (
        "Mine",
        "Mi\0ne",
        ": not YAML: unacceptable character #x0000: control characters are not allowed",
    ),
    "unknown tag": (
        "title: Mine",
        "title: !mine Mine",
        f":2: not YAML: {NO_TAG} '!mine'",
    ),
    "python tag": (
        "title: Mine",
        "title: !!python/name:os.system",
        f":2: not YAML: {NO_TAG} 'tag:yaml.org,2002:python/name:os.system'",
    ),
    "wrong tag": ("title: Mine", "title: !!bool Mine", f": {WRONG_TAG} ('mine')"),
    "no date": (
        "title: Mine",
        "title: 2024-13-45",
        ": not YAML: a value is not what its tag says (month must be in 1..12)",
    ),
    "key twice": ("title: Mine", "name: mine", ":2: name: this field is given twice"),
    "key twice in a row": (
        "title: GPUs",
        "id: gpus",
        ":9: requirements.0.id: this field is given twice",
    ),
    "deep flow": ("title: Mine", "title: " + "[" * 100_000, f":2: {DEEP}"),
    "deep blocks": ("", "\n".join(" " * depth + "a:" for depth in range(200)), f":51: {DEEP}"),
    "deep aliases": (
        "",
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 100)),
        f":50: a49: {DEEP}",
    ),
    "alias bomb": (
        "",
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20)),
        ":6: a5: aliases make more than 100000 values of this file",
    ),
    "cyclic alias": ("title: Mine", "title: &t [*t]", f":2: title.0: {INSIDE}"),
    "unknown alias": ("title: Mine", "title: *t", ":2: not YAML: found undefined alias"),
    "unhashable key": ("title: Mine", "{a: 1}: Mine", ":2: not YAML: found unhashable key"),
    "number as key": ("title: Mine", "title: Mine\n5: five", ":3: 5: Keys should be strings"),
    "missing field": ("title: Mine\n", "", ":1: title: this field is missing"),
    "unknown field": ("title: Mine", "title: Mine\ntitel: x", ":3: titel: there is no such field"),
    "wrong kind": ("title: Mine", "kind: Prophecy\ntitle: Mine", ":2: kind: Input should be 'Profile'"),
    "wrong version": (
        "title: Mine",
        "apiVersion: v2\ntitle: Mine",
        ":2: apiVersion: Input should be 'runai-preflight/v1'",
    ),
    "bad name": (
        "name: mine",
        "name: My Profile",
        ":1: name: String should match pattern '^[a-z0-9]+([._-][a-z0-9]+)*$'",
    ),
    "bad release": ('"2024-01"', "2024", ":3: released: Input should be a valid string"),
    "rows no list": ("requirements:\n", "requirements: 3\nrows:\n", ":7: requirements: this must be a list"),
    "no rows": (
        ROWS,
        "",
        ":1: requirements: Tuple should have at least 1 item after validation, not 0",
    ),
    "row no mapping": (
        "  - id: gpus\n",
        "  - gpus\n  - id: gpus\n",
        ":8: requirements.0: Input should be a valid dictionary or object to extract fields from",
    ),
    "no check": ("    check: gpu-nodes\n", "", ":8: requirements.gpus: this row has no check"),
    "unknown check": (
        "check: gpu-nodes",
        "check: gpus",
        f":8: requirements.gpus: there is no check 'gpus'; there are {CHECKS}",
    ),
    "check no text": (
        "check: gpu-nodes",
        "check: [gpu-nodes]",
        f":8: requirements.gpus: there is no check \"['gpu-nodes']\"; there are {CHECKS}",
    ),
    "unknown field of a check": (
        "platform: kubernetes,",
        "platform: kubernetes, suported: x,",
        ":17: requirements.version.expect.suported: there is no such field",
    ),
    "unquoted version": (
        '">=1.21"',
        "1.21",
        f":17: requirements.version.expect.supported: {NUMBER}",
    ),
    "no version range": (
        '">=1.21"',
        '">=one"',
        f":17: requirements.version.expect.supported: '>=one' {NO_RANGE}",
    ),
    "no range of a condition": (
        "when: {feature: training}",
        "when: {not: {kubernetes: latest}}",
        f":16: requirements.version.when.not.kubernetes: 'latest' {NO_RANGE}",
    ),
    "bad severity": (
        "check: gpu-nodes",
        "check: gpu-nodes\n    severity: fatal",
        ":11: requirements.gpus.severity: Input should be 'required', 'recommended' or 'info'",
    ),
    "bad id": (
        "id: gpus",
        "id: GPUs",
        ":8: requirements.GPUs.id: String should match pattern '^[a-z0-9]+([._-][a-z0-9]+)*$'",
    ),
    "id twice": (
        "id: version",
        "id: gpus",
        ":13: requirements.1.id: requirement gpus stands twice in this file",
    ),
    "undeclared feature": (
        "feature: training",
        "any: [{feature: training}, {not: {feature: inference}}]",
        ":16: requirements.version.when: there is no feature 'inference' under `features`",
    ),
    "unknown distribution": (
        "feature: training",
        "distribution: [eks, gek]",
        ":16: requirements.version.when: there is no distribution 'gek'",
    ),
    "unknown setting": (
        "feature: training",
        "given: domian",
        ":16: requirements.version.when.given: Input should be 'domain' or 'cluster-domain'",
    ),
    "a setting that need not be given": (
        "check: gpu-nodes",
        'check: host-name\n    expect: {name: "a.{cluster-domain}"}',
        (
            ":8: requirements.gpus.when: `expect` has {cluster-domain} in it, "
            "so this must have `given: cluster-domain`"
        ),
    ),
    "no command": (
        "commands: [kubeadm upgrade plan]",
        "commands: kubeadm upgrade plan",
        ":19: requirements.version.remedy.commands: Input should be a valid tuple",
    ),
    "several": (
        "title: Mine\n",
        "titel: Mine\n",
        ":1: title: this field is missing (and 1 more)",
    ),
    "nothing to extend": (
        "title: Mine",
        "extends: x.yaml",
        ":2: extends: there is no profile file x.yaml",
    ),
    "no profile of that name": (
        "title: Mine",
        "extends: x",
        ":2: extends: there is no profile 'x'",
    ),
    "a name no file can have": (
        "title: Mine",
        f"extends: {'x' * 300}",
        f":2: extends: there is no profile '{'x' * 300}'",
    ),
    "extends no text": (
        "title: Mine",
        "extends: [a]",
        ":2: extends: this must be the name of a profile or the path of a file",
    ),
    "nothing to remove": (
        "title: Mine",
        "title: Mine\nremove: [gpus]",
        ":3: remove.0: there is no requirement 'gpus' to remove",
    ),
    "remove no list": ("title: Mine", "title: Mine\nremove: gpus", ":3: remove: this must be a list"),
}
