# SPDX-License-Identifier: Apache-2.0
"""Kernels as Debian packages them, fetched once and kept in ~/.cache/skep/kernels.

The suite that has the package need not be the machine's: apt gets a configuration of its own, with the mirror's address
out of the machine's sources, and nothing of the machine's apt is changed.
"""
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

# Patch levels change verdicts, so a kernel is named by its package.
KERNELS = {
    "6.18.15": ("trixie-backports", "linux-image-6.18.15+deb13-cloud-amd64"),
}
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


class CannotBeHad(Exception):
    """The package cannot be fetched, and why: the one reason for which tests in guests are skipped."""


def or_skip(get, version):
    """image(version) or types(version); where it cannot be had, the test ends as skipped, with the reason."""
    try:
        return get(version)
    except CannotBeHad as why:
        print(f"skipped: Linux {version} cannot be had: {why}", file=sys.stderr)
        raise SystemExit(77) from None


def cache():
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "skep" / "kernels"


def mirror():
    """The address of the mirror that this machine gets Debian from."""
    etc = pathlib.Path("/etc/apt")
    for source in [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]:
        if not source.is_file():
            continue
        for line in source.read_text().splitlines():
            found = re.match(r"(?:URIs:|deb(?: \[[^]]*\])?)\s+(\S+/debian)/?(?:\s|$)", line)
            if found:
                return found.group(1)
    raise CannotBeHad("no source of this machine's apt is a mirror of Debian")


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise CannotBeHad(f"{command[0]} {command[1]}: " + (done.stderr.strip() or f"exit {done.returncode}"))
    return done.stdout


def fetch(package, suite, folder):
    """The path of the downloaded package."""
    apt = folder / "apt"
    (apt / "lists" / "partial").mkdir(parents=True)
    (apt / "archives" / "partial").mkdir(parents=True)
    (apt / "debian.sources").write_text(
        f"Types: deb\nURIs: {mirror()}\nSuites: {suite}\nComponents: main\nSigned-By: {KEYRING}\n")
    (apt / "apt.conf").write_text(
        f'Dir::Etc::SourceList "{apt}/debian.sources";\nDir::Etc::SourceParts "/dev/null";\n'
        f'Dir::State::Lists "{apt}/lists";\nDir::State::status "/dev/null";\nDir::Cache "{apt}";\n'
        f'Dir::Cache::Archives "{apt}/archives";\nAPT::Sandbox::User "root";\n')
    environment = {**os.environ, "APT_CONFIG": str(apt / "apt.conf")}
    run(["apt-get", "update", "-qq"], env=environment)
    run(["apt-get", "download", "-qq", package], env=environment, cwd=folder)
    return next(folder.glob("*.deb"))


def image(version):
    """The path of a kernel's image; CannotBeHad with the reason where there is no way to it."""
    if version not in KERNELS:
        raise SystemExit(f"no kernel '{version}'; known: {', '.join(KERNELS)}")
    suite, package = KERNELS[version]
    kept = cache() / f"vmlinuz-{package.removeprefix('linux-image-')}"
    if kept.exists():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as name:
        folder = pathlib.Path(name)
        deb = fetch(package, suite, folder)
        run(["dpkg-deb", "--extract", deb, folder / "inside"])
        found = next((folder / "inside" / "boot").glob("vmlinuz-*"))
        shutil.move(found, folder / "vmlinuz")
        (folder / "vmlinuz").rename(kept)
    return kept


UNPACKERS = {b"\x02\x21\x4c\x18": "lz4", b"\x28\xb5\x2f\xfd": "zstd"}  # by what the packed kernel begins with


def types_in(image):
    """The BTF that a kernel's image holds as it is, behind the packing; None where it cannot be found."""
    for magic, unpacker in UNPACKERS.items():
        if (packed := image.find(magic)) < 0:
            continue
        # What follows in the image is none of it, which they say and end with an error.
        kernel = subprocess.run([unpacker, "-dc"], input=image[packed:], capture_output=True).stdout
        at = -1
        while (at := kernel.find(b"\x9f\xeb\x01\0\x18\0\0\0", at + 1)) >= 0:
            _, types, strings, size = struct.unpack_from("<4I", kernel, at + 8)
            if types == strings and types > 1_000_000:
                return kernel[at:at + 24 + strings + size]
    return None


def types(version):
    """The path of the BTF of a kernel."""
    kept = image(version)
    out = kept.with_suffix(kept.suffix + ".btf")
    if not out.exists():
        found = types_in(kept.read_bytes())
        if found is None:
            raise SystemExit(f"{kept} holds no types")
        with tempfile.NamedTemporaryFile(dir=out.parent, delete=False) as part:
            part.write(found)
        pathlib.Path(part.name).rename(out)
    return out
