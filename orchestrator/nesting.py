"""How deep YAML nests: composing it recurses in C, where too deep a file would crash the process."""

import yaml


def too_deep(data: bytes, levels: int) -> int | None:
    """The line (from 1) where YAML first nests deeper than so many levels, if it does; YAMLError."""
    depth = 0
    for event in yaml.parse(data, yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > levels and event.start_mark:
            return int(event.start_mark.line) + 1
    return None
