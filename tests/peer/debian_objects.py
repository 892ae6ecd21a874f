# SPDX-License-Identifier: Apache-2.0
"""eBPF objects that nobody here wrote, and the types of a kernel that does not run here: out of Debian's packages.

They are fetched into a folder of the build, once, and never committed. libxdp1 and ir-keytable ship files; the tools
of libbpf-tools, pcp and xdp-tools hold theirs as data, somewhere in the executable: an ELF header for machine 247
begins each, and its section table says where it ends.
"""
import hashlib
import pathlib
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "kernels"))
import kernels  # noqa: E402

PACKAGES = ["libbpf-tools", "pcp", "xdp-tools", "libxdp1", "ir-keytable"]
HEADER = b"\x7fELF\x02\x01\x01"
MACHINE_BPF, RELOCATABLE, NOBITS = 247, 1, 8


def download(package, folder):
    command = ["apt-get", "download", "-qq", package]
    if subprocess.run(command, cwd=folder, capture_output=True).returncode != 0:  # apt may know no packages yet
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(command, cwd=folder, check=True)


def fetch(cache):
    """The folder where the package's files are, for each package."""
    cache.mkdir(parents=True, exist_ok=True)
    folders = {}
    for package in PACKAGES:
        folders[package] = cache / package
        if folders[package].exists():
            continue
        if not list(cache.glob(f"{package}_*.deb")):
            download(package, cache)
        half = cache / f"{package}.half"
        subprocess.run(["dpkg-deb", "-x", *cache.glob(f"{package}_*.deb"), half], check=True)
        half.rename(folders[package])
    return folders


def size_of(data, at):
    """How long the ELF file is that begins there: its section table lies behind everything, or not."""
    table, = struct.unpack_from("<Q", data, at + 40)
    entry, count = struct.unpack_from("<HH", data, at + 58)
    end = table + entry * count
    if entry != 64 or count == 0 or at + end > len(data):
        return 0
    for i in range(count):
        kind, = struct.unpack_from("<I", data, at + table + i * entry + 4)
        offset, size = struct.unpack_from("<QQ", data, at + table + i * entry + 24)
        if kind != NOBITS:
            end = max(end, offset + size)
    return end if at + end <= len(data) else 0


def embedded(data):
    """Every eBPF object in a file, the whole file being the simplest case."""
    at = data.find(HEADER)
    while at >= 0:
        if data[at + 16:at + 20] == struct.pack("<HH", RELOCATABLE, MACHINE_BPF) and (size := size_of(data, at)):
            yield data[at:at + size]
        at = data.find(HEADER, at + 1)


def objects(cache):
    """Writes each distinct object to a file of its own; returns {file: where it is from}, by name."""
    out = cache / "objects"
    out.mkdir(parents=True, exist_ok=True)
    found = {}
    seen = set()
    for package, folder in fetch(cache).items():
        for file in sorted(f for f in folder.rglob("*") if f.is_file() and not f.is_symlink()):
            for i, data in enumerate(embedded(file.read_bytes())):
                digest = hashlib.sha256(data).digest()
                if digest in seen:
                    continue
                seen.add(digest)
                stem = file.name.removesuffix(".o").replace(".", "_")
                target = out / f"{package}.{stem}{f'.{i}' if i else ''}.o"
                if not target.exists() or target.read_bytes() != data:
                    target.write_bytes(data)
                found[target] = f"{package}: {file.relative_to(folder)}"
    return found


def kernel_types(cache):
    """The BTF of Debian's Linux 6.1."""
    out = cache / "linux-6.1.btf"
    if out.exists():
        return out
    depends = subprocess.run(["apt-cache", "depends", "linux-image-cloud-amd64"], capture_output=True, text=True).stdout
    package = next((word for word in depends.split() if word.startswith("linux-image-6")), None)
    if package is None:
        sys.exit("apt knows no linux-image-cloud-amd64")
    download(package, cache)
    deb, = cache.glob(f"{package}_*.deb")
    files = subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], check=True, capture_output=True).stdout
    image = subprocess.run(["tar", "-xO", "--wildcards", "./boot/vmlinuz-*"], input=files, capture_output=True).stdout
    found = kernels.types_in(image)
    if found is None:
        sys.exit(f"{deb.name} holds no types")
    out.write_bytes(found)
    deb.unlink()
    return out
