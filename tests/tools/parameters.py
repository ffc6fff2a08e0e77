"""The template's parameters: what may be given, and what is wrong with what was. Knows nothing of AWS or of this machine."""

import difflib
import re
import shlex

import yaml


class Loader(yaml.SafeLoader):
    """Reads a template's own data; what a tag such as !Ref stands for is of no interest here."""


Loader.add_multi_constructor("!", lambda *_: None)


def declared(template):
    """The template's `Parameters`, by name."""
    return yaml.load(template, Loader)["Parameters"]


def parsed(text):
    """`A=1 B="x y"` as ({name: value}, problems)."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        return {}, [f"PARAMETERS cannot be read: {str(error).lower()}. Write Name=value, and quote a value with spaces"]
    given, problems = {}, []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            problems.append(f"PARAMETERS has `{word}`, which is not Name=value; quote a value with spaces")
            continue
        if name in given:
            problems.append(f"PARAMETERS gives {name} twice")
        given[name] = value
    return given, problems


def problems(given, known):
    """A sentence for each value that the template would not take."""
    return [problem for name, value in given.items() if (problem := problem_with(name, value, known))]


def problem_with(name, value, known):
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else "there are " + ", ".join(known)
        return f"the template has no parameter {name}: {hint}"
    rule = known[name]
    if "AllowedValues" in rule and value not in map(str, rule["AllowedValues"]):
        return f"{name} is `{value}`; it may be {', '.join(map(str, rule['AllowedValues']))}"
    if "AllowedPattern" in rule and not re.fullmatch(rule["AllowedPattern"], value):
        return f"{name} is `{value}`, which does not look right: {rule['Description']}"
    return problem_with_number(name, value, rule) if rule["Type"] == "Number" else None


def problem_with_number(name, value, rule):
    if not re.fullmatch(r"\d+", value):
        return f"{name} is `{value}`, which is no whole number"
    least, most = rule.get("MinValue", 0), rule.get("MaxValue", float("inf"))
    if not least <= int(value) <= most:
        return f"{name} is {value}; it may be {least} to {most}"
    return None
