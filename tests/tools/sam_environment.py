"""The variables that `sam local invoke` gives a function, made by the SAM CLI's own resolver from template and env file."""

import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path

from artifacts import LOCAL, ROOT

TEMPLATE = ROOT / "template.yaml"
ENV_FILE = ROOT / "tests" / "events" / "env.json"


@dataclass(frozen=True)
class Function:
    """What the SAM CLI would run, on this machine: a folder with `bootstrap`, its variables, its limits."""

    name: str
    folder: Path
    environment: dict
    timeout_seconds: int
    memory_mb: int


def function(name, env_file=ENV_FILE):
    # It resolves credentials as every AWS tool does; a local run needs none and should not find real ones.
    os.environ |= {"SAM_CLI_TELEMETRY": "0", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    for variable in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        os.environ.pop(variable, None)
    from samcli.commands.local.lib.local_lambda import LocalLambdaRunner
    from samcli.lib.providers.sam_function_provider import SamFunctionProvider
    from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider

    logging.getLogger("samcli").setLevel(logging.ERROR)
    stacks, _ = SamLocalStackProvider.get_stacks(str(TEMPLATE))
    provider = SamFunctionProvider(stacks)
    values = json.loads(env_file.read_text(encoding="utf-8"))
    found = provider.get(name)
    runner = LocalLambdaRunner(None, provider, str(ROOT), str(ROOT), env_vars_values=values)
    # The method is private, and there is no public one; the pins of requirements.txt keep it where it is.
    environment = runner._make_env_vars(found).resolve()
    # Its own folder holds Lambda's program; what runs here is this machine's.
    return Function(name, LOCAL / Path(found.codeuri).name, environment, int(found.timeout), int(found.memory))
