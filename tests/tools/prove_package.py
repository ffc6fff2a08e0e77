"""Proves that artifacts/lambda/ runs where Lambda runs it: libraries, sizes, models, and a cold start with real documents.

Each function is zipped as it is sent, the zip is unpacked elsewhere, and what came out of it is run by a stand-in for the
Runtime API: working directory `/`, Lambda's variables and no others, a local S3. A package for another machine than this
one is looked at and not run. What was proven is kept in artifacts/lambda/proof.json.

usage: prove_package.py x86_64|arm64
"""

import base64
import json
import os
import stat
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import elf
from artifacts import FUNCTIONS, PACKAGE, PROOF, ROOT, digest, digests, this_machine
from fetch_models import expected
from local_aws import REGION, LocalAws, LocalAwsError
from runtime_api import RuntimeApi, RuntimeApiError

FIXTURES = ROOT / "tests" / "fixtures"
EVENTS = ROOT / "tests" / "events"
# Of provided.al2023: its glibc, and the C++ libraries of its GCC 11, which only the engine's library needs. Where they are
# missing all the same, pages are read without it.
NEWEST = {"GLIBC": (2, 34), "GLIBCXX": (3, 4, 29), "CXXABI": (1, 3, 13), "GCC": (11,)}
LIBRARIES = {"libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libgcc_s.so.1", "libstdc++.so.6",
             "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
MACHINES = {"x86_64": "EM_X86_64", "arm64": "EM_AARCH64"}
# Lambda's limits, in its megabytes of 1024 x 1024 bytes. Only the second stops `sam deploy`, which sends through S3.
MB = 1024 * 1024
ZIPPED_DIRECT = 50 * MB
UNZIPPED = 250 * MB
INIT_SECONDS = 10
# A page of pixels and a page of text.
DOCUMENTS = ("form-photo.jpg", "text-digital.pdf")
INPUT, OUTPUT, KEY = "prove-input", "prove-output", "the-key-of-this-proof"


class Unproven(Exception):
    """What is wrong with the package, a line each."""


def main(arch, package=PACKAGE):
    started = time.monotonic()
    (package / PROOF).unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="fapiao-package-") as folder:
        unpacked = {function: prove_files(package / function, arch, Path(folder)) for function in FUNCTIONS}
        if arch == this_machine():
            prove_runs(unpacked)
        else:
            say(f"not run: the package is for {arch}, this machine is {this_machine()}")
    (package / PROOF).write_text(json.dumps({"architecture": arch, "sha256": digests(package)}, indent=1))
    say(f"proven for {arch} in {time.monotonic() - started:.0f} s")


def say(text):
    print(f"package: {text}", flush=True)


# ---- what can be seen without running it


def prove_files(folder, arch, elsewhere):
    """Unpacks what would be sent, and judges what came out; gives the folder that holds it."""
    if not (folder / "bootstrap").is_file():
        raise Unproven(f"{os.path.relpath(folder)}: there is no package: run `make package ARCH={arch}`")
    archive, unpacked = elsewhere / f"{folder.name}.zip", elsewhere / folder.name
    pack(folder, archive)
    unpack(archive, unpacked)
    problems = wrong_models(unpacked, arch) + wrong_modes(unpacked) + wrong_needs(unpacked, arch) + wrong_sizes(archive, unpacked)
    if problems:
        raise Unproven("\n".join(f"{folder.name}/{problem}" for problem in problems))
    return unpacked


def pack(folder, archive):
    """Deflated, with modes, as `sam deploy` does it."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(folder.rglob("*")):
            out.write(path, path.relative_to(folder))


def unpack(archive, folder):
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            Path(packed.extract(member, folder)).chmod(stat.S_IMODE(member.external_attr >> 16))
    folder.chmod(0o755)
    folder.parent.chmod(0o755)


def wrong_models(folder, arch):
    wanted = {f"models/{name}": checksum for name, checksum in expected(arch).items()}
    found = {str(path.relative_to(folder)): path for path in (folder / "models").rglob("*")}
    problems = [f"{name}: is missing" for name in wanted.keys() - found.keys()]
    problems += [f"{name}: nobody asked for it" for name in found.keys() - wanted.keys()]
    problems += [f"{name}: has another checksum than the pinned one"
                 for name in wanted.keys() & found.keys() if digest(found[name]) != wanted[name]]
    if not problems:
        say(f"{folder.name}: {len(wanted)} models, libraries and fonts in place, checksums right")
    return problems


def wrong_modes(folder):
    """Lambda runs a package as a user who owns nothing in it."""
    problems = []
    for path in folder.rglob("*"):
        runs = path.is_dir() or path.name == "bootstrap"
        wanted = stat.S_IROTH | (stat.S_IXOTH if runs else 0)
        if path.stat().st_mode & wanted != wanted:
            problems.append(f"{path.relative_to(folder)}: other users may not {'run' if runs else 'read'} it")
    return problems


def wrong_needs(folder, arch):
    own = {path.name for path in folder.rglob("*")}
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and elf.is_elf(path)]
    return [f"{path.relative_to(folder)}: {problem}" for path in files for problem in wrong_file(path, arch, own)]


def wrong_file(path, arch, own):
    try:
        needs = elf.needs(path)
    except ValueError as error:
        return [str(error)]
    problems = [f"is for {needs.machine}, not for {arch}"] if needs.machine != MACHINES[arch] else []
    problems += [f"needs {name}, which Lambda may not have" for name in needs.libraries if name not in LIBRARIES | own]
    versions = [(symbol, *elf.version(symbol)) for symbol in needs.symbols]
    too_new = [symbol for symbol, family, number in versions if number > NEWEST.get(family, ())]
    if too_new:
        problems.append(f"needs {', '.join(too_new)}, and Lambda has {', '.join(map(newest_of, NEWEST))}")
    glibc = max((number for _, family, number in versions if family == "GLIBC"), default=())
    if not problems:
        say(f"{path.parent.name}/{path.name}: {needs.machine}, glibc {dotted(glibc) or 'not needed'} "
            f"(Lambda has {dotted(NEWEST['GLIBC'])}), needs {', '.join(needs.libraries) or 'no library'}")
    return problems


def newest_of(family):
    return f"{family}_{dotted(NEWEST[family])}"


def dotted(number):
    return ".".join(map(str, number))


def wrong_sizes(archive, folder):
    zipped, unzipped = archive.stat().st_size, sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    over = "over" if zipped > ZIPPED_DIRECT else "within"
    say(f"{folder.name}: {unzipped / MB:.1f} MB unzipped of {UNZIPPED // MB}; {zipped / MB:.1f} MB zipped, {over} the "
        f"{ZIPPED_DIRECT // MB} of an upload without S3 (sam deploy sends it through S3)")
    return [f": {unzipped / MB:.1f} MB unzipped, Lambda takes {UNZIPPED // MB}"] if unzipped > UNZIPPED else []


# ---- what is seen when it runs


def prove_runs(unpacked):
    """Both functions read every document, with nothing but what Lambda gives them and a local AWS."""
    aws = LocalAws()
    try:
        aws.start()
        s3 = aws.client("s3")
        for bucket in (INPUT, OUTPUT):
            s3.create_bucket(Bucket=bucket)
        secret = aws.client("secretsmanager").create_secret(Name="key", SecretString=json.dumps({"api_key": KEY}))
        run(unpacked["ingest"], aws, {"FAPIAO_INPUT_BUCKET": INPUT, "FAPIAO_OUTPUT_BUCKET": OUTPUT},
            lambda runtime, name: read_from_bucket(runtime, s3, name))
        run(unpacked["api"], aws, {"FAPIAO_API_SECRET_ARN": secret["ARN"]}, read_by_request)
    finally:
        aws.stop()


def run(folder, aws, variables, read):
    environment = variables | {
        "FAPIAO_PROVIDERS": "embedded", "RUST_LOG": "info", "LAMBDA_RUNTIME_DIR": "/var/runtime", "_HANDLER": "bootstrap",
        "AWS_ENDPOINT_URL": aws.endpoint, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
    }
    with RuntimeApi() as runtime:
        process = runtime.start(folder / "bootstrap", environment, cwd="/", name=f"fapiao-{folder.name}")
        cold = runtime.cold_start_seconds
        if cold > INIT_SECONDS:
            raise Unproven(f"{folder.name}/: started within {cold:.1f} s, Lambda waits {INIT_SECONDS}")
        say(f"{folder.name}: asked for its first event after {cold * 1000:.0f} ms")
        for name in DOCUMENTS:
            before, started = all_seconds(process.pid), time.monotonic()
            expect(folder.name, name, read(runtime, name))
            say(f"{folder.name}: read {name} in {time.monotonic() - started:.2f} s, "
                f"{all_seconds(process.pid) - before:.2f} s of processor time, {all_mb(process.pid)} MB at most")


def read_from_bucket(runtime, s3, name):
    """By the message that the queue hands over when a file was dropped; gives the Report in the other bucket."""
    put = s3.put_object(Bucket=INPUT, Key=name, Body=(FIXTURES / name).read_bytes())
    event = json.loads((EVENTS / "sqs-s3-put.json").read_text())
    message = event["Records"][0]
    notice = json.loads(message["body"])
    notice["Records"][0]["s3"]["bucket"]["name"] = INPUT
    notice["Records"][0]["s3"]["object"] |= {
        "key": name, "size": (FIXTURES / name).stat().st_size, "eTag": put["ETag"].strip('"')}
    message["body"] = json.dumps(notice)
    answer = runtime.invoke(event)
    if answer.get("batchItemFailures") != []:
        raise Unproven(f"ingest/: gave {name} back: {json.dumps(answer)}\n{runtime.log_tail()}")
    return json.loads(s3.get_object(Bucket=OUTPUT, Key=name + ".json")["Body"].read())


def read_by_request(runtime, name):
    event = json.loads((EVENTS / "api-http.json").read_text())
    event["headers"] |= {"authorization": f"Bearer {KEY}", "content-type": "application/octet-stream"}
    event["body"] = base64.b64encode((FIXTURES / name).read_bytes()).decode()
    answer = runtime.invoke(event)
    if answer.get("statusCode") != 200:
        raise Unproven(f"api/: answered {json.dumps(answer)[:500]} to {name}\n{runtime.log_tail()}")
    return json.loads(answer["body"])


def expect(function, name, report):
    wanted = json.loads((FIXTURES / name).with_suffix(".json").read_text())["fields"]["invoice_number"]
    found = [each["invoice"]["invoice_number"] for each in report.get("invoices", ())]
    if report.get("status") != "read" or found != [wanted]:
        raise Unproven(f"{function}/: {name} came out as {report.get('status')}, numbers {found} instead of {wanted}")


def all_seconds(pid):
    """Processor time of the function and of those who open documents for it, the ended ones too."""
    return sum(map(processor_seconds, (pid, *children(pid))))


def all_mb(pid):
    return sum(map(peak_mb, (pid, *children(pid))))


def children(pid):
    of_threads = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for children in of_threads for child in children.read_text().split()]


def processor_seconds(pid):
    """User and system time of all threads and of children that have ended; the fields stand after the name, which may
    hold anything."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def peak_mb(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM:")), 0)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in MACHINES:
        sys.exit(__doc__)
    try:
        main(sys.argv[1])
    except (Unproven, LocalAwsError, RuntimeApiError) as error:
        sys.exit(f"package: NOT proven\n{error}")
